"""What the writer writes, the verifier proves."""

from pathlib import Path

import pytest

from curation.release.orders import FORMATS
from curation.release.verify import verify
from tests.curation import releases as r

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "chosen",
    [
        {"formats": FORMATS},
        {"formats": FORMATS[1:], "tasks": ("race", "age")},
        {"formats": FORMATS, "selection": "non-curated"},
    ],
    ids=["everything", "without folders", "non-curated"],
)
def test_a_release_as_it_is_written_has_no_problem(tmp_path: Path, chosen: dict[str, str]) -> None:
    r.few_people()
    release = r.written(tmp_path / "release", **chosen)
    found = verify(tmp_path / "release", digest=release.digest)
    assert (found.problems, found.notes) == ([], [])
    assert found.files == len([path for path in (tmp_path / "release").rglob("*") if path.is_file()])


def test_a_release_after_another_has_no_problem(tmp_path: Path) -> None:
    made = r.few_people()
    r.frozen()
    r.quarantine(made[0], "kept_out")
    r.written(tmp_path / "second", "2.0.0", formats=FORMATS)
    assert verify(tmp_path / "second").problems == []
