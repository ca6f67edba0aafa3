"""One question about one claim, as an adjudicator has it before them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from curation.adjudication import open_flags
from curation.cases import Case
from curation.models import Annotation, Claim, Consensus, Flag, Policy, Quarantine, Slot
from curation.models.claims import Question
from curation.policies import class_labels
from curation.policy_maps import perceived
from curation.quarantine import IN_FORCE
from curation.settling import ATTRIBUTES
from curation.shares import Share, shares
from curation.votes import USABLE_WORDS, in_words

LEAST_SHOWN = 0.005  # what is less likely is left out


@dataclass
class Dispute:
    claim: Claim
    question: str
    policy: Policy

    @cached_property
    def slots(self) -> list[Slot]:
        slots = self.claim.slots.filter(question=self.question).select_related("annotation__relabel_to")
        return list(slots.order_by("id"))

    @property
    def is_asked(self) -> bool:
        return bool(self.slots)

    @cached_property
    def decision(self) -> Annotation | None:
        """What was decided since the question was asked last: a new decision supersedes it."""
        last = max((slot.round for slot in self.slots), default=0)
        decided = (s.annotation for s in self.slots if s.purpose == Slot.Purpose.ADJUDICATION and s.round == last)
        return next((answer for answer in decided if answer), None)

    @property
    def shares(self) -> list[tuple[str, list[Share]]]:
        """By field that wants a decision, in words: how the votes that count are shared among the answers."""
        labels, titles = class_labels(self.policy), {f["code"]: f["label"] for f in self.policy.fields}
        case, found = Case(self.claim, self.slots, barred=False, kept_out=False), []
        for name in self.unsettled or self._names:
            votes = case.votes(self.question, name)
            if name in labels:
                codes = [code for vote in votes if (code := perceived(vote, name))]
                found.append((titles[name], shares(labels[name].get(code, code) for code in codes)))
            else:
                found.append(("", shares(in_words(vote, self.policy) for vote in votes)))
        return [(title, shared) for title, shared in found if shared]

    @property
    def weighed(self) -> list[tuple[str, list[tuple[str, float]]]]:
        """By field that wants a decision and was weighed by reviewers' error rates: how likely each answer is."""
        labels, titles = class_labels(self.policy), {f["code"]: f["label"] for f in self.policy.fields}
        labels["usable"] = {value: str(words) for value, words in USABLE_WORDS.items()}
        found = []
        for name in self.unsettled or self._names:
            row = self.consensus.get(name)
            soft = sorted(((row.soft if row else None) or {}).items(), key=lambda one: (-one[1], one[0]))
            said = [(labels[name].get(code, code), share) for code, share in soft if share >= LEAST_SHOWN]
            found.append((titles.get(name, ""), said))
        return [(title, said) for title, said in found if said]

    @cached_property
    def consensus(self) -> dict[str, Consensus]:
        return {row.field: row for row in self.claim.consensus.all()}

    @cached_property
    def alarms(self) -> list[Quarantine]:
        """What bars the face: open alarms first, then those for which it was kept out; one of each kind."""
        alarms = Quarantine.objects.filter(face=self.claim.face_id, decision__in=IN_FORCE)
        rows = alarms.select_related("annotation", "face").order_by("-decision", "-opened_at")
        return sorted({row.kind: row for row in rows}.values(), key=lambda row: row.decision)

    @property
    def flags(self) -> list[Flag]:
        return list(open_flags().filter(claim=self.claim, question=self.question).order_by("created_at"))

    @property
    def can_return(self) -> bool:
        """Whether one vote more may help: it is disputed, and nobody is asked at present."""
        asks = any(slot.purpose == Slot.Purpose.VOTE and slot.waiting for slot in self.slots)
        return self.decision is None and not asks and any(self._differs(name) for name in self._names)

    @property
    def to_decide(self) -> Sequence[str]:
        """The disputed attributes and those decided before; all of them where none is."""
        return self.unsettled or ATTRIBUTES

    @property
    def settled(self) -> list[dict[str, Any]]:
        """The attributes on which reviewers agree, in words."""
        labels = class_labels(self.policy)
        names = {field["code"]: field["label"] for field in self.policy.fields}
        agreed = [row for name, row in self.consensus.items() if name in ATTRIBUTES and name not in self.to_decide]
        return [
            {"label": names[row.field], "value": labels[row.field].get(row.value, row.value), "row": row}
            for row in agreed
        ]

    @property
    def _names(self) -> Sequence[str]:
        return ["usable"] if self.question == Question.USABLE else ATTRIBUTES

    @property
    def unsettled(self) -> list[str]:
        return [name for name in self._names if self._differs(name) or self._was_decided(name)]

    def _differs(self, name: str) -> bool:
        return name in self.consensus and self.consensus[name].state == Consensus.State.DISPUTED

    def _was_decided(self, name: str) -> bool:
        return name in self.consensus and self.consensus[name].method == Consensus.Method.ADJUDICATION
