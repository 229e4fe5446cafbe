"""A mail server on this machine that keeps what it took, and misbehaves where a test says so.

What an address begins with says how: "dropped" is taken and then not answered, "deferred" is
asked to come again (451), "refused" is not known (550). Each happens `times` times for an address.
"""

import socketserver
import threading
from collections import Counter
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Self


class PostOffice:
    def __init__(self, *, times: int = 1) -> None:
        self.times, self.taken, self.troubles = times, [], Counter()
        self.lock = threading.Lock()

    def __enter__(self) -> Self:
        office = self

        class Handler(_Handler):
            pass

        Handler.office = office
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.port = self.server.server_address[1]
        return self

    def __exit__(self, *_error: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def misbehaves(self, how: str, address: str) -> bool:
        with self.lock:
            due = address.startswith(how) and self.troubles[address] < self.times
            self.troubles[address] += due
            return due

    def letters(self) -> list[EmailMessage]:
        return [message_from_bytes(raw, policy=policy.default) for raw in self.taken]

    def copies(self) -> Counter:
        """How often each letter was taken, by its Message-ID: a mail program shows one of them."""
        return Counter(letter["Message-ID"] for letter in self.letters())


class _Handler(socketserver.StreamRequestHandler):
    office: PostOffice

    def handle(self) -> None:
        to = ""
        self.say("220 ready")
        for line in iter(self.rfile.readline, b""):
            words = line.decode("ascii", "replace").strip()
            verb = words[:4].upper()
            if verb == "RCPT":
                to = words.partition("<")[2].rstrip(">")
                self.say(self.recipient(to))
            elif verb == "DATA":
                self.say("354 go on")
                self.take()
                if self.office.misbehaves("dropped", to):
                    return  # it was taken, and nobody hears so
                self.say("250 taken")
            elif verb == "QUIT":
                self.say("221 goodbye")
                return
            else:
                self.say("250 fine")

    def recipient(self, to: str) -> str:
        if self.office.misbehaves("deferred", to):
            return "451 later please"
        return "550 unknown" if to.startswith("refused") else "250 fine"

    def take(self) -> None:
        lines = []
        for line in iter(self.rfile.readline, b".\r\n"):
            if not line:
                return  # whoever was sending died: this is no letter
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        with self.office.lock:
            self.office.taken.append(b"".join(lines))

    def say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")
