"""The figures of bench.keys."""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from django.contrib.auth.models import User
from django.db import connections
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from curation.claims import open_claims
from demo import drawing
from demo.collection import PER_PERSON, QUIRKS
from demo.people import PEOPLE
from ingest import store
from ingest.models import Candidate, CrawlJob, Face, Identity, Photo
from mtf_site.roles import Role, give_role

Line = dict[str, Any]
PASSWORD = "bench-password"  # noqa: S105 - of a server that is gone in a minute
DRAWN = 30
WINDOW = 500
SCREEN = ViewportSize(width=1280, height=720)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
# From the key's own time stamp to the frame after the one that first shows another claim, its picture decoded.
WATCH = """
window.bench = { painted: [], keys: 0, moves: 0, starved: 0, looking: 0 };
const claim = () => document.querySelector('input[name=claim]')?.value;
const isShown = () => {
  const image = document.querySelector('[data-slot=crop] img');
  return document.getElementById('review').dataset.state === 'asking' && image?.complete && image.naturalWidth > 0;
};
addEventListener('pointermove', () => { bench.moves += 1; }, true);
addEventListener('keydown', (event) => {
  bench.keys += 1;
  if (document.getElementById('review').dataset.state === 'loading') bench.starved += 1;
  bench.looking += 1;
  const before = claim(), start = event.timeStamp;
  const look = async () => {
    if (claim() === before && performance.now() - start < 5000) return requestAnimationFrame(look);
    if (claim() === before) return void (bench.looking -= 1);
    if (!isShown()) return requestAnimationFrame(look);
    await document.querySelector('[data-slot=crop] img').decode();
    requestAnimationFrame(() => { bench.painted.push(performance.now() - start); bench.looking -= 1; });
  };
  requestAnimationFrame(look);
}, true);
"""


def figures(order: argparse.Namespace, var: Path) -> Iterator[Line]:
    _stock(order.faces * 3 // 2 + 150)
    connections.close_all()
    near = None
    with sync_playwright() as api:
        browser = api.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for name, latency in (("reviewer1", 0), ("reviewer2", order.latency)):
            with _server(latency) as url:
                page = _signed_in(_page(browser, url), name, "/review/")
                seen = _answer(page, ["a"] * order.faces, order.pause)
            times = seen["painted"]
            p50, p95 = (float(np.percentile(times, share)) for share in (50, 95))
            near = near or p95
            yield {"bench": "key to next crop painted", "latency_ms": latency, "keys": seen["keys"],
                   "faces": len(times), "pressed_before_a_face_was_there": seen["starved"], "unit": "ms",
                   "p50": round(p50, 1), "p95": round(p95, 1), "max": round(max(times), 1),
                   "p95_against_no_latency": round(p95 / near, 3)}  # fmt: skip
        with _server(0) as url:
            page = _signed_in(_page(browser, url), "reviewer3", "/review/")
            yield _effort(page, "usable", _demo_mix(), 1.1)
            page = _signed_in(_page(browser, url), "reviewer3", "/review/attributes/")
            yield _effort(page, "attributes", [list("311")] * 40, 3.0)
        browser.close()


def _page(browser: Browser, url: str) -> Page:
    return browser.new_page(viewport=SCREEN, base_url=url, bypass_csp=True)


def _answer(page: Page, keys: list[str], pause: int) -> dict[str, Any]:
    for key in keys:
        due = time.monotonic() + pause / 1000
        page.keyboard.press(key)
        page.wait_for_timeout(max(0.0, due - time.monotonic()) * 1000)
    page.wait_for_function("bench.looking === 0")
    seen: dict[str, Any] = page.evaluate("bench")
    return seen


def _demo_mix() -> list[list[str]]:
    """Keys for each face that the demo's photographs hold: most are accepted, the rest as its quirks want it.

    A stranger in the photo is the wrong person; a photo of somebody else on the list is named by two letters.
    """
    quirks = [quirk for quirk, _other in QUIRKS.values()]
    special = {"blurred": ["3"], "small_face": ["3"], "wrong_person": ["r", "b", "o", "Enter"], "two_faces": ["x"]}
    gone = {"missing", "not_an_image", "noncommercial", "no_derivatives", "no_licence", "no_face", "exact_duplicate"}
    odd = [special[quirk] for quirk in quirks if quirk in special]
    plain = PER_PERSON * len(PEOPLE) - sum(quirk in gone for quirk in quirks) - len(odd) + quirks.count("two_faces")
    slip = ["2", "z", "a"]  # one answer in fifty is a slip, taken back
    return [*([["a"]] * (plain - 2)), slip, slip, *odd]


def _effort(page: Page, question: str, decisions: list[list[str]], wanted: float) -> Line:
    for keys in decisions:
        before = page.input_value("input[name=claim]")
        for key in keys:
            page.wait_for_selector("#review[data-state=asking]")
            page.keyboard.press(key)
            if key == "o":
                page.wait_for_function("document.querySelector('#relabel-found li')?.textContent.startsWith('Bo')")
        page.wait_for_function("was => document.querySelector('input[name=claim]').value !== was", arg=before)
    page.wait_for_function("document.querySelector('[data-slot=saving]').textContent === '✓ saved'")
    seen = page.evaluate("bench")
    done = len(decisions)
    return {"bench": "keys and pointer moves per decision", "question": question, "decisions": done,
            "keys": round(seen["keys"] / done, 2), "pointer_moves": round(seen["moves"] / done, 2),
            "total": round((seen["keys"] + seen["moves"]) / done, 2), "wanted": wanted}  # fmt: skip


def _signed_in(page: Page, name: str, path: str) -> Page:
    page.set_default_timeout(120_000)
    page.goto("/login/?next=" + path)
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_selector("#review[data-state=asking] [data-slot=crop] img")
    page.wait_for_function("document.querySelector('[data-slot=saving]').textContent === '✓ saved'")
    page.evaluate(WATCH)
    return page


@contextmanager
def _server(latency: int) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "bench._slow_wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "1",
               "--threads", "12", "--log-level", "error"]  # fmt: skip
    server = subprocess.Popen(command, env=os.environ | {"BENCH_LATENCY_MS": str(latency)})
    try:
        for _ in range(200):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live/", timeout=5)
                break
            except OSError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


