"""Who may open what: one row for each address, one expected answer for each role.

Whoever adds an address adds its row here; a test says which is missing. The roles:

anon  nobody signed in          max  manages the organisation     gil  facilitates another group
ada   it is hers, or about her  nia  manages another one          eve  writes pages, runs no group
bea   in the same group         hal  hosts the group's meetings   fay  finance
cyn   a stranger                flo  facilitates the group        root superuser
"""

from dataclasses import dataclass, replace

ROLES = ("anon", "ada", "bea", "cyn", "hal", "max", "nia", "flo", "gil", "eve", "fay", "root")
STAFF = ("flo", "gil", "eve", "fay", "root")  # those who may sign in to the workspace

# What an answer can be. Each is refused without a trace, or is not refused.
OPEN = "open"
HIDDEN = "404: there is no such page"
SIGN_IN = "please sign in"
SHUT = "not for you: sent away, 403 or 404"
ANY = "as Wagtail decides"


def only(*names: str) -> dict[str, str]:
    """For these; a visitor is asked to sign in, and others find no such page."""
    return {r: OPEN if r in names else SIGN_IN if r == "anon" else HIDDEN for r in ROLES}


def staff(*names: str, rest: str = HIDDEN) -> dict[str, str]:
    """For these of the staff; `rest` for other staff, and everyone else stays outside."""
    return {r: OPEN if r in names else rest if r in STAFF else SHUT for r in ROLES}


PUBLIC = dict.fromkeys(ROLES, OPEN)
NOBODY = dict.fromkeys(ROLES, HIDDEN)
SIGNED_IN = PUBLIC | {"anon": SIGN_IN}
OWN = only("ada")  # superusers included among the others
OWN_GROUP = only("ada", "bea", "hal", "flo", "root")
GROUP = only("ada", "bea")
NO_CODES = NOBODY | {"anon": SIGN_IN}  # nobody here made any
TEAM = only("max")
BUYER = only("ada")
WORKSPACE = staff("flo", "root")
FINANCE = staff("fay", "root")
ALL_STAFF = staff(*STAFF)
WAGTAIL = staff(rest=ANY)
ROOT = staff("root", rest=SHUT)


@dataclass(frozen=True)
class Row:
    answers: dict[str, str]
    about: tuple[str, ...] = ()  # names of things in the world, or words as they are
    by: str = "get"
    names: bool = False  # the page is there to show Ada's name

    def __call__(self, *about: str) -> "Row":
        return replace(self, about=about)


def row(answers: dict[str, str], **facts: object) -> Row:
    return Row(answers, **facts)


def post(answers: dict[str, str]) -> Row:
    return Row(answers, by="post")


def shows_name(answers: dict[str, str]) -> Row:
    return Row(answers, names=True)


public, signed_in, own, own_group = map(row, (PUBLIC, SIGNED_IN, OWN, OWN_GROUP))
team, buyer, workspace = map(row, (TEAM, BUYER, WORKSPACE))
finance, all_staff, wagtail, root = map(row, (FINANCE, ALL_STAFF, WAGTAIL, ROOT))
anything = row(dict.fromkeys(ROLES, ANY))  # doors that lead to allauth's, and furniture

