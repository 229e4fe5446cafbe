"""As much of S3 as uploads need, on this machine: it keeps, refuses, fails or dawdles."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit


class Shelf(ThreadingHTTPServer):
    """`kept` is {name: bytes}; `mood` is "" or "failing", "refusing", "slow"."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.kept: dict[str, bytes] = {}
        self.mood = ""
        self.given = 0  # bytes of files, in all
        self.real: str | None = None  # another server, which is asked instead

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Shelf

    def _name(self) -> str:
        return unquote(urlsplit(self.path).path).split("/", 2)[-1]

    def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body)), "ETag": '"x"'} | headers).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _refused(self) -> bool:
        length = int(self.headers.get("Content-Length") or 0)
        self.body = self.rfile.read(length)
        if self.server.mood == "slow":
            time.sleep(2)
        status = {"failing": 500, "refusing": 403}.get(self.server.mood)
        if status:
            self._answer(status, b"<Error><Code>InternalError</Code></Error>")
        return bool(status)

    def do_PUT(self) -> None:
        if not self._refused():
            self.server.kept[self._name()] = self.body
            self._answer(200)

    def do_GET(self) -> None:
        if self._refused():
            return None
        body = self.server.kept.get(self._name())
        if body is None:
            return self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
        status = 200
        if part := self.headers.get("Range"):
            start, end = (int(n) for n in part.removeprefix("bytes=").split("-"))
            status, body = 206, body[start : end + 1]
        self.server.given += len(body)
        return self._answer(status, body, Last_Modified="Sun, 22 Nov 2026 09:00:00 GMT")

    def do_HEAD(self) -> None:
        if self._refused():
            return
        body = self.server.kept.get(self._name())
        status = 404 if body is None else 200
        self._answer(status, body or b"", Last_Modified="Sun, 22 Nov 2026 09:00:00 GMT")

    def do_DELETE(self) -> None:
        if not self._refused():
            self.server.kept.pop(self._name(), None)
            self._answer(204)

    def log_message(self, *_args: object) -> None:
        pass


@contextmanager
def a_bucket() -> Iterator[Shelf]:
    with Shelf() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
