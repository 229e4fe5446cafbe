"""Where personal data is: every model of this site, with what is given out and what goes.

A test walks all models there are. One that is new, or that points to a person by a new field,
fails it until somebody has decided here (R15). The record of processing is drawn from this.
"""

from dataclasses import dataclass

GOES, NAMELESS, STAYS = "erased", "stays without the person", "stays"


@dataclass(frozen=True)
class Row:
    """One model. `points` are its fields that lead to a person; `given_as` are parts of the
    copy of everything, or why it is not given; `why` is the purpose, or the reason to keep."""

    model: str
    holds: str
    points: tuple[str, ...]
    given_as: tuple[str, ...]
    on_erasure: str
    why: str
    withheld: str = ""


def _row(
    model: str,
    points: str,
    given: str,
    on_erasure: str,
    holds: str,
    why: str,
    withheld: str = "",
) -> Row:
    return Row(model, holds, tuple(points.split()), tuple(given.split()), on_erasure, why, withheld)


WRITING = [
    _row("reflections.Reflection", "owner", "reflections", GOES, "private writing, sealed",
         "to reflect; by explicit consent"),
    _row("reflections.SetAside", "reflection", "reflections", GOES,
         "words of a second window, sealed", "so that nothing is lost"),
    _row("reflections.WritingChoices", "owner", "writing_choices", GOES,
         "how someone likes to be asked", "to ask kindly"),
    _row("writing_keys.WritingKey", "owner_id", "writing_keys", NAMELESS,
         "the wrapped key; once destroyed, its dates", "to open writing for its author; the row"
         " proves that the key is gone"),
    _row("writing_keys.Tombstone", "owner_id", "", STAYS,
         "the number of someone who was erased, and whether certificates stay",
         "keeps a restored backup from bringing them back", "is made only when someone goes"),
]  # fmt: skip

ACCOUNTS = [
    _row("people.User", "email", "account reading_settings", GOES,
         "address, names, settings, dates", "to sign in"),
    _row("people.User_groups", "user", "account", GOES, "roles", "to know who may do what"),
    _row("people.User_user_permissions", "user", "account", GOES, "rights",
         "to know who may do what"),
    _row("people.Consent", "user", "consents", GOES, "what was agreed to, with version and time",
         "to show that consent was given"),
    _row("people.Erasure", "user", "", GOES, "that someone is being erased",
         "to finish what was begun", "ends with the account, within minutes"),
    _row("account.EmailAddress", "user email", "email_addresses", GOES, "addresses", "to sign in"),
    _row("account.EmailConfirmation", "", "", GOES, "an open confirmation",
         "to confirm an address", "a secret of a few days"),
    _row("mfa.Authenticator", "user", "second_ways_in", GOES, "a second way to sign in",
         "to keep accounts safe"),
    _row("usersessions.UserSession", "user ip", "signed_in", GOES,
         "internet address and browser of a sign-in", "to see and end sign-ins"),
    _row("sessions.Session", "", "", GOES, "that a browser is signed in", "to stay signed in",
         "holds a number of the account, and ends after a day of quiet"),
]  # fmt: skip

GROUPS = [
    _row("cohorts.Enrolment", "user continues", "places_in_groups", GOES,
         "a place in a group, access needs", "to take part"),
    _row("cohorts.NotComing", "enrolment", "not_coming", GOES, "that someone will not be there",
         "to plan a meeting"),
    _row("cohorts.Guest", "enrolment", "visits", GOES, "a visit to another group",
         "to catch up"),
    _row("cohorts.Opening", "enrolment opened_by", "opened_early", GOES,
         "a session opened early", "to read ahead"),
    _row("cohorts.Waiting", "user", "waiting_lists", GOES, "a place in line", "to offer places"),
    _row("cohorts.Reminders", "user", "reminders", GOES, "chosen reminders", "to remind"),
    _row("cohorts.CalendarFeed", "user", "calendar", GOES, "the address of a calendar",
         "to show dates in one's own calendar"),
    _row("cohorts.LetterToSelf", "enrolment", "letters_to_self", GOES,
         "that a letter was asked for", "to send it"),
    _row("cohorts.Interest", "email", "told_of_new_groups", GOES, "an address to tell",
         "to tell of new groups"),
    _row("cohorts.Facilitation", "user", "groups_you_run", GOES, "who runs a group",
         "to run groups"),
    _row("cohorts.Cohort", "facilitators hosts", "groups_you_run", NAMELESS, "a group",
         "others take part in it"),
    _row("cohorts.Cohort_hosts", "user", "groups_you_run", GOES, "who hosts meetings",
         "to open the room"),
    _row("cohorts.Message", "sender", "messages_you_sent", NAMELESS,
         "what a facilitator wrote to a group", "the group may read it again"),
    _row("cohorts.Change", "changed_by", "what_you_did", NAMELESS, "how a meeting was moved",
         "so that dates can be explained"),
]  # fmt: skip

