"""Many reviewers at work at once, for hypothesis to drive; it remembers every answer that the server confirmed."""

import re
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Any

import hypothesis.strategies as some
from django.contrib.auth.models import User
from django.db import connection, connections, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from curation import queue
from curation.annotations import record
from curation.claims import open_claims
from curation.entries import Answer, Entry, Result, Skipped, Undo
from curation.models import Annotation, Claim, Slot
from curation.policies import current_policy
from curation.settling import lock_photo, settle
from ingest.models import Candidate, CrawlJob, Face, Identity, Photo
from mtf_site import prepared
from tests import factories
from tests.curation.scenes import SHOWN

REVIEWERS, CLAIMS, IDENTITIES, TABS = 64, 2_000, 20, 2
LAG = 0.01
K = 2
AT_ONCE = REVIEWERS * TABS
LOCKS = re.compile(
    r"\s+FOR\s+(NO\s+KEY\s+)?UPDATE(\s+OF\s+[\w\",.\s]+?)?(\s+SKIP\s+LOCKED)?(?=\s*[);]|\s*$)", re.IGNORECASE
)

# What one reviewer does in one moment; the weight is how often it stands in the list.
ACTS = ("answer",) * 5 + (
    "stranger",
    "double",
    "double",
    "two tabs",
    "two tabs",
    "skip",
    "undo",
    "undo",
    "expire",
    "lease",
)
VERDICTS = ("accept",) * 5 + ("reject", "reject", "cannot_tell", "relabel", "quarantine")
MOMENT = some.lists(
    some.tuples(some.integers(0, REVIEWERS - 1), some.sampled_from(ACTS), some.sampled_from(VERDICTS)),
    min_size=REVIEWERS // 2,
    max_size=REVIEWERS,
    unique_by=lambda act: act[0],
)


Job = Callable[[], None]


@dataclass
class World:
    """2,000 claims in the queue and 64 people; made once, and put back to its beginning for every example."""

    people: list[User]
    claims: list[int]
    identities: list[int]
    threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(AT_ONCE))

    def reset(self) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(BEGINNING)

    def close(self) -> None:
        together = threading.Barrier(AT_ONCE, timeout=30)  # each thread takes exactly one of these

        def leave() -> None:
            together.wait()
            connections.close_all()

        for done in [self.threads.submit(leave) for _ in range(AT_ONCE)]:
            done.result()
        self.threads.shutdown()


BEGINNING = """
SET LOCAL session_replication_role = replica;
DELETE FROM curation_consensus; DELETE FROM curation_quarantine; DELETE FROM curation_skip; DELETE FROM curation_flag;
DELETE FROM curation_slot WHERE question = 'attributes' OR number > 2 OR purpose = 'adjudication'
    OR claim_id IN (SELECT id FROM curation_claim WHERE origin = 'relabel');
UPDATE curation_slot SET annotation_id = NULL, reviewer_id = NULL, leased_until = NULL, waiting = true, purpose = 'vote'
    WHERE reviewer_id IS NOT NULL OR NOT waiting OR purpose <> 'vote';
DELETE FROM curation_annotation; DELETE FROM curation_claim WHERE origin = 'relabel';
UPDATE curation_claim SET state = 'open' WHERE state <> 'open';
"""


def build() -> World:
    current_policy()  # made before the threads start
    identities = [factories.identity() for _ in range(IDENTITIES)]
    order = factories.job(identities)
    photos = Photo.objects.bulk_create(_photo(n) for n in range(CLAIMS))
    Face.objects.bulk_create(_face(photo) for photo in photos)
    Candidate.objects.bulk_create(
        _candidate(order, identities[n % IDENTITIES], photo) for n, photo in enumerate(photos)
    )
    assert open_claims() == CLAIMS
    claims = list(Claim.objects.order_by("id").values_list("pk", flat=True))
    return World(factories.reviewers(REVIEWERS), claims, [identity.pk for identity in identities])


def _photo(n: int) -> Photo:
    sha256 = factories.digest(f"photo of the crowd {n}")
    size = {"size": 1000, "mime": "image/jpeg", "width": 1200, "height": 900}
    return Photo(sha256=sha256, file=f"photos/{sha256}.jpg", preview_sha256=factories.digest(sha256), **size)


