from pathlib import Path

import pytest

from curation.vote_csv import CsvVotes, read_votes
from ingest.csv_input import CsvError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "votes.csv"


def read(path: Path, text: str | bytes, classes: list[str] | None = None) -> CsvVotes:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_votes(path, classes=classes)


def refusal(path: Path, text: str | bytes, classes: list[str] | None = None) -> str:
    with pytest.raises(CsvError) as error:
        read(path, text, classes)
    return str(error.value)


def test_votes_are_coded_in_the_order_of_the_rows(path: Path) -> None:
    votes = read(path, "item,annotator,label\nq,zoe,yes\np,zoe,no\nq,adam,yes\n")
    assert (votes.items.names, votes.items.codes.tolist()) == (("q", "p"), [0, 1, 0])
    assert (votes.annotators.names, votes.annotators.codes.tolist()) == (("zoe", "adam"), [0, 0, 1])
    assert (votes.labels.names, votes.labels.codes.tolist()) == (("yes", "no"), [0, 1, 0])


def test_other_columns_blank_lines_and_spaces_do_not_matter(path: Path) -> None:
    votes = read(path, '\ufefflabel, note,item ,annotator\r\n\r\n"a, b",x, 1 ,z\r\n , , ,\r\nc,y,1,w')
    assert (votes.labels.names, votes.items.names, votes.annotators.names) == (("a, b", "c"), ("1",), ("z", "w"))


def test_headers_can_be_named(path: Path) -> None:
    path.write_text("face,who,race\n1,a,x\n")
    votes = read_votes(path, item="face", annotator="who", label="race")
    assert votes.labels.names == ("x",)


def test_a_blank_label_is_a_vote_not_given(path: Path) -> None:
    votes = read(path, "item,annotator,label\n1,a,\n1,b,x\n")
    assert (votes.blank, votes.annotators.names) == (1, ("b",))


def test_classes_give_the_labels_and_their_order(path: Path) -> None:
    votes = read(path, "item,annotator,label\n1,a,low\n", ["high", "mid", "low"])
    assert (votes.labels.names, votes.labels.codes.tolist()) == (("high", "mid", "low"), [2])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "The file is empty."),
        ("\n\n", "The file is empty."),
        ("item,annotator,label\n", "a header and no rows"),
        ("item,annotator,label\n1,a,\n", "Not one row has a label"),
        ("item,annotator\n1,a\n", "Line 1: The column label is missing; the columns are item, annotator."),
        ("item,annotator,label,label\n1,a,b,c\n", "The column label is there 2 times"),
        ("item;annotator;label\n1;a;b\n", "not separated by commas"),
        ("item,annotator,label\n1,a,b\n1,a\n", "Line 3: 2 values under 3 columns."),
        ("item,annotator,label\n,a,b\n", "Line 2: The item is missing."),
        ("item,annotator,label\n1,,b\n", "Line 2: The annotator is missing."),
        ("item,annotator,label\n1,a,b\0\n", "Line 2: Not text"),
        ('item,annotator,label\n1,a,"b\n', "Line 2: Not readable as CSV"),
        (b"item,annotator,label\n1,a,\xe9\n", "Line 2: Not UTF-8 text"),
        ("item,annotator,label\n1,a,b\n".encode("utf-16"), "Line 1: Not UTF-8 text"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(path: Path, text: str | bytes, said: str) -> None:
    assert said in refusal(path, text)


def test_an_unknown_label_is_told_with_the_classes(path: Path) -> None:
    said = refusal(path, "item,annotator,label\n1,a,mid\n", ["low", "high"])
    assert said == "Line 2: The label 'mid' is unknown; the classes are low, high."


def test_progress_adds_up_to_the_file(path: Path) -> None:
    path.write_text("item,annotator,label\n" + "1,a,b\n" * 300_000)
    read_: list[int] = []
    read_votes(path, progress=read_.append)
    assert sum(read_) == path.stat().st_size
    assert len(read_) > 1
