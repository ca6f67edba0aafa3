"""Answers that are known from the start: the demo drew its photographs, so it knows whom they show, and how old.

An adjudicator's account decides a few of the first faces that the crawl finds. Most are there to practise on, with a
word why; some become gold. The two reviewers of the demo are excused from practice, the newcomer is not.
"""

import re
import threading
from collections.abc import Iterator
from itertools import count

from django.contrib.auth.models import User
from django.db import Error, connections
from django.db.models import Count

from curation import adjudication, gold, practice
from curation.adjudication import Decision
from curation.models import Annotation, Claim, GoldItem, Policy
from curation.models.claims import Question
from curation.policies import current_policy
from demo.collection import BY_ID, Picture
from ingest.attributes import GENDER, RACE, code_of
from ingest.models import CrawlJob, Identity

ADDRESS = re.compile(r"/(?:img|archive)/([a-z0-9-]+)\.jpg$")
OLD = 50  # years
FIRST = (1, 2)  # pictures of each person whose answer is known, besides those with something the matter
LESSONS = ("blurred", "wrong_person", "young_years")
WHY = {
    "blurred": "Nothing in it is sharp enough to judge.",
    "young_years": "Younger years: judge the picture, and not the date of birth.",
}
AS_GOLD = {Question.USABLE: 4, Question.ATTRIBUTES: 4}
LATEST = 15.0  # seconds between two looks, which begin at one


def excuse(names: list[str]) -> None:
    for person in User.objects.filter(username__in=names):
        for question in Question:
            practice.finish(person, question)


def tell(stop: threading.Event, adjudicator: str) -> None:
    """Until all is decided, or the crawl is over; gold is chosen in the end. Harmless when run again."""
    try:
        for looks in count():
            is_over = not CrawlJob.objects.filter(state__in=CrawlJob.LIVE).exists()
            decided = decide(User.objects.get(username=adjudicator), current_policy())
            connections.close_all()
            if (is_over and not decided) or stop.wait(min(1 + looks / 10, LATEST)):
                break
        if not stop.is_set():
            choose_gold()
    except Error:
        if not stop.is_set():  # else the database went first
            raise
    finally:
        connections.close_all()


def choose_gold() -> None:
    """Of what is decided, the first time; most stays to practise on."""
    if GoldItem.objects.exists():
        return
    for question, wanted in AS_GOLD.items():
        gold.choose(question=question, count=wanted)


def decide(person: User, policy: Policy) -> int:
    """How many were decided."""
    found = list(_undecided())
    for claim, picture in found:
        adjudication.decide(_usable(claim, picture), adjudicator=person, policy=policy)
        if picture.quirk not in ("blurred", "wrong_person"):
            adjudication.decide(_attributes(claim, picture), adjudicator=person, policy=policy)
    return len(found)


def _undecided() -> Iterator[tuple[Claim, Picture]]:
    """Claims that nobody answered, of one face alone in its photo, whose picture is among the first or a lesson."""
    claims = Claim.objects.filter(state=Claim.State.OPEN, slots__isnull=False).distinct()
    claims = claims.annotate(faces=Count("photo__faces", distinct=True)).filter(faces=1)
    answered = Annotation.objects.filter(claim__in=claims).values("claim")
    for claim in claims.exclude(pk__in=answered).select_related("identity").order_by("pk"):
        picture = _picture(claim)
        if picture and (picture.quirk in LESSONS or (not picture.quirk and picture.number in FIRST)):
            yield claim, picture


def _picture(claim: Claim) -> Picture | None:
    """The one that was found for the claimed person."""
    urls = claim.photo.candidates.filter(identity=claim.identity_id).values_list("image_url", flat=True)
    found = (match and BY_ID.get(match[1]) for match in map(ADDRESS.search, urls))
    return next((one for one in found if one and one.person.name == claim.identity.name), None)


def _usable(claim: Claim, picture: Picture) -> Decision:
    note = WHY.get(picture.quirk or "", "")
    if picture.quirk == "wrong_person":
        other = Identity.objects.get(name=picture.shows[0].name)
        return Decision(claim.pk, Question.USABLE, "relabel", identity=other.pk)
    if picture.quirk == "blurred":
        return Decision(claim.pk, Question.USABLE, "reject", reason="too_small", note=note)
    return Decision(claim.pk, Question.USABLE, "accept")


def _attributes(claim: Claim, picture: Picture) -> Decision:
    person = picture.person
    return Decision(
        claim.pk,
        Question.ATTRIBUTES,
        "attributes",
        race=code_of(RACE, person.race),
        gender=code_of(GENDER, person.gender),
        age=2 if picture.taken - person.born >= OLD else 1,
        note=WHY.get(picture.quirk or "", ""),
    )
