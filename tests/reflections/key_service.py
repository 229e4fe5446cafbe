"""A key service over HTTP, for tests: what Vault's transit engine or a cloud KMS would be.

It keeps its keys to itself, takes `owner` and `dek_id` as context, and can turn to a new key.
"""

import base64
import http.client
import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import UUID

from django.conf import settings

from reflections import sealing
from reflections.keys.wrapping import KeysOutOfReach, Wrapped
from reflections.sealing import WritingUnreadable


class KeyService:
    def __init__(self) -> None:
        self.keks = {1: os.urandom(32)}
        self.asked: list[str] = []
        service = self

        class Answers(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                status, body = service.answer(self.path, json.loads(self.rfile.read(length)))
                self.send_response(status)
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

            def log_message(self, *args) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, args=[0.05], daemon=True)
        self.thread.start()

    def answer(self, path: str, asked: dict) -> tuple[int, dict]:
        self.asked.append(path)
        if path == "/keys":
            return 200, {"active": max(self.keks), "all": sorted(self.keks)}
        context = {"owner": UUID(asked["owner"]), "dek_id": UUID(asked["dek_id"])}
        given = base64.b64decode(asked["bytes"])
        try:
            if path == "/encrypt":
                number = max(self.keks)
                done = sealing.wrap(given, kek=self.keks[number], kek_id=number, **context)
            else:
                number = asked["key"]
                done = sealing.unwrap(given, kek=self.keks[number], **context)
        except (WritingUnreadable, KeyError):
            return 400, {}
        return 200, {"key": number, "bytes": base64.b64encode(done).decode()}

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)


class HttpWrapper:
    """The other side of it: a KeyWrapper as a deployment would write one."""

    @property
    def active(self) -> int:
        return self._ask("/keys", {})["active"]

    def can_open(self, kek_id: int) -> bool:
        return kek_id in self._ask("/keys", {})["all"]

    def wrap(self, dek: bytes, *, owner: UUID, dek_id: UUID) -> Wrapped:
        said = self._ask("/encrypt", self._facts(dek, owner, dek_id))
        return Wrapped(said["key"], base64.b64decode(said["bytes"]))

    def unwrap(self, locked: bytes, *, kek_id: int, owner: UUID, dek_id: UUID) -> bytes:
        facts = self._facts(locked, owner, dek_id) | {"key": kek_id}
        return base64.b64decode(self._ask("/decrypt", facts)["bytes"])

    def _facts(self, given: bytes, owner: UUID, dek_id: UUID) -> dict:
        coded = base64.b64encode(given).decode()
        return {"bytes": coded, "owner": str(owner), "dek_id": str(dek_id)}

    def _ask(self, path: str, facts: dict) -> dict:
        connection = http.client.HTTPConnection("127.0.0.1", settings.KEY_SERVICE_PORT, timeout=2)
        try:
            connection.request("POST", path, json.dumps(facts))
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException):
            raise KeysOutOfReach from None
        finally:
            connection.close()
        if answer.status == 400:
            raise WritingUnreadable
        if answer.status != 200:
            raise KeysOutOfReach
        return json.loads(body)
