"""Somebody with a row in every table that can hold one: attendee, buyer, manager, editor."""

from datetime import date, time, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from wagtail.documents.models import Document as File
from wagtail.models import (
    Comment,
    CommentReply,
    ModelLogEntry,
    Page,
    PageLogEntry,
    PageSubscription,
)
from wagtail.users.models import UserProfile

from certificates import issuing, summarising
from certificates.facts import Sent
from certificates.group_facts import GroupFacts, ReportFacts, Said
from course.audit.recording import record
from course.cohorts.models import (
    CalendarFeed,
    Change,
    Cohort,
    Enrolment,
    Facilitation,
    Guest,
    Interest,
    LetterToSelf,
    LiveSession,
    Message,
    NotComing,
    Opening,
    Reminders,
    Waiting,
)
from course.people import roles
from course.people.models import User
from course.places import accepting, inviting
from course.places.models import JoinLink, Manager, ManagerInvitation, Refund
from course.programme.models import HelpRequest, Signpost
from reflections import saving
from reflections.models import Reflection, SetAside, WritingChoices
from reflections.responses import Response
from sessions import attending
from sessions.models import (
    AttendanceQuestion,
    Completion,
    CpdNote,
    Feedback,
    GuestComment,
    Measure,
    MeasureAnswer,
    Thought,
)
from tests.cast import CANARY, NOON, settle_everything
from tests.certificates.test_issuing import taken
from tests.places.selling import bought, hash_behind, invited
from tests.places.test_refunding import paid
from tests.reflections.test_saving import text_prompt, ticket_for

DAY = timedelta(days=1)
OTHER = "ada.other@example.net"
WORDS = "words that only ada chose"


def live(ada: User, *, cohort, sessions, paid_cohort, organisation, max, root, flo) -> None:
    """`max` looks after the organisation too, so that nobody is left alone."""
    enrolment = Enrolment.objects.get(user=ada, cohort=cohort)
    _as_a_person(ada)
    _writing(ada, sessions)
    _learning(ada, enrolment, sessions, flo)
    _groups(ada, enrolment, paid_cohort)
    _money(ada, paid_cohort, organisation, max, root)
    _documents(ada, enrolment, organisation, flo)
    _pages(ada)
    settle_everything()


def _as_a_person(ada: User) -> None:
    User.objects.filter(pk=ada.pk).update(reading={"t": "calm"}, zone="Europe/Dublin")
    ada.refresh_from_db()
    ada.user_permissions.add(Permission.objects.get(codename="change_signpost"))
    EmailAddress.objects.create(user=ada, email=OTHER, verified=True)
    Authenticator.objects.create(user=ada, type="totp", data={"secret": "s3cr3t-of-ada"})
    facts = {"ip": "192.0.2.7", "user_agent": "A calm browser", "session_key": "k" * 32}
    UserSession.objects.create(user=ada, **facts)


def _writing(ada: User, sessions) -> None:
    for number, session in enumerate(sessions[:2]):
        ticket, prompt = ticket_for(ada, session), text_prompt(session)
        words = {prompt.key: Response(prompt, f"{CANARY} {number}")}
        facts = {"responses": words, "done": True, "now": NOON}
        saving.save(ticket, actor=ada, version=0, step=1, **facts)
    aside = {prompt.key: Response(prompt, f"{CANARY} aside")}
    saving.save_late(ticket_for(ada, session), responses=aside, version=0, now=NOON)
    Reflection.objects.filter(session_key=sessions[0].key).update(deleted_at=NOON)
    WritingChoices.objects.create(owner=ada, hidden_prompts=["a-question"])
    HelpRequest.objects.create(user=ada, email=ada.email, words="Where is the key?", asked_at=NOON)
    assert SetAside.objects.exists()


def _learning(ada: User, enrolment: Enrolment, sessions, flo: User) -> None:
    attending.open_session(enrolment, session=sessions[0], now=NOON)
    attending.work_through(enrolment, session=sessions[0], now=NOON)
    mine = {"enrolment": enrolment}
    AttendanceQuestion.objects.create(**mine, number=2, words=f"{WORDS}: asked", asked_at=NOON)
    to_us, next_one = Thought.TO_FACILITATORS, Thought.TO_NEXT_COHORT
    for whom in (to_us, next_one):
        said = {"words": f"{WORDS}: {whom}", "with_name": True, "sent_at": NOON}
        Thought.objects.create(**mine, for_whom=whom, **said)
    Feedback.objects.create(**mine, number=1, safe=4, comment=f"{WORDS}: pulse", sent_at=NOON)
    measure = Measure.objects.get_or_create(slug="starter", title="Starter scale")[0]
    answers = {"steady": 7}
    MeasureAnswer.objects.create(
        **mine, measure=measure, moment="before", answers=answers, answered_at=NOON
    )
    CpdNote.objects.create(**mine, number=1, practice=f"{WORDS}: practice")