def _face(photo: Photo) -> Face:
    return Face(
        photo=photo,
        x=10,
        y=10,
        width=200,
        height=200,
        crop_sha256=factories.digest(f"{photo.sha256} crop"),
        crop_side=300,
    )


def _candidate(job: CrawlJob, identity: Identity, photo: Photo) -> Candidate:
    known = {"state": Candidate.State.DONE, "finished_at": timezone.now(), "source": "urls", "proof": "proved"}
    url = f"https://photos.example.org/{photo.sha256}.jpg"
    return Candidate(job=job, identity=identity, photo=photo, image_url=url, url_key=factories.digest(url), **known)


@dataclass(frozen=True)
class Said:
    reviewer: int
    answer: Answer
    status: str


class Reviewing(RuleBasedStateMachine):
    """Every rule is one moment: up to 64 people act at once, some of them in two tabs."""

    world: World  # set by the test
    keep = staticmethod(record)

    def __init__(self) -> None:
        super().__init__()
        self.world.reset()
        self.policy = current_policy()
        self.hands: dict[int, list[int]] = {}
        self.said: dict[uuid.UUID, Said] = {}
        self.undone: set[uuid.UUID] = set()

    @rule(acts=MOMENT, dice=some.randoms(use_true_random=False))
    def moment(self, acts: list[tuple[int, str, str]], dice: Any) -> None:
        jobs: list[Job] = []
        for person, act, verdict in acts:
            jobs += self._jobs(person, act, verdict, dice)
        self._at_once(jobs)

    def _at_once(self, jobs: Sequence[Job]) -> None:
        start = threading.Barrier(len(jobs), timeout=60)

        def work(job: Job) -> None:
            connections["default"].ensure_connection()
            start.wait()
            job()

        running: list[Future[None]] = [self.world.threads.submit(work, job) for job in jobs]
        for job in running:
            job.result(timeout=120)

    def _jobs(self, person: int, act: str, verdict: str, dice: Any) -> Sequence[Job]:
        """What a person does in a moment: one call, or two where both tabs, or a retry, do something."""
        held = self.hands.setdefault(person, [])
        if act == "expire":
            Slot.objects.filter(reviewer=self.world.people[person], annotation=None).update(leased_until=_long_ago())
            return [_sweep] if dice.random() < 0.3 else [partial(self._lease, person)]
        if act == "undo":
            mine = [uid for uid, said in self.said.items() if said.reviewer == person and uid not in self.undone]
            return [partial(self._undo, person, dice.choice(mine))] if mine else []
        if act.startswith("unasked"):
            entry = self._entry(dice.choice(self.world.claims[:200]), verdict, dice)
            tabs = (entry, replace(entry, id=uuid.uuid4()))[: 1 + act.endswith("twice")]
            return [partial(self._answer, person, one) for one in tabs]
        if act == "lease" or not held:
            return [partial(self._lease, person)] * TABS
        claim = held.pop(0)
        if act == "skip":
            return [partial(self._skip, person, claim)]
        entry = self._entry(claim, verdict, dice)
        other = replace(entry, id=uuid.uuid4()) if act == "two tabs" else entry
        twice = act in ("double", "two tabs")
        return [partial(self._answer, person, entry), partial(self._answer, person, other)][: 1 + twice]

    def _entry(self, claim: int, verdict: str, dice: Any) -> Answer:
        reason = {"reject": "too_small", "quarantine": "under_age"}.get(verdict, "")
        identity = dice.choice(self.world.identities) if verdict == "relabel" else None
        return Answer(uuid.uuid4(), claim, "usable", verdict, SHOWN, SHOWN, reason=reason, identity=identity)

    def _lease(self, person: int) -> None:
        slots = queue.lease(reviewer=self.world.people[person], question="usable", want=5)
        self.hands[person] = [slot.claim_id for slot in slots]

    def _save(self, person: int, entry: Entry) -> Result:
        return type(self).keep(entry, reviewer=self.world.people[person], policy=self.policy)

    def _answer(self, person: int, answer: Answer) -> None:
        result = self._save(person, answer)
        assert result.status in ("saved", "known", "late", "refused"), result  # refused: relabelled to the claimed one
        if result.status != "refused":
            known = self.said.get(answer.id)
            status = known.status if known and result.status == "known" else result.status
            self.said[answer.id] = Said(person, answer, status)

    def _skip(self, person: int, claim: int) -> None:
        self._save(person, Skipped(uuid.uuid4(), claim, "usable"))

    def _undo(self, person: int, target: uuid.UUID) -> None:
        if self._save(person, Undo(uuid.uuid4(), target)).status == "saved":
            self.undone.add(target)

    # ---- What must hold after every moment

    @invariant()
    def no_question_has_more_than_k(self) -> None:
        votes = Slot.objects.filter(purpose="vote").values_list("claim", "question", "round")
        assert [asked for asked, n in Counter(votes).items() if n > K] == []

    @invariant()
    def nobody_is_counted_twice(self) -> None:
        counted = Slot.objects.filter(reviewer__isnull=False).values_list("claim", "question", "round", "reviewer")
        assert [whose for whose, n in Counter(counted).items() if n > 1] == []

    @invariant()
    def each_answer_is_there_once(self) -> None:
        rows = Annotation.objects.exclude(verdict="withdrawn").filter(carried_from=None)
        there = Counter(rows.values_list("pk", "reviewer", "claim", "verdict", "relabel_to"))
        people = self.world.people
        wanted = {
            (uid, people[said.reviewer].pk, said.answer.claim, said.answer.verdict, said.answer.identity)
            for uid, said in self.said.items()
        }
        assert there == Counter(wanted)

    @invariant()
    def no_answer_is_lost(self) -> None:
        counted = set(Slot.objects.filter(annotation__isnull=False).values_list("annotation", flat=True))
        saved = {uid for uid, said in self.said.items() if said.status in ("saved", "known")}
        assert saved - self.undone - counted == set(), "confirmed, but not counted"
        assert self.undone & counted == set(), "taken back, but counted"

    def teardown(self) -> None:
        """And what the votes come to is what the states say: settling anew changes nothing."""
        touched = {said.answer.claim for said in self.said.values()}
        photos = Photo.objects.filter(claims__in=sorted(touched)[:40]).distinct()
        before = _states(photos)
        for pk in sorted(photos.values_list("pk", flat=True)):
            with transaction.atomic():
                photo = lock_photo(pk)
                assert photo
                settle(photo)
        assert _states(photos) == before


