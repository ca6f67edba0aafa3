import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.curation.test_agreement import COHEN, votes_of
from tests.curation.test_agreement_answers import krippendorff_rows

ROOT = Path(__file__).resolve().parents[2]
HEADER = "item,annotator,label\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "votes.csv"


def write(path: Path, rows: Any) -> Path:
    path.write_text(HEADER + "".join(f"{item},{annotator},{label}\n" for item, annotator, label in rows))
    return path


def told(*arguments: Any) -> str:
    out = io.StringIO()
    call_command("agreement", *map(str, arguments), stdout=out, stderr=io.StringIO())
    return out.getvalue()


def found(*arguments: Any) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(told(*arguments, "--json"))
    return read


def refusal(*arguments: Any) -> tuple[str, int]:
    with pytest.raises(CommandError) as error:
        told(*arguments)
    return str(error.value), error.value.returncode


def test_json_has_every_figure(path: Path) -> None:
    read = found(write(path, zip(*votes_of(COHEN), strict=True)))
    assert list(read) == [
        "items",
        "annotators",
        "labels",
        "percent_agreement",
        "fleiss_kappa",
        "krippendorff_alpha",
        "gwet_ac1",
        "scott_pi",
        "per_class",
        "pairs",
    ]
    assert (read["items"], read["annotators"], read["labels"]) == (200, 2, ["0", "1", "2"])
    assert set(read["gwet_ac1"]) == {"value", "low", "high", "n", "method"}
    assert read["gwet_ac1"]["value"] == pytest.approx(0.575972, abs=1e-6)
    (pair,) = read["pairs"]
    assert (pair["a"], pair["b"], pair["n"], pair["percent"]) == ("A", "B", 200, pytest.approx(0.7))
    assert pair["kappa"] == pytest.approx(0.491525, abs=1e-6)
    assert pair["kappa_interval"] == pytest.approx([0.391564, 0.591487], abs=1e-6)
    assert (pair["weighted_kappa"], pair["weighted_kappa_reason"]) == (None, "classes without an order have no weights")
    assert read["per_class"]["1"]["votes"] == 120
    assert set(read["per_class"]["1"]) == {"votes", "specific_agreement", "kappa"}


@pytest.mark.parametrize(("level", "value"), [("nominal", 0.7434211), ("ordinal", 0.8153875), ("interval", 0.8491071)])
def test_levels(path: Path, level: str, value: float) -> None:
    read = found(write(path, krippendorff_rows()), "--level", level)
    assert read["krippendorff_alpha"]["value"] == pytest.approx(value, abs=1e-7)
    assert bool(read["per_class"]) == (level != "interval")


def test_numbers_are_in_the_order_of_their_size_and_equal_ones_are_one(path: Path) -> None:
    rows = [(1, "a", "9"), (1, "b", "10"), (2, "a", "2"), (2, "b", "2.0")]
    assert found(write(path, rows), "--level", "interval")["labels"] == ["2", "9", "10"]
    assert found(path)["labels"] == ["2", "2.0", "9", "10"]


def test_order_of_classes(path: Path) -> None:
    rows = [(i, who, label) for i, two in enumerate(["lm", "mm", "mh", "ll", "hh"]) for who, label in enumerate(two)]
    read = found(write(path, rows), "--level", "ordinal", "--order", "l,m,h,x")
    assert read["labels"] == ["l", "m", "h", "x"]
    assert read["per_class"]["x"]["kappa"]["reason"] == "nobody gave this label"
    other = found(path, "--level", "ordinal", "--order", "m,l,h,x")
    assert read["krippendorff_alpha"]["value"] != pytest.approx(other["krippendorff_alpha"]["value"])


def test_columns_can_be_named(path: Path) -> None:
    path.write_text("face,who,race,label\n1,a,x,\n1,b,x,\n2,a,y,\n2,b,x,\n")
    assert found(path, "--item", "face", "--annotator", "who", "--label", "race")["items"] == 2


