"""Faces whose answer is known, and what somebody says of them in practice."""

import uuid
from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from curation import practice
from curation.entries import Answer
from curation.models import Claim
from tests import factories
from tests.curation import scenes

KNOWN: dict[str, Any] = {"race": 3, "gender": 1, "age": 2}
RIGHT: dict[str, Any] = {"answer": "attributes", "race": 3, "gender": 1, "age": 2}


def known(*said: str) -> Claim:
    """A claim of which each of two reviewers said the same: accept, or a reason to reject."""
    claim = scenes.claim()
    for (verdict, reason), person in zip([_split(word) for word in said], factories.reviewers(len(said)), strict=True):
        scenes.say(person, claim, verdict, reason=reason)
    claim.refresh_from_db()
    return claim


def _split(word: str) -> tuple[str, str]:
    return (word, "") if word in ("accept", "cannot_tell") else ("reject", word)


def agreed(claim: Claim) -> Claim:
    """Two reviewers accept it."""
    for person in factories.reviewers(2):
        scenes.say(person, claim)
    return claim


def accepted(count: int) -> list[Claim]:
    return [known("accept", "accept") for _ in range(count)]


def rejected(*reasons: str) -> list[Claim]:
    return [known(reason, reason) for reason in reasons]


def perceived(claim: Claim | None = None, **values: int) -> Claim:
    """An accepted claim whose attributes two reviewers see alike."""
    claim = claim or known("accept", "accept")
    for person in factories.reviewers(2):
        scenes.say(person, claim, "attributes", **(KNOWN | values))
    return claim


def said(claim: Claim, verdict: str, **fields: Any) -> Answer:
    question = "attributes" if verdict == "attributes" else "usable"
    return Answer(uuid.uuid4(), claim.pk, question, verdict, scenes.SHOWN, scenes.SHOWN, **fields)


def ahead(person: User, question: str = "attributes") -> list[int]:
    return [claim.pk for claim in practice.progress(person, question).ahead]


def post(client: Client, page: str, claim: int | None = None, **values: object) -> str:
    """What the next page says."""
    shown = claim or client.get(page).context["item"]["claim"]
    return client.post(page, {"claim": shown, **values}, follow=True).content.decode()
