"""Turns the counted answers about one photo into claim states, consensus and open slots: the only writer of these.

A photo is the unit because its faces and identities exclude one another: a face shows one person, and a person
is in a photo once. Whoever writes an answer holds the photo's lock (`lock_photo`) and calls `settle` in the same
transaction, so effects happen once and in order. `rebuild_consensus` runs the same over everything.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from curation.carrying import carry_relabels, heir_of
from curation.claims import open_slots
from curation.consensus import Outcome, majority
from curation.models import Annotation, Claim, Consensus, Quarantine, Slot
from curation.policies import current_policy
from curation.policy_maps import Maps, heard, maps_in_force, perceived
from curation.refused_photos import refused_photos
from ingest.models import Identity, Photo

ATTRIBUTES = ("race", "gender", "age")
USABLE_VALUES = {"accept": "accept", "reject": "reject", "relabel": "reject", "cannot_tell": "cannot_tell"}
UNANSWERED = Outcome("open", "", 0, 0)


@dataclass
class Case:
    """One claim with what was answered about it."""

    claim: Claim
    slots: list[Slot]
    barred: bool  # its face is in quarantine, or was kept out for good, or a person refused its photo's licence
    kept_out: bool
    maps: Maps
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    adjudicated: set[str] = field(default_factory=set)

    def asked(self, question: str, name: str) -> list[Slot]:
        """The vote slots that ask this field, of the last round in which it was asked."""
        slots = [slot for slot in self.of(question, "vote") if name == question or not slot.asks or name in slot.asks]
        last = max((slot.round for slot in slots), default=0)
        return [slot for slot in slots if slot.round == last]

    def votes(self, question: str, name: str) -> list[Annotation]:
        return [slot.annotation for slot in self.asked(question, name) if slot.annotation]

    def decision(self, question: str, name: str) -> Annotation | None:
        """What an adjudicator decided since the field was asked last."""
        last = max((slot.round for slot in self.asked(question, name)), default=0)
        decided = [s for s in self.of(question, "adjudication") if s.annotation and s.round >= last]
        return max(decided, key=lambda slot: slot.round).annotation if decided else None

    def of(self, question: str, purpose: str) -> list[Slot]:
        return [slot for slot in self.slots if slot.question == question and slot.purpose == purpose]

    @property
    def usable(self) -> Outcome:
        return self.outcomes.get("usable", UNANSWERED)

    @property
    def orphaned(self) -> bool:
        """A relabel that nobody stands by any more."""
        return self.claim.origin == Claim.Origin.RELABEL and not self.usable.votes and "usable" not in self.adjudicated

    @property
    def merged(self) -> bool:
        """Its identity is another one by now, which has a claim of its own on this face."""
        return self.claim.identity.state == Identity.State.MERGED


def lock_photo(photo_id: int) -> Photo | None:
    """Held to the end of the transaction; None where the photo is gone. Leaves foreign keys to it free."""
    return Photo.objects.select_for_update(no_key=True).filter(pk=photo_id).first()


def settle(photo: Photo) -> None:
    cases = _cases(photo)
    while carry_relabels({case.claim: _relabels(case) for case in cases}):
        cases = _cases(photo)
    _write_states(cases, _accepted(cases))
    for case in cases:
        _write_consensus(case)
        _open_attributes(case)
        _write_waiting(case)


def _cases(photo: Photo) -> list[Case]:
    slots: dict[int, list[Slot]] = defaultdict(list)
    for slot in Slot.objects.filter(claim__photo=photo).select_related("annotation__relabel_to").order_by("id"):
        slots[slot.claim_id].append(slot)
    in_force = Quarantine.objects.filter(face__photo=photo, decision__in=["", Quarantine.Decision.KEPT_OUT])
    barred = dict(in_force.order_by("decision").values_list("face_id", "decision"))  # kept_out sorts last, and wins
    refused = refused_photos().filter(pk=photo.pk).exists()
    maps = maps_in_force()
    cases = [
        Case(claim, slots[claim.pk], refused or claim.face_id in barred, bool(barred.get(claim.face_id)), maps)
        for claim in photo.claims.select_related("identity").order_by("id")
    ]
    for case in cases:
        _count(case)
    return cases


def _count(case: Case) -> None:
    usable = [value for vote in case.votes("usable", "usable") if (value := _usable_value(vote, case.claim))]
    case.outcomes["usable"] = majority(usable, wanted=_wanted(case, "usable", "usable"))
    for name in ATTRIBUTES:
        votes, wanted = case.votes("attributes", name), _wanted(case, "attributes", name)
        case.outcomes[name] = heard(votes, name, case.maps, wanted=wanted)
    _apply_decisions(case)


def _usable_value(answer: Annotation, claim: Claim) -> str | None:
    """What an answer says of a claim. Who named somebody later merged into the claim's identity said yes."""
    named = answer.relabel_to
    return "accept" if named and heir_of(named) == claim.identity_id else USABLE_VALUES.get(answer.verdict)


