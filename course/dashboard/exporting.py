"""Everything that is kept about one person, as one archive: made now, streamed, kept nowhere."""

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables

import certificates.about_me
import course.cohorts.about_me
import course.people.about_me
import course.places.about_me
import course.programme.about_me
import reflections.about_me
import sessions.about_me
from course.audit import reading
from course.audit.recording import record
from course.dashboard import opened
from course.people.giving import File, Part
from course.people.models import User

TAKEN = "my_data.taken"  # in the audit, which is where they are counted
A_DAY = 3
DAY = timedelta(days=1)

GIVERS = (
    reflections.about_me,
    course.people.about_me,
    course.cohorts.about_me,
    sessions.about_me,
    certificates.about_me,
    course.places.about_me,
    opened,
    course.programme.about_me,
)


@transaction.atomic
def may_take(user: User, *, now: datetime) -> timedelta:
    """Count one more copy. Returns how long to wait instead, when there were enough today."""
    User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    wait = reading.wait(TAKEN, actor=user.pk, times=A_DAY, within=DAY, now=now)
    if not wait:
        record(TAKEN, actor=user.pk, at=now)
    return wait


@sensitive_variables()
def parts_for(actor: User) -> list[Part]:
    return [part for giver in GIVERS for part in giver.given_to(actor)]


def files_for(user: User) -> list[File]:
    return [*certificates.about_me.files_for(user), *course.places.about_me.files_for(user)]


@sensitive_variables()
def archive(actor: User, *, now: datetime) -> Iterator[bytes]:
    """The ZIP, a piece at a time. What could go wrong with rows goes wrong before the first."""
    parts, files = parts_for(actor), files_for(actor)
    pages = {
        "everything.html": as_html(parts, files, now=now).encode(),
        "everything.json": as_json(parts, now=now).encode(),
    }
    return _zipped(pages, files, now=now)


@sensitive_variables()
def _zipped(pages: dict[str, bytes], files: list[File], *, now: datetime) -> Iterator[bytes]:
    out = _Outlet()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in pages.items():
            packed.writestr(_entry(name, now), content)
            yield out.drained()
        for file in files:
            packed.writestr(_entry(file.name, now), file.read())
            yield out.drained()
    yield out.drained()


def _entry(name: str, now: datetime) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(f"everything-about-me/{name}", date_time=now.timetuple()[:6])
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


class _Outlet(io.RawIOBase):
    """What was written since it was drained last. It cannot go back, as a stream cannot."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self._waiting.append(bytes(content))
        return len(content)

    def drained(self) -> bytes:
        whole, self._waiting = b"".join(self._waiting), []
        return whole


# --- For a computer ----------------------------------------------------------------------------


@sensitive_variables()
def as_json(parts: list[Part], *, now: datetime) -> str:
    whole = {
        "made_at": now,
        "site": settings.SITE_URL,
        **{part.key: part.records for part in parts},
    }
    return json.dumps(whole, default=_plain, ensure_ascii=False, indent=2)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


# --- To read -----------------------------------------------------------------------------------

YES, NO = gettext_lazy("yes"), gettext_lazy("no")
FROZEN = {
    "name": gettext_lazy("Name"),
    "programme": gettext_lazy("Programme"),
    "cohort": gettext_lazy("Group"),
    "first_day": gettext_lazy("First day"),
    "last_day": gettext_lazy("Last day"),
    "live_minutes": gettext_lazy("Minutes live"),
    "own_minutes": gettext_lazy("Minutes in one’s own time"),
    "issuer": gettext_lazy("Issued by"),
    "facilitators": gettext_lazy("Facilitators"),
    "sessions": gettext_lazy("Sessions"),
    "access_needs": gettext_lazy("Access needs that were sent"),
    "thoughts": gettext_lazy("Thoughts that were sent"),
    "for_next_cohort": gettext_lazy("For the next group"),
}


@sensitive_variables()
def as_html(parts: list[Part], files: list[File], *, now: datetime) -> str:
    context = {
        "parts": [_shown(part) for part in parts],
        "empty": [part.title for part in parts if not part.records],
        "files": [file.name for file in files],
        "now": now,
    }
    return render_to_string("dashboard/everything.html", context)


IN_HEADING = {"session", "title", "answers"}
LONG = 48  # letters; longer ones take a line of their own


@sensitive_variables()
def _shown(part: Part) -> dict[str, Any]:
    records = [_record(record, part.labels) for record in part.records]
    return {"key": part.key, "title": part.title, "note": part.note, "records": records}


@sensitive_variables()
def _record(record: dict[str, Any], labels: dict[str, Any]) -> dict[str, Any]:
    """A record for the page: what heads it, its facts in words, and questions with answers."""
    heading = _heading(record)
    headed = IN_HEADING if heading else {"answers"}
    said = {k: v for k, v in record.items() if v not in (None, "", []) and k not in headed}
    facts = [(labels[key], _value(said[key])) for key in labels if key in said]
    return {
        "heading": heading,
        "facts": [(label, value, _is_long(value)) for label, value in facts],
        "answers": record.get("answers", []),
    }


@sensitive_variables()
def _heading(record: dict[str, Any]) -> str:
    if not record.get("session"):
        return ""
    if not record.get("title"):
        return _("Session %(number)s") % {"number": record["session"]}
    facts = {"number": record["session"], "title": record["title"]}
    return _("Session %(number)s: %(title)s") % facts


@sensitive_variables()
def _is_long(value: Any) -> bool:
    return isinstance(value, list) or len(str(value)) > LONG


@sensitive_variables()
def _value(value: Any) -> Any:
    """A day, a moment or text stays as it is; the template says it in words."""
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, dict):
        return [_line(FROZEN.get(k, k), v) for k, v in value.items() if v not in (None, "", [])]
    return value


@sensitive_variables()
def _line(label: Any, value: Any) -> str:
    if isinstance(value, list):
        value = "; ".join(_of_a_list(one) for one in value)
    return _("%(what)s: %(value)s") % {"what": label, "value": value}


@sensitive_variables()
def _of_a_list(one: Any) -> str:
    return f"{one['number']}. {one['title']} ({one['on']})" if isinstance(one, dict) else str(one)
