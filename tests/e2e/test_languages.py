"""Every page in every other language: whatever the catalogue says otherwise is said in that language."""

from collections.abc import Iterable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from curation.models import Policy
from mtf_site.roles import Role
from tests import catalogue
from tests.e2e import visits, world

CATALOGUES = catalogue.catalogues()
UNSEEN = {"script", "style", "svg", "code", "pre", "textarea"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SEEN = ("alt", "title", "placeholder", "aria-label")


class Words(HTMLParser):
    """The texts of a page, and of attributes that people hear or see, without what is marked as English."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: set[str] = set()
        self._hidden: list[bool] = [False]
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        hidden = self._hidden[-1] or tag in UNSEEN or known.get("lang") == "en"
        if not hidden:
            self.texts.update(" ".join((known[name] or "").split()) for name in SEEN if name in known)
        if tag not in VOID:
            self._hidden.append(hidden)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and len(self._hidden) > 1:
            self._hidden.pop()

    def handle_data(self, data: str) -> None:
        if not self._hidden[-1]:
            self.texts.add(" ".join(data.split()))


def test_the_reader_of_pages_sees_texts_and_leaves_out_english() -> None:
    page = '<p>One <b>two</b><img alt="three" data-x="no"> four</p><p lang="en">no <i>no</i></p><code>no</code><p>five'
    assert Words(page).texts - {""} == {"One", "two", "three", "four", "five"}


@pytest.fixture
def known(settings: Settings) -> world.Names:
    settings.PRACTICE_ITEMS = 4
    return world.build()


def names_in_data() -> Iterable[str]:
    """What people typed, in whatever language: user names, and the words of policies."""
    yield from User.objects.values_list("username", flat=True)
    for policy in Policy.objects.all():
        yield from (str(reason["label"]) for reason in policy.reasons)
        for field in policy.fields:
            yield str(field["label"])
            yield from (str(one["label"]) for one in field["classes"])


def addresses(known: world.Names) -> list[str]:
    return [url for urls in visits.addresses(known).values() for url in urls] + visits.refusals(known)


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parent.parent.name)
def test_no_page_says_in_english_what_its_language_says_otherwise(known: world.Names, path: Path) -> None:
    otherwise = {one for one, text in catalogue.read(path).items() if text.said[0] != one} - set(names_in_data())
    found: dict[str, list[str]] = {}
    for role in [Role.RELEASE_MANAGER, Role.ADMIN, Role.ADJUDICATOR, Role.REVIEWER, None]:
        client = Client(headers={"accept-language": path.parent.parent.name})
        if role:
            client.force_login(world.person(known, role))
        for url in addresses(known):
            answer = client.get(url)
            if not answer.streaming and answer.status_code in (200, 403, 404):
                for text in Words(answer.content.decode()).texts & otherwise:
                    found.setdefault(text, []).append(f"{url} ({role})")
    assert not found, "\n".join(f"{text!r} at {', '.join(where)}" for text, where in found.items())
