"""Faces that several reviewers judged, and the quality pages as text and as rows of their CSV."""

import csv
import io
import uuid

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from curation import slow_figures, vote_snapshots
from curation.models import Claim
from mtf_site.roles import Role
from tests import factories
from tests.curation import releases as r


def signed_in(*roles: Role) -> Client:
    client = Client()
    client.force_login(factories.user(*roles))
    return client


def judged(people: list[User], count: int, *, identity: object = None, differ: int = 0) -> list[Claim]:
    """So many faces that the first two accept; of `differ` of them the second rejects, for the wrong person."""
    whose = identity or factories.identity()
    claims = [r.claim(whose, state="accepted") for _ in range(count)]  # type: ignore[arg-type]
    for number, claim in enumerate(claims):
        no = {"verdict": "reject", "reason": "wrong_person"} if number < differ else {}
        r.vote(claim, people[0], 1)
        r.vote(claim, people[1], 2, **no)
        r.attribute_vote(claim, people[0], 1, race=3, gender=1, age=1)
        r.attribute_vote(claim, people[1], 2, race=3 if number % 2 else 4, gender=1, age=1)
    return claims


def text_of(client: Client, name: str, **query: str | int) -> str:
    answer = client.get(reverse(name), query)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def rows_of(client: Client, name: str, **query: str | int) -> list[dict[str, str]]:
    answer = client.get(reverse(name), {**query, "format": "csv"})
    assert answer["Content-Type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def make_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every installation counts as one whose figures a worker counts; this test has a snapshot of its own."""
    monkeypatch.setattr(slow_figures, "SMALL", -2)
    monkeypatch.setattr(vote_snapshots, "SMALL", -2)
    monkeypatch.setattr(vote_snapshots, "FILE", f"{uuid.uuid4()}.npz")
