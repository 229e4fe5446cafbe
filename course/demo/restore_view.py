from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from course.demo import restoring
from sessions.models import SessionPage


@require_http_methods(["GET", "POST"])
def restore_session(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask first, then make a draft with the words this session came with."""
    page = get_object_or_404(SessionPage, pk=pk)
    if not restoring.is_starter(page):
        raise Http404
    if not page.permissions_for_user(request.user).can_edit():
        raise PermissionDenied
    lock = page.get_lock()
    locked = bool(lock and lock.for_user(request.user))
    if request.method == "POST" and not locked:
        restoring.restore(page, actor=request.user)
        messages.success(
            request,
            _("The original words are in a draft now. Readers see no change until you publish."),
        )
        return redirect("wagtailadmin_pages:edit", page.pk)
    return render(request, "cms/restore_session.html", {"page": page, "locked": locked})
