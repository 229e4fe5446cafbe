from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from course.places import drawing, papers


@login_required
def paper(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The same as on the PDF, to read in one's own colours and size."""
    found = get_object_or_404(papers.readable_by(request.user), pk=pk)
    return render(request, "places/papers/read.html", drawing.context(found))


@login_required
def paper_pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The stored bytes. Nothing is drawn here."""
    found = get_object_or_404(papers.readable_by(request.user), pk=pk)
    if found.pdf is None:
        return render(request, "places/papers/wait.html", {"document": found}, status=202)
    response = HttpResponse(bytes(found.pdf), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{drawing.file_name(found)}"'
    return response