LEARNING = [
    _row("course_sessions.Progress", "enrolment", "sessions_opened", GOES, "where someone was",
         "to come back there"),
    _row("course_sessions.Attendance", "enrolment marked_by", "attendance", GOES,
         "sessions attended or caught up", "to complete"),
    _row("course_sessions.AttendanceQuestion", "enrolment", "questions_about_attendance", GOES,
         "a question about what is noted", "to correct it"),
    _row("course_sessions.Completion", "enrolment", "completions", GOES, "that the rule was met",
         "to issue a certificate"),
    _row("course_sessions.Thought", "enrolment", "thoughts", GOES, "a note sent to others",
         "its author wished it"),
    _row("course_sessions.Feedback", "enrolment", "feedback", GOES,
         "answers after a meeting, in plain, beside the place", "to better the programme"),
    _row("course_sessions.GuestComment", "guest", "comments_as_guest", GOES,
         "what a guest said of a meeting", "facilitators read it, unsigned"),
    _row("course_sessions.MeasureAnswer", "enrolment", "questionnaires", GOES,
         "answers to questionnaires, in plain, beside the place", "to see for oneself; figures"),
    _row("course_sessions.CpdNote", "enrolment", "cpd_notes", GOES,
         "notes for a CPD record, in plain", "to claim CPD"),
]  # fmt: skip

DOCUMENTS = [
    _row("certificates.Certificate", "holder enrolment completion_of", "certificates", NAMELESS,
         "what someone took part in, frozen",
         "its code goes on working if the holder wishes; otherwise only the code is left"),
    _row("certificates.Paper", "", "certificates", GOES, "PDFs of documents",
         "to give the same paper again; that of a kept certificate stays with it"),
    _row("certificates.FacilitatorSummary", "completion_of", "facilitator_summaries", GOES,
         "what facilitators are told when one person completes", "to know who took part"),
    _row("certificates.CohortSummary", "", "group_figures", STAYS,
         "figures of a closed group, and words sent to all of it",
         "frozen once; the figures lead to nobody (R25)"),
    _row("certificates.OrganisationReport", "", "organisation_reports", STAYS,
         "figures for an organisation, and words sent to it", "frozen once; it names nobody who"
         " did not wish it"),
]  # fmt: skip

PLACES = [
    _row("places.Order", "buyer", "orders", NAMELESS, "an order and whom it is billed to",
         "the books, as tax law asks; a name goes where no paper was written"),
    _row("places.Document", "", "papers", STAYS, "invoices, receipts, credit notes",
         "tax law asks for them as they were written"),
    _row("places.Payment", "", "payments", STAYS, "a payment of an order",
         "the books; it names nobody"),
    _row("places.LedgerEntry", "", "payments", STAYS, "money that came or went",
         "the books; it names nobody"),
    _row("places.Refund", "asked_by agreed_by", "what_you_did_with_places", NAMELESS,
         "money that goes back", "the books"),
    _row("places.Place", "holder enrolment", "paid_places", NAMELESS, "a seat of an order",
         "its buyer paid for it"),
    _row("places.Invitation", "email invited_by", "invitations what_you_did_with_places", NAMELESS,
         "an offer of a place to an address", "its buyer sees what became of a place; the address"
         " goes"),
    _row("places.JoinLink", "made_by", "what_you_did_with_places", NAMELESS,
         "a link for several people", "its buyer goes on using it"),
    _row("places.Manager", "user", "organisations", GOES, "who looks after places",
         "to manage places"),
    _row("places.ManagerInvitation", "email invited_by",
         "asked_to_look_after what_you_did_with_places", NAMELESS,
         "that an address was asked to manage", "to see who was asked; the address goes"),
    _row("places.Organisation", "billing_email", "organisations", STAYS,
         "an organisation and where its invoices go", "it is the organisation's; one that never"
         " ordered goes with its only manager"),
]  # fmt: skip

MACHINERY = [
    _row("audit.Entry", "actor", "what_you_did who_opened_what", STAYS,
         "that something was done, by a number, from which shortened network",
         "safety and proof; its period ends it"),
    _row("outbox.Effect", "", "", STAYS, "that a letter or paper is owed, by numbers",
         "to send each once; its period ends it", "numbers only; a sealed letter until it is sent"),
    _row("django_tasks_database.DBTaskResult", "", "", STAYS, "numbers of the above",
         "to work through the queue; its period ends it", "numbers of effects only"),
]  # fmt: skip

