"""The twelve families of faults (R80), and which tests try them.

`python -m tests.faults` runs them all and prints one table; `docs/faults.md` is drawn from this.
A test says how many faults it tried by `record_property("faults", …)`, or EACH says so for it.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Family:
    """Tests by file and name. Those in `soak` run in `make soak` only; those in `quick` in both,
    many of them with a sample of their points in `make test` and with all of them in `make soak`."""

    name: str
    quick: tuple[str, ...]
    soak: tuple[str, ...] = ()

    def tests(self) -> tuple[str, ...]:
        return self.quick + self.soak


def _of(file: str, *names: str) -> tuple[str, ...]:
    return tuple(f"tests/{file}.py::test_{name}" for name in names)


FAMILIES = {
    1: Family(
        "kill -9 at named points",
        _of("faults/test_effects", "killed_at_every_point_each_effect_happens_once")
        + _of("faults/test_killed", "a_journey_killed_anywhere_ends_as_if_it_had_not_been",
              "two_workers_share_the_work", "what_was_acknowledged_survives_a_killed_web_server")
        + _of("faults/test_money", "killed_between_payment_and_places",
              "killed_while_late_money_goes_back")
        + _of("rights/test_killed_for_real", "what_was_begun_is_finished")
        + _of("backups/test_rehearsal",
              "a_backup_made_under_load_and_killed_on_the_way_comes_back_whole"),
    ),
    2: Family(
        "messages twice, mixed up, late, played again",
        _of("faults/test_clocks", "messages_that_come_three_days_late_settle_it_all",
            "what_was_signed_long_ago_is_refused_and_changes_nothing")
        + _of("places/test_reconciling", "any_order_of_six_events_ends_the_same")
        + _of("places/test_webhook", "the_same_event_again_is_answered_and_changes_nothing")
        + _of("faults/test_money", "the_same_message_twenty_times_at_once",
              "twenty_looks_at_once_and_from_two_processes"),
        _of("places/test_reconciling", "all_720_orders_of_six_events_end_the_same"),
    ),
    3: Family(
        "clocks that jump, nights that are moved, leap days",
        _of("faults/test_clocks", "a_clock_that_jumps_ten_minutes_loses_and_doubles_nothing",
            "one_reminder_in_nights_that_are_shorter_or_longer",
            "no_job_of_the_clock_fails_on_such_a_day", "a_message_from_the_future_is_refused")
        + _of("operations/test_health", "not_with_another_clock_than_the_databases"),
    ),
    4: Family(
        "a database away, read-only, taken over, in conflict",
        _of("faults/test_effects", "a_database_or_disk_that_is_away_loses_nothing")
        + _of("faults/test_statements", "words_are_saved_whole_or_not_at_all",
              "a_message_of_stripes_is_kept_whole_or_sent_again",
              "the_sixth_session_completes_whole_or_not_at_all",
              "an_effect_is_done_once_whatever_the_database_refuses")
        + _of("places/test_webhook", "503_while_the_database_is_down_and_nothing_is_lost")
        + _of("operations/test_health", "not_without_a_database_that_takes_writes"),
    ),
    5: Family(
        "a disk that is full",
        _of("faults/test_effects", "a_database_or_disk_that_is_away_loses_nothing")
        + _of("faults/test_statements", "uploads_on_a_full_disk_leave_nothing_half_done")
        + _of("reflections/test_bad_days", "a_full_disk_keeps_the_words_on_the_page")
        + _of("operations/test_health", "not_with_a_full_disk"),
    ),
    6: Family(
        "Redis gone or slow",
        _of("operations/test_redis", "without_redis_pages_open_sessions_hold_and_limits_count",
            "a_redis_that_hangs_is_asked_once_and_then_left_alone", "it_is_asked_again_after_a_pause"),
    ),
    7: Family(
        "object storage that fails or dawdles",
        _of("operations/test_bucket", "a_bucket_that_fails_is_not_the_fault_of_a_file",
            "a_bucket_that_is_gone_loses_nothing"),
        _of("operations/test_bucket", "a_bucket_that_dawdles_is_given_up"),
    ),
    8: Family(
        "Stripe silent, busy, broken, of another world",
        _of("places/test_card", "a_cut_after_stripe_accepted_leaves_one_page", "500_and_then_well",
            "nothing_is_let_go_while_stripe_does_not_answer")
        + _of("places/test_webhook", "an_event_of_real_money_never_touches_a_test_site",
              "an_object_of_real_money_never_pays_a_test_order",
              "while_stripe_is_silent_the_job_waits_and_comes_again",
              "what_is_malformed_is_400_and_leaves_nothing")
        + _of("places/test_odd_money", "a_refund_that_stripe_accepted_in_silence_is_sent_once")
        + _of("stripe/test_fake", "429_and_late"),
    ),
    9: Family(
        "a mail server that drops, defers, is away",
        _of("faults/test_post", "every_letter_arrives_and_is_one_letter",
            "a_server_that_is_away_is_waited_for_and_then_a_person_is",
            "come_again_later_is_not_no_for_an_invitation")
        + _of("faults/test_effects", "killed_at_every_point_each_effect_happens_once"),
    ),
    10: Family(
        "the writing key missing, old, half turned",
        _of("reflections/test_bad_days", "a_missing_or_wrong_key_file")
        + _of("reflections/test_keys", "a_file_that_lacks_a_key_in_use_changes_nothing",
              "a_key_service_that_is_down_closes_writing_kindly")
        + _of("reflections/test_keys_killed",
              "a_rotation_killed_at_every_step_loses_nothing_under_load",
              "a_renewal_killed_at_every_step_loses_nothing_under_load"),
    ),
    11: Family(
        "two releases at once",
        _of("faults/test_two_releases",
            "rows_of_the_last_release_fit_into_the_tables_of_this_one",
            "a_letter_that_the_last_release_owed_is_sent_by_this_one")
        + _of("operations/test_upgrade", "what_the_last_release_stored_opens_under_this_one")
        + _of("operations/test_migrations", "every_migration_since_the_first_only_expands"),
    ),
    12: Family(
        "everybody at once",
        _of("faults/test_everyone_arrives", "everyone_ends_in_the_room")
        + _of("faults/test_last_place", "fifty_claims_at_once_never_overbook")
        + _of("faults/test_money", "fifty_buyers_for_the_last_place")
        + _of("faults/test_killed", "one_button_pressed_many_times_at_once_is_one_press"),
        _of("faults/test_everyone_arrives", "everyone_opens_the_first_session_at_nine")
        + _of("faults/test_last_place", "many_fingers_on_one_button_make_one_order"),
    ),
}  # fmt: skip


# Tests of other folders that try more than one fault each time, and say so here.
EACH = {
    "any_order_of_six_events_ends_the_same": 8,
    "all_720_orders_of_six_events_end_the_same": 720,
    "the_same_message_twenty_times_at_once": 20,
    "twenty_looks_at_once_and_from_two_processes": 20,
    "fifty_claims_at_once_never_overbook": 50,
    "fifty_buyers_for_the_last_place": 50,
    "one_button_pressed_many_times_at_once_is_one_press": 35,
    "a_rotation_killed_at_every_step_loses_nothing_under_load": 4,
    "a_renewal_killed_at_every_step_loses_nothing_under_load": 5,
}


def as_page() -> str:
    """docs/faults.md."""
    lines = ["# Faults that are tried", "", *INTRODUCTION, ""]
    for number, family in FAMILIES.items():
        lines += [f"## {number}. {family.name.capitalize()}", ""]
        for kind, tests in (("quick", family.quick), ("soak only", family.soak)):
            lines += [f"- {kind}: `{test}`" for test in tests]
        lines.append("")
    return "\n".join(lines)


INTRODUCTION = [
    "Each family is a kind of bad day. A test of it makes that day happen, at named points and",
    "with a seed, and then counts: what was acknowledged and is gone is *lost*; what happened to",
    "the outside world more than once, and was not the same letter again, is *doubled*.",
    "",
    "`make test` tries a sample. `make soak` tries every point, and prints the table at its end.",
    "`.venv/bin/python -m tests.faults` runs this suite alone (`--quick` for the sample).",
    "",
    "This page is drawn from `tests/faults/families.py`: `.venv/bin/python -m tests.faults --page`.",
]
