import hashlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from curation.release import diff
from curation.release.diff import Change, Changes
from tests.conftest import REPO
from tests.curation import release_folders as f

Row = dict[str, str]


def row(name: str, **columns: str) -> Row:
    known = {
        "id": name,
        "sha256": f"sha-{name}",
        "identity": "Ada Marlow",
        "identity_slug": "ada-marlow",
        "perceived_race": "White",
        "split_identity": "train",
        "split_attributes": "val",
        "votes_race": "annotator-01=White;annotator-02=Black",
    }
    return known | columns


def compared(before: list[Row], after: list[Row], **options: object) -> Changes:
    return diff.compare(before, after, parent_version="1.0.0", parent_digest="sha256:ab", **options)  # type: ignore[arg-type]


def test_rows_that_are_the_same_are_no_changes() -> None:
    found = compared([row("a"), row("b")], [row("a"), row("b")])
    assert (found.added, found.removed, found.erased, found.changed, found.moved) == ([], [], [], [], [])
    assert (found.counts.images_before, found.counts.images_after, found.counts.people_after) == (2, 2, 1)


def test_images_come_and_leave_and_are_erased() -> None:
    before = [row("a"), row("c"), row("d", identity="Gone One", identity_slug="gone-one")]
    after = [row("b", identity="New One", identity_slug="new-one"), row("c")]
    found = compared(before, after, revoked={"sha-d"})
    assert (found.added, found.removed, found.erased) == (["b"], ["a", "d"], ["d"])
    counts = found.counts
    assert (counts.images_before, counts.images_after) == (3, 2)
    assert (counts.people_before, counts.people_after, counts.people_came, counts.people_left) == (2, 2, 1, 1)
    assert "gone" not in json.dumps(found.to_json()).lower()
    assert "gone" not in diff.changes_markdown(found).lower()


def test_a_change_is_told_by_column() -> None:
    found = compared([row("a")], [row("a", perceived_race="Black")])
    assert found.changed == [Change("a", "perceived_race", "White", "Black")]
    assert (dict(found.counts.by_column), found.counts.images_changed) == ({"perceived_race": 1}, 1)


def test_votes_are_compared_without_pseudonyms() -> None:
    shuffled = row("a", votes_race="annotator-03=Black;annotator-07=White")
    assert compared([row("a")], [shuffled]).changed == []
    one_more = row("a", votes_race="annotator-01=White;annotator-02=Black;annotator-03=Black")
    assert compared([row("a")], [one_more]).changed == [Change("a", "votes_race", "Black;White", "Black;Black;White")]


def test_going_into_another_part_is_moving_and_losing_a_part_is_not() -> None:
    moved = compared([row("a")], [row("a", split_attributes="test")])
    assert moved.moved == [Change("a", "split_attributes", "val", "test")]
    left_out = compared([row("a")], [row("a", split_attributes="")])
    assert (left_out.moved, len(left_out.changed)) == ([], 1)


def test_a_face_that_became_somebody_elses_does_not_name_who_left() -> None:
    found = compared([row("a", identity="Gone One", identity_slug="gone-one")], [row("a")])
    assert {(c.column, c.before, c.after) for c in found.changed} == {
        ("identity", diff.NO_LONGER_HERE, "Ada Marlow"),
        ("identity_slug", diff.NO_LONGER_HERE, "ada-marlow"),
    }
    ben = row("b", identity="Ben Obi", identity_slug="ben-obi")
    both_stay = compared([row("a"), ben], [row("a", identity="Ben Obi", identity_slug="ben-obi"), row("b")])
    assert Change("a", "identity_slug", "ada-marlow", "ben-obi") in both_stay.changed


def test_all_changes_are_counted_and_so_many_listed() -> None:
    names = [f"{n:03d}" for n in range(30)]
    before, after = [row(n) for n in names], [row(n, perceived_race="Black") for n in names]
    found = compared(before, after, listed=10)
    assert (len(found.changed), found.counts.by_column["perceived_race"], found.listed_of_a_column) == (10, 30, 10)
    assert len(compared(before, after, listed=None).changed) == 30


def test_columns_of_one_side_are_named_and_not_compared() -> None:
    found = compared([row("a", old="x")], [row("a", new="y")])
    assert (found.columns_came, found.columns_left, found.changed) == (["new"], ["old"], [])


def test_the_parts_of_the_first_releases_are_read_as_one_split() -> None:
    old = row("a", split_race="val", split_gender="val", split_age="")
    del old["split_attributes"]
    found = compared([old], [row("a")])
    assert (found.changed, found.columns_came, found.columns_left) == ([], [], [])


@pytest.mark.parametrize("side", [0, 1])
def test_rows_out_of_order_are_refused(side: int) -> None:
    sides = [[row("a")], [row("a")]]
    sides[side] = [row("b"), row("a")]
    with pytest.raises(diff.OutOfOrder, match="image a comes after b"):
        compared(*sides)


def test_a_first_release_has_no_parent_and_lists_nothing() -> None:
    found = diff.first([row("a"), row("b")])
    told = found.to_json()
    assert (told["parent"], told["added"], told["counts"]["images_after"]) == (None, [], 2)
    assert diff.changes_markdown(found) == "# Changes\n\nThe first release: 2 images of 1 people.\n"


def test_markdown_tells_counts_and_the_first_examples() -> None:
    before = [row(f"{n:03d}") for n in range(30)]
    after = [row(f"{n:03d}", perceived_race="Black | <b>") for n in range(15, 45)]
    text = diff.changes_markdown(compared(before, after), examples=3)
    assert "| images | 30 | 15 | 15 | 30 |" in text
    assert "| `perceived_race` | 15 |" in text
    assert "| 015 | `perceived_race` | White | Black \\| \\<b\\> |" in text
    assert "… and 12 more." in text
    assert text.endswith("\nAll of it is in CHANGES.json.\n")
    assert "No image moved" in text


