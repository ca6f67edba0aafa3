"""What an adjudicator's lists show: each row a question about one claim, with its votes in a line."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import models
from django.db.models import Exists, F, Func, IntegerField, Max, OuterRef, QuerySet, Subquery, Value
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from curation.adjudication import disputes, often_skipped, open_flags
from curation.models import Annotation, Claim, Policy, Quarantine, Slot, Why
from curation.nobody_left import nobody_left
from curation.quarantine import open_quarantines
from curation.votes import in_a_line, that_stand

Answers = Mapping[tuple[int, str], list[Annotation]]
Place = tuple[int, str]  # a claim and a question
ORDER = ("rank", "since", "place")
FIRST = Value(0, IntegerField())


class Listing(models.TextChoices):
    QUARANTINED = "quarantined", gettext_lazy("Quarantined")
    USABLE = "usable", gettext_lazy("Disputed faces")
    ATTRIBUTES = "attributes", gettext_lazy("Disputed attributes")
    NOBODY_LEFT = "nobody_left", gettext_lazy("Nobody left to ask")
    FLAGS = "flags", gettext_lazy("Flags")
    SKIPPED = "skipped", gettext_lazy("Often skipped")


DISPUTED = (Listing.USABLE, Listing.ATTRIBUTES)


@dataclass(frozen=True)
class Row:
    claim: Claim
    question: str
    since: datetime
    remark: str  # a flag's comment, a quarantine's kind, how many skipped, why one more answer is wanted
    votes: str
    own: bool  # the adjudicator voted here: someone else must decide


def listed(listing: str) -> QuerySet[Any, dict[str, Any]]:
    """Dictionaries with `place` (the claim), `asked` (the question), `since`, `remark` and `rank`, in that order.

    What is disputed most comes first: of which the answer that leads has the smallest share; then the oldest.
    """
    match listing:
        case Listing.QUARANTINED:
            found = _values(open_quarantines(), F("claim_id"), F("annotation__question"), F("opened_at"), F("kind"))
        case Listing.NOBODY_LEFT:
            last = Annotation.objects.filter(claim=OuterRef("claim"), question=OuterRef("question"))
            since = Subquery(last.order_by("-received_at").values("received_at")[:1])
            found = _values(nobody_left(), F("claim_id"), F("question"), since, F("why"))
        case Listing.FLAGS:
            flags = open_flags().select_related(None)
            found = _values(flags, F("claim_id"), F("question"), F("created_at"), F("comment"))
        case Listing.SKIPPED:
            found = _values(often_skipped(), F("claim"), F("question"), Max("created_at"), F("skips"))
        case question:
            lead = F("lead")
            found = _values(disputes(question), F("claim_id"), Value(question), F("updated_at"), Value(""), lead)
    return found.order_by(*ORDER)


def _values(
    found: QuerySet[Any], place: Any, asked: Any, since: Any, remark: Any, rank: Any = FIRST
) -> QuerySet[Any, dict[str, Any]]:
    told = {"place": place, "asked": asked, "since": since, "remark": remark, "rank": rank}
    values: QuerySet[Any, dict[str, Any]] = found.annotate(**told).values(*told)
    return values


def rows(listing: str, places: Collection[Mapping[str, Any]], *, person: User, policy: Policy) -> list[Row]:
    claims = Claim.objects.select_related("face", "identity").in_bulk([place["place"] for place in places])
    answers = _standing(claims)
    made = []
    for place in places:
        given = answers.get((place["place"], place["asked"]), [])
        own = any(answer.reviewer_id == person.pk for answer in given)
        line = in_a_line(given, policy) if listing in DISPUTED else _how_many(len(given))
        remark = _remark(listing, place["remark"])
        made.append(Row(claims[place["place"]], place["asked"], place["since"], remark, line, own))
    return made


def _how_many(answers: int) -> str:
    """Not which: who may be asked yet, as a reviewer, must not learn it in passing."""
    return ngettext("%d answer", "%d answers", answers) % answers if answers else _("no answer yet")


def _remark(listing: str, remark: Any) -> str:
    if listing == Listing.SKIPPED:
        return str(_("skipped by %d reviewers") % remark)
    words = {Listing.QUARANTINED: Quarantine.Kind.choices, Listing.NOBODY_LEFT: Why.choices}.get(Listing(listing), [])
    return str(dict(words).get(remark, remark))


def _standing(claims: Collection[int]) -> Answers:
    answers: dict[tuple[int, str], list[Annotation]] = defaultdict(list)
    given = that_stand(Annotation.objects.filter(claim__in=claims)).exclude(slot__purpose=Slot.Purpose.GOLD)
    for answer in given.select_related("relabel_to", "policy").order_by("received_at", "id"):
        answers[answer.claim_id, answer.question].append(answer)
    return answers


# ---- What comes next, and what was decided


def first_of(listing: str, *, person: User) -> Place | None:
    """The claim and question of a list that this person may decide first."""
    return _place(_free(listing, person))


def beside(listing: str, here: Place, *, person: User) -> tuple[Place | None, Place | None]:
    """The one before and the one after, of those that this person may decide; round the end it begins anew."""
    others = _free(listing, person).exclude(place=here[0], asked=here[1])
    key = listed(listing).filter(place=here[0], asked=here[1]).values_list(*ORDER).first()
    if key is None:
        return None, _place(others)
    keyed = others.alias(key=_row(F(name) for name in ORDER))
    later = _place(keyed.filter(key__gt=_row(map(Value, key)))) or _place(others)
    back = keyed.filter(key__lt=_row(map(Value, key))).order_by(*(f"-{name}" for name in ORDER))
    return _place(back), later


def is_free(listing: str, place: Place, *, person: User) -> bool:
    return _free(listing, person).filter(place=place[0], asked=place[1]).exists()


def _free(listing: str, person: User) -> QuerySet[Any, dict[str, Any]]:
    """Without those in which they voted."""
    own = that_stand(Annotation.objects.filter(claim=OuterRef("place"), question=OuterRef("asked"), reviewer=person))
    return listed(listing).filter(~Exists(own))


def _row(values: Iterable[Any]) -> Func:
    """So that the database compares the whole order at once, and finds the place in an index."""
    return Func(*values, function="ROW", output_field=models.TextField())


def _place(found: QuerySet[Any, dict[str, Any]]) -> Place | None:
    row = found.first()
    return (row["place"], row["asked"]) if row else None


def decided_lately() -> QuerySet[Annotation]:
    """The newest decisions in force, to be looked at again."""
    decisions = Annotation.objects.filter(mode=Annotation.Mode.ADJUDICATION, superseded_by=None, carried_from=None)
    decisions = decisions.exclude(verdict=Annotation.Verdict.WITHDRAWN)
    shown = ("claim__face", "claim__identity", "relabel_to", "reviewer", "policy")
    return decisions.select_related(*shown).order_by("-received_at")


def kept_out_lately() -> QuerySet[Quarantine]:
    kept = Quarantine.objects.filter(decision=Quarantine.Decision.KEPT_OUT, face=F("claim__face"))
    return kept.select_related("claim__face", "claim__identity", "decided_by").order_by("-decided_at")
