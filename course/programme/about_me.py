"""What pages keep about who works on them: what they are given of it, and what goes.

It is given back as what and when; the pages themselves belong to the site.
"""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from wagtail.documents.models import Document
from wagtail.images.models import Image
from wagtail.models import (
    Comment,
    CommentReply,
    ModelLogEntry,
    Page,
    PageLogEntry,
    PageSubscription,
    Revision,
    TaskState,
    UploadedFile,
    WorkflowState,
)
from wagtail.users.models import UserProfile

from course.people.about_me import addresses_of
from course.people.giving import Part
from course.people.models import User
from course.programme.models import HelpRequest, Signpost


def given_to(user: User) -> list[Part]:
    return [_pages(user), _said(user), _did(user), _checks(user), _profile(user), _asked(user)]


def _pages(user: User) -> Part:
    labels = {"what": _("What"), "title": _("Title"), "on": _("On")}
    rows = [
        (_("page you made"), Page.objects.filter(owner=user), "title", "first_published_at"),
        (_("page you locked"), Page.objects.filter(locked_by=user), "title", "locked_at"),
        (_("version you saved"), Revision.objects.filter(user=user), "object_str", "created_at"),
        (_("picture"), Image.objects.filter(uploaded_by_user=user), "title", "created_at"),
        (_("file"), Document.objects.filter(uploaded_by_user=user), "title", "created_at"),
        (_("upload begun"), UploadedFile.objects.filter(uploaded_by_user=user), "file", None),
    ]
    facts = [
        {"what": what, "title": str(title), "on": on}
        for what, found, name, when in rows
        for title, on in (
            found.values_list(name, when) if when else ((t, None) for t in _only(found, name))
        )
    ]
    return Part("pages_and_pictures", _("Pages, pictures and files you made"), labels, facts)


def _only(found: object, name: str) -> list[str]:
    return list(found.values_list(name, flat=True))


def _said(user: User) -> Part:
    labels = {"words": _("Words"), "on": _("On")}
    facts = [
        {"words": one.text, "on": one.created_at}
        for model in (Comment, CommentReply)
        for one in model.objects.filter(user=user)
    ]
    return Part("comments", _("Comments on pages"), labels, facts)


def _did(user: User) -> Part:
    labels = {"what": _("What"), "title": _("Title"), "on": _("On")}
    facts = [
        {"what": one.action, "title": one.label, "on": one.timestamp}
        for log in (PageLogEntry, ModelLogEntry)
        for one in log.objects.filter(user=user).order_by("timestamp")
    ]
    facts += [
        {"what": _("asked for a second look"), "title": "", "on": state.created_at}
        for state in WorkflowState.objects.filter(requested_by=user)
    ]
    facts += [
        {"what": _("gave a second look"), "title": "", "on": state.finished_at}
        for state in TaskState.objects.filter(finished_by=user)
    ]
    facts += [
        {"what": _("asked to be told of comments"), "title": one.page.title, "on": None}
        for one in PageSubscription.objects.filter(user=user).select_related("page")
    ]
    return Part("what_you_did_with_pages", _("What you did with pages"), labels, facts)


def _checks(user: User) -> Part:
    labels = {"signpost": _("Helpline"), "email": _("Email")}
    rows = Signpost.objects.filter(owner_email__in=addresses_of(user))
    facts = [{"signpost": s.organisation, "email": s.owner_email} for s in rows]
    return Part("helplines_you_check", _("Helplines that you check"), labels, facts)


def _profile(user: User) -> Part:
    labels = {
        "language": _("Language"),
        "time_zone": _("Time zone"),
        "picture": _("Picture of you"),
        "told_when_sent": _("Told when a page is sent for a second look"),
        "told_when_approved": _("Told when a page is approved"),
        "told_when_sent_back": _("Told when a page is sent back"),
        "told_of_comments": _("Told of comments"),
    }
    facts = [
        {
            "language": p.preferred_language,
            "time_zone": p.current_time_zone,
            "picture": p.avatar.name if p.avatar else "",
            "told_when_sent": p.submitted_notifications,
            "told_when_approved": p.approved_notifications,
            "told_when_sent_back": p.rejected_notifications,
            "told_of_comments": p.updated_comments_notifications,
        }
        for p in UserProfile.objects.filter(user=user)
    ]
    return Part("workspace_settings", _("Your settings of the workspace"), labels, facts)


def _asked(user: User) -> Part:
    labels = {"words": _("Words"), "email": _("Answer to"), "on": _("On")}
    rows = HelpRequest.objects.filter(_of(user)).order_by("asked_at")
    facts = [{"words": one.words, "email": one.email, "on": one.asked_at} for one in rows]
    return Part("questions_to_us", _("What you asked us, of the last 30 days"), labels, facts)


def _of(user: User) -> Q:
    return Q(user=user) | Q(email__in=addresses_of(user))


def erase(user: User) -> None:
    """What they asked us, and their address at helplines: reminders then go to the site's own."""
    HelpRequest.objects.filter(_of(user)).delete()
    mine = Signpost.objects.filter(owner_email__in=addresses_of(user))
    mine.update(owner="", owner_email="")