PAGES = [
    _row("wagtailcore.Page", "locked_by owner", "pages_and_pictures", NAMELESS, "pages of the site",
         "they are the site's"),
    _row("wagtailcore.Revision", "user", "pages_and_pictures", NAMELESS, "versions of pages",
         "to go back to one"),
    _row("wagtailcore.PageLogEntry", "user", "what_you_did_with_pages", STAYS,
         "what was done with a page, by a number", "to explain a page's history"),
    _row("wagtailcore.ModelLogEntry", "user", "what_you_did_with_pages", STAYS,
         "what was done in the workspace, by a number", "to explain a change"),
    _row("wagtailcore.Comment", "user resolved_by", "comments", GOES, "comments on a page",
         "to work on pages together"),
    _row("wagtailcore.CommentReply", "user", "comments", GOES, "answers to comments",
         "to work on pages together"),
    _row("wagtailcore.PageSubscription", "user", "what_you_did_with_pages", GOES,
         "who is told of comments", "to tell them"),
    _row("wagtailcore.WorkflowState", "requested_by", "what_you_did_with_pages", NAMELESS,
         "a second look at a page", "to explain a page's history"),
    _row("wagtailcore.TaskState", "finished_by", "what_you_did_with_pages", NAMELESS,
         "a second look at a page", "to explain a page's history"),
    _row("wagtailcore.UploadedFile", "uploaded_by_user", "pages_and_pictures", NAMELESS,
         "an upload under way", "it is the site's"),
    _row("wagtaildocs.Document", "uploaded_by_user", "pages_and_pictures", NAMELESS,
         "files of pages", "they are the site's"),
    _row("wagtailimages.Image", "uploaded_by_user", "pages_and_pictures", NAMELESS,
         "pictures of pages", "they are the site's"),
    _row("wagtailusers.UserProfile", "user", "workspace_settings", GOES,
         "settings and picture of someone who works here", "to work in the workspace"),
    _row("wagtailadmin.EditingSession", "user", "", GOES, "that a page is open in an editor",
         "to warn two editors of each other", "ends when the page is closed"),
    _row("wagtailadmin.FormState", "user", "", GOES, "a form kept open in the workspace",
         "to come back to it", "of no use outside the form; ends with it"),
    _row("programme.HelpRequest", "user email", "questions_to_us", GOES,
         "a question to the help address, until it surely arrived", "to answer"),
    _row("programme.Signpost", "owner_email", "helplines_you_check", NAMELESS,
         "a helpline, and who checks it", "helplines stay; the address goes"),
    _row("programme.SiteSettings", "help_email", "", STAYS, "the provider's own contact",
         "to be reached", "is the provider's, and on every page"),
]  # fmt: skip

PERSONAL = [*WRITING, *ACCOUNTS, *GROUPS, *LEARNING, *DOCUMENTS, *PLACES, *MACHINERY, *PAGES]

# What holds nothing about anyone: content, dates of groups, counts, and Django's own tables.
NOT_PERSONAL = {
    "auth": {"Group", "Group_permissions", "Permission"},
    "cohorts": {"LiveSession", "Material"},
    "contenttypes": {"ContentType"},
    "course_sessions": {
        *("Measure", "Measure_cohorts", "Recording", "ResourcePage", "SessionPage", "Sheet"),
    },
    "places": {"Difference", "Discount", "Numbering", "StripeEvent"},
    "programme": {"GlossaryTerm", "HomePage", "LetterWords", "ProgrammePage", "PublicPage"},
    "taggit": {"Tag", "TaggedItem"},
    "wagtailadmin": {"Admin"},
    "wagtailcore": {
        *("Collection", "CollectionViewRestriction", "CollectionViewRestriction_groups"),
        *("GroupApprovalTask", "GroupApprovalTask_groups", "GroupCollectionPermission"),
        *("GroupPagePermission", "GroupSitePermission", "Locale", "PageViewRestriction"),
        *("PageViewRestriction_groups", "ReferenceIndex", "Site", "Task", "Workflow"),
        *("WorkflowContentType", "WorkflowPage", "WorkflowTask"),
    },
    "wagtailembeds": {"Embed"},
    "wagtailimages": {"Rendition"},
    "wagtailredirects": {"Redirect"},
    "wagtailsearch": {"IndexEntry", "SQLiteFTSIndexEntry"},
}


def as_markdown() -> str:
    """The table of docs/record-of-processing.md."""
    lines = ["| where | what it holds | what for, or why it stays | on erasure | in the copy as |"]
    lines.append("|---|---|---|---|---|")
    for row in PERSONAL:
        given = ", ".join(f"`{part}`" for part in row.given_as) or f"not: {row.withheld}"
        lines.append(f"| `{row.model}` | {row.holds} | {row.why} | {row.on_erasure} | {given} |")
    return "\n".join(lines) + "\n"
