"""P4: a group's pages in the workspace at 10, 100 and 1,000 attendees: queries, and CPU time.

Asked in this process through Django's test client; SQLite's own work is counted with it. Of the
queries, Wagtail's frame asks eleven on any page of its admin, however empty.
"""

import time
from datetime import timedelta

from tests.benchmarks import prepare, show

SIZES = [10, 100, 1_000]
PAGES = {"overview": "facilitator_group", "people": "group_people", "register": "group_register"}
ROUNDS, TIMES = 5, 6


def main() -> None:
    prepare()
    from allauth.mfa.models import Authenticator
    from django.db import connection, transaction
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from course.people.models import User

    client, flo = Client(), User.objects.get(email="flo@example.org")
    Authenticator.objects.create(user=flo, type=Authenticator.Type.TOTP, data={"secret": "x"})
    client.force_login(flo)
    with transaction.atomic():
        groups = {size: group_of(size) for size in SIZES}
        for page, name in PAGES.items():
            figures: dict[str, list[float]] = {f"{page}, {size} people": [] for size in SIZES}
            for _round in range(ROUNDS):
                for size, (cohort, meeting) in groups.items():
                    address = where(name, cohort, meeting)
                    assert client.get(address).status_code == 200
                    start = time.process_time()
                    for _again in range(TIMES):
                        client.get(address)
                    spent = (time.process_time() - start) * 1_000 / TIMES
                    figures[f"{page}, {size} people"].append(spent)
            for size, (cohort, meeting) in groups.items():
                with CaptureQueriesContext(connection) as queries:
                    client.get(where(name, cohort, meeting))
                print(f"{page}, {size} people".ljust(44) + f"{len(queries)} queries")
            show(figures, base=f"{page}, {SIZES[0]} people")
        transaction.set_rollback(True)
    print("P4 must be six queries and 1.5x at most from 10 to 1,000 people")


def where(name: str, cohort: object, meeting: object) -> str:
    from django.urls import reverse

    return reverse(name, args=[cohort.pk, meeting.pk] if "register" in name else [cohort.pk])


def group_of(size: int) -> tuple:
    """A group of so many, each of whom was at the first of its meetings."""
    from django.utils import timezone

    from course.cohorts.models import Cohort, Enrolment, Facilitation, LiveSession
    from course.people.models import User
    from course.programme.models import ProgrammePage
    from sessions import attending
    from sessions.attending import Mark

    now, flo = timezone.now(), User.objects.get(email="flo@example.org")
    programme = ProgrammePage.objects.get()
    first = now.date() - timedelta(days=1)
    facts = {"starts_on": first, "ends_on": first + timedelta(weeks=8)}
    cohort = Cohort.objects.create(programme_id=programme.pk, title=f"Of {size}", **facts)
    Facilitation.objects.create(cohort=cohort, user=flo)
    hour = (now - timedelta(hours=2)).time()
    meetings = [
        LiveSession.objects.create(
            cohort=cohort, number=n, day=first + timedelta(weeks=n - 1), starts=hour
        )
        for n in range(1, 9)
    ]
    people = User.objects.bulk_create(
        User(email=f"of{size}.{n}@example.org", password="!", display_name=f"P{n:04}")
        for n in range(size)
    )
    places = Enrolment.objects.bulk_create(
        Enrolment(cohort=cohort, user=one, enrolled_at=now) for one in people
    )
    marks = [Mark(place.pk, "present") for place in places]
    attending.mark_all(meetings[0], marks=marks, by=flo, now=now)
    return cohort, meetings[0]


if __name__ == "__main__":
    main()
