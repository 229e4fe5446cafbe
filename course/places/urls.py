from django.urls import path

from course.people.limiting import HOUR, MINUTE, limited
from course.places import (
    buy_views,
    join_views,
    order_views,
    own_views,
    paper_views,
    stripe_views,
    team_views,
)

by_link = limited("link", at_most=30, within=MINUTE, reading=True, strangers=60)
accepts = limited("accept", at_most=30, within=MINUTE)
invites = limited("invite", at_most=60, within=HOUR)
buys = limited("buy", at_most=30, within=HOUR)
pays = limited("pay", at_most=10, within=HOUR)

urlpatterns = [
    # Organisations
    path("teams/", team_views.teams, name="teams"),
    path("teams/new/", buys(team_views.new_organisation), name="new_organisation"),
    path("teams/look-after/", accepts(join_views.become_manager), name="become_manager"),
    path(
        "teams/look-after/<str:token>/",
        by_link(join_views.open_manager_invitation),
        name="open_manager_invitation",
    ),
    path("teams/<uuid:pk>/", team_views.organisation, name="organisation"),
    path("teams/<uuid:pk>/details/", team_views.organisation_details, name="organisation_details"),
    path("teams/<uuid:pk>/managers/", invites(team_views.managers), name="managers"),
    path("teams/<uuid:pk>/buy/", buys(buy_views.buy_for_team), name="buy_for_team"),
    path("teams/orders/<uuid:pk>/", pays(order_views.team_order), name="team_order"),
    path("teams/orders/<uuid:pk>/invite/", invites(team_views.invite), name="invite"),
    path("teams/orders/<uuid:pk>/link/", invites(team_views.join_link), name="join_link"),
    path("teams/places/<uuid:pk>/", invites(team_views.place), name="place"),
    # Individuals
    path("groups/<uuid:pk>/buy/", buys(buy_views.buy_for_self), name="buy_for_self"),
    path("groups/<uuid:pk>/bursary/", buy_views.take_bursary, name="take_bursary"),
    path("my/orders/", buy_views.my_orders, name="my_orders"),
    path("my/orders/<uuid:pk>/", pays(order_views.my_order), name="my_order"),
    path("my/orders/<uuid:pk>/place/", own_views.own_place, name="own_place"),
    path("my/orders/<uuid:pk>/back/", order_views.give_back, name="give_back"),
    path("orders/<uuid:pk>/", order_views.order, name="order"),
    path("papers/<uuid:pk>/", paper_views.paper_pdf, name="paper_pdf"),
    path("papers/<uuid:pk>/read/", paper_views.paper, name="paper"),
    # Stripe
    path("stripe/webhook/", stripe_views.webhook, name="stripe_webhook"),
    path("orders/<uuid:pk>/return/", stripe_views.order_return, name="order_return"),
    # Invited people
    path("join/", accepts(join_views.join), name="join"),
    path("join/<str:token>/", by_link(join_views.open_invitation), name="open_invitation"),
    path("my/organisation/", join_views.my_organisation, name="my_organisation"),
    path("my/organisation/<uuid:pk>/", join_views.show_completion, name="show_completion"),
]
