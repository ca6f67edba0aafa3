"""The figures of bench.keys."""

import argparse
import itertools
import os
import random
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
from django.db import connections
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from bench import _grid_keys, _keys_stock
from bench._keys_stock import PASSWORD
from demo.collection import PER_PERSON, QUIRKS
from demo.people import PEOPLE

Line = dict[str, Any]
WANTED_MS, WANTED_NEAR = 50.0, 1.1  # p95, and how much of it a slow line may add
WANTED_KEYS = {"usable": 1.1, "attributes": 3.0, "grid": 0.3}  # keys and pointer moves a decision
SLIPS = 2  # answers given by mistake and taken back, in each run "with slips"
SCREEN = ViewportSize(width=1280, height=720)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
SAVED = "document.querySelector('[data-slot=saving]').textContent === '✓ saved'"
PATHS = {"usable": "/review/", "attributes": "/review/attributes/", "grid": "/review/grid/"}
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
    _keys_stock.stock(order.faces + 450, reviewers=8)
    _keys_stock.accept(len(_demo_mix(0)) + 20)
    connections.close_all()
    with sync_playwright() as api:
        browser = api.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        if "paint" in order.parts:
            yield from _paint(browser, order)
        if "effort" in order.parts:
            yield from _effort(browser)
        browser.close()


# ---- From a key to the next face


def _paint(browser: Browser, order: argparse.Namespace) -> Iterator[Line]:
    near = 0.0
    for name, latency in (("reviewer1", 0), ("reviewer2", order.latency)):
        with _server(latency) as url:
            page = _signed_in(_page(browser, url), name, "/review/")
            seen = _answer(page, ["a"] * order.faces, order.pause)
        times = seen["painted"]
        p50, p95 = (float(np.percentile(times, share)) for share in (50, 95))
        near = near or p95
        yield {"bench": "key to next crop painted", "latency_ms": latency, "keys": seen["keys"],
               "faces": len(times), "pressed_before_a_face_was_there": seen["starved"], "unit": "ms",
               "p50": round(p50, 1), "p95": round(p95, 1), "max": round(max(times), 1), "wanted_p95": WANTED_MS,
               "of_wanted": round(p95 / WANTED_MS, 3), "p95_against_no_latency": round(p95 / near, 3),
               "wanted_against_no_latency": WANTED_NEAR}  # fmt: skip


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


# ---- Keys and pointer moves a decision


def _effort(browser: Browser) -> Iterator[Line]:
    runs = [(question, slips) for question in WANTED_KEYS for slips in (0, SLIPS)]
    with _server(0) as url:
        for number, (question, slips) in enumerate(runs, 3):
            page = _signed_in(_page(browser, url), f"reviewer{number}", PATHS[question])
            run = {"usable": _faces, "attributes": _attributes, "grid": _grids}[question]
            done, seen = run(page, slips), page.evaluate("bench")
            keys, moves, wanted = seen["keys"] / done, seen["moves"] / done, WANTED_KEYS[question]
            yield {"bench": "keys and pointer moves per decision", "question": question, "decisions": done,
                   "slips": slips, "keys": round(keys, 3), "pointer_moves": round(moves, 3),
                   "total": round(keys + moves, 3), "wanted": wanted,
                   "of_wanted": round((keys + moves) / wanted, 3)}  # fmt: skip
            page.close()


def _demo_mix(slips: int) -> list[list[str]]:
    """Keys for each face that the demo's photographs hold: most are accepted, the rest as its quirks want it."""
    plain, odd = _plain_and_odd()
    return [*([["a"]] * (plain - slips)), *([["2", "z", "a"]] * slips), *odd]


def _plain_and_odd() -> tuple[int, list[list[str]]]:
    """How many faces are accepted, and the keys for each of the others.

    A stranger in the photo is the wrong person; a photo of somebody else on the list is named by two letters.
    """
    quirks = [quirk for quirk, _other in QUIRKS.values()]
    special = {"blurred": ["3"], "small_face": ["3"], "wrong_person": ["r", "b", "o", "Enter"], "two_faces": ["x"]}
    gone = {"missing", "not_an_image", "noncommercial", "no_derivatives", "no_licence", "no_face", "exact_duplicate"}
    odd = [special[quirk] for quirk in quirks if quirk in special]
    plain = PER_PERSON * len(PEOPLE) - sum(quirk in gone for quirk in quirks) - len(odd) + quirks.count("two_faces")
    return plain, odd


def _faces(page: Page, slips: int) -> int:
    return _decide(page, _demo_mix(slips))


def _attributes(page: Page, slips: int) -> int:
    """As many faces as the demo has; a slip is a wrong digit, one step back, the right one."""
    count = len(_demo_mix(0))
    return _decide(page, [*([list("311")] * (count - slips)), *([list("32z11")] * slips)])


def _decide(page: Page, decisions: list[list[str]]) -> int:
    for keys in decisions:
        before = page.input_value("input[name=claim]")
        for place, key in enumerate(keys):
            page.wait_for_selector("#review[data-state=asking]")
            page.keyboard.press(key)
            if key == "o":
                page.wait_for_function("document.querySelector('#relabel-found li')?.textContent.startsWith('Bo')")
            if place == 0 and keys[:2] == ["2", "z"]:  # the next face comes, and then this one again
                page.wait_for_function("was => document.querySelector('input[name=claim]').value !== was", arg=before)
            if place == 1 and key == "z":
                page.wait_for_function("was => document.querySelector('input[name=claim]').value === was", arg=before)
        page.wait_for_function("was => document.querySelector('input[name=claim]').value !== was", arg=before)
    page.wait_for_function(SAVED)
    return len(decisions)


def _grids(page: Page, slips: int) -> int:
    """As many faces as the demo has, at least, the wrong ones at random places among them; a slip marks a face that is
    right, and the same key takes it off."""
    plain, odd = _plain_and_odd()
    mix, done = [False] * plain + [True] * len(odd), 0
    random.Random(1).shuffle(mix)
    is_wrong = itertools.cycle(mix)
    while done < len(mix):
        page.wait_for_selector("#review[data-state=asking] .face")
        count = page.locator(".tile").count()
        first = page.locator(".tile").first.get_attribute("data-claim")
        for _ in range(slips if not done else 0):
            page.keyboard.press("x")
            page.keyboard.press("x")
        wrong = {place for place in range(count) if next(is_wrong)}
        _grid_keys.judge(page, wrong=wrong, pointer=False)
        page.wait_for_selector(f".tile[data-claim='{first}']", state="detached")
        done += count
    page.wait_for_function(SAVED)
    return done


# ---- A browser and a server


def _signed_in(page: Page, name: str, path: str) -> Page:
    page.set_default_timeout(120_000)
    page.goto("/login/?next=" + path)
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_selector("#review[data-state=asking] :is([data-slot=crop] img, .face)")
    page.wait_for_function(SAVED)
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