ROWS: dict[str, Row] = {
    # The site itself
    "livez": public,
    "readyz": public,
    "metrics": public,  # from this machine; tests/operations asks from elsewhere
    "favicon": public,
    "touch_icon": public,
    "manifest": public,
    "picture": row(NOBODY)("no-such.png"),
    "sitemap": public,
    "robots": public,
    "ask_for_help": public,
    "csp_report": post(PUBLIC),
    "security_txt": anything,  # 404 until a contact is set
    "well_known_password": anything,  # leads to the account's page
    "demo_mail": row(NOBODY),  # there is no demo outside DEBUG
    "demo_letter": row(NOBODY)("1"),
    "demo_letter_shown": row(NOBODY)("1"),
    "reading_settings": public,
    "wagtail_serve": public(""),
    "components": row(NOBODY | dict.fromkeys(STAFF, OPEN)),
    "wagtailcore_login": row(NOBODY),
    "wagtailcore_authenticate_with_password": row(NOBODY)("1", "the page"),
    # It stands on no page, so it is there for those in the workspace alone.
    "wagtaildocs_serve": row(NOBODY | dict.fromkeys(STAFF, OPEN))("the document", "document file"),
    "wagtaildocs_authenticate_with_password": row(NOBODY)("1"),
    # Accounts
    "account_login": public,
    "account_logout": public,
    "account_inactive": public,
    "account_signup": public,
    "account_reauthenticate": signed_in,
    "account_email": signed_in,
    "account_email_verification_sent": public,
    "account_change_password": signed_in,
    "account_set_password": signed_in,
    "account_reset_password": public,
    "account_confirm_login_code": signed_in,
    "account_confirm_email": public("nonsense"),
    "account_reset_password_from_key_done": public,
    "account_reset_password_from_key": public("0", "nonsense"),
    "account_reset_password_done": public,
    "mfa_index": signed_in,
    "mfa_authenticate": signed_in,
    "mfa_reauthenticate": signed_in,
    "mfa_activate_totp": signed_in,
    "mfa_deactivate_totp": signed_in,
    "mfa_view_recovery_codes": row(NO_CODES),
    "mfa_generate_recovery_codes": signed_in,
    "mfa_download_recovery_codes": row(NO_CODES),
    "mfa_list_webauthn": signed_in,
    "mfa_add_webauthn": signed_in,
    "mfa_reauthenticate_webauthn": signed_in,
    "mfa_remove_webauthn": own("passkey"),
    "mfa_edit_webauthn": own("passkey"),
    "mfa_login_webauthn": anything,
    "usersessions_list": signed_in,
    # One's own programme
    "my_programme": signed_in,
    "my_data": signed_in,
    "my_everything": signed_in,
    "erase_me": signed_in,
    "erased": public,
    "names": signed_in,
    "time_zone": signed_in,
    "reminders": signed_in,
    "stop_reminders": signed_in,
    "stop_reminders_by_link": public("stop link"),
    "my_messages": signed_in,
    "letter_to_self": signed_in,
    "ask_for_letter": post(OWN)("enrolment"),
    "take_letter_back": post(OWN)("enrolment"),
    "access_needs": own("enrolment"),
    "my_dates": signed_in,
    "my_calendar": signed_in,
    "change_calendar": signed_in,
    "calendar_feed": public("calendar"),  # the address itself is the secret
    "send_thought": row(only("ada", "bea")),
    "take_thought_back": post(OWN)("thought"),
    "answer_measure": row(only("ada", "bea"))("measure"),
    "my_attendance": signed_in,
    "attendance_of": own("enrolment", "7"),
    "change_attendance": post(OWN)("enrolment", "7", "take-question-back"),
    "at_my_pace": signed_in,
    "change_pace": post(OWN)("enrolment", "pause"),
    "my_cpd": signed_in,
    "cpd": own("enrolment"),
    "cpd_pdf": own("enrolment"),
    "cpd_csv": own("enrolment"),
    "cpd_note": own("enrolment", "1"),
    # A group and its meetings
    "groups": public,
    "join_group": signed_in("later cohort"),
    "ask_for_place": signed_in("later cohort"),
    "waiting": row(only("cyn"))("cohort"),
    "ask_to_be_told": public,
    "confirm_interest": public("confirm"),
    "stop_interest": public("stop"),
    "meeting": own_group("meeting"),
    "meeting_way_in": own_group("meeting"),
    "meeting_calendar": own_group("meeting"),
    "material": own_group("material"),
    "material_file": own_group("material"),
    "cohort_calendar": row(only("ada", "bea", "hal", "flo"))("cohort"),
    "give_feedback": row(only("ada", "bea"))("meeting"),
    # What is taught
    "search": public,
    "session_page": public("programme slug", "session slug"),
    "session_words": row(NOBODY | dict.fromkeys(("ada", "bea", *STAFF), OPEN))(
        "programme slug", "closed session", "part with words"
    ),
    "keep_place": post(GROUP)("session key"),
    "work_through": post(GROUP)("session key"),
    "undo_work_through": post(GROUP)("session key"),
    "all_sheets": public("programme slug"),
    "resource_pdf": public("programme slug", "sheet"),
    "share_kit": public("programme slug", "session slug"),
    "share_kit_pdf": public("programme slug", "session slug"),
    # Private writing: its author, and nobody else
    "my_spiral": signed_in,
    "show_spiral": signed_in,
    "my_spiral_at": row(NOBODY | {"anon": SIGN_IN})("enrolment"),
    "my_reflections": signed_in,
    "save_reflection": post(dict.fromkeys(ROLES, SHUT)),
    "writing_consent": signed_in,
    "withdraw_consent": signed_in,
    "download_reflections": signed_in,
    "writing_choices": signed_in,
    "reflect": row(GROUP)("session key"),
    "write_afresh": post(GROUP)("session key"),
    "choose_version": post(OWN)("set aside"),
    "read_reflection": own("reflection"),
    "delete_reflection": post(OWN)("reflection"),
    "undo_delete_reflection": post(OWN)("reflection"),
    # On paper
    "certificate": own("certificate"),
    "certificate_pdf": own("certificate"),
    "certificate_shows_name": post(OWN)("certificate"),
    "find_certificate": public,
    "verify": shows_name(PUBLIC)("code"),
    "organisation_report": team("report"),
    "organisation_report_pdf": team("report"),
    # Organisations, orders and places
    "teams": public,
    "new_organisation": signed_in,
    "become_manager": row(NOBODY),
    "open_manager_invitation": public("manager link"),
    "organisation": team("organisation"),
    "organisation_details": team("organisation"),
    "managers": team("organisation"),
    "buy_for_team": team("organisation"),
    "team_order": team("order"),
    "invite": team("order"),
    "join_link": team("order"),
    "place": team("place"),
    "buy_for_self": signed_in("later cohort"),
    "take_bursary": signed_in("later cohort"),
    "my_orders": signed_in,
    "my_order": buyer("own order"),
    "own_place": row(NOBODY | {"anon": SIGN_IN})("order"),
    "give_back": post(BUYER)("own order"),
    "order": team("order"),
    "order_return": team("order"),
    "paper": row(only("max", "fay", "root"))("paper"),
    "paper_pdf": row(only("max", "fay", "root"))("paper"),
    "join": row(NOBODY),
    "open_invitation": public("invitation"),
    "my_organisation": signed_in,
    "show_completion": post(OWN)("place"),
    "stripe_webhook": post(PUBLIC),
    # The facilitators' workspace
    "facilitator_groups": all_staff,
    "plan_group": all_staff,
    "facilitator_group": workspace("cohort"),
    "group_people": workspace("cohort"),
    "group_person": workspace("cohort", "enrolment"),
    "group_export": workspace("cohort"),
    "group_sent": workspace("cohort"),
    "group_settle_question": post(WORKSPACE)("cohort", "question"),
    "group_meetings": workspace("cohort"),
    "group_meeting": workspace("cohort", "meeting"),
    "group_cancel_meeting": post(WORKSPACE)("cohort", "meeting"),
    "group_run_sheet": workspace("cohort", "meeting"),
    "group_register": workspace("cohort", "meeting"),
    "group_take_material": post(WORKSPACE)("cohort", "meeting", "material"),
    "group_messages": workspace("cohort"),
    "group_waiting": workspace("cohort"),
    "group_offer": post(WORKSPACE)("cohort", "waiting"),
    "group_settings": workspace("cohort"),
    "group_announce": post(WORKSPACE)("cohort"),
    "group_copy": workspace("cohort"),
    "group_call_off": workspace("cohort"),
    "group_open_modules": post(WORKSPACE)("cohort"),
    "group_closing": workspace("cohort"),
    "group_measure": post(WORKSPACE)("cohort", "measure"),
    "facilitator_summary": workspace("summary"),
    "facilitator_summary_pdf": workspace("summary"),
    "group_summary": workspace("group summary"),
    "group_summary_pdf": workspace("group summary"),
    # Orders and money
    "staff_orders": finance,
    "staff_orders_export": post(FINANCE),
    "staff_differences": finance,
    "staff_groups": finance,
    "staff_group": finance("paid cohort"),
    "staff_order": finance("order"),
    "staff_act": finance("order", "paid"),
    "staff_act_on_refund": finance("refund", "agree"),
    # Words of letters, the programme's own screens
    "letters": row(staff("root")),
    "letter": row(staff("root"))("every_letter"),
    "letter_again": post(staff("root"))("every_letter"),
    # What could not be sent
    "effects": row(staff("root")),
    "effects_of_kind_again": post(staff("root")),
    "effect_again": post(staff("root"))("5f0c7f1e-0000-4000-8000-000000000000"),
    "letter_shown": row(staff("root"))("password_changed"),
    "style_guide": all_staff,
    "signpost_checked": post(staff("flo", "gil", "root", rest=SHUT))("signpost"),
    "restore_session": row(staff("flo", "gil", "eve", "root", rest=SHUT))("the page"),
}
