"""The demo's people. They are made once; what they change stays changed."""

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from course.people import roles
from course.people.models import User

PASSWORD = "eight-calm-sessions"  # noqa: S105 -- printed at start, and only ever in the demo
CAST = {
    "ada": ("Ada", "Ada Byron", "attendee, part-way through the running group"),
    "bea": ("Bea", "Beatrix Nowak", "attendee who has completed, with a certificate"),
    "cyn": ("Cyn", "", "signed up, no place yet"),
    "flo": ("Flo", "Flora Adeyemi", "facilitator and editor of that group"),
    "max": ("Max", "Max Okoro", "manager of an organisation"),
    "root": ("Root", "", "superuser"),
}
PAST = """
Amina Ash, Ben Birch, Chloe Cedar, Dev Dale, Elin Elm, Farid Fern
Grace Glen, Hana Heath, Idris Isle, Jo Juniper, Kofi Knoll, Lena Larch
Mira Moss, Noor Nettle, Owen Oak, Priya Pine, Quinn Quince, Rosa Rowan
Sol Sedge, Tariq Thorn, Uma Umber, Vera Vale, Wren Willow, Yusuf Yew
"""


def load_people() -> dict[str, User]:
    hashed = make_password(PASSWORD)
    people = {name: _person(name, *facts[:2], hashed=hashed) for name, facts in CAST.items()}
    people["flo"].groups.add(roles.facilitators())
    User.objects.filter(pk=people["root"].pk).update(is_superuser=True)
    return people


def _person(name: str, display: str, document: str, *, hashed: str) -> User:
    email = f"{name}@example.org"
    facts = {"display_name": display, "document_name": document, "password": hashed}
    person, made = User.objects.get_or_create(email=email, defaults=facts | {"is_adult": True})
    if made:
        EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
    return person


def load_past_attendees() -> list[User]:
    """Twenty-four people of the closed cohort. They have no password: nobody signs in as them."""
    found = []
    for name in PAST.replace("\n", ", ").strip(", ").split(", "):
        email = f"{name.replace(' ', '.')}@past.example.org".lower()
        facts = {"display_name": name.split()[0], "document_name": name, "password": "!"}
        person, made = User.objects.get_or_create(email=email, defaults=facts)
        if made:
            EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
        found.append(person)
    return found
