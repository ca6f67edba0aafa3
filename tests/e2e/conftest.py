"""A real browser against the real server; skipped, saying so, where no browser is installed."""

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.signals import request_finished, request_started
from playwright.sync_api import Browser, BrowserContext, Error, Page, Playwright, ViewportSize, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 60_000  # milliseconds, for a machine that does much else; a page that works needs a few hundred
LOOK, QUIET = 0.02, 10  # seconds between two looks, and how many in a row must find nothing under way
SCREEN = ViewportSize(width=1280, height=720)
SignIn = Callable[[User], Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as api:
        yield api


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    try:
        launched = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
    except Error as error:
        if os.environ.get("MTF_REQUIRE_BROWSER"):
            raise
        pytest.skip(f"no browser: install Debian's chromium, or run `playwright install chromium` ({error.name})")
    yield launched
    launched.close()


@pytest.fixture(scope="session", autouse=True)
def patient() -> None:
    """What is looked for on a page: without this, five seconds."""
    expect.set_options(timeout=PATIENCE)


@pytest.fixture
def at_rest(live_server: LiveServer) -> Iterator[None]:
    """Before a test's tables are emptied the server has answered all that pages asked of it, even as they were closed:
    else the one would wait for the other."""
    open_calls: set[int] = set()

    def begun(**_said: object) -> None:
        if threading.current_thread() is not threading.main_thread():
            open_calls.add(threading.get_ident())

    def done(**_said: object) -> None:
        open_calls.discard(threading.get_ident())

    request_started.connect(begun, dispatch_uid="at_rest")
    request_finished.connect(done, dispatch_uid="at_rest")
    yield
    quiet, until = 0, time.monotonic() + PATIENCE / 1000
    while quiet < QUIET and time.monotonic() < until:
        quiet = 0 if open_calls else quiet + 1
        time.sleep(LOOK)
    request_started.disconnect(dispatch_uid="at_rest"), request_finished.disconnect(dispatch_uid="at_rest")


@pytest.fixture
def context(browser: Browser, live_server: LiveServer, at_rest: None) -> Iterator[BrowserContext]:
    made = browser.new_context(base_url=live_server.url, viewport=SCREEN)
    made.set_default_timeout(PATIENCE)
    yield made
    made.close()


@pytest.fixture
def sign_in(browser: Browser, live_server: LiveServer, at_rest: None) -> Iterator[SignIn]:
    """A page of a browser of their own, signed in through the login form; errors on the page fail the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open_page(person: User) -> Page:
        context = browser.new_context(base_url=live_server.url, viewport=SCREEN)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto("/login/")
        page.fill("input[name=username]", person.username)
        page.fill("input[name=password]", "a-long-password")
        page.click("main button[type=submit]")
        page.wait_for_url(lambda url: "/login/" not in url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []
