"""P5, reported: autosaves through HTTP from 8 clients, beside bare updates of the same database."""

import json
import sqlite3
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from pathlib import Path

from tests.running import running_site

CLIENTS, SECONDS = 8, 8


def main() -> None:
    from tests.faults.test_killed import Browser

    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    with running_site(folder) as site:
        browser = Browser(site.address)
        browser.sign_in("ada")
        links = [w for w in browser.get("/my/reflections/").split('"') if "/session/" in w]
        links = sorted({link for link in links if link.endswith("/")})[:CLIENTS]
        forms = [_form(browser.get(link)) for link in links]
        cookie = "; ".join(f"{c.name}={c.value}" for c in browser.jar)
        counts = [0] * len(forms)
        end = time.monotonic() + SECONDS

        def work(n: int) -> None:
            ticket, box = forms[n]
            step = 0
            while time.monotonic() < end:
                step += 1
                words = f"{step} " + "five hundred bytes of words " * 18
                data = {"ticket": ticket, "version": step - 1, "step": step, box: words}
                request = urllib.request.Request(
                    site.address + "/my/reflections/save/",
                    urllib.parse.urlencode(data).encode(),
                    {"Accept": "application/json", "Cookie": cookie},
                )
                assert json.load(urllib.request.urlopen(request, timeout=30))["saved"]
                counts[n] += 1

        threads = [threading.Thread(target=work, args=(n,)) for n in range(len(forms))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        saves = sum(counts) / SECONDS
        bare = _bare_updates(folder)
        print(f"saves through HTTP, {len(forms)} clients      {saves:8.0f} a second")
        print(f"bare updates of the same database   {bare:8.0f} a second")
        print(f"P5, reported                        {100 * saves / bare:8.1f} %")


def _form(page: str) -> tuple[str, str]:
    ticket = page.split('name="ticket" value="')[1].split('"')[0]
    return ticket, page.split("<textarea")[1].split('name="')[1].split('"')[0]


def _bare_updates(folder: Path) -> float:
    connection = sqlite3.connect(folder / "data" / "db.sqlite3", timeout=20, isolation_level=None)
    connection.execute("CREATE TABLE bare (id INTEGER PRIMARY KEY, words TEXT)")
    connection.execute("INSERT INTO bare VALUES (1, '')")
    start, done = time.monotonic(), 0
    while time.monotonic() - start < 3:
        done += 1
        connection.execute("UPDATE bare SET words = ? WHERE id = 1", (f"{done}" * 80,))
    return done / (time.monotonic() - start)


if __name__ == "__main__":
    main()
