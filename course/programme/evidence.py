"""How sure we are of something: the five labels that claims carry, wherever they are made."""

from django.utils.translation import gettext_lazy as _

EVIDENCE = [
    ("E", _("Well supported")),
    ("P", _("Promising")),
    ("C", _("Contested")),
    ("L", _("Learned from experience")),
    ("V", _("What we believe")),
]
EVIDENCE_MEANS = {
    "E": _("Consistent research, or an official definition."),
    "P": _("Some research, but small, short or mixed."),
    "C": _("Experts disagree."),
    "L": _("Lived experience or practice wisdom, with little formal research."),
    "V": _("A value or a choice of this programme."),
}
