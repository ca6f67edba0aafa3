"""What a reviewer's browser sends, checked: docs/review-protocol.md."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from curation.models import Annotation, Policy
from curation.models.claims import Question
from curation.plain_forms import Code, Key, Moment, Number, Payload, PlainForm, Words
from curation.policies import FIELDS, QUARANTINE_REASONS, class_codes, reason_codes

V = Annotation.Verdict
VERDICTS = {
    Question.USABLE: (V.ACCEPT, V.REJECT, V.RELABEL, V.CANNOT_TELL, V.QUARANTINE),
    Question.ATTRIBUTES: (V.ATTRIBUTES,),
}
ISO_8601 = ["%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%dT%H:%M:%S%z"]
CLOCK_SLACK = timedelta(minutes=5)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Answer:
    id: UUID
    claim: int
    question: str
    verdict: str
    shown_at: datetime
    decided_at: datetime
    reason: str = ""
    identity: int | None = None
    race: int | None = None
    gender: int | None = None
    age: int | None = None
    note: str = ""
    mode: str = "single"


@dataclass(frozen=True)
class Undo:
    id: UUID
    target: UUID


@dataclass(frozen=True)
class Skipped:
    id: UUID
    claim: int
    question: str


@dataclass(frozen=True)
class Flagged:
    id: UUID
    claim: int
    question: str
    comment: str


Entry = Answer | Undo | Skipped | Flagged


@dataclass(frozen=True)
class Result:
    """What became of one entry; `code` is the HTTP status that it would have had alone."""

    status: str
    code: int = 200
    message: str = ""


class AnswerForm(PlainForm):
    id = Key()
    claim = Number(min_value=1)
    question = Code(Question.values)
    verdict = Code(Annotation.Verdict.values)
    reason = forms.CharField(required=False, max_length=30)
    identity = Number(required=False, min_value=1)
    race = Number(required=False, min_value=0)
    gender = Number(required=False, min_value=0)
    age = Number(required=False, min_value=0)
    note = Words(required=False, max_length=2000)
    mode = Code(["single", "grid"], required=False)
    shown_at = Moment(input_formats=ISO_8601)
    decided_at = Moment(required=False, input_formats=ISO_8601)

    def __init__(self, data: Any, policy: Policy) -> None:
        super().__init__(data)
        self.policy = policy

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.errors:
            return data
        data["decided_at"] = _sane(data["decided_at"] or timezone.now())
        data["shown_at"] = min(_sane(data["shown_at"]), data["decided_at"])
        if data["verdict"] not in VERDICTS[data["question"]]:
            self.add_error("verdict", _("This answer does not fit the question."))
            return data
        if data["mode"] == "grid" and data["question"] != Question.USABLE:
            self.add_error("mode", _("Attributes are not answered in a grid."))
        self._check_reason(data)
        self._check_attributes(data)
        return data

    def _check_reason(self, data: dict[str, Any]) -> None:
        if data["verdict"] not in (V.REJECT, V.QUARANTINE):
            data["reason"] = ""
        elif data["reason"] not in (reason_codes(self.policy) if data["verdict"] == V.REJECT else QUARANTINE_REASONS):
            self.add_error("reason", _("The policy has no such reason."))
        if data["verdict"] == V.RELABEL and not data["identity"]:
            self.add_error("identity", _("Say who it is."))
        if data["verdict"] != V.RELABEL:
            data["identity"] = None

    def _check_attributes(self, data: dict[str, Any]) -> None:
        if data["question"] == Question.USABLE:
            data |= dict.fromkeys(FIELDS)
            return
        for name, codes in class_codes(self.policy).items():
            if data[name] is not None and data[name] not in codes:
                self.add_error(name, _("The policy has no such class."))

    def entry(self) -> Answer:
        return Answer(**{**self.cleaned_data, "mode": self.cleaned_data["mode"] or "single"})


def _sane(moment: datetime) -> datetime:
    """A browser's clock may be wrong; an answer is never from the future, nor older than this program."""
    now = timezone.now()
    return moment if LONG_AGO < moment < now + CLOCK_SLACK else now


class TypedForm(forms.Form):
    """What was typed so far of somebody's name."""

    q = forms.CharField(required=False, max_length=200)


class UndoForm(PlainForm):
    id = Key()
    target = Key()

    def entry(self) -> Undo:
        return Undo(**self.cleaned_data)


class SkipForm(PlainForm):
    id = Key()
    claim = Number(min_value=1)
    question = Code(Question.values)

    def entry(self) -> Skipped:
        return Skipped(**self.cleaned_data)


class FlagForm(SkipForm):
    comment = Words(max_length=2000)

    def entry(self) -> Flagged:  # type: ignore[override]  # same fields, one more
        return Flagged(**self.cleaned_data)


class SyncForm(PlainForm):
    """The envelope of one call: who sends, what is wanted, and the entries as they came."""

    payload = Payload()

    def clean_payload(self) -> dict[str, Any]:
        payload = self.cleaned_data["payload"]
        envelope = EnvelopeForm(payload if isinstance(payload, dict) else {})
        if not envelope.is_valid():
            raise forms.ValidationError(one_line(envelope))
        have, entries = payload.get("have", []), payload.get("entries", [])
        if not (
            isinstance(have, list)
            and all(type(n) is int and abs(n) < 2**63 for n in have)
            and isinstance(entries, list)
        ):
            raise forms.ValidationError(_("`have` must be a list of numbers, and `entries` a list."))
        return {**envelope.cleaned_data, "have": have[:200], "entries": entries[:200]}


class HoldingForm(forms.Form):
    """Whose page speaks of which question, and the claims that it holds, where it tells them."""

    payload = Payload()

    def clean_payload(self) -> dict[str, Any]:
        payload = self.cleaned_data["payload"]
        envelope = EnvelopeForm(payload if isinstance(payload, dict) else {})
        if not envelope.is_valid():
            raise forms.ValidationError(one_line(envelope))
        claims = payload.get("claims", [])
        if not are_numbers(claims):
            raise forms.ValidationError(_("`claims` must be a list of numbers."))
        return {**envelope.cleaned_data, "claims": claims[:200]}


class EnvelopeForm(PlainForm):
    user = Number()
    question = Code(Question.values)
    want = Number(min_value=0, max_value=50, required=False)
    tell = forms.BooleanField(required=False)


def are_numbers(value: Any) -> bool:
    """Whether it is a list of numbers that the database can hold."""
    return isinstance(value, list) and all(type(n) is int and abs(n) < 2**63 for n in value)


def parse(raw: Any, policy: Policy) -> Entry | Result:
    """The entry, or the result that says what is wrong with it."""
    if not isinstance(raw, dict):
        return Result("refused", 400, "an entry is an object")
    form: AnswerForm | UndoForm | SkipForm
    match raw.get("kind"):
        case "answer":
            form = AnswerForm(raw, policy)
        case "undo":
            form = UndoForm(raw)
        case "skip":
            form = SkipForm(raw)
        case "flag":
            form = FlagForm(raw)
        case other:
            return Result("refused", 400, f"unknown kind of entry: {other!r}"[:100])
    return form.entry() if form.is_valid() else Result("refused", 400, one_line(form))


def one_line(form: forms.Form) -> str:
    return " ".join(f"{name}: {' '.join(map(str, errors))}" for name, errors in form.errors.items())
