"""Ordering, watching, reading, downloading and comparing releases in the browser's way: by HTTP."""

import io
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from curation.models import Claim, Freezing, Release
from curation.release import archive, manifest, ordering
from curation.release.errors import ReleaseRefused
from curation.release.orders import ACCEPTABLE, order
from curation.release.writing import write
from mtf_site.roles import Role
from tests import factories
from tests.curation import releases as r

pytestmark = pytest.mark.django_db
CHOSEN = {"version": "1.0.0", "selection": "curated", "tasks": ["identity", "race"], "formats": ["imagefolder"]}


def signed_in(*roles: Role) -> Client:
    client = Client()
    client.force_login(factories.user(*roles))
    return client


def placed(by: User | None = None, **chosen: Any) -> Freezing:
    looks = chosen.pop("looks_only", False)
    return ordering.place(order("1.0.0", accept=ACCEPTABLE, **chosen), by=by or factories.user(), looks_only=looks)


@pytest.fixture
def manager() -> Client:
    return signed_in(Role.RELEASE_MANAGER)


def text_of(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.mark.django_db(transaction=True)
def test_an_order_is_a_row_that_a_worker_carries_out(manager: Client) -> None:
    r.few_people()
    answer = manager.post("/releases/order/", CHOSEN | {"accept": list(ACCEPTABLE)})
    row = Freezing.objects.get()
    assert answer["Location"] == f"/releases/orders/{row.pk}/"
    assert (row.state, row.faces, row.tasks, row.looks_only) == ("waiting", 9, ["identity", "race"], False)
    assert ordering.waiting() == [row.pk]
    ordering.carry_out(row.pk)
    row.refresh_from_db()
    release = Release.objects.get()
    assert (row.state, row.release, release.tasks, release.frozen_by) == (
        "done",
        release,
        CHOSEN["tasks"],
        row.ordered_by,
    )
    text = text_of(manager, answer["Location"])
    assert "Release 1.0.0 is frozen: 9 images" in text
    assert release.digest in text


@pytest.mark.django_db(transaction=True)
def test_an_order_that_is_blocked_names_everything_and_leads_back(manager: Client) -> None:
    r.few_people()
    r.accepted(factories.identity("Dewi Anggraini"), proof="unproved")
    manager.post("/releases/order/", CHOSEN)
    row = Freezing.objects.get()
    ordering.carry_out(row.pk)
    text = text_of(manager, f"/releases/orders/{row.pk}/")
    assert "the licence is not proved" in text
    assert "a class has no image in a part of its task" in text
    assert "(Dewi Anggraini)" in text
    assert "/releases/?version=1.0.0&amp;set=curated&amp;tasks=identity&amp;tasks=race" in text
    assert not Release.objects.exists()
    assert Freezing.objects.get().state == "refused"


@pytest.mark.django_db(transaction=True)
def test_looking_freezes_nothing(manager: Client) -> None:
    r.few_people()
    manager.post("/releases/order/", CHOSEN | {"look": "1", "accept": list(ACCEPTABLE)})
    row = Freezing.objects.get()
    ordering.carry_out(row.pk)
    assert "Nothing blocks" in text_of(manager, f"/releases/orders/{row.pk}/")
    assert not Release.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"version": "one"}, "must be three numbers"),
        ({"version": ""}, "This field is required"),
        ({"tasks": ["hair"]}, "hair is not one of the available choices"),
        ({"formats": ["zip"]}, "zip is not one of the available choices"),
        ({"accept": ["crop_missing"]}, "crop_missing is not one of the available choices"),
    ],
)
def test_a_bad_order_says_what_is_wrong_and_keeps_the_rest(
    manager: Client, wrong: dict[str, Any], complaint: str
) -> None:
    r.few_people()
    answer = manager.post("/releases/order/", CHOSEN | {"accept": ["empty_class"]} | wrong)
    text = " ".join(answer.content.decode().split())
    assert answer.status_code == 400
    assert complaint in text
    assert 'value="race" id="id_tasks_1" checked' in text or "tasks" in wrong
    assert not Freezing.objects.exists()


def test_a_version_that_is_frozen_or_under_way_is_refused() -> None:
    r.few_people()
    placed()
    with pytest.raises(ReleaseRefused, match="under way"):
        placed()
    r.frozen()
    with pytest.raises(ReleaseRefused, match="frozen already"):
        placed()


def test_an_order_whose_worker_is_gone_is_taken_up_again_but_not_for_ever() -> None:
    r.few_people()
    row = placed()
    assert ordering.waiting() == [row.pk]
    later = timezone.now() + ordering.LEASE
    Freezing.objects.update(state="running", claimed_until=later, attempts=1)
    assert ordering.waiting() == []
    Freezing.objects.update(claimed_until=timezone.now())
    assert ordering.waiting() == [row.pk]
    Freezing.objects.update(attempts=ordering.MOST_ATTEMPTS)
    ordering.carry_out(row.pk)
    row.refresh_from_db()
    assert row.state == "failed"
    assert "three times" in row.error


