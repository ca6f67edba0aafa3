import csv
import io
import json
import re
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import ProgrammingError, transaction

from curation.models import Claim, Policy, Release, ReleaseFace
from curation.policies import current_policy, default_policy
from curation.release import freezing, records
from curation.release.errors import ReleaseRefused
from curation.release.freezing import examine
from curation.release.naming import image_id
from curation.release.orders import ACCEPTABLE, Order, order
from ingest import store
from tests import factories
from tests.curation import releases as r

pytestmark = pytest.mark.django_db


def record(claim: Claim) -> dict[str, str]:
    columns: dict[str, str] = ReleaseFace.objects.get(claim=claim).record["columns"]
    return columns


def places(claim: Claim) -> list[str]:
    found: list[str] = ReleaseFace.objects.get(claim=claim).record["places"]
    return found


def overwrite(sha256: str, data: bytes | None) -> None:
    name = store.name_of("crops", sha256)
    default_storage.delete(name)
    if data is not None:
        default_storage.save(name, ContentFile(data))


def test_freeze_makes_a_row_for_every_ready_face() -> None:
    made = r.few_people()
    r.accepted(factories.identity(), proof="unproved")
    release = r.frozen()
    assert release.faces_count == ReleaseFace.objects.filter(release=release).count() == len(made)
    assert {face.image_id for face in release.faces.all()} == {image_id(claim.face.crop_sha256) for claim in made}


def test_freeze_again_gives_the_frozen_release_whatever_came_since() -> None:
    r.few_people()
    first = r.frozen()
    r.accepted(factories.identity())
    again = r.frozen()
    assert (again.pk, again.digest, again.faces_count) == (first.pk, first.digest, 9)


def test_a_later_release_names_its_parent_and_moves_nobody() -> None:
    made = r.few_people()
    made += [r.accepted(made[0].identity) for _ in range(3)]
    first = r.frozen()
    gone = next(one for one in made if one.identity == made[0].identity and "identity/train" in places(one)[0])
    Claim.objects.filter(pk=gone.pk).update(state="rejected")  # of several in train: the person is in all parts still
    for _ in range(5):
        r.accepted(factories.identity())
    second = r.frozen("1.1.0")
    assert second.parent == first
    before = {face.image_id: face.record["places"] for face in first.faces.exclude(claim=gone)}
    after = {face.image_id: face.record["places"] for face in second.faces.filter(claim__in=made)}
    assert after == before
    assert len(after) == 11


def test_a_frozen_release_never_changes() -> None:
    r.few_people()
    release = r.frozen()
    for change in (
        lambda: Release.objects.update(digest="sha256:0"),
        lambda: release.faces.update(record={}),
        lambda: release.faces.all().delete(),
    ):
        with pytest.raises(ProgrammingError, match="Cannot"), transaction.atomic():
            change()


def test_a_record_tells_no_path_of_the_makers_machine() -> None:
    person = factories.identity()
    made = r.accepted(person, image_url="file:///home/jo/pictures/Ada_Marlow/1.jpg", source="folder", page_url="")
    web = r.accepted(person, image_url="https://example.org/1.jpg")
    release = r.frozen()
    assert record(made)["image_url"] == ""
    assert record(web)["image_url"] == "https://example.org/1.jpg"
    assert "/home/jo" not in r.text_of(release, "metadata.csv")


def test_record_says_labels_source_and_votes() -> None:
    adam, zoe = factories.reviewers(2)
    made = r.accepted(
        factories.identity("Ada Marlow", slug="ada-marlow"),
        [adam, zoe],
        labels={"race": "1", "gender": "1", "age": "0"},
        creator="J.\nOkafor ",
        page_url="https://example.org/p",
    )
    r.frozen()
    found = record(made)
    assert found["perceived_race"] == "Asian (Chinese/Korean)"
    assert (found["perceived_gender"], found["perceived_age"]) == ("female", "cannot tell")
    assert (found["identity"], found["identity_slug"]) == ("Ada Marlow", "ada-marlow")
    assert (found["creator"], found["source_page"]) == ("J. Okafor", "https://example.org/p")
    assert (found["licence"], found["licence_url"]) == ("CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/")
    assert found["votes_usable"] == "annotator-01=accept;annotator-02=accept"
    assert found["votes_age"] == "annotator-01=cannot tell;annotator-02=cannot tell"
    assert (found["consensus_usable"], found["modification"], found["date_taken"]) == ("majority", "cropped", "")


def replace_policy(*classes: tuple[int, str]) -> None:
    """By one whose only races are these."""
    known = default_policy()
    known["fields"][0]["classes"] = [{"code": code, "label": label} for code, label in classes]
    Policy.objects.create(version=current_policy().version + 1, **known)


def test_a_class_of_an_earlier_policy_keeps_its_label() -> None:
    replace_policy((7, "Polynesian"))
    claim = r.accepted(factories.identity(), factories.reviewers(2), labels={"race": "7"})
    replace_policy((1, "Asian"))
    r.frozen()
    assert record(claim)["perceived_race"] == "Polynesian"
    assert "race/" in "".join(places(claim))


@pytest.mark.parametrize("label", ["黒人", "BLACK"])
def test_classes_that_would_share_a_folder_freeze_nothing(label: str) -> None:
    r.few_people()
    replace_policy((7, label))
    with pytest.raises(ReleaseRefused, match="The classes of race do not have a folder name of their own each"):
        r.frozen()


