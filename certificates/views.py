from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from certificates import drawing, issuing
from certificates.forms import NameForm
from certificates.models import Certificate, Paper
from course.people.posting import by_post


@login_required
def certificate(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The certificate itself, as a page. The PDF is a second copy of it."""
    found = get_object_or_404(
        Certificate.objects.for_attendee(request.user).select_related("replaced_by"), pk=pk
    )
    form = NameForm(initial={"name": found.facts["name"]})
    status = 200
    if request.method == "POST":
        form = NameForm(request.POST)
        if form.is_valid():
            return _correct(request, found, name=form.cleaned_data["name"])
        status = 422
    context = drawing.certificate_context(found) | {"form": form}
    return render(request, "certificates/certificate.html", context, status=status)


def _correct(request: HttpRequest, found: Certificate, *, name: str) -> HttpResponse:
    new = issuing.correct_name(found, name=name, now=timezone.now(), actor=request.user)
    if new.pk != found.pk:
        messages.success(
            request, _("This is your new certificate. The old code now says that it was replaced.")
        )
    return redirect("certificate", pk=new.pk)


@login_required
def certificate_pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The stored bytes. Nothing is drawn here."""
    mine = Certificate.objects.for_attendee(request.user).select_related("paper")
    found = get_object_or_404(mine, pk=pk)
    if found.paper is None:
        messages.info(request, _("The PDF is being drawn. It will be here in a minute."))
        return redirect("certificate", pk=pk)
    return pdf_response(found.paper, filename=f"certificate-{found.issued_at:%Y-%m-%d}.pdf")


def pdf_response(paper: Paper, *, filename: str) -> HttpResponse:
    response = HttpResponse(bytes(paper.content), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


@login_required
@by_post("my_programme")
def show_name(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The holder decides whether the public page shows the name."""
    mine = Certificate.objects.for_attendee(request.user).filter(pk=pk)
    if not mine.update(shows_name=request.POST.get("show") == "yes"):
        raise Http404
    messages.success(request, _("Changed. Anyone who opens the code’s page sees it this way now."))
    return redirect("certificate", pk=pk)


def find(request: HttpRequest) -> HttpResponse:
    """Type a code in: any case, with or without hyphens."""
    code = issuing.read_code(request.GET.get("code", ""))
    if code:
        return redirect("verify", code=code)
    return render(request, "certificates/verify.html", {"state": "ask"})


@never_cache
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """Says whether a certificate is ours and still stands. Shows no more than the paper does."""
    tidy = issuing.read_code(code)
    found = Certificate.objects.filter(code=tidy).first()
    if found is None:
        response = render(request, "certificates/verify.html", {"state": "unknown"}, status=404)
    else:
        # Of one whose holder had it erased, nothing but its code is left (R58).
        gone = not found.facts
        context = {"state": "gone" if gone else found.state, "certificate": found}
        if not gone and found.state == Certificate.VALID:
            context |= drawing.certificate_context(found)
        response = render(request, "certificates/verify.html", context, status=410 if gone else 200)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
