"""Turns the counted answers about photos into claim states, consensus and open slots: the only writer of these.

A photo is the unit because its faces and identities exclude one another: a face shows one person, and a person
is in a photo once. Whoever writes an answer holds the photo's lock (`lock_photo`) and calls `settle` in the same
transaction, so effects happen once and in order. `rebuild_consensus` runs the same over everything.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable

from curation import cases as reading
from curation.adaptive import one_more, weigh_answers
from curation.carrying import carry_relabels
from curation.cases import UNANSWERED, Case, Known
from curation.claims import vote_slots
from curation.consensus import Outcome, majority
from curation.models import Annotation, Claim, Consensus, Policy, Slot, Why
from curation.policies import current_policy
from curation.policy_maps import Maps, heard, maps_in_force, perceived
from curation.readings import ATTRIBUTES as ATTRIBUTES  # others know them from here
from curation.readings import usable_value
from curation.verdicts import Changes, write
from ingest.models import Photo


def lock_photo(photo_id: int) -> Photo | None:
    """Held to the end of the transaction; None where the photo is gone. Leaves foreign keys to it free."""
    return Photo.objects.select_for_update(no_key=True).filter(pk=photo_id).first()


def settle(photo: Photo) -> None:
    settle_many([photo.pk])


def settle_many(photos: Collection[int]) -> None:
    """The same for photos that the caller has locked, in as many statements as for one."""
    cases = count(reading.of_photos(photos))
    while carry_relabels({case.claim: _relabels(case) for case in cases}):
        cases = count(reading.of_photos(photos))
    write(conclude(cases))


def count(cases: Collection[Case]) -> Collection[Case]:
    """Says of each field of each case what its answers come to."""
    answered = any(slot.question == "attributes" and slot.annotation for case in cases for slot in case.slots)
    maps = maps_in_force() if answered else {}
    for case in cases:
        _count(case, maps)
    weigh_answers(cases, maps)
    for case in cases:
        if any(slot.purpose == Slot.Purpose.ADJUDICATION for slot in case.slots):
            _apply_decisions(case, maps)
    return cases


def carries(cases: Iterable[Case]) -> bool:
    """Whether a settled "not this person" named somebody else."""
    return any(vote.relabel_to_id for case in cases for vote in _relabels(case))


def conclude(cases: Collection[Case], policy: Policy | None = None) -> Changes:
    """What is to be written so that the database says what the counted answers come to."""
    changes = Changes()
    for beside in _by_photo(cases):
        _conclude_states(beside, _accepted(beside), changes)
    for case in cases:
        _conclude_consensus(case, changes)
        _open_attributes(case, policy)
        _ask_what_was_lost(case, policy)
        _ask_further(case)
        _conclude_waiting(case, changes)
    return changes


def _by_photo(cases: Iterable[Case]) -> Iterable[list[Case]]:
    photos: dict[int, list[Case]] = defaultdict(list)
    for case in cases:
        photos[case.claim.photo_id].append(case)
    return photos.values()


def _count(case: Case, maps: Maps) -> None:
    usable = [value for vote in case.votes("usable", "usable") if (value := usable_value(vote, case.claim))]
    case.outcomes["usable"] = majority(usable, wanted=_wanted(case, "usable", "usable"))
    if not any(slot.question == "attributes" for slot in case.slots):
        case.outcomes |= dict.fromkeys(ATTRIBUTES, UNANSWERED)  # as most claims are while they are asked about
        return
    for name in ATTRIBUTES:
        votes, wanted = case.votes("attributes", name), _wanted(case, "attributes", name)
        case.outcomes[name] = heard(votes, name, maps, wanted=wanted)


def _wanted(case: Case, question: str, name: str) -> int:
    return max(len(case.asked(question, name)), 1)


def _apply_decisions(case: Case, maps: Maps) -> None:
    usable = case.decision("usable", "usable")
    decided = {"usable": usable_value(usable, case.claim)} if usable else {}
    for name in ATTRIBUTES:
        decision = case.decision("attributes", name)
        if decision and getattr(decision, name) is not None:
            decided[name] = perceived(decision, name, maps) or ""
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


def _conclude_states(cases: list[Case], accepted: set[int], changes: Changes) -> None:
    faces = {c.claim.face_id for c in cases if c.claim.pk in accepted}
    identities = {c.claim.identity_id for c in cases if c.claim.pk in accepted}
    for case in cases:
        state = _state(case, accepted, faces, identities)
        if case.claim.state != state:
            changes.states[case.claim.pk] = case.claim.state = state


def _state(case: Case, accepted: set[int], faces: set[int], identities: set[int]) -> Claim.State:
    claim, outcome = case.claim, case.usable
    if claim.pk in accepted:
        return Claim.State.ACCEPTED
    if case.kept_out or outcome.value in ("reject", "cannot_tell"):
        return Claim.State.REJECTED
    if claim.face_id in faces or claim.identity_id in identities or outcome.value or case.orphaned or case.merged:
        return Claim.State.CLOSED
    return Claim.State.DISPUTED if outcome.state == "disputed" else Claim.State.OPEN


def _conclude_consensus(case: Case, changes: Changes) -> None:
    for name, outcome in case.outcomes.items():
        said = _known(outcome, name in case.adjudicated)
        if not (outcome.votes or name in case.adjudicated):
            if name in case.known:
                changes.silent.append((case.claim.pk, name))
        elif said != case.known.get(name):
            changes.consensus[case.claim.pk, name] = said


def _known(outcome: Outcome, adjudicated: bool) -> Known:
    method = Consensus.Method.MAJORITY if outcome.probability is None else Consensus.Method.POSTERIOR
    method = Consensus.Method.ADJUDICATION if adjudicated else method
    said = (outcome.state, outcome.value, outcome.support, outcome.votes, method)
    return Known(*said, outcome.probability, outcome.soft)


def _open_attributes(case: Case, policy: Policy | None) -> None:
    if case.claim.state == Claim.State.ACCEPTED and not case.of("attributes", "vote"):
        case.slots += vote_slots(
            case.claim, "attributes", policy or current_policy(), like=next(iter(case.slots), None)
        )


def _ask_what_was_lost(case: Case, policy: Policy | None) -> None:
    """A field that lost a vote after others were asked anew alone: one more round asks it, once the last is over.

    Nobody answers an earlier round any more, and what is being asked must not begin from nothing.
    """
    last = max((slot.round for slot in case.of("attributes", "vote")), default=0)
    if not last or case.barred or case.claim.state != Claim.State.ACCEPTED:
        return
    missing = {name: slots for name in ATTRIBUTES if (slots := _unanswered(case, name))}
    if missing and all(slots[0].round < last for slots in missing.values()):
        like = next(iter(missing.values()))[0]
        asks = list(missing) if len(missing) < len(ATTRIBUTES) else []
        more = {"round": last + 1, "asks": asks, "why": Why.REOPENED}
        case.slots += vote_slots(case.claim, "attributes", policy or current_policy(), like=like, **more)


def _ask_further(case: Case) -> None:
    """Of a question whose answers leave it unsure: one place more, once all that was asked is answered."""
    asked = _asked(case)
    case.slots += [one_more(case, question) for question in case.unsure if asked[question]]


def _unanswered(case: Case, name: str) -> list[Slot]:
    """Of an attribute that is open the places that wait for an answer, or would if its round were the last."""
    if case.outcomes[name].state != "open":
        return []
    return [slot for slot in case.asked("attributes", name) if slot.annotation is None]


def _conclude_waiting(case: Case, changes: Changes) -> None:
    for question, asked in _asked(case).items():
        slots = case.of(question, "vote")
        last = max((slot.round for slot in slots), default=0)
        for slot in slots:
            waits = asked and slot.annotation_id is None and slot.round == last
            if slot._state.adding:
                slot.waiting = waits
                changes.slots.append(slot)
            elif slot.waiting != waits:
                changes.waiting[slot.pk] = waits


def _asked(case: Case) -> dict[str, bool]:
    """Whether each question still wants votes for this claim."""
    settled = all(case.outcomes[name].state == "settled" for name in ATTRIBUTES)
    return {
        "usable": case.claim.state == Claim.State.OPEN and not case.barred,
        "attributes": case.claim.state == Claim.State.ACCEPTED and not case.barred and not settled,
    }
