"""Selling, in the workspace: orders, prices and discount codes."""

import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from course.places import amounts, staff_groups, staff_views
from course.places.models import Discount


class DiscountForm(WagtailAdminModelForm):
    """The value as people say it: 15 for per cent, 5.00 for an amount."""

    worth = forms.CharField(
        max_length=20,
        required=False,
        label=gettext_lazy("How much"),
        help_text=gettext_lazy("Such as 15 for 15 per cent, or 5.00 off each place."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        given = self.instance
        if given.kind == Discount.AMOUNT:
            self.initial["worth"] = amounts.shown(given.value, self._currency(given.cohort))
        elif given.kind == Discount.PERCENT and given.value:
            self.initial["worth"] = str(given.value)

    def _currency(self, cohort: Any) -> str:
        return cohort.currency if cohort else "GBP"

    def clean_code(self) -> str:
        """As it is looked up: in capitals, without spaces."""
        code = "".join(self.cleaned_data["code"].split()).upper()
        if not code or any(not c.isalnum() and c not in "-_" for c in code):
            raise ValidationError(_("Please use letters, digits and hyphens only."))
        if unicodedata.normalize("NFKC", code) != code or not code.isascii():
            raise ValidationError(_("Please use letters from A to Z, so that anyone can type it."))
        return code

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        starts, ends = facts.get("starts_at"), facts.get("ends_at")
        if starts and ends and ends <= starts:
            self.add_error("ends_at", _("The end has to come after the start."))
        limit = facts.get("limit")
        if limit is not None and limit < self.instance.used:
            words = _("It was used %(used)s times already, so the limit cannot be lower.")
            self.add_error("limit", words % {"used": self.instance.used})
        try:
            self.instance.value = self._value(facts)
        except ValueError:
            self.add_error("worth", _("Please write 1 to 100 for per cent, or a sum such as 5.00."))
        return facts

    def _value(self, facts: dict[str, Any]) -> int:
        if facts.get("kind") == Discount.FREE:
            return 0
        worth = facts.get("worth", "")
        if facts.get("kind") == Discount.PERCENT:
            value = int(worth.rstrip("% "))
            if not 1 <= value <= 100:
                raise ValueError
            return value
        value = amounts.read(worth, self._currency(facts.get("cohort")))
        if not value:
            raise ValueError
        return value


class DiscountViewSet(SnippetViewSet):
    model = Discount
    icon = "tag"
    list_display = ["code", "get_kind_display", "used", "limit", "ends_at"]
    search_fields = ["code"]
    inspect_view_enabled = False
    copy_view_enabled = False
    edit_handler = ObjectList(
        [
            FieldPanel("code", help_text=gettext_lazy("Kept in capitals, without spaces.")),
            FieldPanel("kind"),
            FieldPanel("worth"),
            FieldPanel("limit", help_text=gettext_lazy("Orders that may use it. Empty: no limit.")),
            FieldPanel("starts_at"),
            FieldPanel("ends_at"),
            FieldPanel("cohort", help_text=gettext_lazy("Empty: for every group.")),
        ],
        base_form_class=DiscountForm,
    )


register_snippet(DiscountViewSet)


@hooks.register("register_admin_urls")
def staff_urls() -> list[URLPattern]:
    views, groups = staff_views, staff_groups
    return [
        path("orders/", views.orders, name="staff_orders"),
        path("orders/export/", views.export, name="staff_orders_export"),
        path("orders/stripe/", views.differences, name="staff_differences"),
        path("orders/prices/", groups.terms_of_groups, name="staff_groups"),
        path("orders/prices/<uuid:pk>/", groups.terms_of_group, name="staff_group"),
        path("orders/<uuid:pk>/", views.order, name="staff_order"),
        path("orders/<uuid:pk>/<slug:action>/", views.act, name="staff_act"),
        path("refunds/<uuid:pk>/<slug:action>/", views.act_on_refund, name="staff_act_on_refund"),
    ]


class StaffItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm(staff_views.VIEW)


class CodesItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm("places.change_discount")


@hooks.register("register_admin_menu_item")
def selling_menu() -> MenuItem:
    codes = reverse(Discount.snippet_viewset.get_url_name("list"))
    items = [
        StaffItem(_("Orders"), reverse("staff_orders"), icon_name="list-ul", order=1),
        StaffItem(_("Prices and places"), reverse("staff_groups"), icon_name="group", order=2),
        CodesItem(_("Discount codes"), codes, icon_name="tag", order=3),
    ]
    return SubmenuMenuItem(_("Selling"), Menu(items=items), icon_name="clipboard-list", order=400)
