"""Reading, downloading and comparing releases in the browser's way: by HTTP."""

import io
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from curation.models import Claim, Release
from curation.release import archive, manifest
from curation.release.errors import ReleaseRefused
from curation.release.writing import write
from mtf_site.roles import Role
from tests import factories
from tests.curation import erasure_scenes
from tests.curation import releases as r
from tests.curation.test_release_orders import placed, signed_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> Client:
    return signed_in(Role.RELEASE_MANAGER)


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


def test_papers_are_shown_as_they_are_meant_and_given_as_they_are(manager: Client) -> None:
    r.few_people()
    release = r.frozen()
    sheet = text_of(manager, "/releases/1.0.0/papers/DATASHEET.md")
    assert "<h3>Motivation</h3>" in sheet
    assert "### " not in sheet
    balance = text_of(manager, "/releases/1.0.0/papers/reports/balance.md")
    assert '<img src="/releases/1.0.0/papers/reports/balance-cells.svg?raw"' in balance
    for path, kind in (("reports/balance-cells.svg", "image/svg+xml"), ("README.md", "text/plain; charset=utf-8")):
        answer = manager.get(f"/releases/1.0.0/papers/{path}?raw")
        assert (answer.content.decode(), answer["Content-Type"]) == (release.papers[path], kind)
    assert '<img class="plot" src="?raw"' in text_of(manager, "/releases/1.0.0/papers/reports/balance-cells.svg")


def test_a_withdrawn_release_leads_to_its_successor_and_says_who_was_erased(manager: Client) -> None:
    made = r.few_people()
    r.frozen()
    erasure_scenes.erase_identity(made[0].identity)
    assert "Release 1.1.0" not in text_of(manager, "/releases/1.0.0/")
    r.frozen("1.1.0")
    text = text_of(manager, "/releases/1.0.0/")
    assert '<a href="/releases/1.1.0/">Release 1.1.0</a>' in text
    assert "export_mtf" not in text
    assert text_of(manager, "/releases/compare/?from=1.0.0&to=1.1.0").count('<span class="tag bad">erased</span>') == 3


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


def test_a_quarantine_while_a_release_is_sent_cuts_it_off() -> None:
    made = r.few_people()
    pieces = archive.pieces(r.frozen())
    next(pieces)
    r.quarantine(made[0])
    with pytest.raises(ReleaseRefused, match="1 of its faces are in quarantine"):
        list(pieces)


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
    before, after = (Release.objects.get(version=version) for version in ("1.0.0", "1.1.0"))
    names = [{*one.faces.values_list("image_id", flat=True)} for one in (before, after)]
    (left,), (came,) = names[0] - names[1], names[1] - names[0]
    assert f'<h2 id="left">Left</h2><ul class="ids"><li class="digest">{left}</li></ul>' in text
    assert f'<h2 id="came">Came</h2><ul class="ids"><li class="digest">{came}</li></ul>' in text
    assert manager.get("/releases/compare/?from=1.0.0&to=7.0.0").status_code == 404


@pytest.mark.parametrize(
    ("url", "reads", "acts"),
    [
        ("/releases/1.0.0/", True, False),
        ("/releases/1.0.0/papers/README.md", True, False),
        ("/releases/1.0.0/papers/README.md?raw", True, False),
        ("/releases/1.0.0/download/", True, False),
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