def _wanted(case: Case, question: str, name: str) -> int:
    return max(len(case.asked(question, name)), 1)


def _apply_decisions(case: Case) -> None:
    usable = case.decision("usable", "usable")
    decided = {"usable": _usable_value(usable, case.claim)} if usable else {}
    for name in ATTRIBUTES:
        decision = case.decision("attributes", name)
        if decision and getattr(decision, name) is not None:
            decided[name] = perceived(decision, name, case.maps) or ""
    for name, value in decided.items():
        before = case.outcomes[name]
        if value == "":  # decided, and must be asked anew since: what was overruled does not come back
            case.outcomes[name] = Outcome("open", "", before.support, before.votes)
        elif value is not None:
            case.outcomes[name] = Outcome("settled", value, min(before.support, before.votes), before.votes)
            case.adjudicated.add(name)


def _relabels(case: Case) -> list[Annotation]:
    """The votes that a settled "not this person" carries to other claims."""
    if case.usable.value != "reject" or case.barred:
        return []
    decision = case.decision("usable", "usable")
    return [decision] if decision else case.votes("usable", "usable")


def _accepted(cases: list[Case]) -> set[int]:
    """Claims accepted, at most one a face and one an identity: a decision goes before votes, the older before
    the newer."""
    chosen: set[int] = set()
    faces: set[int] = set()
    identities: set[int] = set()
    wanting = [c for c in cases if c.usable.value == "accept" and not c.kept_out and not c.merged]
    for case in sorted(wanting, key=_precedence):
        claim = case.claim
        if claim.face_id not in faces and claim.identity_id not in identities:
            chosen.add(claim.pk)
            faces.add(claim.face_id)
            identities.add(claim.identity_id)
    return chosen


def _precedence(case: Case) -> tuple[bool, bool, int]:
    return "usable" not in case.adjudicated, case.claim.state != Claim.State.ACCEPTED, case.claim.pk


def _write_states(cases: list[Case], accepted: set[int]) -> None:
    faces = {c.claim.face_id for c in cases if c.claim.pk in accepted}
    identities = {c.claim.identity_id for c in cases if c.claim.pk in accepted}
    states = {c.claim: _state(c, accepted, faces, identities) for c in cases}
    changed = [claim for claim, state in states.items() if claim.state != state]
    # The accepted last: the constraints allow one at any moment.
    for claim in sorted(changed, key=lambda c: states[c] == Claim.State.ACCEPTED):
        claim.state = states[claim]
        claim.save(update_fields=["state"])


def _state(case: Case, accepted: set[int], faces: set[int], identities: set[int]) -> Claim.State:
    claim, outcome = case.claim, case.usable
    if claim.pk in accepted:
        return Claim.State.ACCEPTED
    if case.kept_out or outcome.value in ("reject", "cannot_tell"):
        return Claim.State.REJECTED
    if claim.face_id in faces or claim.identity_id in identities or outcome.value or case.orphaned or case.merged:
        return Claim.State.CLOSED
    return Claim.State.DISPUTED if outcome.state == "disputed" else Claim.State.OPEN


def _write_consensus(case: Case) -> None:
    known = {row.field: row for row in case.claim.consensus.all()}
    for name, outcome in case.outcomes.items():
        row = known.get(name)
        if outcome.votes or name in case.adjudicated:
            _write_field(case, name, outcome, row)
        elif row:
            row.delete()


def _write_field(case: Case, name: str, outcome: Outcome, row: Consensus | None) -> None:
    method = Consensus.Method.ADJUDICATION if name in case.adjudicated else Consensus.Method.MAJORITY
    values = {
        "state": outcome.state,
        "value": outcome.value,
        "support": outcome.support,
        "votes": outcome.votes,
        "method": method,
    }
    if row is None:
        Consensus.objects.create(claim=case.claim, field=name, **values)
    elif any(getattr(row, key) != value for key, value in values.items()):
        for key, value in values.items():
            setattr(row, key, value)
        row.save(update_fields=[*values, "updated_at"])


def _open_attributes(case: Case) -> None:
    if case.claim.state == Claim.State.ACCEPTED and not case.of("attributes", "vote"):
        case.slots += open_slots(case.claim, "attributes", current_policy())


def _write_waiting(case: Case) -> None:
    for question, asked in _asked(case).items():
        slots = case.of(question, "vote")
        last = max((slot.round for slot in slots), default=0)
        for waits in (True, False):
            turned = [
                s.pk
                for s in slots
                if s.waiting != waits and (asked and s.annotation is None and s.round == last) == waits
            ]
            if turned:
                Slot.objects.filter(pk__in=turned).update(waiting=waits)


def _asked(case: Case) -> dict[str, bool]:
    """Whether each question still wants votes for this claim."""
    settled = all(case.outcomes[name].state == "settled" for name in ATTRIBUTES)
    return {
        "usable": case.claim.state == Claim.State.OPEN and not case.barred,
        "attributes": case.claim.state == Claim.State.ACCEPTED and not case.barred and not settled,
    }
