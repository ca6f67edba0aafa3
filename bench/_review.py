"""The figures of bench.review: reviewers at work over HTTP, against the production server."""

import argparse
import http.client
import json
import os
import re
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import numpy as np
from django.db import connection
from django.utils import timezone

from bench import _review_stock as stock
from mtf_site import services
from mtf_site.services import DATABASE

Line = dict[str, Any]
LEASE, TOP_UP_AT, GRID = 10, 6, 24  # the first two as in static/js/review/queue.js
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SERVER = ["--workers", "2", "--threads", "4", "--access-logfile", "-"]  # as the Dockerfile has it


class Reviewer:
    """A browser, as far as the server can tell: one kept connection, cookies, the CSRF token in the body."""

    def __init__(self, port: int, name: str) -> None:
        self.port, self.cookies, self.items = port, dict[str, str](), list[int]()
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.connection.connect()
        self._call("GET", "/login/")
        self.post("/login/", {"username": name, "password": stock.PASSWORD})
        page = self._call("GET", "/review/")
        found = re.search(r'<script id="batch" type="application/json">(.*?)</script>', page, re.DOTALL)
        assert found, f"{name} is not signed in"
        batch = json.loads(found[1])
        self.user, self.items = batch["user"], [item["claim"] for item in batch["items"]]

    def post(self, path: str, fields: dict[str, str]) -> str:
        body = urlencode({"csrfmiddlewaretoken": self.cookies["csrftoken"], **fields})
        return self._call("POST", path, body)

    def _call(self, method: str, path: str, body: str | None = None) -> str:
        headers = {"Cookie": "; ".join(f"{key}={value}" for key, value in self.cookies.items()), **FORM}
        try:
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError):  # it was kept long enough; a browser dials anew
            self.connection.close()
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
        text = answer.read().decode()
        assert answer.status < 400, f"{answer.status}: {text[:300]}"
        for cookie in answer.headers.get_all("Set-Cookie", []):
            key, value = cookie.split(";")[0].split("=", 1)
            self.cookies[key] = value
        return text

    # ---- What is measured: each returns how many answers it gave

    def bare(self) -> int:
        self._call("GET", f"/bare/{stock.FIRST + 1}/")
        return 1

    def cycle(self) -> int:
        """An answer, and new faces when few are left: what the screen's script does."""
        taken, self.items = self.items[:1], self.items[1:]
        return self._sync(taken, 0 if len(self.items) > TOP_UP_AT else LEASE)

    def cycle_of_one(self) -> int:
        taken, self.items = self.items[:1], self.items[1:]
        return self._sync(taken, 1)

    def grid(self) -> int:
        taken, self.items = self.items[:GRID], self.items[GRID:]
        return self._sync(taken, max(GRID - len(self.items), 0), "grid")

    def _sync(self, claims: list[int], want: int, mode: str = "single") -> int:
        now = timezone.now().isoformat()
        known = {"kind": "answer", "question": "usable", "verdict": "accept", "shown_at": now, "decided_at": now}
        entries = [{**known, "id": str(uuid.uuid4()), "claim": claim, "mode": mode} for claim in claims]
        order = {"user": self.user, "question": "usable", "want": want, "have": self.items, "entries": entries}
        answer = json.loads(self.post("/review/sync/", {"payload": json.dumps(order)}))
        bad = [result for result in answer["results"] if result["status"] not in ("saved", "late")]
        assert not bad, bad
        held = set(self.items)
        self.items += [item["claim"] for item in answer["items"] if item["claim"] not in held]
        return len(claims)


PARTS: dict[str, Callable[[Reviewer], int]] = {
    "bare": Reviewer.bare,
    "cycle": Reviewer.cycle,
    "want1": Reviewer.cycle_of_one,
    "grid": Reviewer.grid,
}


