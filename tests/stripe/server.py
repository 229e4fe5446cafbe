"""The fake itself: a server on a free local port, with idempotency keys and faults to order.

with FakeStripe() as stripe:
    stripe.fault("checkout/sessions", "accept, then silence")
"""

import json
import random
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import urlsplit

from stripe import WebhookSignature

from tests.stripe.objects import Objects, Refusal
from tests.stripe.requests import answer
from tests.stripe.typed import unflatten

SECRET = "whsec_only_for_tests"
KEY = "rk_test_only_for_tests"
FAULTS = ("accept, then silence", "500", "500, kept", "late", "429")


@dataclass
class Fault:
    path: str
    kind: str
    times: int = 1
    seconds: float = 0.3
    method: str = ""  # any


@dataclass
class Request:
    method: str
    path: str
    params: dict[str, Any]
    key: str
    version: str


@dataclass
class FakeStripe:
    objects: Objects = field(default_factory=Objects)
    requests: list[Request] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    saved: dict[str, tuple[Any, int, Any]] = field(default_factory=dict)
    under_way: set[str] = field(default_factory=set)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def __enter__(self) -> Self:
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        return self

    def __exit__(self, *_error: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    # --- what a test says ---------------------------------------------------------------------

    def fault(self, path: str, kind: str, **facts: Any) -> None:
        """The next requests to this path go wrong in this way."""
        assert kind in FAULTS
        self.faults.append(Fault(path, kind, **facts))

    def asked(self, path: str, method: str = "POST") -> list[Request]:
        return [r for r in self.requests if r.method == method and r.path == f"/v1/{path}"]

    def signed(
        self, event: dict[str, Any], *, secret: str = SECRET, at: int | None = None
    ) -> tuple[bytes, str]:
        """An event as a body and the header that says it is Stripe's."""
        body = json.dumps(event)
        header = WebhookSignature.generate_signature_header(
            body, secret, at if at is not None else self.objects.seconds()
        )
        return body.encode(), header

    def deliver(
        self,
        post: Callable[[bytes, str], Any],
        events: list[dict[str, Any]] | None = None,
        *,
        copies: int = 1,
        shuffled: random.Random | None = None,
        delay: float = 0,
    ) -> list[Any]:
        """Send events: all that there were by default; several times, mixed up, or late."""
        queue = list(self.objects.events if events is None else events) * copies
        if shuffled:
            shuffled.shuffle(queue)
        time.sleep(delay)
        return [post(*self.signed(event)) for event in queue]

    # --- what a request meets -------------------------------------------------------------------

    def handle(self, request: Request) -> tuple[int, Any] | None:
        """Status and body; None is silence."""
        self.requests.append(request)
        fault = self._next_fault(request)
        if fault and fault.kind == "late":
            time.sleep(fault.seconds)
        if fault and fault.kind == "429":
            return 429, {"error": {"type": "rate_limit_error", "message": "Slow down."}}
        if fault and fault.kind == "500":
            return 500, {"error": {"type": "api_error", "message": "Sorry."}}
        status, body = self._once(request, broken=bool(fault) and fault.kind == "500, kept")
        return None if fault and fault.kind == "accept, then silence" else (status, body)

    def _next_fault(self, request: Request) -> Fault | None:
        with self.lock:
            for fault in self.faults:
                meant = fault.method in ("", request.method) and fault.times > 0
                if meant and request.path.endswith(fault.path):
                    fault.times -= 1
                    return fault
        return None

    def _once(self, request: Request, *, broken: bool) -> tuple[int, Any]:
        """Do it; or say again what was answered before under the same key."""
        if not request.key or request.method != "POST":
            return self._do(request)
        with self.lock:
            what = (request.path, request.params)
            if request.key in self.saved:
                before, status, body = self.saved[request.key]
                if before != what:
                    wrong = "Keys for idempotent requests can only be used with the same parameters"
                    return 400, {"error": {"type": "idempotency_error", "message": wrong}}
                return status, body
            status, body = self._do(request)
            if broken:
                status, body = 500, {"error": {"type": "api_error", "message": "Sorry."}}
            if status != 409:
                self.saved[request.key] = (what, status, body)
            return status, body

    def _do(self, request: Request) -> tuple[int, Any]:
        with self.lock:
            try:
                made = answer(self.objects, request.method, request.path, request.params)
            except Refusal as refusal:
                return refusal.status, {"error": refusal.body}
            return 200, json.loads(json.dumps(made))


def _handler_of(stripe: FakeStripe) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one packet: two would wait for each other
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self._answer("GET", urlsplit(self.path).query)

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            self._answer("POST", self.rfile.read(length).decode())

        def _answer(self, method: str, query: str) -> None:
            path = urlsplit(self.path).path
            if self.headers.get("Authorization") != f"Bearer {KEY}":
                return self._write(401, {"error": {"type": "authentication_error", "message": ""}})
            request = Request(
                method,
                path,
                unflatten(query),
                self.headers.get("Idempotency-Key", "") if method == "POST" else "",
                self.headers.get("Stripe-Version", ""),
            )
            said = stripe.handle(request)
            if said is None:
                self.close_connection = True
                self.connection.close()
                return None
            return self._write(*said)

        def _write(self, status: int, body: Any) -> None:
            raw = json.dumps(body).encode()
            with suppress(BrokenPipeError, ConnectionResetError):
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)
                self.wfile.flush()

        def log_message(self, *_what: object) -> None:
            pass

    return Handler
