"""Everything that tells of the erased leaves the database, in one transaction, through the one door."""

import contextlib
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.db.models import Model
from django.utils import timezone
from PIL import Image
from redis.exceptions import RedisError

from curation.claims import CLAIMS_LOCK
from curation.erasure import files, stones
from curation.erasure.reach import Reach, Rows, closure, reach
from curation.erasure.scrubbing import scrub, scrub_orders
from curation.erasure.subjects import Subject, called, traces_of
from curation.erasure.traces import Traces
from curation.erasure.withdrawing import holding, revoke, withdraw
from curation.models import Annotation, Claim, Requeue
from curation.release.freezing import RELEASE_LOCK
from curation.release.naming import image_id, photo_id
from curation.settling import settle_many
from ingest import access, barrier, store
from ingest.addresses import url_key
from ingest.buckets import connected
from ingest.crops import preview
from ingest.models import Candidate, DuplicateGroup, Erasure, Face, Identity, LicenceEvidence, Photo
from ingest.models.door import opened
from ingest.network_errors import FetchFailed

WRONG_PERSON = "wrong_person"
LOCKED: tuple[type[Model], ...] = (Photo, Identity, Face, Claim)  # in this order; what people may refer to
BLANK = (320, 240)  # width and height of the grey picture in the place of a photo that went

Progress = Callable[[int], object]


def forget(erasure: Erasure, subject: Subject, progress: Progress) -> None:
    """Reads all evidence first, without a lock: what came meanwhile is read inside."""
    newest = files.newest_evidence()
    telling = files.naming(traces_of(called(subject)), after=0, upto=newest, progress=progress)
    with opened(erasure.pk):
        _lock(erasure)
        _forget(erasure, subject, _held(subject), telling, newest)


def _lock(erasure: Erasure) -> None:
    """No picture is being kept, no release frozen, no claim opened until this transaction ends."""
    with connection.cursor() as cursor:
        for lock in (RELEASE_LOCK, CLAIMS_LOCK):
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock])
    barrier.alone()
    Erasure.objects.select_for_update().get(pk=erasure.pk)


def _held(subject: Subject) -> Reach:
    """What goes, when nothing more can come to refer to it: whoever is answering just now ends first."""
    found = reach(subject)
    while True:
        _lock_rows(found)
        again = reach(subject)
        if all(again.of(model) <= found.of(model) for model in LOCKED) and _settled_anew(again) <= _settled_anew(found):
            return again
        found = again


def _lock_rows(found: Reach) -> None:
    """Photos first, in the order of their ids, as whoever answers or merges."""
    for model in LOCKED:
        pks = found.of(model) | (_settled_anew(found) if model is Photo else set())
        list(model._base_manager.select_for_update().filter(pk__in=pks).order_by("pk").values_list("pk"))


def _settled_anew(found: Reach) -> set[int]:
    """Photos that stay, where answers were taken away or say something else now."""
    named = _rows(Annotation, set(found.named)).values_list("claim__photo", flat=True)
    return {*found.shells, *named} - found.of(Photo)


def _forget(erasure: Erasure, subject: Subject, found: Reach, telling: set[str], newest: int) -> None:
    known, keys = called(subject), _keys(found)
    traces = traces_of(known, marks_of(found))
    stones.lay(erasure, known, found)
    telling |= files.naming(traces, after=newest, upto=files.newest_evidence(), progress=lambda _n: None)
    nobodys = _nobodys()
    going = files.of_reach(found) | files.of_reach(nobodys) | telling
    counts = found.counts()
    held = holding(found)
    counts["images revoked"] = revoke(erasure, found)
    settling = _settled_anew(found)
    groups = set(Face.objects.filter(pk__in=found.of(Face)).values_list("duplicate_group", flat=True)) - {None}
    _hand_over(found)
    _speak_of_nobody(found)
    _leave_requeues(found)
    delete(found.rows)
    delete(nobodys.rows)
    DuplicateGroup.objects.filter(pk__in=groups, faces=None).delete()
    _empty_shells(found)
    LicenceEvidence.objects.filter(snapshot_file__in=telling).update(snapshot_file="")
    counts["job lists shortened"] = scrub_orders(known, traces, keys)
    counts["texts scrubbed"], rewritten = scrub(traces)
    counts["releases withdrawn"] = withdraw(erasure, held | rewritten)
    settle_many(sorted(settling))
    _forget_in_redis(traces)
    erasure.counts = {name: count for name, count in counts.items() if count}
    erasure.files, erasure.forgotten_at = sorted(going), timezone.now()
    erasure.save(update_fields=["counts", "files", "forgotten_at"])


