"""Claims on faces, narrowed down by what is known of them and by who answered what; served in pages."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count, Exists, FloatField, OuterRef, Prefetch, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curation.models import Annotation, Claim, Consensus, Quarantine, Slot
from curation.models.claims import Question
from curation.policies import class_labels, current_policy
from curation.quarantine import IN_FORCE
from curation.settling import ATTRIBUTES
from ingest.models import Candidate, Identity
from ingest.reasons import in_words

A_PAGE = 60
MANY = 1000
QUARANTINED = "quarantined"
TONES = {"accepted": "good", "rejected": "bad", "disputed": "warn", QUARANTINED: "warn"}
COUNTED_UNDER = {"q", "state", "sort"}  # counting states reads one table then
OF_ANSWERS = ("reviewer", "reason", "policy", "mode", "since", "until")
SIZES: Mapping[str, tuple[int, int]] = {"s": (0, 80), "m": (80, 160), "l": (160, 320), "xl": (320, 1_000_000)}
SHARPNESS: Mapping[str, tuple[float, float]] = {"low": (0, 30), "middle": (30, 100), "high": (100, 1e9)}
SORTS: Mapping[str, tuple[str | Promise, Sequence[Any]]] = {
    "": (gettext_lazy("newest"), ["-pk"]),
    "oldest": (gettext_lazy("oldest"), ["pk"]),
    "smallest": (gettext_lazy("smallest face"), ["face__width", "pk"]),
    "largest": (gettext_lazy("largest face"), ["-face__width", "pk"]),
    "name": (gettext_lazy("name"), ["identity__name", "identity", "pk"]),
}


def _any_answer(**more: Any) -> Exists:
    return Exists(Slot.objects.filter(claim=OuterRef("pk"), annotation__isnull=False, **more))


def _waits(question: str) -> Exists:
    return Exists(Slot.objects.filter(claim=OuterRef("pk"), question=question, waiting=True, purpose="vote"))


def _field(state: str) -> Exists:
    return Exists(Consensus.objects.filter(claim=OuterRef("pk"), field__in=ATTRIBUTES, state=state))


PROGRESS: Mapping[str, tuple[str | Promise, Callable[[], Q]]] = {
    "untouched": (gettext_lazy("nobody answered"), lambda: Q(~_any_answer())),
    "usable": (gettext_lazy("first question waits"), lambda: Q(_waits("usable"))),
    "attributes": (gettext_lazy("attributes wait"), lambda: Q(_waits("attributes"), state="accepted")),
    "differ": (gettext_lazy("attributes disputed"), lambda: Q(_field("disputed"), state="accepted")),
    "done": (
        gettext_lazy("all settled"),
        lambda: Q(_field("settled"), ~_waits("attributes"), ~_field("disputed"), state="accepted"),
    ),
}


# ---- Narrowing down


def chosen(asked: Mapping[str, Any], *, asked_too: User | None = None) -> QuerySet[Claim]:
    """`asked_too` is a person who reviews as well: to them answers to what they may still be asked match nothing."""
    found = Claim.objects.all()
    if words := asked.get("q"):
        found = found.filter(identity__in=_people(words))
    if state := asked.get("state"):
        found = found.filter(_state(state))
    if job := asked.get("job"):
        of_job = Candidate.objects.filter(job=job, state=Candidate.State.DONE)
        found = found.filter(Exists(of_job.filter(photo=OuterRef("photo"), identity=OuterRef("identity"))))
    if progress := asked.get("progress"):
        found = found.filter(PROGRESS[progress][1]())
    return _of_quality(_answered(found, asked, asked_too), asked)


def _people(words: str) -> list[int]:
    known_as = Q(name__icontains=words) | Q(aliases__icontains=words) | Q(wikidata_id__iexact=words)
    return list(Identity.objects.filter(known_as).order_by().values_list("pk", flat=True))


def _in_quarantine() -> Exists:
    return Exists(Quarantine.objects.filter(face=OuterRef("face"), decision__in=IN_FORCE))


def _state(state: str) -> Q:
    return Q(_in_quarantine()) if state == QUARANTINED else Q(state=state)


def _answered(found: QuerySet[Claim], asked: Mapping[str, Any], asked_too: User | None) -> QuerySet[Claim]:
    """One answer that stands and fits all that is asked of answers."""
    if not any(asked.get(name) for name in OF_ANSWERS):
        return found
    columns = {
        "reviewer": "reviewer",
        "reason": "reason",
        "policy": "policy",
        "mode": "mode",
        "since": "received_at__date__gte",
        "until": "received_at__date__lte",
    }
    superseded = Annotation.objects.filter(supersedes=OuterRef("pk"))
    answers = Annotation.objects.filter(~Exists(superseded), claim=OuterRef("pk"), carried_from=None)
    answers = answers.exclude(verdict="withdrawn")
    if asked_too is not None:
        answers = answers.filter(~_may_still_be_asked(asked_too))
    return found.filter(
        Exists(answers.filter(**{column: asked[name] for name, column in columns.items() if asked.get(name)}))
    )


def _may_still_be_asked(person: User) -> Exists:
    """The question of an answer still wants votes of this claim, and the person gave none in this round."""
    same = Slot.objects.filter(claim=OuterRef("claim"), question=OuterRef("question"))
    own = same.filter(round=OuterRef("round"), reviewer=person, annotation__isnull=False)
    return Exists(same.filter(~Exists(own), waiting=True, purpose=Slot.Purpose.VOTE))


def _of_quality(found: QuerySet[Claim], asked: Mapping[str, Any]) -> QuerySet[Claim]:
    if size := asked.get("size"):
        least, most = SIZES[size]
        found = found.filter(face__width__gte=least, face__width__lt=most)
    if sharpness := asked.get("sharpness"):
        low, high = SHARPNESS[sharpness]
        found = found.annotate(sharpness=Cast(KeyTextTransform("sharpness", "face__quality"), FloatField()))
        found = found.filter(sharpness__gte=low, sharpness__lt=high)
    concern = asked.get("concern")
    if concern == "none":
        return found.filter(face__concerns=[])
    if concern == "any":
        return found.exclude(face__concerns=[])
    return found.filter(face__concerns__contains=[concern]) if concern else found


# ---- What is shown


@dataclass(frozen=True)
class ShownClaim:
    """`progress` says how far the question that is asked now has come."""

    claim: Claim
    state: str
    words: str
    progress: str
    perceived: tuple[str, ...]

    @property
    def tone(self) -> str:
        return TONES.get(self.state, "")

    @property
    def sharpness(self) -> float | None:
        found: float | None = self.claim.face.quality.get("sharpness")
        return found

    @property
    def concerns(self) -> list[str]:
        return [in_words(code) for code in self.claim.face.concerns]


@dataclass(frozen=True)
class FacesPage:
    """`count` is None where there are more than MANY; None for a neighbour that there is not."""

    rows: list[ShownClaim]
    number: int
    previous: int | None
    next: int | None
    count: int | None

    @property
    def start(self) -> int:
        return (self.number - 1) * A_PAGE + 1

    @property
    def end(self) -> int:
        return self.start + len(self.rows) - 1


def page_of(found: QuerySet[Claim], *, sort: str, number: int) -> FacesPage:
    """The ids first; columns are fetched for these alone, in as many queries however many there are."""
    order = SORTS.get(sort, SORTS[""])[1]
    first = (number - 1) * A_PAGE
    ids = list(found.order_by(*order).values_list("pk", flat=True)[first : first + A_PAGE + 1])
    more, ids = len(ids) > A_PAGE, ids[:A_PAGE]
    n = len(found.order_by().values_list("pk")[: MANY + 1])
    return FacesPage(
        rows=shown(ids),
        number=number,
        previous=number - 1 if number > 1 else None,
        next=number + 1 if more else None,
        count=n if n <= MANY else None,
    )


def shown(ids: Sequence[int]) -> list[ShownClaim]:
    places = Slot.objects.filter(purpose=Slot.Purpose.VOTE).order_by("-round", "number")
    claims = Claim.objects.select_related("face", "identity").prefetch_related(
        "consensus", Prefetch("slots", places, to_attr="places")
    )
    found = claims.in_bulk(ids)
    barred = set(
        Quarantine.objects.filter(face__in=[claim.face_id for claim in found.values()], decision__in=IN_FORCE)
        .values_list("face", flat=True)
    )  # fmt: skip
    labels = class_labels(current_policy())
    return [_shown(found[pk], found[pk].face_id in barred, labels) for pk in ids]


def _shown(claim: Claim, barred: bool, labels: Mapping[str, Mapping[str, str]]) -> ShownClaim:
    state = QUARANTINED if barred else claim.state
    words = _("in quarantine") if barred else str(claim.get_state_display())
    return ShownClaim(claim, state, words, _progress(claim), _perceived(claim, labels))


def _progress(claim: Claim) -> str:
    if claim.state not in (Claim.State.OPEN, Claim.State.ACCEPTED):
        return ""
    question = Question.USABLE if claim.state == Claim.State.OPEN else Question.ATTRIBUTES
    places: list[Slot] = [slot for slot in claim.places if slot.question == question]  # type: ignore[attr-defined]
    places = [slot for slot in places if slot.round == places[0].round]
    if not any(slot.waiting for slot in places):
        return ""
    told = {"n": sum(1 for slot in places if slot.annotation_id), "of": len(places)}
    return (_("%(n)d of %(of)d answers") if question == Question.USABLE else _("attributes %(n)d of %(of)d")) % told


def _perceived(claim: Claim, labels: Mapping[str, Mapping[str, str]]) -> tuple[str, ...]:
    """Nothing before all three are settled: one more vote may still be asked for."""
    known = {row.field: row for row in claim.consensus.all() if row.state == Consensus.State.SETTLED}
    if claim.state != Claim.State.ACCEPTED or not all(name in known for name in ATTRIBUTES):
        return ()
    return tuple(labels[name].get(known[name].value, known[name].value) for name in ATTRIBUTES)


def counts(asked: Mapping[str, Any], *, asked_too: User | None = None) -> Mapping[str, int]:
    """By state, of all that is asked for whatever its state; empty where counting would be slow."""
    if {name for name, value in asked.items() if value} - COUNTED_UNDER:
        return {}
    found = chosen({name: value for name, value in asked.items() if name != "state"}, asked_too=asked_too)
    by_state = dict(found.order_by().values_list("state").annotate(n=Count("pk")))
    return by_state | {QUARANTINED: found.filter(_in_quarantine()).count()}