def figures(order: argparse.Namespace, var: Path) -> Iterator[Line]:
    with ExitStack() as stack:
        teams = {}
        for claims in order.claims:
            began = time.perf_counter()
            port = stack.enter_context(_served(claims, order, var))
            team = [Reviewer(port, f"reviewer{number}") for number in range(order.reviewers)]
            teams[claims] = team
            yield {"bench": "review: seconds to fill", "claims": claims, "seconds": round(time.perf_counter() - began)}
        yield from _lines(order, _work(order, teams))


def _work(order: argparse.Namespace, teams: dict[int, list[Reviewer]]) -> dict[tuple[int, str], "Tally"]:
    """In turn, slice by slice: then a busy machine slows down all. The first slice of each only warms up."""
    tallies = {(claims, part): Tally() for claims in teams for part in order.parts}
    slices = max(round(order.seconds / order.slice), 1)
    for number in range(slices + 1):
        for (claims, part), tally in tallies.items():
            done = _slice(teams[claims], PARTS[part], order.slice if number else 2)
            if number:
                tally.add(done)
    return tallies


class Tally:
    def __init__(self) -> None:
        self.answers, self.seconds, self.times = 0, 0.0, list[float]()

    def add(self, other: "Tally") -> None:
        self.answers += other.answers
        self.seconds += other.seconds
        self.times += other.times

    @property
    def rate(self) -> float:
        return self.answers / self.seconds

    def milliseconds(self, rank: int) -> float:
        return round(1000 * float(np.percentile(self.times, rank)), 1)


def _slice(team: list[Reviewer], work: Callable[[Reviewer], int], seconds: float) -> Tally:
    tally, answers, began = Tally(), list[int](), time.perf_counter()

    def go(reviewer: Reviewer) -> None:
        while (now := time.perf_counter()) < began + seconds:
            given = work(reviewer)
            tally.times.append(time.perf_counter() - now)
            answers.append(given)

    with ThreadPoolExecutor(len(team)) as pool:
        list(pool.map(go, team))
    tally.answers, tally.seconds = sum(answers), time.perf_counter() - began
    return tally


def _lines(order: argparse.Namespace, tallies: dict[tuple[int, str], Tally]) -> Iterator[Line]:
    for (claims, part), tally in tallies.items():
        bare = tallies.get((claims, "bare"))
        yield {
            "bench": f"review: {part}",
            "claims": claims,
            "reviewers": order.reviewers,
            "answers_a_second": round(tally.rate, 1),
            "posts_a_second": round(len(tally.times) / tally.seconds, 1),
            "p50_ms": tally.milliseconds(50),
            "p95_ms": tally.milliseconds(95),
            "ratio": round(tally.rate / bare.rate, 3) if bare else None,
        }
    if len(order.claims) > 1:
        few, many = min(order.claims), max(order.claims)
        for part in order.parts:
            small, large = tallies[few, part].milliseconds(95), tallies[many, part].milliseconds(95)
            line = {"bench": f"review: p95 of {part}, many claims against few", "few": small, "many": large}
            yield line | {"ratio": round(large / small, 3)}


# ---- The server


@contextmanager
def _served(claims: int, order: argparse.Namespace, var: Path) -> Iterator[int]:
    """A database with so many claims, and the web server in front of it, as in production; its port."""
    name = f"review_{claims}"
    _switch("postgres")
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {DATABASE}")
    _switch(name)
    stock.fill(claims, order.reviewers)
    connection.close()
    port = 8700 + order.claims.index(claims)
    socket = quote(str(services.socket_folder(var)), safe="")
    environment = os.environ | {"DATABASE_URL": f"postgres://{services.DATABASE_USER}@{socket}/{name}"}
    command = [sys.executable, "-m", "gunicorn", "mtf_site.wsgi", "--bind", f"127.0.0.1:{port}", *SERVER]
    with (var / f"{name}.log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        _until_it_answers(port, server)
        yield port
    finally:
        server.terminate()
        server.wait()


def _until_it_answers(port: int, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        web = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            web.request("GET", "/health/live/")
            web.getresponse().read()
            return
        except OSError:
            time.sleep(0.1)
        finally:
            web.close()
    raise SystemExit(f"the web server did not start on port {port}")


def _switch(database: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = database