# ---- A collection of drawn faces


def _stock(count: int) -> None:
    admin = User.objects.create_user("admin", password=PASSWORD)
    for number in (1, 2, 3):
        give_role(User.objects.create_user(f"reviewer{number}", password=PASSWORD), Role.REVIEWER)
    approved = {
        "state": "approved",
        "approved_by": admin,
        "approved_at": timezone.now(),
        "public_figure_basis": "bench",
    }
    people = [Identity(name=person.name, slug=person.slug, **approved) for person in PEOPLE]
    Identity.objects.bulk_create(people)
    job = CrawlJob.objects.create(
        source="urls", started_by=admin, state=CrawlJob.State.DONE, finished_at=timezone.now()
    )
    drawn = [drawing.portrait(PEOPLE[n % len(PEOPLE)], n, (800, 1000), share=0.45) for n in range(DRAWN)]
    for number in range(count):
        who = number % DRAWN % len(PEOPLE)
        _face(drawn[number % DRAWN], number, people[who], job)
    open_claims()


def _face(picture: Image.Image, number: int, person: Identity, job: CrawlJob) -> None:
    """Each copy is cut a little elsewhere, so that no two crops are the same file."""
    x, y = 130 + number // DRAWN % 8, 130 + number // DRAWN // 8
    crop = picture.crop((x, y, x + WINDOW, y + WINDOW)).resize((480, 480))
    key = f"{number:064x}"
    preview = store.put("previews", drawing.encode(picture.crop((0, 0, 800 - number // DRAWN, 1000)), quality=80))
    photo = Photo.objects.create(sha256=key, file=f"photos/{key}.jpg", size=90_000, mime="image/jpeg", width=800,
                                 height=1000, preview_sha256=preview)  # fmt: skip
    Candidate.objects.create(
        job=job, identity=person, source="urls", image_url=f"https://bench.example.org/{number}.jpg", url_key=key,
        page_url=f"https://bench.example.org/{number}", creator="A. Bench", state="done", proof="proved",
        licence="CC-BY-4.0", photo=photo, finished_at=timezone.now(),
    )  # fmt: skip
    cut = store.put("crops", drawing.encode(crop, quality=92))
    Face.objects.create(photo=photo, x=x, y=y, width=WINDOW, height=WINDOW, crop_sha256=cut, crop_side=480)
