"""Letters about someone's own account, documents and pages."""

from course.mail.making import link, make_message


def confirm_interest(*, to: str, key: str, path: str) -> None:
    make_message("confirm_interest", to=to, key=key, context={"url": link(path)}).send()


def signposts_to_check(*, to: str, key: str, count: int, path: str) -> None:
    facts = {"url": link(path), "count": count}
    make_message("signposts_to_check", to=to, key=key, context=facts).send()


def effects_wait(*, to: str, key: str, number: int, path: str) -> None:
    facts = {"url": link(path), "number": number}
    make_message("effects_wait", to=to, key=key, context=facts).send()


def certificate_ready(*, to: str, key: str, path: str) -> None:
    make_message("certificate_ready", to=to, key=key, context={"url": link(path)}).send()


def summary_ready(*, to: str, key: str, path: str) -> None:
    make_message("summary_ready", to=to, key=key, context={"url": link(path)}).send()


def goodbye(*, to: str, key: str, kept: bool) -> None:
    make_message("goodbye", to=to, key=key, context={"kept": kept}).send()


def quiet_account(*, to: str, key: str, path: str, day: str) -> None:
    make_message("quiet_account", to=to, key=key, context={"url": link(path), "day": day}).send()


def report_ready(*, to: str, key: str, path: str) -> None:
    make_message("report_ready", to=to, key=key, context={"url": link(path)}).send()


def help_request(*, to: str, key: str, message: str, address: str) -> None:
    """The one letter that carries someone's own words, because they asked us to read them."""
    facts = {"message": message, "address": address}
    letter = make_message("help_request", to=to, key=key, context=facts)
    letter.reply_to = [address]
    letter.send()
