"""R69: a paper takes so much time and memory and no more, and no error of it ends the worker."""

import threading
import time

import pytest
from weasyprint import urls

from course import pdf

HEAD = '<html lang="en"><title>x</title><body><h1>x</h1>'
TOO_MUCH = {
    "words": "word " * 90_000,
    "elements": "<p>x" * 9_000,
    "nested": "<div>" * 1_000,
    "cells": "<table>" + ("<tr>" + "<td>x" * 99) * 99,
}


@pytest.mark.parametrize("what", TOO_MUCH)
def test_a_paper_without_end_is_not_begun(what):
    begun = time.monotonic()
    with pytest.raises(pdf.Unprintable):
        pdf.write(HEAD + TOO_MUCH[what], identifier="x")
    assert time.monotonic() - begun < 10


# A ring inside some callback is reported there, and the next one is heard.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_drawing_that_takes_too_long_is_stopped_in_the_worker(monkeypatch):
    monkeypatch.setattr(pdf, "MOST_SECONDS", 0.3)
    begun = time.monotonic()
    with pytest.raises(pdf.TooLarge):
        pdf.write(HEAD + "<p>word word word</p>" * 2_600, identifier="x")
    assert time.monotonic() - begun < 8
    monkeypatch.setattr(pdf, "MOST_SECONDS", 60)
    assert pdf.write(HEAD + "<p>x", identifier="x")  # and the next is drawn as ever


def test_a_thread_draws_too():
    made = []
    thread = threading.Thread(target=lambda: made.append(pdf.write(HEAD, identifier="x")))
    thread.start()
    thread.join(60)
    assert made[0].startswith(b"%PDF-")


def test_the_fatal_error_is_an_ordinary_one_here():
    assert not issubclass(urls.FatalURLFetchingError, Exception)  # or this test is out of date
    with pytest.raises(pdf.Unprintable), pdf._nothing_fatal():
        raise urls.FatalURLFetchingError