def test_record_names_no_reviewer() -> None:
    person = factories.user(username="agnieszka")
    r.accepted(factories.identity(), [person])
    release = r.frozen()
    texts = json.dumps([release.papers, *(face.record for face in release.faces.all())])
    assert "annotator-01" in texts
    assert "agnieszka" not in texts


def test_record_keeps_an_unsettled_attribute_out_of_its_tree_alone() -> None:
    made = r.accepted(factories.identity(), labels={"race": "0", "gender": "1"})
    r.settle(made, "age", "", state="disputed")
    r.frozen()
    found = record(made)
    assert [place.split("/")[0] for place in places(made)] == ["gender"]
    assert (found["perceived_race"], found["perceived_age"]) == ("cannot tell", "")
    assert (found["consensus_age"], found["consensus_race"]) == ("disputed", "majority")


def test_nothing_ready_is_refused() -> None:
    with pytest.raises(ReleaseRefused, match="no face is accepted"):
        r.frozen()
    assert [found.code for found in examine(Order("1.0.0"), r.ignore)] == ["nothing"]


@pytest.mark.parametrize("code", ["crop_missing", "crop_changed", "crop_broken", "crop_metadata"])
def test_a_broken_crop_blocks(code: str) -> None:
    r.few_people()
    out = io.BytesIO()
    r.picture(99).save(out, "JPEG", comment=b"hello")
    data = {"crop_broken": b"\xff\xd8\xffnothing", "crop_metadata": out.getvalue()}.get(code, b"other bytes")
    bad = r.accepted(factories.identity(), crop=store.put("crops", data))
    if code in ("crop_missing", "crop_changed"):
        overwrite(bad.face.crop_sha256, None if code == "crop_missing" else b"changed")
    (found,) = (one for one in examine(Order("1.0.0"), r.ignore) if one.code != "empty_class")
    assert (found.code, found.count) == (code, 1)
    assert f"face {bad.face_id}: " in found.examples[0]
    with pytest.raises(ReleaseRefused, match="Nothing is frozen"):
        r.frozen()
    assert not Release.objects.exists()
    assert not ReleaseFace.objects.exists()


def test_a_face_that_changes_while_it_is_read_stops_the_freeze(monkeypatch: pytest.MonkeyPatch) -> None:
    made = r.few_people()

    def changed_meanwhile(*what: Any) -> list[ReleaseFace]:
        found = real(*what)
        Claim.objects.filter(pk=made[4].pk).update(state="disputed")
        return found

    real = records.release_faces
    monkeypatch.setattr(records, "release_faces", changed_meanwhile)
    with pytest.raises(ReleaseRefused, match="1 of the faces changed"):
        r.frozen()


def test_a_release_of_many_batches_misses_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freezing, "BATCH", 2)
    r.few_people()
    seen: list[int] = []
    release = freezing.freeze(order("1.0.0", accept=ACCEPTABLE), by=None, progress=seen.append)
    assert release.faces_count == 9
    assert [read for read in seen if read] == [2, 2, 2, 2, 1]


def test_metadata_is_sorted_by_id_and_reads_back() -> None:
    r.few_people()
    release = r.frozen()
    text = r.text_of(release, "metadata.csv")
    found = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["id"] for row in found] == sorted(face.image_id for face in release.faces.all())
    assert found[0] == ReleaseFace.objects.get(image_id=found[0]["id"]).record["columns"]


def test_agreement_is_told_over_all_and_of_nobody() -> None:
    r.few_people()
    found = json.loads(r.frozen().papers["reports/agreement.json"])
    assert found["race"]["items"] == 9
    assert found["race"]["agreement"] == 1.0
    assert found["race"]["agreement_interval_95"] == [pytest.approx(9 / (9 + 1.959964**2), abs=1e-6), 1.0]
    assert found["race"]["krippendorff_alpha"] == found["race"]["gwet_ac1"] == found["race"]["fleiss_kappa"] == 1.0
    assert "krippendorff_alpha_interval_95" not in found["race"]  # nine that agree have no spread
    assert found["usable"]["fleiss_kappa"] is None
    assert found["race"]["pairs"]["number"] == 1
    assert "annotator" not in json.dumps(found)


def test_somebody_who_answers_first_while_a_release_is_frozen_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their answer came after the rows were read: it counts in the agreement, which names nobody."""
    r.few_people()

    def answered_meanwhile(*what: Any) -> Any:
        r.accepted(factories.identity(), factories.reviewers(2))
        return real(*what)

    real = freezing._files
    monkeypatch.setattr(freezing, "_files", answered_meanwhile)
    found = json.loads(r.frozen().papers["reports/agreement.json"])
    assert found["race"]["pairs"]["number"] == 2


def test_readme_counts_tasks_classes_and_licences() -> None:
    r.few_people()
    text = r.frozen().papers["README.md"]
    assert "9 face images of 3 people, public figures all" in text
    assert re.search(r"\| race \| Asian \(Indian\) \|( \d+ \|){3}", text)
    assert "| [CC BY 4.0](<https://creativecommons.org/licenses/by/4.0/>) | 9 |" in text
    assert "for measuring bias, not for deployment" in " ".join(text.split())
