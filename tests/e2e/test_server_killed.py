"""The web server is a process of its own here, so that it can be killed as a machine kills it, and started again."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen

import pytest
from django.conf import settings as running
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from curation.models import Annotation
from mtf_site.roles import Role
from tests import factories
from tests.e2e.conftest import PATIENCE, SCREEN
from tests.e2e.test_grid_screen import claims_on, ready
from tests.e2e.test_review_screen import (
    accepted_claims,
    claim_on,
    open_screen,
    press,
    saved,
    seen,
    shows,
    visible_claims,
)

ME = "zoe"
REPO = Path(__file__).resolve().parent.parent.parent
pytestmark = pytest.mark.usefixtures("transactional_db")


class WebServer:
    """gunicorn as in production, on the tests' database and pictures."""

    def __init__(self, var: Path) -> None:
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        place = connection.settings_dict
        self._environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "mtf_site.settings",
            "MTF_VAR": str(var),
            "SECRET_KEY": running.SECRET_KEY,
            "DATABASE_URL": f"postgres://postgres@{quote(place['HOST'], safe='')}:{place['PORT']}/{place['NAME']}",
            "REDIS_URL": running.CELERY_BROKER_URL,
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        where = ["--bind", f"127.0.0.1:{self.port}", "--workers", "2", "--threads", "4", "--log-level", "error"]
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "gunicorn", "mtf_site.wsgi", *where],
            cwd=REPO,
            env=self._environment,
            start_new_session=True,
        )
        deadline = time.monotonic() + PATIENCE / 1000
        while time.monotonic() < deadline:
            if self._answers():
                return
            time.sleep(0.05)
        raise AssertionError("the web server does not start")

    def _answers(self) -> bool:
        """Asked for a page: whoever merely connects to a free port of their own may meet themselves there."""
        try:
            with urlopen(f"{self.url}/health/live/", timeout=5) as page:  # noqa: S310  our own address
                return bool(page.status == 200)
        except OSError:
            return False

    def kill(self) -> None:
        """The whole group at once: nothing is finished, nothing is said goodbye to."""
        if self._process:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None


@pytest.fixture
def server(transactional_db: None, tmp_path: Path) -> Iterator[WebServer]:
    made = WebServer(tmp_path)
    made.start()
    yield made
    made.kill()


@pytest.fixture
def context(server: WebServer, browser: Browser, client: Client) -> Iterator[BrowserContext]:
    client.force_login(factories.user(Role.REVIEWER, username=ME))
    made = browser.new_context(base_url=server.url, viewport=SCREEN)
    made.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": server.url}])
    yield made
    made.close()


def unsent(page: Page, count: int) -> None:
    expect(page.locator("[data-slot=saving]")).to_contain_text(f"{count} waiting")


def test_a_reviewer_goes_on_while_the_server_is_killed_and_comes_back(
    server: WebServer, context: BrowserContext
) -> None:
    visible_claims(12)
    page = open_screen(context.new_page())
    given = [press(page, "a")]
    saved(page)
    server.kill()
    given += [press(page, key) for key in "ax0"]
    unsent(page, 3)
    server.start()
    saved(page)
    given.append(press(page, "a"))
    saved(page)
    server.kill()
    given += [press(page, "3")]
    unsent(page, 1)
    page.close()  # the tab too, with an answer that nobody has
    server.start()
    again = open_screen(context.new_page())
    saved(again)
    assert claim_on(again) not in given
    assert sorted(Annotation.objects.values_list("claim", flat=True)) == sorted(given)
    verdicts = Annotation.objects.order_by("decided_at").values_list("verdict", flat=True)
    assert list(verdicts) == ["accept", "accept", "reject", "cannot_tell", "accept", "reject"]


def test_undo_and_attributes_go_on_while_the_server_is_away(server: WebServer, context: BrowserContext) -> None:
    accepted_claims(6)
    page = open_screen(context.new_page(), "/review/attributes/")
    saved(page)
    server.kill()
    first, second = (judged(page, digits) for digits in ("311", "422"))
    page.keyboard.press("z")  # the last field of the second is asked again
    shows(page, second)
    page.keyboard.press("1")
    shown_next = judged(page, "000")
    page.close()
    server.start()
    again = open_screen(context.new_page(), "/review/attributes/")
    saved(again)
    assert claim_on(again) not in (first, second, shown_next)
    standing = Annotation.objects.filter(question="attributes", superseded_by=None, reviewer__username=ME)
    standing = standing.exclude(verdict="withdrawn")  # is there where the answer had got through before the undo
    assert {row.claim_id: (row.race, row.gender, row.age) for row in standing} == {
        first: (3, 1, 1),
        second: (4, 2, 1),
        shown_next: (0, 0, 0),
    }


def judged(page: Page, digits: str) -> int:
    """All fields of the face on the screen, a digit each; says which claim it was."""
    seen(page)
    claim = claim_on(page)
    for digit in digits:
        page.keyboard.press(digit)
    expect(page.locator("input[name=claim]")).not_to_have_value(str(claim))
    return claim


def test_a_grid_is_committed_while_the_server_is_away(server: WebServer, context: BrowserContext) -> None:
    visible_claims(6), visible_claims(6, factories.identity("Bo Lindqvist"))
    page = context.new_page()
    page.goto("/review/grid/")
    ready(page)
    page.wait_for_load_state("networkidle")  # the next grid is at hand
    first = claims_on(page)
    server.kill()
    page.keyboard.press("x")
    page.keyboard.press("Enter")
    expect(page.locator(f".tile[data-claim='{first[0]}']")).to_have_count(0)
    ready(page)
    second = claims_on(page)
    page.keyboard.press("Enter")
    unsent(page, 12)
    server.start()
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("[data-slot=saving]")).to_have_text("✓ saved")
    page.wait_for_load_state("networkidle")
    rows = dict(Annotation.objects.filter(mode="grid").values_list("claim", "verdict"))
    assert rows == {first[0]: "reject"} | dict.fromkeys([*first[1:], *second], "accept")