@pytest.mark.django_db(transaction=True)
def test_progress_is_seen_while_it_is_read_and_a_cancelled_order_freezes_nothing(
    manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    r.few_people()
    row, seen = placed(), list[int]()

    def freeze(*_: object, progress: Any, **known: object) -> None:
        progress(4)
        seen.append(Freezing.objects.get().read)
        assert manager.post(f"/releases/orders/{row.pk}/cancel/").status_code == 302
        progress(5)
        pytest.fail("a cancelled order went on")

    monkeypatch.setattr(ordering, "freeze", freeze)
    ordering.carry_out(row.pk)
    row.refresh_from_db()
    assert (seen, row.state) == ([4], "cancelled")
    assert "cancelled" in text_of(manager, f"/releases/orders/{row.pk}/")


def test_two_live_orders_of_a_version_are_ruled_out_by_the_database() -> None:
    row = placed()
    row.pk = None
    with pytest.raises(IntegrityError, match="freezing_one_live_a_version"), transaction.atomic():
        row.save()


# ---- One release


def test_a_release_shows_what_names_it_and_its_papers(manager: Client) -> None:
    r.few_people()
    release = r.frozen()
    text = text_of(manager, "/releases/1.0.0/")
    assert release.digest in text
    for path in release.papers:
        assert f"/releases/1.0.0/papers/{path}" in text
    assert "Faces of the Test Room" in text_of(manager, "/releases/1.0.0/papers/README.md")
    assert manager.get("/releases/1.0.0/papers/../../etc/passwd").status_code == 404
    assert manager.get("/releases/9.9.9/").status_code == 404


def unpacked(pieces: Iterable[bytes], folder: Path) -> Path:
    with tarfile.open(fileobj=io.BytesIO(b"".join(pieces))) as tar:
        tar.extractall(folder)  # noqa: S202 (ours; Python 3.11.2 knows no filter)
    return folder / "mtf-1.0.0"


def test_the_download_is_the_release_byte_for_byte(manager: Client, tmp_path: Path) -> None:
    r.few_people()
    release = r.frozen()
    answer: Any = manager.get("/releases/1.0.0/download/")
    assert answer["Content-Disposition"] == 'attachment; filename="mtf-1.0.0.tar"'
    folder = unpacked(answer.streaming_content, tmp_path / "unpacked")
    (tmp_path / "written").mkdir()
    write(release, tmp_path / "written", r.ignore)
    assert r.tree(folder) == r.tree(tmp_path / "written")
    assert manifest.digest([(folder / "MANIFEST.sha256").read_bytes()]) == release.digest
    assert b"".join(archive.pieces(release)) == b"".join(archive.pieces(release))


def test_a_release_with_a_face_in_quarantine_is_not_downloaded(manager: Client) -> None:
    made = r.few_people()
    r.frozen()
    r.quarantine(made[0])
    assert "1 of its faces are in quarantine" in text_of(manager, "/releases/1.0.0/")
    assert manager.get("/releases/1.0.0/download/")["Location"] == "/releases/1.0.0/"


def test_an_archive_that_would_be_another_is_cut_off() -> None:
    r.few_people()
    release = r.frozen()
    release.papers["README.md"] += "one word more"
    with pytest.raises(ReleaseRefused, match="would not come out"):
        list(archive.pieces(release))


def test_two_releases_are_compared(manager: Client) -> None:
    made = r.few_people()
    r.frozen()
    Claim.objects.filter(pk=made[0].pk).update(state="rejected")
    r.accepted(factories.identity())
    made[1].consensus.filter(field="race").update(value="4")
    r.frozen("1.1.0")
    text = text_of(manager, "/releases/compare/?from=1.0.0&to=1.1.0")
    assert "1 came, 1 left" in text
    assert "perceived_race" in text
    assert "Changed sides" in text
    assert manager.get("/releases/compare/?from=1.0.0&to=7.0.0").status_code == 404


@pytest.mark.parametrize(
    ("url", "reads", "acts"),
    [
        ("/releases/1.0.0/", True, False),
        ("/releases/1.0.0/papers/README.md", True, False),
        ("/releases/compare/?from=1.0.0&to=1.0.0", True, False),
        ("/releases/order/", False, True),
        ("/releases/orders/{pk}/", True, False),
        ("/releases/orders/{pk}/cancel/", False, True),
    ],
)
def test_auditors_read_and_only_release_managers_act(url: str, reads: bool, acts: bool) -> None:
    r.few_people()
    row = placed()
    r.frozen()
    url = url.format(pk=row.pk)
    auditor = signed_in(Role.AUDITOR)
    assert (auditor.get(url).status_code == 200) is reads
    assert auditor.post(url).status_code in (403, 405)
    if acts:
        assert signed_in(Role.ADMIN).post(url).status_code == 403
    assert signed_in(Role.REVIEWER).get(url).status_code in (403, 405)
