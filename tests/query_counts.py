"""How often a page asks the database: a literal number, the same with one row of what it shows as with 300."""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from curation.models import Bookmark, Slot
from curation.policies import current_policy
from mtf_site.roles import Role
from tests import factories
from tests.curation import policy_scenes
from tests.many import copy, scene

ROWS = 300


class Page(NamedTuple):
    """`about` makes what the page is of, which fills in the address and is handed to `row`, which makes one row."""

    url: str
    queries: int
    row: Callable[..., object]
    role: Role = Role.ADMIN
    about: Callable[[], Any] | None = None
    sums: bool = False  # shows no more with more rows, but other numbers
    one: bool = False  # shows one thing, however many there are
    before: bool = False  # the rows are of a time before the policy in force
    post: dict[str, str] | None = None
    rows: int = ROWS
    pages: int = 0  # that they fill; not looked at where none is named

    def __str__(self) -> str:
        return f"{self.url} of {self.role}"


def me() -> User:
    """Who looks at the page."""
    return User.objects.get(username="me")


def costs_the_same(page: Page) -> None:
    current_policy()
    visitor = _visitor(page, "me")
    about = [page.about()] if page.about else []
    rows = scene(lambda: page.row(*about))
    if page.before:
        policy_scenes.draft(activated_at=timezone.now())
    _ask(visitor, page, about)  # what is made once, or remembered, is
    few, shown = _ask(visitor, page, about)
    assert len(few) == page.queries, "\n".join([f"{len(few)} statements:", *few])
    copy(rows, page.rows - 1)
    many, all_shown = _ask(visitor, page, about)
    assert len(many) == page.queries, "\n".join([f"{len(many)} statements:", *many])
    then, now = shown.content, all_shown.content
    if not page.one:
        grew = _words(now) != _words(then) if page.sums else _tags(now) > _tags(then)
        assert grew, "it does not show what was added"
    assert not page.pages or all_shown.context["page"].paginator.num_pages == page.pages


def _visitor(page: Page, name: str) -> Client:
    client = Client()
    client.force_login(factories.user(page.role, username=name))
    return client


def _ask(visitor: Client, page: Page, about: list[Any]) -> tuple[list[str], Any]:
    """The statements, and the answer."""
    url = page.url.format(*about)
    current_policy()  # is remembered until another is in force
    with CaptureQueriesContext(connection) as queries:
        answer = visitor.get(url) if page.post is None else visitor.post(url, page.post)
    assert answer.status_code == 200
    _give_back()
    return [query["sql"] for query in queries], answer


def _give_back() -> None:
    """What a page handed out waits again, as if nobody had looked."""
    Slot.objects.filter(annotation=None).update(reviewer=None, leased_until=None)
    Bookmark.objects.all().delete()


def _tags(page: bytes) -> int:
    """Of HTML or, in an answer to a script, of JSON."""
    return page.count(b"<") + page.count(b"{")


def _words(page: bytes) -> bytes:
    return re.sub(rb"<[^>]*>", b"", page)
