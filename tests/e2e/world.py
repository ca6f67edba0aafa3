"""A filled installation: every state of things that a page may show, made by factories and the product's own doors.

`build` adds the parts one after the other. A part is a function that makes some things and gives them names, which
the addresses in `visits.py` take: a new kind of page is a new part here and a line there.
"""

import io
from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from PIL import Image

from curation import (
    adjudication,
    contradictions,
    invitations,
    merging,
    pauses,
    people,
    practice,
    quarantine,
    requeues,
    slow_figures,
)
from curation.balance import CELLS
from curation.balance_figures import save_targets
from curation.exclusions import Range, carry_out, decide
from curation.models import Annotation, Claim, Flag, GoldItem, PersonEvent
from curation.release import ordering
from curation.release.orders import order
from ingest import identity_changes, store
from ingest.jobs import cancel, finish_if_nothing_pends, pause
from ingest.models import Candidate, Detection, DuplicateGroup, Face, Identity, JobEvent, LicenceEvidence, Photo
from mtf_site.roles import Role
from tests import factories
from tests.curation import gold_scenes, policy_scenes, practice_scenes, releases, scenes
from tests.curation.disputes_scenes import dispute, disputed_attributes, flagged, quarantined, skipped
from tests.curation.test_contradictions import contradicted, ticked

Names = dict[str, Any]
LONG = "Maximiliana-Theodora von und zu Hohenlohe-Waldenburg-Schillingsfürst"


def staff(_known: Names) -> Names:
    """One person of each role, under the role's name."""
    return {_key(role): factories.user(role, username=_key(role)) for role in Role}


def _key(role: Role) -> str:
    return role.value.replace(" ", "_")


def identities(known: Names) -> Names:
    """In every state, with a long name, aliases, a reference picture, a life story."""
    admin = person(known, Role.ADMIN)
    ada = factories.identity(
        "Ada Marlow", aliases=["A. M."], about="novelist", claimed_race=3, claimed_gender=2, birth_precision="year",
        birth_date=date(1961, 1, 1), wikidata_id="Q42", reference_preview_sha256=factories.digest("reference"),
        reference_page_url="https://commons.example.org/wiki/File:Ada_Marlow_1.jpg",
        reference_credit="Ada Marlow 1.jpg · J. Okafor · CC BY-SA 4.0 · Wikimedia Commons",
    )  # fmt: skip
    proposed = factories.identity(LONG, state="proposed", approved_by=None, approved_at=None)
    retired, gone = factories.identity("Bo Lindqvist"), factories.identity("The Countess")
    scenes.claim(gone)
    identity_changes.retire(retired, by=admin, why="left public life")
    merging.merge(loser=gone, heir=ada, by=admin, why="the same woman")
    save_targets(dict.fromkeys(CELLS, 20))
    return {"identity": ada.pk, "proposed": proposed.pk, "retired": retired.pk, "merged": gone.pk}


def jobs(known: Names) -> Names:
    """In every state, with hits in every state."""
    admin, ada = person(known, Role.ADMIN), Identity.objects.get(pk=known["identity"])
    running = factories.job([ada, factories.identity("Chidi Eze")], source="bing", priority=1, error="")
    JobEvent.objects.create(job=running, kind="started", by=admin)
    for state in Candidate.State:
        refusal = {"held": "licence_contradictory", "refused": "licence_nc", "failed": "unreachable"}.get(state, "")
        _hit(ada, job=running, state=state, refusal=refusal, title=f"Ada in {state}")
    failed = running.discoveries.get(identity__name="Chidi Eze")
    type(failed).objects.filter(pk=failed.pk).update(state="failed", error="the source does not answer", attempts=5)
    made = {name: factories.job([ada]) for name in ("paused", "cancelled", "done", "trial")}
    pause(made["paused"], by=admin)
    cancel(made["cancelled"], by=admin)
    type(running).objects.filter(pk=made["trial"].pk).update(is_trial=True)
    made["done"].discoveries.update(state="done")
    finish_if_nothing_pends(made["done"].pk)
    return {"job": running.pk} | {f"{name}_job": job.pk for name, job in made.items()}


