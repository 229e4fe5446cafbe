"""Processes of a prepared site, each forked from one that has loaded the product already.

Loading costs more than a second each time. What is forked is a process like any other: it has
its own connections, runs beside the others, and can be killed. `ask` stands in for it: it lends
its input and output, waits, and ends as the process did.
"""

import array
import os
import selectors
import signal
import socket
import struct
import sys

LENGTH = struct.Struct("!i")


def serve(path: str) -> None:
    """Load the product, then fork a process for each piece of code, until our input closes."""
    import django

    django.setup()
    import course.urls  # noqa: F401 -- most of what is run will need it

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits here for who keeps a process
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(64)
    print("ready", flush=True)
    with selectors.DefaultSelector() as waiting:
        waiting.register(listener, selectors.EVENT_READ)
        waiting.register(sys.stdin, selectors.EVENT_READ)
        while all(key.fileobj is not sys.stdin for key, _events in waiting.select()):
            connection, _address = listener.accept()
            if os.fork() == 0:
                keep(connection)
            connection.close()


def keep(connection: socket.socket) -> None:
    """Run what was asked for in a process of its own, and tell how that ended. Never returns."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    size, facts, _flags, _address = connection.recvmsg(LENGTH.size, socket.CMSG_LEN(3 * 4))
    lent = array.array("i", facts[0][2])
    left, parts = LENGTH.unpack(size)[0], []
    while left:
        parts.append(connection.recv(left))
        left -= len(parts[-1])
    child = os.fork()
    if child == 0:
        for number, handle in enumerate(lent):
            os.dup2(handle, number)
        run(b"".join(parts).decode())
    _pid, status = os.waitpid(child, 0)
    connection.sendall(LENGTH.pack(os.waitstatus_to_exitcode(status)))
    os._exit(0)


def run(code: str) -> None:
    """As `manage.py shell -c` does, then end. Never returns."""
    import traceback

    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115
    ended = 0
    try:
        exec(code, {"__name__": "__main__"})
    except BaseException:
        traceback.print_exc()
        ended = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(ended)


def ask(path: str, code: str) -> None:
    words = code.encode()
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
        lent = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0, 1, 2]))]
        connection.sendmsg([LENGTH.pack(len(words))], lent)
        connection.sendall(words)
        ended = LENGTH.unpack(connection.recv(LENGTH.size))[0]
    if ended < 0:
        os.kill(os.getpid(), -ended)
    os._exit(ended)


if __name__ == "__main__":
    {"serve": serve, "ask": ask}[sys.argv[1]](*sys.argv[2:])
