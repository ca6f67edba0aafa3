"""How reviewers stand on gold, for those who look after them: a table of all, and one with its classes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from curation import accuracy
from curation.evidence import BAR, RISK, Share
from curation.gold import FIELDS
from curation.models import Annotation, Pause, Policy, Slot, Standing
from curation.policies import class_labels

HYPOTHESES: Mapping[str, str | Promise] = {
    "random": _("answers at random"),
    "habit": _("answers by habit, whatever the face"),
    "claimed": _("says what the claim says"),
    "below": _("is right on gold less often than the bar"),
}
VERDICTS: Mapping[str, str | Promise] = {"accept": _("accepted"), "reject": _("rejected")}
NOTHING = Share(0, 0)


@dataclass(frozen=True)
class Drawn:
    """A share with its interval as whole percents, for a page to draw."""

    label: str | Promise
    share: Share

    @property
    def percent(self) -> int | None:
        return None if self.share.value is None else round(100 * self.share.value)

    @property
    def low(self) -> int:
        return round(100 * (self.share.low or 0))

    @property
    def high(self) -> int:
        return round(100 * (self.share.high or 0))

    @property
    def width(self) -> int:
        return self.high - self.low

    @property
    def tone(self) -> str:
        """Certain is only what the whole interval says."""
        if self.percent is None:
            return ""
        return "bad" if self.high < 100 * BAR else "good" if self.low >= 100 * BAR else ""


@dataclass(frozen=True)
class Line:
    reviewer: User
    shares: list[Drawn]  # a field each
    value: float | None  # the e-value, when it was last looked at
    paused: Pause | None

    @property
    def weight(self) -> int | None:
        """How far the evidence has come towards a pause: 100 pauses."""
        return None if self.value is None else min(round(100 * self.value * RISK), 100)


def having_gold(question: str, state: str = "") -> QuerySet[User]:
    """Who was ever served gold of the question, or is paused."""
    served = Slot.objects.filter(reviewer=OuterRef("pk"), question=question, purpose=Slot.Purpose.GOLD)
    paused = Exists(Pause.objects.filter(reviewer=OuterRef("pk"), question=question, ended_at=None))
    people = User.objects.filter(Exists(served) | paused).order_by("username", "pk")
    return {"paused": people.filter(paused), "going": people.exclude(paused)}.get(state, people)


def lines(people: Sequence[User], question: str, policy: Policy) -> list[Line]:
    """As many queries for one as for many."""
    ids = [person.pk for person in people]
    given: dict[int, list[accuracy.OnGold]] = {pk: [] for pk in ids}
    for answer in accuracy.on_gold(ids, question):
        given[answer.reviewer].append(answer)
    values = dict(Standing.objects.filter(reviewer__in=ids, question=question).values_list("reviewer", "value"))
    pauses = Pause.objects.filter(reviewer__in=ids, question=question, ended_at=None)
    paused = {pause.reviewer_id: pause for pause in pauses}
    return [
        Line(one, _overall(given[one.pk], question, policy), values.get(one.pk), paused.get(one.pk)) for one in people
    ]


def _overall(answers: Sequence[accuracy.OnGold], question: str, policy: Policy) -> list[Drawn]:
    found = accuracy.shares(answers)
    return [Drawn(field_label(policy, field), found.get(field, {}).get("", NOTHING)) for field in FIELDS[question]]


def field_label(policy: Policy, field: str) -> str | Promise:
    labels: dict[str, str] = {one["code"]: one["label"] for one in policy.fields}
    return labels.get(field, _("the right person, and usable"))


# ---- One reviewer


@dataclass(frozen=True)
class Field:
    label: str | Promise
    overall: Drawn
    classes: list[Drawn]
    missed: list[tuple[str | Promise, str | Promise, int]]  # what is known, what was said, how often


def fields_of(person: User, question: str, policy: Policy) -> list[Field]:
    answers = accuracy.on_gold([person.pk], question)
    found = accuracy.shares(answers)
    return [_field(name, found[name], answers, policy) for name in FIELDS[question] if name in found]


def _field(name: str, shares: Mapping[str, Share], answers: Sequence[accuracy.OnGold], policy: Policy) -> Field:
    words = words_of(name, policy)
    missed: dict[tuple[str, str], int] = {}
    for one in answers:
        if one.field == name and not one.is_right:
            missed[one.true, one.given] = missed.get((one.true, one.given), 0) + 1
    told = [(words.get(true, true), words.get(said, said), n) for (true, said), n in missed.items()]
    classes = [Drawn(words.get(code, code), share) for code, share in shares.items() if code]
    overall = Drawn(_("all together"), shares[""])
    return Field(field_label(policy, name), overall, classes, sorted(told, key=lambda row: -row[2]))


def words_of(field: str, policy: Policy) -> Mapping[str, str | Promise]:
    if field == "usable":
        return {**VERDICTS, "cannot_tell": Annotation.Verdict.CANNOT_TELL.label}
    return class_labels(policy).get(field, {})


@dataclass(frozen=True)
class Reason:
    """What the evidence says of one field, in words."""

    field: str | Promise
    leading: str | Promise
    answers: int
    gold: int
    times: float  # likelier than the best of those at the bar


def reasons(evidence: Mapping[str, object], policy: Policy) -> list[Reason]:
    """Of a pause or a standing; the heaviest first. `evidence` as `curation.judging` writes it."""
    fields = evidence.get("fields", {})
    rows = [(name, row) for name, row in fields.items()] if isinstance(fields, dict) else []
    found = [
        Reason(field_label(policy, name), HYPOTHESES.get(row["leading"], ""), row["answers"], row["gold"], row["value"])
        for name, row in rows
    ]
    return sorted(found, key=lambda one: -one.times)