def judged(known: Names) -> Names:
    """Faces in every state of their claim, and the reviewer's and the adjudicator's own answers to some."""
    ada = Identity.objects.get(pk=known["identity"])
    accepted = [scenes.accepted(ada) for _ in range(3)]
    place = {"detector": "haar", "version": "1", "y": 10, "width": 50, "height": 50, "score": 4.5}
    Detection.objects.create(photo=accepted[0].photo, x=700, refusal="face_too_small", **place)
    rejected, waiting = scenes.claim(), scenes.claim(ada)
    for someone in factories.reviewers(2):
        scenes.say(someone, rejected, "reject", reason="too_small")
    group = DuplicateGroup.objects.create()
    for claim in accepted[:2]:
        Face.objects.filter(pk=claim.face_id).update(duplicate_group=group)
    for someone in factories.reviewers(2):
        scenes.say(someone, accepted[2], "attributes", race=3, gender=2, age=1)
    scenes.claims(7, factories.identity("Efua Addo"))
    return {
        "claim": accepted[0].pk,
        "face": accepted[0].face_id,
        "photo": accepted[0].photo_id,
        "rejected_face": rejected.face_id,
        "waiting_face": waiting.face_id,
    } | {f"{role.value}_answer": _own_answer(person(known, role)) for role in (Role.REVIEWER, Role.ADJUDICATOR)}


def _own_answer(reviewer: User) -> str:
    """Among others: a flag that was answered, and a skip."""
    scenes.flag(reviewer, scenes.claim(), "two people of this name")
    flag = Flag.objects.filter(reviewer=reviewer).latest("pk")
    adjudication.answer_flag(flag, "the one on the left", adjudicator=factories.user(Role.ADJUDICATOR))
    scenes.skip(reviewer, scenes.claim())
    return str(scenes.say(reviewer, scenes.claim(), "reject", note="her sister")[1])


def disputes(known: Names) -> Names:
    """One of each kind that waits for an adjudicator, and of each that was decided."""
    admin = person(known, Role.ADMIN)
    usable, attributes, flag, alarm = dispute(), disputed_attributes(), flagged(), quarantined()
    torn, seldom = contradicted("Femi Ojo"), skipped()
    decided = quarantined()
    quarantine.decide(decided, seen="", adjudicator=factories.user(Role.ADJUDICATOR), release=False, note="a child")
    ticked(), contradictions.find()
    anew: dict[str, Any] = {"question": "usable", "fields": [], "reason": "out of focus", "by": admin}
    waiting = requeues.order(Claim.objects.filter(pk=seldom.pk), **anew)
    finished = requeues.order(Claim.objects.filter(pk=known["claim"]), **anew)
    requeues.next_batch(finished.pk)
    return {
        "disputed": usable.pk,
        "disputed_attributes": attributes.pk,
        "flagged": flag.claim_id,
        "alarm": alarm.claim_id,
        "barred_face": decided.face_id,
        "torn": torn.pk,
        "often_skipped": seldom.pk,
        "requeue": waiting.pk,
        "finished_requeue": finished.pk,
    }


def colleagues(known: Names) -> Names:
    """Somebody whose answers were set aside, limited and excused; somebody who left; open and used invitations."""
    boss = person(known, Role.ADMIN)
    zoe = factories.user(Role.REVIEWER, username="zoe")
    User.objects.filter(pk=zoe.pk).update(first_name="Zoë", last_name=LONG)
    for claim, other in zip(scenes.claims(3, factories.identity("Gus Hale")), factories.reviewers(3), strict=True):
        scenes.say(zoe, claim), scenes.say(other, claim)
    last = Annotation.objects.filter(reviewer=zoe).latest("received_at").received_at
    excluded = decide(Range(zoe, "", None, last), reason="Pressed one key for an hour.", by=boss)
    carry_out(excluded)
    people.limit(zoe, identities=[factories.identity("Hu Wen")], by=boss)
    people.record(zoe, PersonEvent.Kind.EXCUSED, by=boss, reason="Wrote the guideline.")
    gone = factories.user(Role.REVIEWER, Role.ADJUDICATOR, username="yann")
    people.deactivate(gone, by=boss, reason="left")
    _invitation, token = invitations.invite(roles=["reviewer"], sent_to="Ines Ferreira", by=boss)
    return {"zoe": zoe.pk, "gone": gone.pk, "exclusion": excluded.pk, "token": token} | _reset(zoe)


def _reset(someone: User) -> Names:
    return {
        "uid": urlsafe_base64_encode(force_bytes(someone.pk)),
        "reset": default_token_generator.make_token(someone),
    }


def policies(_known: Names) -> Names:
    """One in force with finer ages, the one before, a draft."""
    in_force = policy_scenes.age_bands().policy
    draft = policy_scenes.draft(guideline="## Accept\nA face one would know.", note="clearer words")
    return {"policy": in_force.version, "draft": draft.version}


