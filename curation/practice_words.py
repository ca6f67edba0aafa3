"""Practice in words: what was answered beside what is known, why, and the rule that speaks of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from curation.items import crop_url
from curation.models import Annotation, Policy, PracticeAnswer, Quarantine
from curation.models.claims import Question
from curation.policies import class_labels
from curation.practice import Progress, may_be_seen
from curation.practice_known import Known, known_of, perceived_of, sentence, sentence_about

MARKS = {"accept": "✓", "relabel": "✎", "cannot_tell": "?", "quarantine": "!", "attributes": "✓"}


@dataclass(frozen=True)
class Line:
    """One field: what the person said of it, and what is known. `label` is empty where there is but one."""

    label: str
    given: str
    known: str
    differs: bool
    rule: str = ""


@dataclass(frozen=True)
class Told:
    answer: PracticeAnswer
    lines: list[Line]
    crop: str
    note: str = ""
    remark: str = ""

    @property
    def agrees(self) -> bool:
        return self.answer.agrees

    @property
    def rules(self) -> list[str]:
        """Each once; of several fields those that differ."""
        lines = [line for line in self.lines if line.differs] or self.lines
        return list(dict.fromkeys(line.rule for line in lines if line.rule))


def told(answer: PracticeAnswer, policy: Policy) -> Told:
    return _of_attributes(answer, policy) if answer.question == Question.ATTRIBUTES else _of_usable(answer, policy)


def _of_usable(answer: PracticeAnswer, policy: Policy) -> Told:
    known = known_of([answer.claim]).get(answer.claim_id, Known(""))
    line = Line("", in_words(answer, policy), _known(known, policy), not answer.agrees, sentence(policy, known))
    return Told(answer, [line], crop_url(answer.claim.face), known.note, _remark(answer, known))


def _remark(answer: PracticeAnswer, known: Known) -> str:
    if answer.verdict == "quarantine":
        return _(
            "In earnest this takes the face out of circulation at once, and is right whenever in doubt. Here nothing "
            "was taken out: if you do doubt this face, tell an admin."
        )
    if not answer.agrees:
        return ""
    if answer.relabel_to and answer.relabel_to.name not in known.people:
        return _("It is somebody else, or no usable face; the name that you gave is not what the others said.")
    if answer.reason and answer.reason not in known.reasons:
        return _("Rejected is right; the reason that comes first in the guideline is another.")
    if answer.reason == "wrong_person" and known.people:
        return _("Rejected is right; the person is on the list, so naming them (R) says more.")
    return ""


def _of_attributes(answer: PracticeAnswer, policy: Policy) -> Told:
    known = perceived_of([answer.claim])[answer.claim_id]
    classes = class_labels(policy)
    lines = [
        Line(
            str(field["label"]),
            _class(classes[field["code"]], getattr(answer, field["code"])),
            _class(classes[field["code"]], known.values.get(field["code"])),
            field["code"] in answer.differs,
            sentence_about(policy, field["code"]),
        )
        for field in policy.fields
    ]
    return Told(answer, lines, crop_url(answer.claim.face), known.note)


def _class(labels: Mapping[str, str], code: int | None) -> str:
    return labels.get(str(code), str(code)) if code is not None else _("no longer settled")


def in_words(answer: PracticeAnswer, policy: Policy) -> str:
    if answer.question == Question.ATTRIBUTES:
        classes = class_labels(policy)
        return " · ".join(_class(classes[name], getattr(answer, name)) for name in classes)
    if answer.relabel_to:
        return _("someone else: %s") % answer.relabel_to.name
    return _with_reasons(answer.verdict, [answer.reason], policy)


def _known(known: Known, policy: Policy) -> str:
    if known.people:
        return _("someone else: %s") % ", ".join(known.people)
    return _with_reasons(known.verdict, known.reasons, policy)


def _with_reasons(verdict: str, reasons: Iterable[str], policy: Policy) -> str:
    words = str(Annotation.Verdict(verdict).label) if verdict else _("no longer settled")
    labels = {reason["code"]: str(reason["label"]).removesuffix(" …") for reason in policy.reasons}
    labels |= {code: str(label) for code, label in Quarantine.Kind.choices}
    said = [labels.get(code, code) for code in reasons if code]
    return f"{words}: {', '.join(said)}" if said else words


# ---- The last ten


def last_ten(so_far: Progress, policy: Policy) -> list[dict[str, Any]]:
    """The newest first, as on the page for real work: each can be taken back."""
    seen = {answer.pk for answer in may_be_seen(so_far.answers)}
    newest = sorted(so_far.answers, key=lambda answer: answer.pk, reverse=True)[:10]
    return [_tile(answer, policy, answer.pk in seen) for answer in newest]


def _tile(answer: PracticeAnswer, policy: Policy, seen: bool) -> dict[str, Any]:
    keys = {reason["code"]: reason["key"] for reason in policy.reasons}
    mark = MARKS.get(answer.verdict) or f"✗ {keys.get(answer.reason, '')}".strip()
    return {
        "id": answer.pk,
        "claim": answer.claim_id,
        "crop": crop_url(answer.claim.face) if seen else "",
        "mark": mark if answer.agrees else f"≠ {mark}",
        "tone": "good" if answer.agrees else "warn",
        "label": f"{in_words(answer, policy)}, {_('as known') if answer.agrees else _('different')}",
    }