def test_bootstrap_replaces_the_intervals(path: Path) -> None:
    read = found(write(path, krippendorff_rows()), "--level", "interval", "--bootstrap", "500")
    for name in ("percent_agreement", "fleiss_kappa", "krippendorff_alpha", "gwet_ac1", "scott_pi"):
        assert read[name]["method"] == "bootstrap over items, 500 resamples"
    assert read["krippendorff_alpha"]["value"] == pytest.approx(0.8491071, abs=1e-7)


def test_table_to_read(path: Path) -> None:
    text = told(write(path, zip(*votes_of(COHEN), strict=True)), "--level", "ordinal")
    lines = text.splitlines()
    assert lines[0] == "200 items, 2 annotators, 3 labels"
    assert any(line.split()[:3] == ["Gwet's", "AC1", "0.5760"] for line in lines)
    assert any("0.4915  [0.3916, 0.5915]  0.4737" in line for line in lines)
    assert all(line == line.rstrip() for line in lines)


def test_table_says_why_there_is_no_figure(path: Path) -> None:
    text = told(write(path, [(1, "a", "x"), (1, "b", "x"), (2, "a", "x"), (2, "b", "x")]))
    assert text.count("chance alone would agree") == 4  # Fleiss, Krippendorff, Scott, and the pair


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        ("", [], "The file is empty."),
        (HEADER, [], "a header and no rows"),
        ("item,who,label\n1,a,x\n", [], "The column annotator is missing"),
        (HEADER + "1,a,x\n2,a,y\n", [], "only one annotator, 'a': agreement needs two"),
        (HEADER + "1,a,x\n2,b,y\n", [], "no item has votes of two annotators"),
        (HEADER + "1,a,x\n1,b,z\n", ["--classes", "x,y"], "Line 3: The label 'z' is unknown; the classes are x, y."),
        (HEADER + "1,a,x\n1,b\n", [], "Line 3: 2 values under 3 columns."),
        (HEADER + "1,a,x\n1,b,y\n1,a,y\n", [], "annotator 'a' has two votes on item '1'"),
        (HEADER + "1,a,3\n1,b,x\n", ["--level", "interval"], "interval level needs numbers, and the label 'x' is none"),
        (HEADER + "1,a,3\n1,b,nan\n", ["--level", "interval"], "the label 'nan' is none"),
        (HEADER + "1,a,3\n1,b,x\n", ["--level", "ordinal"], "ordinal level needs an order"),
        (HEADER + "1,a,é\n", [], "Line 2: Not UTF-8 text"),
    ],
)
def test_bad_input_is_one_line(path: Path, text: str, options: list[str], said: str) -> None:
    path.write_bytes(text.encode("latin-1"))
    message, status = refusal(path, *options)
    assert (message.count("\n"), status) == (0, 1)
    assert str(path) in message
    assert said in message


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.csv") == (f"{tmp_path}/none.csv cannot be read: No such file or directory", 1)
    assert refusal(tmp_path) == (f"{tmp_path} cannot be read: Is a directory", 1)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--item", "label"], "three different columns"),
        (["--classes", "x,x"], "two or more different names"),
        (["--order", "x"], "two or more different names"),
        (["--order", "x,y", "--classes", "x,z"], "name different classes"),
        (["--level", "ordinal", "--classes", "x,y"], "takes its classes from --order"),
        (["--bootstrap", "3"], "100 resamples or more"),
    ],
)
def test_bad_usage(path: Path, options: list[str], said: str) -> None:
    message, status = refusal(write(path, [(1, "a", "x"), (1, "b", "x")]), *options)
    assert status == 2
    assert said in message


def test_no_database_is_touched_and_the_status_is_of_the_shell(path: Path) -> None:
    command = [sys.executable, "manage.py", "agreement"]
    environment = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1/0"}
    write(path, [(1, "a", "x"), (1, "b", "x"), (2, "a", "y"), (2, "b", "x")])
    run = [
        subprocess.run([*command, *options], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        for options in ([str(path), "--json"], [str(path) + "x"])
    ]
    assert [one.returncode for one in run] == [0, 1]
    assert json.loads(run[0].stdout)["percent_agreement"]["value"] == 0.5
    assert run[1].stderr.splitlines() == [f"CommandError: {path}x cannot be read: No such file or directory"]
