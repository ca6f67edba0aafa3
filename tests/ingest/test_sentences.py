import copy
import pickle

import pytest

from ingest.csv_input import CsvError, read_rows
from ingest.sentences import Sentence, said

GERMAN = {"It has %(n)s characters, 100 %% of them bad.": "Es hat %(n)s Zeichen, zu 100 %% schlechte."}
LONG = Sentence("It has %(n)s characters, 100 %% of them bad.", n="1,204")


def german(form: str) -> str:
    return GERMAN.get(form, form)


def test_a_sentence_is_english_text_wherever_text_is_wanted() -> None:
    assert LONG == "It has 1,204 characters, 100 % of them bad."
    assert str(ValueError(LONG)) == LONG
    assert type(str(ValueError(LONG))) is str


def test_a_sentence_is_said_in_another_language_with_its_values() -> None:
    assert said(LONG, german) == "Es hat 1,204 Zeichen, zu 100 % schlechte."
    assert said(ValueError(LONG), german) == "Es hat 1,204 Zeichen, zu 100 % schlechte."


def test_what_is_no_sentence_stays_as_it_is() -> None:
    assert said("100 %", german) == "100 %"
    assert said(ValueError("no such file", 2), german) == "('no such file', 2)"
    assert said(ValueError(), german) == ""


@pytest.mark.parametrize("made_again", [copy.deepcopy, copy.copy, lambda one: pickle.loads(pickle.dumps(one))])  # noqa: S301
def test_a_copy_of_a_sentence_can_be_said_as_well(made_again: object) -> None:
    assert callable(made_again)
    again = made_again(LONG)
    assert again == LONG
    assert said(again, german) == said(LONG, german)


def test_faults_of_a_table_are_sentences() -> None:
    with pytest.raises(CsvError) as refused:
        read_rows("name,age\nAda\n", ("name",))
    assert [fault.form for _line, fault in refused.value.problems if isinstance(fault, Sentence)] == [
        "Unknown column %(name)r; the columns are %(known)s."
    ]