def _groups(ada: User, enrolment: Enrolment, paid_cohort: Cohort) -> None:
    Enrolment.objects.filter(pk=enrolment.pk).update(
        access_needs=f"{WORDS}: a quiet room", access_needs_sent_at=NOON
    )
    meeting = LiveSession.objects.create(
        cohort=enrolment.cohort, number=3, day=date(2026, 11, 10), starts=time(14)
    )
    NotComing.objects.create(enrolment=enrolment, meeting=meeting, said_at=NOON)
    other = Cohort.objects.create(programme_id=enrolment.cohort.programme_id, title="Other group")
    there = LiveSession.objects.create(
        cohort=other, number=3, day=date(2026, 12, 8), starts=time(10)
    )
    guest = Guest.objects.create(enrolment=enrolment, meeting=there, asked_at=NOON)
    GuestComment.objects.create(guest=guest, words=f"{WORDS}: as a guest", sent_at=NOON)
    Opening.objects.create(
        cohort=enrolment.cohort, enrolment=enrolment, number=4, opened_at=NOON, opened_by=ada
    )
    facts = {"was_day": meeting.day, "was_starts": meeting.starts, "was_minutes": 90}
    Change.objects.create(
        meeting=there, changed_by=ada, changed_at=NOON, was_cancelled=False, **facts
    )
    full = Cohort.objects.create(
        programme_id=other.programme_id, title="Full group", capacity=5, held=1, joining="open"
    )
    offer = {"offered_at": NOON, "offer_until": NOON + 900 * DAY, "offers": 1}
    Waiting.objects.create(cohort=full, user=ada, since=NOON, **offer)
    Reminders.objects.create(user=ada, day_before=True)
    CalendarFeed.objects.create(user=ada, made_at=NOON)
    LetterToSelf.objects.create(enrolment=enrolment, asked_at=NOON, due_on=date(2027, 1, 12))
    Interest.objects.create(
        programme_id=other.programme_id, email=OTHER, asked_at=NOON, confirmed_at=NOON
    )
    Facilitation.objects.create(cohort=other, user=ada)
    other.hosts.add(ada)
    Message.objects.create(
        cohort=other, sender=ada, heading="Hello", words=f"{WORDS}: to a group", sent_at=NOON
    )


def _money(ada: User, group: Cohort, organisation, max: User, root: User) -> None:
    own = paid(ada, root, cohort=group, quantity=1)  # a place for herself, not started
    team = bought(max, organisation, group, 2)
    inviting.invite(team, ["ada@example.org"], by=max, now=NOON)
    other = Cohort.objects.get(title="Other group")
    sent = invited(bought(max, organisation, other, 1), max, email=OTHER)
    accepting.accept(hash_behind(sent), user=ada, now=NOON)
    Manager.objects.create(organisation=organisation, user=ada, since=NOON)
    ManagerInvitation.objects.create(
        organisation=organisation,
        email="ada@example.org",
        token_hash="a" * 64,
        state="accepted",
        invited_at=NOON,
        expires_at=NOON + DAY,
        invited_by=ada,
    )
    team.places.first().invitations.update(invited_by=ada)
    JoinLink.objects.create(
        order=team, token_hash="b" * 64, cap=1, expires_at=NOON + DAY, made_by=ada, made_at=NOON
    )
    refund = {"amount_minor": 0, "state": Refund.REFUSED, "asked_at": NOON}
    Refund.objects.create(order=own, asked_by=ada, agreed_by=ada, **refund)


def _documents(ada: User, enrolment: Enrolment, organisation, flo: User) -> None:
    facts = taken()
    Completion.objects.create(enrolment=enrolment, completed_at=NOON, sessions_needed=6)
    issuing.issue(enrolment, facts=facts, now=NOON)
    sent = Sent(access_needs=f"{WORDS}: sent", thoughts=[], for_next_cohort=[])
    summary = summarising.summarise(enrolment, facts=facts, sent=sent, now=NOON)
    record("summary.opened", actor=flo.pk, subject=f"summary:{summary.pk}", at=NOON)
    said = {"thoughts": [Said("a thought", "Ada Byron")], "said_around": []}
    group = enrolment.cohort
    shared = {
        "programme": "Resourced",
        "cohort": group.title,
        "first_day": date(2026, 10, 6),
        "last_day": date(2026, 12, 1),
        "issuer": "A charity",
        "facilitators": ["Flora"],
        "people_asked_for": 10,
    }
    nothing = {name: [] for name in ("sessions", "pulses", "measures", "for_next_cohort")}
    counts = dict.fromkeys(["people", "completed", "live_minutes", "own_minutes"], 2)
    of_all = GroupFacts(**shared, **nothing, **counts, **said, scales={}, around=None)
    summarising.summarise_group(group, facts=of_all, now=NOON)
    counts = {"places": 3, "taken": 2, "completed_shown": 0, "hours_shown": None}
    ours = ReportFacts(**shared, **counts, **said, organisation=organisation.name)
    for report_of in set(ada.places.values_list("cohort", flat=True)) | {group.pk}:
        where = Cohort.objects.get(pk=report_of)
        summarising.report(where, organisation=organisation, facts=ours, now=NOON)


def _pages(ada: User) -> None:
    ada.groups.add(roles.facilitators())
    page = Page.objects.filter(depth=3).first().specific
    Page.objects.filter(pk=page.pk).update(owner=ada)
    page.save_revision(user=ada)
    File.objects.create(title=f"{WORDS}: a file", file="nothing.txt", uploaded_by_user=ada)
    comment = Comment.objects.create(
        page=page, user=ada, text=f"{WORDS}: a comment", contentpath=""
    )
    CommentReply.objects.create(comment=comment, user=ada, text=f"{WORDS}: an answer")
    PageSubscription.objects.create(page=page, user=ada, comment_notifications=True)
    kind = ContentType.objects.get_for_model(Page)
    line = {"action": "wagtail.edit", "timestamp": NOON, "label": "A page", "user": ada}
    PageLogEntry.objects.create(page=page, content_type=kind, **line)
    ModelLogEntry.objects.create(object_id="1", content_type=kind, **line)
    UserProfile.objects.create(user=ada, preferred_language="en")
    Signpost.objects.filter(pk=Signpost.objects.first().pk).update(owner="Ada", owner_email=OTHER)
