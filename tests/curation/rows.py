"""One row of what each page shows: made once by the product's own doors, and copied by `tests.many`."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from curation import adjudication, contradictions, gold, invitations, pauses, people, quarantine, requeues
from curation.balance import CELLS
from curation.balance_figures import save_targets
from curation.claims import open_claims
from curation.exclusions import Range, carry_out, decide
from curation.models import (
    Claim,
    Demographics,
    Exclusion,
    GoldItem,
    GuidelinePicture,
    PersonEvent,
    Policy,
    Profile,
    Release,
)
from curation.policies import current_policy
from ingest import identity_changes
from ingest.models import CrawlJob, Detection, DuplicateGroup, Identity, Photo
from mtf_site.roles import Role
from tests import factories
from tests.curation import disputes_scenes, gold_scenes, policy_scenes, quality_scenes, releases, scenes
from tests.curation.test_contradictions import contradicted, perceived
from tests.curation.test_home import answered_flag
from tests.query_counts import me

# ---- Disputes


def decided() -> None:
    """A dispute and an alarm, both decided."""
    decision = adjudication.Decision(claim=disputes_scenes.dispute().pk, question="usable", verdict="accept")
    adjudication.decide(decision, adjudicator=factories.user(Role.ADJUDICATOR), policy=current_policy())
    alarm = disputes_scenes.quarantined()
    quarantine.decide(alarm, seen="", adjudicator=factories.user(Role.ADJUDICATOR), release=False, note="a child")


def torn() -> Identity:
    identity = contradicted()
    contradictions.find()
    return identity


def one_side(torn: Identity) -> None:
    perceived(torn, 4)


def unclear_before(earlier: Policy) -> None:
    """Decided under that policy, of which it is said that it leaves the answer open."""
    claim, judge = scenes.claim(), factories.user(Role.ADJUDICATOR)
    known: dict[str, Any] = {"mode": "adjudication", "purpose": "adjudication", "policy": earlier}
    releases.vote(claim, judge, guideline_unclear=True, note="and sunglasses?", **known)


def earlier_policy() -> Policy:
    known = current_policy()
    policy_scenes.draft(activated_at=timezone.now())
    return known


# ---- Faces


def judged(_about: object = None) -> None:
    scenes.judged()


def discussed(claim: Claim) -> None:
    """Somebody more who flags it, passes it by, and answers and takes it back."""
    person = factories.reviewer()
    scenes.flag(person, claim, "her sister?")
    scenes.skip(person, claim)
    scenes.undo(person, scenes.say(person, claim)[1])


def discussed_attributes(claim: Claim) -> None:
    person = factories.reviewer()
    scenes.skip(person, claim, "attributes")
    scenes.undo(person, scenes.say(person, claim, "attributes", race=4, gender=1, age=1)[1])


def requeued() -> None:
    claim, admin = scenes.accepted(), factories.user(Role.ADMIN)
    requeues.order(Claim.objects.filter(pk=claim.pk), question="usable", fields=[], reason="blurred", by=admin)


def found_too(photo: Photo) -> None:
    """One person more for whom the photo was found, with a face in it and a box that became none."""
    ada = factories.identity()
    factories.candidate(ada, photo)
    face = factories.face(photo, duplicate_group=DuplicateGroup.objects.create())
    Claim.objects.create(face=face, photo=photo, identity=ada, origin="crawl", state="rejected")
    place = {"x": face.x, "y": 500, "width": 50, "height": 50}
    Detection.objects.create(
        photo=photo, detector="haar", version="1", score=4.5, refusal="face_too_small", face=None, **place
    )


# ---- Own answers


def answered(person: User) -> None:
    scenes.say(person, scenes.claim(), "reject", note="her sister")


def answered_gold(person: User) -> None:
    gold_scenes.answers(person, gold_scenes.known(["accept"]), ["reject"])


def gold_of(person: User) -> None:
    answered_gold(person)
    attributes = scenes.accepted()
    gold_scenes.attributes(attributes, race="3", gender="1", age="1")
    fields = {"question": "attributes", "verdict": "attributes", "race": 3, "gender": 2, "age": 1}
    releases.vote(attributes, person, 1, purpose="gold", **fields)
    pauses.lift(pauses.pause(person, question="usable", reason="One key.", by=me()), reason="All is well.", by=me())


def paused() -> User:
    pauses.pause(me(), question="usable", reason="One key.", by=factories.user(Role.ADMIN))
    return me()


def missed(person: User) -> None:
    """An answer to gold that was wrong; the item is worn, so that it may be shown."""
    claims = gold_scenes.known(["accept"])
    gold_scenes.answers(person, claims, ["reject"])
    gold.retire(claims[0].gold_items.get(), retired_as="worn", reason="", by=factories.user(Role.ADMIN))


# ---- Identities and jobs


def brought(identity: Identity) -> None:
    """Accepted faces, refused hits, events, and another person merged into this one."""
    scenes.accepted(identity)
    factories.candidate(identity, factories.photo(), state="refused", refusal="no_face")
    identity_changes.edit(
        identity, by=me(), aliases=["A. M."], about="", basis=f"elected {factories.number()}", priority=0
    )
    factories.identity(state="merged", merged_into=identity, approved_by=None, approved_at=None)


def somebody_else(_about: object = None) -> None:
    factories.identity()


def hit_of(job: CrawlJob) -> None:
    """One person more, with a hit in every state, and a face that waits for review."""
    ada = factories.identity()
    job.identities.add(ada)
    claim_of = factories.photo()
    factories.face(claim_of)
    factories.candidate(ada, claim_of, job=job)
    factories.candidate(ada, factories.photo(), job=job, state="refused", refusal="no_face")
    factories.candidate(ada, factories.photo(), job=job, state="held", refusal="licence_sold")
    open_claims()


# ---- People


def at_work() -> None:
    person = factories.reviewer()
    scenes.say(person, scenes.claim())
    scenes.claims(2)
    scenes.lease(person)
    people.limit(person, identities=[factories.identity()], by=me())


def colleague() -> User:
    zoe = factories.reviewer()
    Profile.objects.create(user=zoe)
    return zoe


def happened_to(person: User) -> None:
    people.record(person, PersonEvent.Kind.LEASES, by=factories.user(Role.ADMIN))
    Exclusion.objects.create(reviewer=person, until=timezone.now(), reason="One key.", decided_by=me())
    person.profile.limited_to.add(factories.identity())


def about_themselves() -> None:
    person = factories.reviewer()
    scenes.say(person, scenes.claim())
    Demographics.objects.create(user=person, gender="woman")


def both_said(person: User) -> None:
    claim = scenes.claim()
    for someone in (person, factories.reviewer()):
        scenes.say(someone, claim)


def invited() -> None:
    invitations.invite(roles=["reviewer"], sent_to="Ines Ferreira", by=me())


def set_aside() -> Exclusion:
    zoe = colleague()
    both_said(zoe)
    made = decide(Range(zoe, "", None, timezone.now()), reason="One key.", by=me())
    carry_out(made)
    return made


def still_to_set_aside(made: Exclusion) -> None:
    both_said(made.reviewer)
    Exclusion.objects.filter(pk=made.pk).update(until=timezone.now())


# ---- Policies, gold, quality, releases


def versions() -> None:
    """One in force, and a draft."""
    earlier = policy_scenes.draft(note="clearer", activated_at=timezone.now())
    policy_scenes.draft(parent=earlier, author=factories.user(Role.ADMIN))


def finer_ages() -> Policy:
    return policy_scenes.draft(fields=policy_scenes.fields(age=policy_scenes.BANDS))


def pictured(policy: Policy) -> None:
    GuidelinePicture.objects.create(policy=policy, sha256=factories.digest("x"), kind="good", caption="Like this.")


def known_attributes() -> None:
    gold_scenes.attributes(releases.claim(factories.identity(), state="accepted"), race="1", gender="1", age="1")


def gold_answered() -> None:
    answered_gold(factories.reviewer())


def gold_item() -> GoldItem:
    return gold_scenes.gold(releases.claim(factories.identity(), state="accepted"))


def on_gold(item: GoldItem) -> None:
    gold_scenes.answers(factories.reviewer(), [item.claim], ["reject"])


def differently_judged(people: Sequence[User] = ()) -> None:
    quality_scenes.judged(list(people) or factories.reviewers(2), 2, differ=1)


def two() -> list[User]:
    return factories.reviewers(2)


def frozen() -> Release:
    number, now = factories.number(), timezone.now()
    return Release.objects.create(
        version=f"1.{number}.0", policy=current_policy(), papers={}, digest=f"sha256:{number}", faces_count=12,
        frozen_by=factories.user(Role.RELEASE_MANAGER), frozen_at=now,
    )  # fmt: skip


def released(_one: Release | None = None) -> None:
    """A frozen release; a face that is ready for the next, one that is held back."""
    frozen()
    releases.accepted(factories.identity(), crop=factories.digest("a"), labels={"race": "1", "gender": "0"})
    releases.accepted(factories.identity(), crop=factories.digest("b"), proof="unproved")


# ---- Work


def waiting(identity: Identity | None = None) -> None:
    scenes.claim(identity)


def accepted(_enough: None = None) -> None:
    scenes.accepted()


def work() -> None:
    """Of everything that the start pages count or list."""
    disputes_scenes.dispute(), scenes.accepted(), disputes_scenes.flagged(), answered_flag(me())
    scenes.lease(factories.reviewer(), want=1)


def targets() -> None:
    save_targets(dict.fromkeys(CELLS, 100))


def lacking(_targets: None) -> None:
    shown = factories.identity(claimed_race=3, claimed_gender=2)
    factories.candidate(shown, factories.photo())
