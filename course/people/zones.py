"""Time zones by the names people use: the country and the city, never a code."""

from functools import lru_cache
from importlib.resources import files
from zoneinfo import available_timezones

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# Whose time it is, where the country says it better than its city.
PLACES = {
    "Europe/London": gettext_lazy("UK time"),
    "Europe/Dublin": gettext_lazy("Irish time"),
    "UTC": gettext_lazy("UTC"),
}
# What browsers still call by an old name.
OLD_NAMES = {
    "Africa/Asmera": "Africa/Asmara",
    "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
    "America/Catamarca": "America/Argentina/Catamarca",
    "America/Coral_Harbour": "America/Atikokan",
    "America/Cordoba": "America/Argentina/Cordoba",
    "America/Godthab": "America/Nuuk",
    "America/Indianapolis": "America/Indiana/Indianapolis",
    "America/Jujuy": "America/Argentina/Jujuy",
    "America/Louisville": "America/Kentucky/Louisville",
    "America/Mendoza": "America/Argentina/Mendoza",
    "Asia/Calcutta": "Asia/Kolkata",
    "Asia/Katmandu": "Asia/Kathmandu",
    "Asia/Rangoon": "Asia/Yangon",
    "Asia/Saigon": "Asia/Ho_Chi_Minh",
    "Atlantic/Faeroe": "Atlantic/Faroe",
    "Etc/UTC": "UTC",
    "Europe/Belfast": "Europe/London",
    "Europe/Kiev": "Europe/Kyiv",
    "GB": "Europe/London",
    "Pacific/Enderbury": "Pacific/Kanton",
    "Pacific/Ponape": "Pacific/Pohnpei",
    "Pacific/Truk": "Pacific/Chuuk",
}
COUNTRIES = {"Britain (UK)": "United Kingdom"}  # as the list of zones has it: as people say it


@lru_cache(maxsize=1)
def known() -> frozenset[str]:
    """Every name of a zone, asked of the disk once."""
    return frozenset(available_timezones())


def today_called(name: str) -> str:
    """The zone's name of today, or "" for one we do not know."""
    name = OLD_NAMES.get(name, name)
    return name if name in known() else ""


def in_words(name: str) -> str:
    """Whose time it is: “UK time”, “Kolkata time”, “New York time”."""
    name = OLD_NAMES.get(name, name)
    if name in PLACES:
        return str(PLACES[name])
    return _("%(city)s time") % {"city": city(name)}


def city(name: str) -> str:
    return name.rpartition("/")[2].replace("_", " ")


@lru_cache(maxsize=1)
def by_country() -> list[tuple[str, str]]:
    """(zone, “India: Kolkata”) for a list to choose from, in the order of the countries."""
    tables = files("tzdata.zoneinfo")
    countries = dict(_rows(tables.joinpath("iso3166.tab").read_text("utf-8")))
    rows = []
    for line in _rows(tables.joinpath("zone.tab").read_text("utf-8")):
        country = countries[line[0]]
        rows.append((line[2], f"{COUNTRIES.get(country, country)}: {city(line[2])}"))
    return sorted(rows, key=lambda row: row[1].partition(":")[0])


def _rows(table: str) -> list[list[str]]:
    return [line.split("\t") for line in table.splitlines() if line and line[0] != "#"]
