"""`manage.py erase`: asks before, shows what goes, and finishes what was interrupted."""

import io
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection

from curation.erasure import erasing, forgetting
from curation.erasure.subjects import ErasureRefused, find_identity
from curation.models import Claim
from ingest import store
from ingest.models import Candidate, Erasure, Face, Identity, Photo, Tombstone
from tests import factories
from tests.curation import erasure_scenes as scenes

pytestmark = pytest.mark.django_db


def run(*words: str, **options: Any) -> str:
    out = io.StringIO()
    call_command("erase", *words, stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def ada() -> Identity:
    person = scenes.ada()
    voters = factories.reviewers(2)
    for _ in range(2):
        scenes.shown(person, voters)
    return person


def typed(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _prompt: answer)


def test_it_tells_what_went_and_names_nobody(ada: Identity) -> None:
    clerk = factories.user(username="clerk")
    told = run("--identity", ada.slug, "--reason", scenes.REASON, "--yes", "--asked-by", "clerk")
    assert "faces: 2\n" in told
    assert told.endswith(f"erasure {Erasure.objects.get().pk}: done\n")
    assert "marlow" not in told.lower()
    assert Erasure.objects.get().asked_by == clerk


@pytest.mark.parametrize("way", ["slug", "number"])
def test_a_person_is_named_by_slug_or_number(ada: Identity, way: str) -> None:
    run("--identity", ada.slug if way == "slug" else str(ada.pk), "--reason", scenes.REASON, "--yes")
    assert not Identity.objects.exists()


@pytest.mark.parametrize("way", ["hash", "beginning", "number"])
def test_a_photo_is_named_by_hash_or_number(ada: Identity, way: str) -> None:
    photo = Photo.objects.order_by("pk")[0]
    words = {"hash": photo.sha256.upper(), "beginning": photo.sha256[:12], "number": str(photo.pk)}
    run("--photo", words[way], "--reason", scenes.REASON, "--yes")
    assert not Photo.objects.filter(pk=photo.pk).exists()
    assert Photo.objects.count() == 1


def test_a_dry_run_changes_nothing(ada: Identity) -> None:
    files = sorted(scenes.stored_files())
    assert "faces: 2\n" in run("--identity", ada.slug, "--dry-run")
    assert sorted(scenes.stored_files()) == files
    assert (Face.objects.count(), Erasure.objects.count(), Tombstone.objects.count()) == (2, 0, 0)


def test_the_right_number_confirms(ada: Identity, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, "3")
    with pytest.raises(CommandError, match="another number"):
        run("--identity", ada.slug, "--reason", scenes.REASON)
    assert (Face.objects.count(), Erasure.objects.exists()) == (2, False)
    typed(monkeypatch, "2")
    run("--identity", ada.slug, "--reason", scenes.REASON)
    assert not Face.objects.exists()


def test_without_a_terminal_nobody_confirms(ada: Identity, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("2\n"))
    with pytest.raises(CommandError, match="--yes"):
        run("--identity", ada.slug, "--reason", scenes.REASON)
    assert Face.objects.count() == 2


@pytest.mark.parametrize(
    ("words", "said", "code"),
    [
        (["--identity", "nobody"], "no such identity", 1),
        (["--identity", "ada-marlow"], "Say why", 2),
        (["--photo", "abc"], "no such photo", 1),
        (["--identity", "ada-marlow", "--reason", "Ada Marlow asked"], "without the name", 1),
        (["--identity", "ada-marlow", "--reason", "asked", "--asked-by", "nobody"], "no active account", 1),
    ],
)
def test_what_is_refused_is_one_line(words: list[str], said: str, code: int) -> None:
    scenes.ada(slug="ada-marlow")
    with pytest.raises(CommandError, match=said) as caught:
        run(*words, *(["--yes"] if "--yes" not in words else []))
    assert caught.value.returncode == code
    assert not Erasure.objects.exists()
    assert "\n" not in str(caught.value)


def test_an_order_twice_is_one(ada: Identity) -> None:
    subject = find_identity(ada.slug)
    assert erasing.order(subject, reason="once") == erasing.order(subject, reason="twice")


# ---- Interrupted


class Cut(Exception):
    """As if the machine went away."""


def cut(*_args: object, **_more: object) -> None:
    raise Cut


def test_killed_before_the_database_forgot_it_begins_anew(ada: Identity, monkeypatch: pytest.MonkeyPatch) -> None:
    names, marks = scenes.known_of(ada)
    with monkeypatch.context() as patch:
        patch.setattr(forgetting, "settle_many", cut)
        with pytest.raises(Cut):
            run("--identity", ada.slug, "--reason", scenes.REASON, "--yes")
    assert (Face.objects.count(), Identity.objects.count()) == (2, 1)
    assert Tombstone.objects.filter(kind="identity").exists()  # nothing of it enters meanwhile
    assert "done" in run("--resume")
    assert scenes.found_in_database(names) == set()
    assert scenes.found_in_storage(names, marks) == set()


def test_killed_among_the_files_the_rest_goes_later(ada: Identity, monkeypatch: pytest.MonkeyPatch) -> None:
    names, marks = scenes.known_of(ada)
    gone: list[str] = []

    def delete(self: FileSystemStorage, name: str) -> None:
        if len(gone) == 3:
            raise Cut
        gone.append(name)
        Path(self.path(name)).unlink(missing_ok=True)

    with monkeypatch.context() as patch:
        patch.setattr(FileSystemStorage, "delete", delete)
        with pytest.raises(Cut):
            run("--identity", ada.slug, "--reason", scenes.REASON, "--yes")
    row = Erasure.objects.get()
    assert (row.forgotten_at is not None, row.finished_at) == (True, None)
    assert not Identity.objects.exists()
    assert scenes.found_in_storage(names, marks) != set()
    run("--resume")
    row.refresh_from_db()
    assert (row.finished_at is not None, row.files) == (True, [])
    assert scenes.found_in_storage(names, marks) == set()
    assert run("--resume") == "Nothing was interrupted; files that no row refers to, and that went: 0\n"


def test_files_of_killed_workers_go_too(ada: Identity) -> None:
    scenes.stored_photo(77)  # a row that no candidate came to
    left = [store.put("crops", b"a crop without a row"), store.put("photos", b"a photo without a row")]
    part = Path(default_storage.path(store.name_of("photos", left[1]) + ".99.part"))
    part.write_bytes(b"half a photo")
    guideline = store.put("guidelines", b"a picture that an admin has in mind")
    run("--identity", ada.slug, "--reason", scenes.REASON, "--yes")
    assert [str(path).split("media/")[1] for path in scenes.stored_files()] == [store.name_of("guidelines", guideline)]
    assert not Photo.objects.exists()


def interrupted(*words: str) -> Erasure:
    """An order whose command was killed before the database forgot anything."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(forgetting, "settle_many", cut)
        with pytest.raises(Cut):
            run(*words, "--reason", scenes.REASON, "--yes")
    return Erasure.objects.order_by("pk").last() or pytest.fail("nothing was ordered")


def assert_finished(*orders: Erasure) -> None:
    for one in orders:
        one.refresh_from_db()
        assert one.finished_at is not None


def test_what_another_erasure_took_meanwhile_is_done(ada: Identity) -> None:
    photo = Photo.objects.order_by("pk")[0]
    first = interrupted("--photo", photo.sha256)
    run("--identity", ada.slug, "--reason", scenes.REASON, "--yes")
    first.refresh_from_db()
    assert first.finished_at is None
    assert run("--resume") == f"erasure {first.pk}: done\n"
    assert_finished(first)
    assert Tombstone.objects.filter(kind="sha256", value=photo.sha256).exists()


def test_whoever_was_merged_meanwhile_is_erased_in_whom_they_were_merged_into(ada: Identity) -> None:
    heir = factories.identity("Augusta Marlow")
    first = interrupted("--identity", ada.slug)
    Claim.objects.filter(identity=ada).update(identity=heir)
    Candidate.objects.filter(identity=ada).update(identity=heir)
    Identity.objects.filter(pk=ada.pk).update(state="merged", merged_into=heir)
    assert f"erasure {first.pk}: done" in run("--resume")
    assert_finished(first)
    assert (Identity.objects.count(), Face.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ErasureRefused("It cannot be."), "It cannot be."),
        (OSError(28, "No space left on device"), "No space left on device"),
        (IntegrityError("Key (name)=(Ada Marlow)"), "the database refused it (IntegrityError)"),
    ],
)
def test_an_order_that_fails_does_not_stop_the_next(
    ada: Identity, monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    bo = factories.identity("Bo Lindqvist")
    orders = [interrupted("--identity", ada.slug), interrupted("--identity", bo.slug)]
    forget = forgetting.forget

    def fail(erasure: Erasure, *rest: Any) -> None:
        if erasure == orders[0]:
            raise error
        forget(erasure, *rest)

    monkeypatch.setattr(erasing, "forget", fail)
    with pytest.raises(CommandError) as caught:
        run("--resume")
    assert (str(caught.value), caught.value.returncode) == (f"erasure {orders[0].pk}: {said}", 1)
    assert_finished(orders[1])
    assert list(Identity.objects.all()) == [ada]
    orders[0].refresh_from_db()
    assert orders[0].finished_at is None


KILLED = """
import os, signal, sys
import django
django.setup()
from curation.erasure import files
from django.core.management import call_command
def die(*args): os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[2] == "files":
    files.clear = die
else:
    from curation.erasure import forgetting
    forgetting.scrub = die
call_command("erase", "--identity", sys.argv[1], "--reason", "asked for by letter", "--yes")
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("where", ["database", "files"])
def test_a_killed_process_is_resumed(ada: Identity, settings: Any, where: str) -> None:
    names, marks = scenes.known_of(ada)
    database = connection.settings_dict
    media = settings.STORAGES["default"]["OPTIONS"]["location"]
    url = f"postgres://{database['USER']}@/{database['NAME']}?host={database['HOST']}"
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "mtf_site.settings", "DATABASE_URL": url}
    environment["MTF_VAR"] = str(Path(media).parent)  # whose media are ours; servers it needs none
    died = subprocess.run([sys.executable, "-c", KILLED, ada.slug, where], env=environment, check=False)
    assert died.returncode == -signal.SIGKILL
    assert Identity.objects.exists() == (where == "database")
    assert scenes.found_in_storage(names, marks)
    run("--resume")
    assert scenes.found_in_database(names) == set()
    assert scenes.found_in_storage(names, marks) == set()
