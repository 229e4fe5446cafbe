"""CPU time of drawing a certificate, beside untagged pages by reportlab in the same typeface.

`python -m tests.benchmarks.certificate` prints them, their ratios, and what the first
certificate costs in a fresh process after `pdf.warm_up()`. No test fails on time.
"""

import io
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "course.settings")
os.environ.setdefault("DEBUG", "true")
os.environ.setdefault("SECRET_KEY", "benchmark-only")

ROUNDS = 30
FIRST_BUDGET_MS = 250
RATIO_BUDGET = 4


def cpu_ms(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return (time.process_time() - start) * 1000


def certificate_html() -> str:
    from django.template.loader import render_to_string

    from certificates import drawing
    from tests.certificates.paper import certificate

    made = certificate("Ada Byron")
    layout, size = drawing.layouts_for(made.facts)[0]
    context = drawing.certificate_context(made) | {"layout": layout, "size": size}
    return render_to_string(
        "certificates/certificate_paper.html", context | {"qr": drawing._qr(made)}
    )


def reportlab_page(*, drawings: bool) -> Callable[[], bytes]:
    """The same words on one untagged page, with two embedded typefaces that are parsed once.

    With `drawings` also the QR code and the spiral, as lines, like ours.
    """
    from fontTools.ttLib import TTFont as Woff
    from reportlab.lib.pagesizes import A4, landscape
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    from course.pdf import FONTS
    from tests.certificates.paper import TITLES

    for weight in ("400", "700"):
        font = Woff(FONTS / f"atkinson-hyperlegible-next-latin-{weight}-normal.woff2")
        font.flavor, data = None, io.BytesIO()
        font.save(data)
        data.seek(0)
        pdfmetrics.registerFont(TTFont(f"Atkinson-{weight}", data))

    def draw() -> bytes:
        out = io.BytesIO()
        canvas = Canvas(out, pagesize=landscape(A4), invariant=True)
        canvas.setFont("Atkinson-700", 56)
        canvas.drawString(50, 480, "Ada Byron")
        for row, title in enumerate(TITLES):
            canvas.setFont("Atkinson-700", 14)
            canvas.drawString(50, 380 - 22 * row, f"{row + 1}. {title}")
            canvas.setFont("Atkinson-400", 14)
            canvas.drawString(250, 380 - 22 * row, "26 January, live")
        for row in range(12):
            canvas.drawString(50, 170 - 12 * row, "13 hours 44 minutes, of which 8 hours live")
        if drawings:
            _draw_qr(canvas)
            _draw_spiral(canvas)
        canvas.save()
        return out.getvalue()

    return draw


def _draw_qr(canvas: Any) -> None:
    from reportlab.graphics import renderPDF
    from reportlab.graphics.barcode.qr import QrCodeWidget
    from reportlab.graphics.shapes import Drawing

    drawing = Drawing(88, 88)
    address = "https://example.org/verify/K7QM4TXD9F2H8RWPZC31NB5VGS/"
    drawing.add(QrCodeWidget(address, barLevel="M"))
    renderPDF.draw(drawing, canvas, 600, 130)


def _draw_spiral(canvas: Any) -> None:
    from course.programme import spiral

    path = canvas.beginPath()
    draw = {"M": path.moveTo, "L": path.lineTo, "C": path.curveTo, "Z": path.close}
    for command, numbers in re.findall("([MCLZ])([^MCLZ]*)", spiral.map_line()):
        draw[command](*map(float, numbers.split()))
    canvas.drawPath(path, fill=1, stroke=0)


def first_in_fresh_process(what: str) -> float:
    command = [sys.executable, "-m", "tests.benchmarks.certificate", what]
    return median(
        float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        for _ in range(3)
    )


def print_first(what: str) -> None:
    """Run in a fresh process: the CPU time of the first one after `pdf.warm_up()`."""
    from certificates import drawing
    from course import pdf
    from tests.certificates.paper import certificate

    pdf.warm_up()
    if what == "whole":
        print(cpu_ms(lambda: drawing.draw_certificate(certificate("Ada Byron"))))
    else:
        html = certificate_html()
        print(cpu_ms(lambda: pdf.write(html, identifier="first")))


def main() -> None:
    from certificates import drawing
    from course import pdf
    from tests.certificates.paper import certificate

    pdf.warm_up()
    html = certificate_html()
    work = {
        "pdf.write of a certificate": lambda: pdf.write(html, identifier="bench"),
        "facts to bytes": lambda: drawing.draw_certificate(certificate("Ada Byron")),
        "reportlab, same page": reportlab_page(drawings=True),
        "reportlab, words only": reportlab_page(drawings=False),
    }
    spent: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(ROUNDS):  # turn by turn, so that a busy machine is unkind to all alike
        for name, act in work.items():
            spent[name].append(cpu_ms(act))
    middle = {name: median(times) for name, times in spent.items()}
    for name, time_taken in middle.items():
        print(f"{name:32}{time_taken:8.1f} ms CPU")
    ours, _whole, theirs, words = middle.values()
    print(f"{'ratio, same page':32}{ours / theirs:8.1f}    (budget {RATIO_BUDGET})")
    print(f"{'ratio, words only':32}{ours / words:8.1f}")
    print(
        f"{'first pdf.write after warm_up':32}{first_in_fresh_process('write'):8.1f} ms CPU", end=""
    )
    print(f" (budget {FIRST_BUDGET_MS})")
    print(
        f"{'first facts to bytes':32}{first_in_fresh_process('whole'):8.1f} ms CPU, Django's part too"
    )


if __name__ == "__main__":
    import django

    django.setup()
    print_first(sys.argv[1]) if sys.argv[1:] else main()
