"""Every page of every role, filled, in light and dark, wide and narrow: readable, without an error, nothing cut off."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings as running
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, ViewportSize, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from mtf_site.roles import Role
from tests.e2e import visits, world
from tests.e2e.conftest import PATIENCE

VISITORS = [*Role, None]  # nobody signed in last


@dataclass(frozen=True)
class Look:
    scheme: Literal["light", "dark"]
    size: ViewportSize


LOOKS = [Look("light", ViewportSize(width=1280, height=720)), Look("dark", ViewportSize(width=820, height=1180))]
# Colours are measured once nothing moves or fades any more.
AT_REST = "document.getAnimations().every((one) => one.playState === 'finished' || one.playState === 'idle')"
# Of the page, then of each of its dialogs, opened.
VIOLATIONS = """async () => {
  const found = async (part) => (await axe.run(part, {resultTypes: ['violations']})).violations
    .filter(({impact}) => impact === 'serious' || impact === 'critical')
    .map(({id, nodes}) => `${id}: ${nodes[0].html.slice(0, 200)} ${nodes[0].failureSummary}`);
  const all = await found(document);
  for (const box of document.querySelectorAll('dialog')) {
    box.showModal();
    all.push(...await found(box));
    box.close();
  }
  return all;
}"""
TOO_WIDE = """() => {
  const edge = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= edge) return [];
  const wide = [...document.body.querySelectorAll('*')].filter((one) => one.getBoundingClientRect().right > edge + 1);
  return [`wider than the window: ${wide[0]?.outerHTML.slice(0, 200)}`];
}"""


class Witness:
    """Writes down what goes wrong on a page; `found` gives it out once."""

    def __init__(self, page: Page) -> None:
        self._seen: list[str] = []
        page.on("pageerror", lambda error: self._seen.append(f"error: {error}"))
        page.on("console", self._said)
        page.on("requestfailed", self._failed)
        page.on("response", self._answered)

    def found(self) -> list[str]:
        seen, self._seen = self._seen, []
        return seen

    def _said(self, message: ConsoleMessage) -> None:
        told_by_the_answer = message.text.startswith("Failed to load resource")
        if message.type in ("error", "warning") and not told_by_the_answer:
            self._seen.append(f"console: {message.text}")

    def _failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # which is what leaving a page does to its calls
            self._seen.append(f"failed: {request.url} {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and not response.request.is_navigation_request():
            self._seen.append(f"answered {response.status}: {response.url}")


@pytest.fixture
def known(settings: Settings) -> world.Names:
    settings.PRACTICE_ITEMS = 4
    return world.build()


@pytest.fixture(params=VISITORS, ids=lambda role: str(role or "anonymous"))
def role(request: pytest.FixtureRequest) -> Role | None:
    found: Role | None = request.param
    return found


@pytest.fixture
def client(known: world.Names, role: Role | None) -> Client:
    visitor = Client()
    if role:
        visitor.force_login(world.person(known, role))
    return visitor


@pytest.fixture
def page(browser: Browser, live_server: LiveServer, client: Client) -> Iterator[Page]:
    context: BrowserContext = browser.new_context(base_url=live_server.url, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    if cookie := client.cookies.get(running.SESSION_COOKIE_NAME):
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    yield context.new_page()
    context.close()


def opens(client: Client, url: str) -> str:
    """Where that address leads this visitor to, "" where it is closed to them."""
    answer: Any = client.get(url, follow=True)
    where = answer.request["PATH_INFO"]
    is_sent_to_sign_in = where == "/login/" and not url.startswith("/login/")
    return "" if answer.status_code != 200 or is_sent_to_sign_in else where


def sound(page: Page, witness: Witness, url: str) -> list[str]:
    """What is wrong with the page at that address."""
    wrong: list[str] = []
    page.goto(url)
    page.evaluate(AXE_SCRIPT)
    for look in LOOKS:
        page.emulate_media(color_scheme=look.scheme, reduced_motion="reduce")
        page.set_viewport_size(look.size)
        page.wait_for_function(AT_REST)
        found = [*page.evaluate(VIOLATIONS), *page.evaluate(TOO_WIDE)]
        wrong += [f"{url} {look.scheme}: {one}" for one in found]
    if page.locator("[data-slot=saving]").count():
        expect(page.locator("[data-slot=saving]")).to_have_text("✓ saved")
        page.wait_for_load_state("networkidle")  # or its calls run into the next test's empty tables
    return wrong + [f"{url}: {one}" for one in witness.found()]


def test_every_page_of_a_role_is_sound(page: Page, client: Client, known: world.Names) -> None:
    witness, seen, wrong = Witness(page), set[str](), list[str]()
    for url in [url for urls in visits.addresses(known).values() for url in urls]:
        where = opens(client, url)
        if where and (where == url.partition("?")[0] or where not in seen):
            seen.add(where)
            wrong += sound(page, witness, url)
    for url in visits.refusals(known):
        if client.get(url).status_code in (403, 404):
            wrong += sound(page, witness, url)
    assert seen
    assert not wrong, "\n".join(wrong)


def test_every_address_is_visited_or_said_to_be_no_page() -> None:
    assert visits.names() == visits.VISITS.keys() | visits.NO_PAGE
    assert not visits.VISITS.keys() & visits.NO_PAGE


def test_every_page_to_visit_opens_to_somebody(known: world.Names) -> None:
    roles = (Role.ADMIN, Role.ADJUDICATOR, Role.REVIEWER, Role.RELEASE_MANAGER)
    clients = [Client() for _ in (*roles, "a stranger")]
    for role, client in zip(roles, clients, strict=False):
        client.force_login(world.person(known, role))
    closed = [
        url
        for urls in visits.addresses(known).values()
        for url in urls
        if not any(opens(client, url) for client in clients)
    ]
    assert closed == []