def licences(known: Names) -> Names:
    """Held for a person: contradictory, sold."""
    ada = Identity.objects.get(pk=known["identity"])
    for code in ("licence_contradictory", "licence_sold"):
        held = _hit(ada, state="held", refusal=code, proof="unproved", detail="The page says NC.")
        says: dict[str, Any] = {"kind": "api", "says": "CC-BY-SA-4.0", "place": "API answer", "words": "by-sa"}
        LicenceEvidence.objects.create(candidate=held, seen_at_url=held.page_url, **says)
    return {}


def released(_known: Names) -> Names:
    """Two releases that are frozen, an order that found what blocks and one that waits; faces that are ready for the
    next or held back. Comes first: a release wants the true crop of every accepted face."""
    releases.few_people()
    releases.frozen()
    releases.accepted(factories.identity("Ivy Stone"))
    releases.frozen("1.1.0")
    releases.accepted(factories.identity("Jon Reed"), proof="unproved")
    by = factories.user(Role.RELEASE_MANAGER)
    stopped = ordering.place(order("1.2.0"), by=by, looks_only=True)
    ordering.carry_out(stopped.pk)
    return {"stopped": stopped.pk, "ordered": ordering.place(order("1.2.0"), by=by).pk}


def practised(known: Names) -> Names:
    """The reviewer has answered one face of each practice and has others before them; attributes wait for nobody."""
    reviewer = person(known, Role.REVIEWER)
    first = practice.progress(reviewer, "usable").ahead[0]
    said = practice_scenes.said(first, "reject", reason="occluded")
    practice.answer(reviewer=reviewer, claim=first, said=said)
    perceived, *_others = [practice_scenes.perceived() for _ in range(4)]
    given = practice_scenes.said(perceived, "attributes", **(practice_scenes.KNOWN | {"age": 1}))
    practice.answer(reviewer=reviewer, claim=perceived, said=given)
    for one in (reviewer, person(known, Role.ADJUDICATOR)):
        practice.finish(one, "attributes")
    return {"practised": first.pk, "perceived": perceived.pk}


def golden(known: Names) -> Names:
    """Gold, somebody who fares badly on it and is paused; the reviewer was paused once, and goes on."""
    boss, hasty = person(known, Role.ADMIN), factories.user(Role.REVIEWER, username="hasty")
    claims = gold_scenes.known(["accept", "reject", "accept", "reject", "accept"], factories.identity("Kai Brandt"))
    gold_scenes.answers(hasty, claims, ["accept"] * 5)
    paused = pauses.pause(hasty, question="usable", reason="One key for an hour.", by=boss)
    once = pauses.pause(person(known, Role.REVIEWER), question="usable", reason="A slip.", by=boss)
    pauses.lift(once, reason="All is well.", by=boss)
    return {"gold": GoldItem.objects.earliest("pk").pk, "hasty": hasty.pk, "pause": paused.pk}


def at_work(known: Names) -> Names:
    """Somebody holds faces just now; the slow figures of the start pages are counted."""
    scenes.lease(factories.reviewer(), want=2)
    slow_figures.count()
    return {}


PARTS: list[Callable[[Names], Names]] = [
    staff, released, identities, jobs, judged, disputes, colleagues, policies, licences, practised, golden, at_work,
]  # fmt: skip


def build() -> Names:
    known: Names = {}
    for part in PARTS:
        known |= part(known)
    _draw()
    return known


def person(known: Names, role: Role) -> User:
    found = known[_key(role)]
    assert isinstance(found, User)
    return found


def _hit(shows: Identity, **fields: Any) -> Candidate:
    over = fields["state"] not in Candidate.PENDING
    known: dict[str, Any] = {"finished_at": timezone.now() if over else None}
    return factories.candidate(shows, factories.photo(), **(known | fields))


def _draw() -> None:
    """A picture for every crop and photo that a page may ask for."""
    drawn = [
        ("crops", (320, 320), Face.objects.values_list("crop_sha256", flat=True)),
        ("previews", (640, 480), Photo.objects.values_list("preview_sha256", flat=True)),
        ("previews", (480, 640), Identity.objects.values_list("reference_preview_sha256", flat=True)),
    ]
    for folder, size, hashes in drawn:
        for place, sha256 in enumerate({one for one in hashes if one}):
            name = store.name_of(folder, sha256)  # type: ignore[arg-type]
            if not default_storage.exists(name):
                default_storage.save(name, ContentFile(_picture(size, place)))


def _picture(size: tuple[int, int], shade: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (shade * 29 % 256, 90, 120)).save(out, "JPEG")
    return out.getvalue()
