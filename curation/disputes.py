"""What an adjudicator's lists show: each row a question about one claim, with its votes in a line."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import models
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Value
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curation.adjudication import disputes, often_skipped, open_flags
from curation.models import Annotation, Claim, Policy, Quarantine
from curation.models.claims import Question
from curation.quarantine import open_quarantines
from curation.settling import ATTRIBUTES
from curation.votes import in_a_line, that_stand

Answers = Mapping[tuple[int, str], list[Annotation]]


class Listing(models.TextChoices):
    QUARANTINED = "quarantined", gettext_lazy("Quarantined")
    USABLE = "usable", gettext_lazy("Disputed faces")
    ATTRIBUTES = "attributes", gettext_lazy("Disputed attributes")
    FLAGS = "flags", gettext_lazy("Flags")
    SKIPPED = "skipped", gettext_lazy("Often skipped")


@dataclass(frozen=True)
class Row:
    claim: Claim
    question: str
    since: datetime
    remark: str  # of a flag its comment, of a quarantine its kind, of a skipped face how many skipped it
    votes: str
    own: bool  # the adjudicator voted here: someone else must decide


def listed(listing: str) -> QuerySet[Any, dict[str, Any]]:
    """Dictionaries with `place` (the claim), `asked` (the question), `since` and `remark`."""
    match listing:
        case Listing.QUARANTINED:
            return _values(open_quarantines(), F("claim_id"), F("annotation__question"), F("opened_at"), F("kind"))
        case Listing.FLAGS:
            flags = open_flags().select_related(None).order_by("created_at", "id")
            return _values(flags, F("claim_id"), F("question"), F("created_at"), F("comment"))
        case Listing.SKIPPED:
            return _values(often_skipped(), F("claim"), F("question"), Max("created_at"), F("skips"))
        case question:
            disputed = Q(consensus__state="disputed", consensus__field__in=_fields(question))
            since = Max("consensus__updated_at", filter=disputed)
            return _values(disputes(question), F("pk"), Value(question), since, Value(""))


def _values(found: QuerySet[Any], place: Any, asked: Any, since: Any, remark: Any) -> QuerySet[Any, dict[str, Any]]:
    told = {"place": place, "asked": asked, "since": since, "remark": remark}
    values: QuerySet[Any, dict[str, Any]] = found.annotate(**told).values(*told)
    return values


def _fields(question: str) -> Sequence[str]:
    return ["usable"] if question == Question.USABLE else ATTRIBUTES


def rows(listing: str, places: Collection[Mapping[str, Any]], *, person: User, policy: Policy) -> list[Row]:
    claims = Claim.objects.select_related("face", "identity").in_bulk([place["place"] for place in places])
    answers = _standing(claims)
    made = []
    for place in places:
        given = answers.get((place["place"], place["asked"]), [])
        own = any(answer.reviewer_id == person.pk for answer in given)
        remark, line = _remark(listing, place["remark"]), in_a_line(given, policy)
        made.append(Row(claims[place["place"]], place["asked"], place["since"], remark, line, own))
    return made


def _remark(listing: str, remark: Any) -> str:
    if listing == Listing.SKIPPED:
        return str(_("skipped by %d reviewers") % remark)
    kind = dict(Quarantine.Kind.choices)[remark] if listing == Listing.QUARANTINED else remark
    return str(kind)


def _standing(claims: Collection[int]) -> Answers:
    answers: dict[tuple[int, str], list[Annotation]] = defaultdict(list)
    given = that_stand(Annotation.objects.filter(claim__in=claims))
    for answer in given.select_related("relabel_to", "policy").order_by("received_at", "id"):
        answers[answer.claim_id, answer.question].append(answer)
    return answers


# ---- What comes next, and what was decided


def next_in(listing: str, *, person: User, after: int) -> tuple[int, str] | None:
    """The claim and question that this person may decide next: after claim `after`, else from the start."""
    own = that_stand(Annotation.objects.filter(claim=OuterRef("place"), question=OuterRef("asked"), reviewer=person))
    free = listed(listing).filter(~Exists(own)).exclude(place=after).order_by("place")
    place = free.filter(place__gt=after).first() or free.first()
    return (place["place"], place["asked"]) if place else None


def decided_lately() -> QuerySet[Annotation]:
    """The newest decisions in force, to be looked at again."""
    decisions = Annotation.objects.filter(mode=Annotation.Mode.ADJUDICATION, superseded_by=None, carried_from=None)
    decisions = decisions.exclude(verdict=Annotation.Verdict.WITHDRAWN)
    shown = ("claim__face", "claim__identity", "relabel_to", "reviewer", "policy")
    return decisions.select_related(*shown).order_by("-received_at")


def kept_out_lately() -> QuerySet[Quarantine]:
    kept = Quarantine.objects.filter(decision=Quarantine.Decision.KEPT_OUT, face=F("claim__face"))
    return kept.select_related("claim__face", "claim__identity", "decided_by").order_by("-decided_at")
