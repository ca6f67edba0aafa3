"""Rows that never change let an erasure through that is under way, and nobody else."""

from collections.abc import Callable
from typing import Any

import pgtrigger
import pytest
from django.apps import apps
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone

from curation.models import (
    Annotation,
    Claim,
    ErrorRates,
    GoldItem,
    Pause,
    PersonEvent,
    Policy,
    Release,
    ReleaseFace,
    Reopening,
    RevokedImage,
    Withdrawal,
)
from curation.policies import current_policy
from ingest.models import Erasure, IdentityEvent
from ingest.models.door import Kept, opened
from tests import factories
from tests.curation import releases, scenes

pytestmark = pytest.mark.django_db

Make = Callable[[], Any]


def erasure(**fields: Any) -> Erasure:
    return Erasure.objects.create(**({"kind": "identity", "subject": factories.number(), "reason": "asked"} | fields))


def annotation() -> Annotation:
    now = timezone.now()
    known = {"question": "usable", "verdict": "accept", "policy": current_policy(), "shown_at": now, "decided_at": now}
    claim = releases.claim(factories.identity())
    return Annotation.objects.create(claim=claim, reviewer=factories.reviewer(), **known)


def release() -> Release:
    known = {"policy": current_policy(), "papers": {}, "faces_count": 0, "frozen_at": timezone.now()}
    return Release.objects.create(version="1.0.0", digest="sha256:0", **known)


def release_face() -> ReleaseFace:
    claim = releases.claim(factories.identity())
    known = {"image_id": "a", "crop_sha256": "b", "record": {}}
    return ReleaseFace.objects.create(release=release(), claim=claim, face=claim.face, **known)


def gold() -> GoldItem:
    known = {"question": "usable", "answer": {"usable": "accept"}, "policy": current_policy(), "chosen": "agreed"}
    return GoldItem.objects.create(claim=releases.claim(factories.identity()), **known)


def reopening() -> Reopening:
    known = {"question": "usable", "round": 1, "cause": "requeued", "reason": "why", "decided_by": factories.user()}
    return Reopening.objects.create(claim=releases.claim(factories.identity()), **known)


def event() -> IdentityEvent:
    return IdentityEvent.objects.create(identity=factories.identity(), kind="edited", by=factories.user())


def person_event() -> PersonEvent:
    return PersonEvent.objects.create(person=factories.user(), kind="roles", by=factories.user())


def rates() -> ErrorRates:
    now = timezone.now()
    known = {"policy": current_policy(), "fields": {}, "votes": 0, "made_at": now, "in_force_at": now}
    return ErrorRates.objects.create(version=1, **known)


def pause() -> Pause:
    return Pause.objects.create(
        reviewer=factories.user(), question="usable", paused_by=factories.user(), reason="a talk first"
    )


def withdrawal() -> Withdrawal:
    return Withdrawal.objects.create(release=release(), erasure=erasure())


def revoked() -> RevokedImage:
    known = {"crop_sha256": "c", "image_id": "i", "releases": ["1.0.0"], "revoked_on": timezone.localdate()}
    return RevokedImage.objects.create(erasure=erasure(), **known)


MAKERS: list[Make] = [
    *(annotation, release, release_face, gold, reopening, event, person_event, rates, pause, current_policy),
    *(withdrawal, revoked),
]


def delete(row: Any) -> None:
    with transaction.atomic():
        type(row).objects.filter(pk=row.pk)._raw_delete(using="default")


def set_door(value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('mtf.erasure', %s, true)", [value])


def finished() -> str:
    now = timezone.now()
    return str(erasure(forgotten_at=now, finished_at=now).pk)


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("key", ["", "0", "nonsense", "1 OR 1=1", "99999999999999999999", "finished", "unset"])
def test_without_an_erasure_under_way_the_door_is_shut(make: Make, key: str) -> None:
    row = make()
    if key != "unset":
        set_door(finished() if key == "finished" else key)
    with pytest.raises(ProgrammingError, match="Cannot"):
        delete(row)
    assert type(row).objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize("make", MAKERS)
def test_an_erasure_under_way_passes(make: Make) -> None:
    row = make()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    with opened(erasure().pk):
        delete(row)
    assert not type(row).objects.filter(pk=row.pk).exists()
    if isinstance(row, Policy):
        transaction.set_rollback(True)  # others refer to it


def test_an_erasure_under_way_may_scrub() -> None:
    row = annotation()
    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        Annotation.objects.filter(pk=row.pk).update(note="nobody")
    with opened(erasure().pk):
        Annotation.objects.filter(pk=row.pk).update(note="nobody")
    row.refresh_from_db()
    assert row.note == "nobody"


def test_the_door_shuts_behind_an_erasure() -> None:
    row, another = annotation(), annotation()
    with opened(erasure().pk):
        delete(row)
    with pytest.raises(ProgrammingError, match="Cannot"):
        delete(another)


def test_the_door_shuts_behind_an_erasure_that_failed() -> None:
    row = annotation()
    with pytest.raises(RuntimeError), opened(erasure().pk):
        raise RuntimeError
    with pytest.raises(ProgrammingError, match="Cannot"):
        delete(row)


def test_what_is_kept_for_good_has_the_one_door() -> None:
    """A new table that protects its rows from being deleted must let an erasure through; an erasure itself stays."""
    shut = [
        f"{model._meta.label}:{trigger.name}"
        for model in apps.get_models()
        for trigger in getattr(model._meta, "triggers", [])
        if isinstance(trigger, pgtrigger.Protect) and not isinstance(trigger, Kept)
    ]
    assert shut == ["ingest.Erasure:kept", "ingest.Face:crop_never_changes"]


def test_inserts_are_not_asked() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE p.prosrc LIKE '%%mtf.erasure%%' AND t.tgtype & 4 <> 0"
        )
        assert cursor.fetchall() == [("curation_guidelinepicture",)]  # which is asked of its policy anyway


@pytest.mark.parametrize(
    "change", [{"reason": "another"}, {"kind": "photo"}, {"subject": 1}, {"asked_by_id": None, "subject": 2}]
)
def test_an_order_to_erase_never_changes(change: dict[str, Any]) -> None:
    row = erasure()
    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        Erasure.objects.filter(pk=row.pk).update(**change)


def test_an_erasure_is_not_undone() -> None:
    row = Erasure.objects.get(pk=int(finished()))
    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        Erasure.objects.filter(pk=row.pk).update(finished_at=None)
    with pytest.raises(ProgrammingError, match="Cannot delete"), opened(erasure().pk):
        delete(row)


def test_the_door_is_no_way_around_foreign_keys() -> None:
    claim = scenes.claim()
    with opened(erasure().pk), pytest.raises(IntegrityError, match="curation_slot"), transaction.atomic():
        _delete_at_once(claim)


def _delete_at_once(claim: Claim) -> None:
    delete(claim)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
