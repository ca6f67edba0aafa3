"""manage.py consensus, as people type it: no database is asked."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from curation import consensus_lines
from curation.management.commands.consensus import Command
from tests.curation import anaesthetists

VOTES = """item,annotator,label
f1,ann,x
f1,bob,x
f1,cat,y
f2,ann,x
f2,bob,y
f3,cat,y
f3,ann,y
"""


@pytest.fixture
def votes(tmp_path: Path) -> Path:
    return write(tmp_path / "votes.csv", VOTES)


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def run(path: Path, *options: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("consensus", str(path), *options, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def told(path: Path, *options: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(path, "--json", *options)[0])
    return found


def labels(found: dict[str, Any]) -> dict[str, str | None]:
    return {each["item"]: each["label"] for each in found["items"]}


def test_majority_by_hand(votes: Path) -> None:
    found = told(votes, "--method", "majority")
    assert labels(found) == {"f1": "x", "f2": None, "f3": "y"}
    assert found["items"][0]["probabilities"] == {"x": pytest.approx(2 / 3), "y": pytest.approx(1 / 3)}
    assert found["class_marginals"] == {"x": pytest.approx(3.5 / 9), "y": pytest.approx(5.5 / 9)}
    ann, bob, cat = found["annotators"]
    assert ann["error_rates"]["x"] == {"x": 1, "y": 0}  # of 2/3 and 1/2 an item of class x, all called x
    assert bob["error_rates"]["y"] == {"x": pytest.approx(0.4), "y": pytest.approx(0.6)}  # of 1/3 and 1/2
    assert (cat["annotator"], cat["error_rates"]["y"]) == ("cat", {"x": 0, "y": 1})
    assert (found["log_likelihood"], found["rounds"], found["converged"]) == (None, None, None)


def test_a_quorum_leaves_undecided_what_too_few_say(votes: Path) -> None:
    assert labels(told(votes, "--method", "majority", "--quorum", "2")) == {"f1": "x", "f2": None, "f3": "y"}
    assert labels(told(votes, "--method", "majority", "--quorum", "3")) == {"f1": None, "f2": None, "f3": None}


def test_dawid_skene_gives_the_published_answers(tmp_path: Path) -> None:
    lines = [
        f"{patient},{who},{said}"
        for patient, line in enumerate(anaesthetists.TABLE.split(), 1)
        for who, said in zip(anaesthetists.WHO, line, strict=True)
    ]
    path = write(tmp_path / "votes.csv", "item,annotator,label\n" + "\n".join(lines))
    found = told(path, "--method", "dawid-skene")
    assert found.keys() == {
        "items", "annotators", "class_marginals", "log_likelihood", "method", "rounds", "converged",
    }  # fmt: skip
    assert "".join(labels(found).values()) == anaesthetists.LABELS  # type: ignore[arg-type]
    assert list(found["class_marginals"].values()) == pytest.approx(anaesthetists.MARGINALS, abs=0.005)
    first = found["annotators"][0]["error_rates"]
    rates = np.array([[first[true][stated] for stated in "1234"] for true in "1234"])
    assert rates == pytest.approx(np.array(anaesthetists.FIRST), abs=0.005001)
    assert found["log_likelihood"] == pytest.approx(-192.890881, abs=1e-4)
    assert found["converged"]


def test_glad_adds_ability_and_difficulty(votes: Path) -> None:
    found = told(votes, "--method", "glad")
    assert all(each["difficulty"] > 0 for each in found["items"])
    assert {each["annotator"]: type(each["ability"]) for each in found["annotators"]} == dict.fromkeys(
        ("ann", "bob", "cat"), float
    )


def test_gold_is_held_and_what_nobody_judged_is_told(votes: Path, tmp_path: Path) -> None:
    gold = write(tmp_path / "gold.csv", "label,item,who\ny,f2,me\nx,f9,me\n")
    for method in ("majority", "dawid-skene", "glad"):
        out, err = run(votes, "--json", "--method", method, "--gold", str(gold))
        assert json.loads(out)["items"][1] | {"difficulty": 0} == {
            "item": "f2", "label": "y", "probabilities": {"x": 0, "y": 1}, "difficulty": 0,
        }  # fmt: skip
        assert err == "1 gold items have no vote and are left out: f9\n"


def test_classes_are_told_in_their_order_and_whether_chosen_or_not(votes: Path) -> None:
    found = told(votes, "--classes", "y", "z", "x")
    assert list(found["class_marginals"]) == ["y", "z", "x"]
    assert found["items"][0]["probabilities"]["z"] == 0
    assert found["annotators"][0]["error_rates"]["z"] is None  # nothing is known of it


def test_numbers_are_sorted_as_numbers(tmp_path: Path) -> None:
    path = write(tmp_path / "votes.csv", "item,annotator,label\nb,10,2\na,9,10\n")
    found = told(path)
    assert [each["annotator"] for each in found["annotators"]] == ["9", "10"]
    assert (list(found["class_marginals"]), list(labels(found))) == (["2", "10"], ["b", "a"])


def test_without_json_a_table(votes: Path) -> None:
    out, err = run(votes, "--method", "majority")
    lines = out.splitlines()
    assert lines[0] == "majority: 3 items, 3 annotators, 7 votes"
    assert "x      0.389" in lines
    assert "ann            3  0.722" in lines
    assert [line.split() for line in lines[-4:]] == [
        ["item", "label", "probability"],
        ["f1", "x", "0.667"],
        ["f2", "(undecided)", "0.500"],
        ["f3", "y", "1.000"],
    ]
    assert len(set(map(len, lines[-4:]))) == 1  # one under the other
    assert err == ""


def test_many_batches_are_one_whole(votes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = run(votes, "--json", "--method", "glad")[0]
    monkeypatch.setattr(consensus_lines, "BATCH", 2)
    monkeypatch.setattr(consensus_lines, "REMEMBERED", 1)
    assert json.loads(run(votes, "--json", "--method", "glad")[0]) == json.loads(whole)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "The file is empty."),
        ("item,annotator,label\n", "has a header and no rows"),
        ("item,who,label\n1,a,x\n", "The column annotator is missing"),
        ("item,annotator,label\n1,a\n", "Line 2: 2 values under 3 columns."),
        (b"item,annotator,label\n1,a,\xff\n", "Line 2: Not UTF-8 text"),
    ],
)
def test_bad_votes_are_one_clear_error(tmp_path: Path, text: str | bytes, says: str) -> None:
    with pytest.raises(CommandError, match=says) as error:
        run(write(tmp_path / "votes.csv", text))
    assert error.value.returncode == 1
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("gold", "says"),
    [
        ("item,label\nf1,z\n", "Line 2: The label 'z' is unknown; the classes are x, y."),
        ("item\nf1\n", "The column label is missing"),
        ("item,label\nf1,x\nf1,y\n", "'f1' has two labels, 'x' and 'y'"),
        ("", "The file is empty."),
    ],
)
def test_bad_gold_is_one_clear_error(votes: Path, tmp_path: Path, gold: str, says: str) -> None:
    with pytest.raises(CommandError, match=says):
        run(votes, "--gold", str(write(tmp_path / "gold.csv", gold)))


def test_a_label_that_is_no_class_is_refused(votes: Path) -> None:
    with pytest.raises(CommandError, match="Line 4: The label 'y' is unknown; the classes are x, z"):
        run(votes, "--classes", "x", "z")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"nowhere\.csv cannot be read: No such file"):
        run(tmp_path / "nowhere.csv")


@pytest.mark.parametrize(
    "options",
    [
        ["--quorum", "2"],
        ["--quorum", "0", "--method", "majority"],
        ["--smoothing", "1", "--method", "glad"],
        ["--smoothing", "-1"],
        ["--smoothing", "nan"],
        ["--classes", "x", "x"],
    ],
)
def test_senseless_options_are_bad_usage(votes: Path, options: list[str]) -> None:
    with pytest.raises(CommandError) as error:
        run(votes, *options)
    assert error.value.returncode == 2


def test_errors_set_the_exit_status(votes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, status in (([str(votes), "--classes", "z"], 1), ([str(votes), "--quorum", "2"], 2)):
        with pytest.raises(SystemExit) as stopped:
            Command().run_from_argv(["manage.py", "consensus", *arguments])
        assert stopped.value.code == status
        assert capsys.readouterr().err.count("\n") == 1


def test_not_converged_is_told(votes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("curation.glad.settled", lambda *_: False)
    assert "not converged after 1,000 rounds" in run(votes, "--method", "glad")[1]


def test_a_reader_who_has_seen_enough_ends_it_quietly(
    votes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Closed(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    with (tmp_path / "stdout").open("w") as real:
        monkeypatch.setattr(sys, "stdout", real)
        call_command("consensus", str(votes), stdout=Closed())
