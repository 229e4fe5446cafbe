"""What the outbox does for the programme's pages: fetch by id, write one letter."""

from django.urls import reverse
from django.utils import timezone
from wagtail.models import Site

from course import mail
from course.programme.models import HelpRequest, Signpost, SiteSettings


def help_address() -> str:
    site = Site.objects.filter(is_default_site=True).first()
    return SiteSettings.for_site(site).help_email if site else ""


def ask_to_check_signposts(*, signposts: list[int], letter: str) -> None:
    """Those that were checked in the meantime are left out; when none is left, so is the letter."""
    waiting = Signpost.objects.waiting(timezone.now().date()).filter(pk__in=signposts)
    found = list(waiting)
    if not found:
        return
    address = found[0].owner_email or help_address()
    if address:
        mail.signposts_to_check(
            to=address,
            key=letter,
            count=len(found),
            path=reverse(Signpost.snippet_viewset.get_url_name("list")) + "?waiting=true",
        )


def pass_on_help_request(*, request: str) -> None:
    """To the site's help address, so that an answer goes to whoever asked.

    Raises when there is no address any more: the question waits until there is one.
    """
    asked = HelpRequest.objects.filter(pk=request).first()
    if asked is None:  # erased meanwhile
        return
    if not (address := help_address()):
        raise NobodyHelps
    mail.help_request(to=address, key=f"help:{request}", message=asked.words, address=asked.email)


class NobodyHelps(Exception):
    """The site has no help address."""
