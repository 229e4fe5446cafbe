"""Who was given which rights in the workspace: each change leaves one line in the audit log."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from wagtail.users.views.groups import CreateView, DeleteView, EditView, GroupViewSet
from wagtail.users.views.users import CreateView as PersonCreateView
from wagtail.users.views.users import EditView as PersonEditView

from course.audit.recording import record
from course.people.models import User


def rights_of(person: User) -> tuple[bool, bool, frozenset[int]]:
    groups = frozenset(person.groups.values_list("pk", flat=True))
    return person.is_superuser, person.is_active, groups


def note(request: HttpRequest, what: str, subject: str) -> None:
    record(what, actor=request.user.pk, subject=subject)


class NotedPersonCreateView(PersonCreateView):
    def save_instance(self) -> User:
        person = super().save_instance()
        note(self.request, "person.made", f"person:{person.pk}")
        return person


class NotedPersonEditView(PersonEditView):
    def save_instance(self) -> User:
        before = rights_of(User.objects.get(pk=self.object.pk))
        person = super().save_instance()
        if rights_of(person) != before:
            note(self.request, "person.rights_changed", f"person:{person.pk}")
        return person


class _NotedGroup:
    """A group's rights are saved after its name, so both are noted when all is done."""

    def process_form(self) -> HttpResponse:
        with transaction.atomic():
            response = super().process_form()
            if response.status_code == 302:
                note(self.request, "group.rights_changed", f"group:{self.object.pk}")
        return response


class NotedGroupCreateView(_NotedGroup, CreateView):
    pass


class NotedGroupEditView(_NotedGroup, EditView):
    pass


class NotedGroupDeleteView(DeleteView):
    def delete_action(self) -> None:
        subject = f"group:{self.object.pk}"
        super().delete_action()
        note(self.request, "group.deleted", subject)


class NotedGroupViewSet(GroupViewSet):
    add_view_class = NotedGroupCreateView
    edit_view_class = NotedGroupEditView
    delete_view_class = NotedGroupDeleteView


def note_bulk_action(request: HttpRequest, action: str, people: list[Any], _done: Any) -> None:
    """After Wagtail has done something with several at once."""
    for one in people:
        if isinstance(one, User):
            what = "rights_changed" if action == "assign_role" else action
            note(request, f"person.{what}", f"person:{one.pk}")
