from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from certificates import cpd as paper
from certificates.cpd import CpdRecord
from course import pdf
from course.cohorts.models import Enrolment
from course.people import limiting
from sessions.cpd import record_of, write_note
from sessions.forms import CpdNoteForm
from sessions.models import CpdNote
from sessions.standing import rounds_of


@login_required
def my_cpd(request: HttpRequest) -> HttpResponse:
    """The record of the present round, or a word on how one comes to be."""
    rounds = rounds_of(request.user.pk)
    if not rounds:
        return render(request, "sessions/cpd.html", {"enrolment": None})
    return redirect("cpd", rounds[0].pk)


@login_required
def cpd(request: HttpRequest, pk: UUID) -> HttpResponse:
    enrolment, record = _mine(request, pk)
    rounds = rounds_of(request.user.pk)
    context = {
        "enrolment": enrolment,
        "record": record,
        "others": [other for other in rounds if other != enrolment],
    }
    return render(request, "sessions/cpd.html", context)


@login_required
@limiting.at_once("pdf", at_most=2, for_at_most=limiting.MINUTE)
def cpd_pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Drawn as it is asked for, since every note and every correction changes it."""
    enrolment, record = _mine(request, pk)
    try:
        content = paper.draw(record, identifier=f"cpd-{enrolment.pk}")
    except pdf.Unprintable:
        said = _("A letter in it cannot be printed. Look at your name and notes; all is kept.")
        messages.warning(request, said)
        return redirect("cpd", pk)
    return _file(HttpResponse(content, content_type="application/pdf"), record, "pdf")


@login_required
def cpd_csv(request: HttpRequest, pk: UUID) -> HttpResponse:
    _enrolment, record = _mine(request, pk)
    rows = paper.as_csv(record)
    return _file(StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8"), record, "csv")


def _file(
    response: HttpResponse | StreamingHttpResponse, record: CpdRecord, kind: str
) -> HttpResponse | StreamingHttpResponse:
    name = f"cpd-record-{record.drawn_on:%Y-%m-%d}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@login_required
def cpd_note(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """What someone adds for one session: the link to their practice, and a part of the Code."""
    enrolment, record = _mine(request, pk)
    entry = next((entry for entry in record.entries if entry.number == number), None)
    if entry is None:
        raise Http404
    note = CpdNote.objects.filter(enrolment=enrolment, number=number).first()
    form = CpdNoteForm(request.POST or None, instance=note)
    if request.method == "POST" and form.is_valid():
        write_note(enrolment, number=number, **form.cleaned_data)
        messages.success(request, _("Kept. It is in your record now."))
        return redirect("cpd", pk)
    context = {"enrolment": enrolment, "entry": entry, "form": form}
    status = 422 if form.errors else 200
    return render(request, "sessions/cpd_note.html", context, status=status)


def _mine(request: HttpRequest, pk: UUID) -> tuple[Enrolment, CpdRecord]:
    every = Enrolment.objects.for_attendee(request.user).select_related("cohort", "user")
    enrolment = get_object_or_404(every, pk=pk)
    return enrolment, record_of(enrolment, today=timezone.localdate())