def delete(rows: Rows) -> None:
    """In any order: foreign keys are looked at when the transaction ends."""
    for model, pks in rows.items():
        _rows(model, pks)._raw_delete("default")


def _nobodys() -> Reach:
    """Photos that killed workers left, found for nobody as far as anybody knows."""
    photos = Photo.objects.filter(candidates=None, claims=None).values_list("pk", flat=True)
    return Reach(closure({Photo: set(photos)}), frozenset(), {}, frozenset())


def _rows(model: type[Model], pks: set[Any]) -> Any:
    return model._base_manager.filter(pk__in=pks)


def marks_of(found: Reach) -> set[str]:
    """Hashes and addresses that mean nothing but what goes."""
    marks: set[str] = set()
    for sha256, reduced in _rows(Photo, found.of(Photo)).values_list("sha256", "preview_sha256"):
        marks |= {sha256, reduced, photo_id(sha256)}
    for sha256 in _rows(Face, found.of(Face)).values_list("crop_sha256", flat=True):
        marks |= {sha256, image_id(sha256)}
    gone = Candidate.objects.filter(pk__in=found.of(Candidate))
    staying = Candidate.objects.filter(image_url__in=gone.values("image_url")).exclude(pk__in=found.of(Candidate))
    addresses = set(gone.values_list("image_url", flat=True)) - set(staying.values_list("image_url", flat=True))
    return marks | addresses | stones.own_pages(found)


def _keys(found: Reach) -> set[str]:
    """Of the addresses that lists of jobs may name."""
    keys = set(Candidate.objects.filter(pk__in=found.of(Candidate)).values_list("url_key", flat=True))
    return keys | {url_key(page) for page in stones.own_pages(found)}


# ---- What others need


def _hand_over(found: Reach) -> None:
    """The proof of a licence goes to whose face stays, without the words of the search."""
    for pk, heir in found.moved.items():
        Candidate.objects.filter(pk=pk).update(identity=heir, query="", title="", evidence={})


def _speak_of_nobody(found: Reach) -> None:
    """Answers about others that named the person say "wrong person"; those carried over have no origin any more."""
    _rows(Annotation, set(found.named)).update(
        verdict=Annotation.Verdict.REJECT, reason=WRONG_PERSON, relabel_to=None, note=""
    )
    Annotation.objects.filter(carried_from__in=found.of(Annotation)).exclude(pk__in=found.of(Annotation)).update(
        carried_from=None
    )


def _leave_requeues(found: Reach) -> None:
    gone = found.of(Claim)
    for order in Requeue.objects.filter(claims__overlap=sorted(gone)).select_for_update() if gone else ():
        before, after = order.claims[: order.done], order.claims[order.done :]
        kept = [pk for pk in before if pk not in gone]
        order.claims, order.done = kept + [pk for pk in after if pk not in gone], len(kept)
        order.save(update_fields=["claims", "done"])


def _empty_shells(found: Reach) -> None:
    """A grey picture in the place of the one that shows the person: pages need none of their own for that."""
    if not found.shells:
        return
    grey = preview(Image.new("RGB", BLANK, (128, 128, 128)))
    sha256 = store.put("previews", grey)
    store.put("photos", grey)
    blank = {"file": store.name_of("photos", sha256), "size": len(grey), "mime": "image/jpeg"}
    _rows(Photo, set(found.shells)).update(**blank, preview_sha256=sha256, phash=None)


# ---- Redis


def _forget_in_redis(traces: Traces) -> None:
    """What hosts said to us, where it names the person. Without Redis there is nothing, or it ends within hours."""
    with contextlib.suppress(RedisError, FetchFailed):
        redis = connected(access.redis_url())
        for key in redis.scan_iter(match=f"{access.KEYS}:*", count=1000):
            value = redis.get(key) if redis.type(key) == b"string" else b""
            if traces.names(f"{_text(key)} {_text(value)}"):
                redis.delete(key)


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or "")