def _sweep() -> None:
    queue.free_expired_leases()


def _states(photos: Any) -> set[tuple[int, str]]:
    return set(Claim.objects.filter(photo__in=photos).values_list("pk", "state"))


def _long_ago() -> Any:
    return timezone.now() - timedelta(hours=1)


# ---- A slow line, and the guards taken away

Rewrite = Callable[[str], str]


def _delayed(sql: str) -> str:
    """What was read has time to grow old before it is acted on: a slow line, which no promise may depend on."""
    if sql.lstrip()[:6].upper() in ("INSERT", "UPDATE"):
        time.sleep(LAG)
    return sql


def _unlocked(sql: str) -> str:
    return LOCKS.sub("", sql).replace("pg_advisory_xact_lock(%s, %s)", "%s::int + %s::int")


@contextmanager
def _every_statement(change: Rewrite) -> Iterator[None]:
    """Of every thread, on the way to the database."""
    plain, straight = CursorWrapper.execute, prepared._straight

    def changed(self: Any, sql: Any, params: Any = None) -> Any:
        return plain(self, change(sql) if isinstance(sql, str) else sql, params)

    CursorWrapper.execute = changed  # type: ignore[method-assign]
    prepared._straight = lambda db, known, message, places: straight(db, known, change(message), places)
    try:
        yield
    finally:
        CursorWrapper.execute = plain  # type: ignore[method-assign]
        prepared._straight = straight


def slow_line() -> AbstractContextManager[None]:
    return _every_statement(_delayed)


def no_locks(only_of: str = "") -> AbstractContextManager[None]:
    """Without the locks on rows of one table, or on everything."""
    return _every_statement(lambda sql: _unlocked(sql) if only_of in sql else sql)


@contextmanager
def without_constraint(name: str) -> Iterator[None]:
    constraint = next(c for c in Slot._meta.constraints if c.name == name)
    with connection.schema_editor() as editor:
        editor.remove_constraint(Slot, constraint)
    try:
        yield
    finally:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica; DELETE FROM curation_slot;")
        with connection.schema_editor() as editor:
            editor.add_constraint(Slot, constraint)