def test_a_parent_that_was_withdrawn_is_said_to_be() -> None:
    found = compared([row("a")], [row("a")])
    assert diff.changes_markdown(found).startswith("# Changes since release 1.0.0\n")
    withdrawn = replace(found, parent_withdrawn=True)
    assert diff.changes_markdown(withdrawn).startswith("# Changes since release 1.0.0 (withdrawn since)\n")
    assert (found.to_json()["parent_withdrawn"], withdrawn.to_json()["parent_withdrawn"]) == (False, True)
    assert withdrawn.to_json()["parent"] == found.to_json()["parent"]


def test_json_is_plain_and_always_the_same() -> None:
    changes = compared([row("a")], [row("a", perceived_race="Black"), row("b")])
    told = changes.to_json()
    assert json.loads(json.dumps(told, sort_keys=True)) == told
    assert told["parent"] == {"version": "1.0.0", "digest": "sha256:ab"}
    assert told["changed"] == [{"id": "a", "column": "perceived_race", "before": "White", "after": "Black"}]


# ---- The command


def told(*words: str | Path) -> str:
    out = io.StringIO()
    call_command("diff_releases", *map(str, words), stdout=out)
    return out.getvalue()


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """The second lost an erased image, got another one, and has a label corrected."""
    table, data = f.rows()
    (gone,) = [row for row in table if row["sha256"] == f.numbered(17)[0]]
    later = [row for row in table if row is not gone] + [f.row_of(f.picture(99))]
    data[f.id_of(f.picture(99))] = f.picture(99)
    later[0] = later[0] | {"perceived_age": "Old" if later[0]["perceived_age"] == "Young" else "Young"}
    first = f.build(tmp_path / "first", ())
    second = f.build(tmp_path / "second", (), made=(sorted(later, key=lambda row: row["id"]), data))
    (second / "REVOKED.csv").write_text(f"sha256,image_id\n{gone['sha256']},{gone['id']}\n")
    return first, second


def test_command_tells_what_changed(folders: tuple[Path, Path]) -> None:
    text = told(*folders)
    assert "# Changes since release 1.0.0" in text
    assert "| images | 18 | 1 | 1 | 18 |" in text
    assert "1 images were erased: delete them" in text
    assert "| `perceived_age` | 1 |" in text
    assert text.endswith("All of it is in diff_releases --json.\n")


def test_command_tells_it_as_json(folders: tuple[Path, Path]) -> None:
    changes = json.loads(told("--json", *folders))
    assert changes["added"] == [f.id_of(f.picture(99))]
    assert changes["removed"] == changes["erased"] == [f.numbered(17)[1]]
    assert [change["column"] for change in changes["changed"]] == ["perceived_age"]
    manifest = (folders[0] / "MANIFEST.sha256").read_bytes()
    assert changes["parent"] == {"version": "1.0.0", "digest": f"sha256:{hashlib.sha256(manifest).hexdigest()}"}


def test_command_reads_the_first_layout(folders: tuple[Path, Path], tmp_path: Path) -> None:
    f.build_first(tmp_path / "oldest")
    changes = json.loads(told("--json", tmp_path / "oldest", folders[0]))
    assert (changes["added"], changes["removed"], changes["changed"], changes["moved"]) == ([], [], [], [])
    assert {"photo_id", "duplicate_group"} <= set(changes["columns_came"])
    assert "split_attributes" not in changes["columns_came"]


def lose_metadata(folder: Path) -> None:
    (folder / "metadata.csv").unlink()


def lose_the_manifest(folder: Path) -> None:
    (folder / "MANIFEST.sha256").unlink()


def put_a_pipe(folder: Path) -> None:
    lose_metadata(folder)
    os.mkfifo(folder / "metadata.csv")


def turn_rows_round(folder: Path) -> None:
    header, *lines = (folder / "metadata.csv").read_text().splitlines(keepends=True)
    (folder / "metadata.csv").write_text("".join([header, *reversed(lines)]))


def cut_a_row(folder: Path) -> None:
    text = (folder / "metadata.csv").read_text()
    (folder / "metadata.csv").write_text(text[:-40])


def write_no_text(folder: Path) -> None:
    (folder / "metadata.csv").write_bytes(b"\xff")


def write_another_table(folder: Path) -> None:
    (folder / "metadata.csv").write_text("a,b\n1,2\n")


@pytest.mark.parametrize(
    "damage",
    [lose_metadata, lose_the_manifest, put_a_pipe, turn_rows_round, cut_a_row, write_no_text, write_another_table],
    ids=lambda damage: damage.__name__,
)
def test_command_refuses_what_is_no_release(folders: tuple[Path, Path], damage: Callable[[Path], None]) -> None:
    damage(folders[1])
    with pytest.raises(CommandError, match="second") as refusal:
        told(*folders)
    assert "\n" not in str(refusal.value)


def test_command_needs_no_database_and_ends_with_0_where_releases_differ(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "SECRET_KEY": "for this test only",
        "MTF_VAR": str(tmp_path),
    }
    command = [sys.executable, str(REPO / "manage.py"), "diff_releases"]
    runs = [[*map(str, folders)], [str(folders[0]), str(tmp_path)], []]
    ended = [
        subprocess.run([*command, *words], env=environment, capture_output=True, text=True, check=False)
        for words in runs
    ]
    assert [process.returncode for process in ended] == [0, 1, 2]
    assert len(ended[1].stderr.splitlines()) == 1
