"""Where Stripe's messages arrive, and where people come back to from its page."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from course.places import gateway, jobs, roads, showing
from course.places.models import Order
from course.places.reconciling import LookAgain, reconcile
from course.places.states import OrderStatus

MOST_BYTES = 256 * 1024
PAUSE = 2  # seconds between two looks at Stripe for one order, however often a page is loaded


@csrf_exempt  # signed by Stripe instead
@require_POST
def webhook(request: HttpRequest) -> HttpResponse:
    """Keep that something happened. 200 only when that is committed; 503 asks Stripe to
    send it again; 400 is for all that Stripe did not send just now (R31, R33)."""
    body = request.read(MOST_BYTES + 1)
    signature = request.headers.get("Stripe-Signature", "")
    now = timezone.now()
    if len(body) > MOST_BYTES or not gateway.is_configured():
        return HttpResponse(status=400)
    try:
        jobs.take_in(gateway.read_event(body, signature=signature, now=now), now=now)
    except gateway.Malformed:
        return HttpResponse(status=400)
    except DatabaseError:
        return HttpResponse(status=503)
    return HttpResponse(status=200)


@login_required
@require_safe
def order_return(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Back from Stripe, paid or not. What is shown is what Stripe says, never the address."""
    mine = Order.objects.for_buyer(request.user) | Order.objects.for_manager(request.user)
    order = get_object_or_404(mine.distinct(), pk=pk)
    session = request.GET.get("session_id")
    if session is not None and not order.payments.filter(object_id=session).exists():
        raise Http404
    order, answered = _looked_at(order)
    words, onward = showing.story(order)
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"status": order.status, "title": words, "words": onward})
    opened = order.payments.filter(status="open").last()
    context = {
        "order": order,
        "answered": answered,
        "title": words,
        "onward": onward,
        "paying": "",
        "pay_url": opened.url if opened else "",
        "here": request.get_full_path(),
        "order_page": roads.page_of(order),
    }
    if order.status == OrderStatus.AWAITING_PAYMENT:
        checking = session is not None
        title = _("Checking your payment") if checking else _("You have not paid yet")
        context |= {"paying": "checking" if checking else "left", "title": title}
    return render(request, "places/confirming.html", context)


def _looked_at(order: Order) -> tuple[Order, bool]:
    """The order as Stripe has it now; or as we last saw it, when Stripe does not answer."""
    if not gateway.is_configured() or not cache.add(f"looked:{order.pk}", True, timeout=PAUSE):
        return order, True
    try:
        return reconcile(order, now=timezone.now()), True
    except (gateway.Unreachable, gateway.Refused, LookAgain):
        return order, False
