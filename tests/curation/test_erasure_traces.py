import json

import pytest

from curation.erasure.traces import ERASED, Traces, traces


def of(*names: str, aliases: tuple[str, ...] = (), others: tuple[str, ...] = (), marks: tuple[str, ...] = ()) -> Traces:
    return traces(names, aliases, others=others, common=["Black", "cannot tell"], marks=marks)


@pytest.mark.parametrize(
    "text",
    [
        "Ada Marlow",
        "ADA  MARLOW, 2019",
        "https://x.example/wiki/File:Ada_Marlow_(2019).jpg",
        "https://x.example/?q=%22Ada%20Marlow%22",
        "https://x.example/?q=Ada+Marlow",
        "identity/train/ada_marlow/1.jpg",
        "Marlow, Ada",
        "x/adamarlow/1",
        "AdaMarlow",
        "Ada\u00a0Marlow",
    ],
)
def test_a_name_is_found_in_every_spelling(text: str) -> None:
    found = of("Ada Marlow")
    assert found.names(text)
    cleaned = found.scrubbed(text)
    assert ERASED in cleaned
    assert "marlow" not in cleaned.casefold()


@pytest.mark.parametrize(
    "text", ["Adana Marlow", "Ada Marlowe", "Marlow", "Ada", "canada marlowsville", "Ada came. Then there was Marlow"]
)
def test_another_word_is_no_name(text: str) -> None:
    assert not of("Ada Marlow").names(text)


@pytest.mark.parametrize(
    "text",
    ["Beyoncé Knowles", "Beyonce Knowles", "beyonc_knowles", "/Beyonc%C3%A9_Knowles.jpg", "Beyonce\u0301 Knowles"],
)
def test_accents_are_written_in_many_ways(text: str) -> None:
    assert of("Beyoncé Knowles").names(text)


@pytest.mark.parametrize("name", ["O'Brien-Smith", "李 小龙", "Ю Н", "a.b*c(d"])
def test_any_characters_may_be_in_a_name(name: str) -> None:
    assert of(name).scrubbed(f"<{name}>") == f"<{ERASED}>"


def test_a_single_word_counts_as_it_is_written() -> None:
    found = of("Madonna", "madonna")
    assert found.scrubbed("Madonna, madonna-like, Madonnas") == f"{ERASED}, {ERASED}-like, Madonnas"


def test_a_common_word_is_looked_for_in_texts_of_people_alone() -> None:
    found = of("Black", aliases=("Prince",))
    assert found.scrubbed("race: Black; Prince") == "race: Black; Prince"
    assert found.scrubbed("race: Black; Prince", weak=True) == f"race: {ERASED}; {ERASED}"


def test_somebody_elses_longer_name_stays() -> None:
    found = of("Ada Marlow", aliases=("Bo",), others=("Ada Marlow Smith", "Bo Lindqvist"))
    text = "Ada Marlow Smith with Ada Marlow; Bo and Bo Lindqvist"
    assert found.scrubbed(text, weak=True) == f"Ada Marlow Smith with {ERASED}; {ERASED} and Bo Lindqvist"
    assert not found.names("Ada Marlow Smith", weak=True)


def test_a_wikidata_id_is_no_part_of_a_longer_one() -> None:
    assert of("Q42").scrubbed("Q42 Q421 Q42.") == f"{ERASED} Q421 {ERASED}."


def test_lines_about_an_erased_picture_go() -> None:
    found = of("Ada Marlow", marks=("a" * 64, "https://x.example/1.jpg", "b" * 20))
    text = f"id,sha256\n1,{'a' * 64}\n2,{'c' * 64}\n{'b' * 20},x\n3 (https://x.example/1.jpg)\n4 https://x.example/1.jpgs\n"
    assert found.scrubbed_file(text) == f"id,sha256\n2,{'c' * 64}\n4 https://x.example/1.jpgs\n"


def test_json_keeps_its_shape() -> None:
    value = {"people": ["Ada Marlow", 3, None], "ada_marlow": 1, "b" * 20: 2, "n": {"x": "by Ada Marlow"}}
    found = of("Ada Marlow", marks=("b" * 20,))
    assert found.scrubbed_json(value) == {"people": [ERASED, 3, None], "n": {"x": f"by {ERASED}"}}


def test_every_name_holds_a_hint() -> None:
    found = of("Ada Marlow", "ada-marlow", "Q42")
    for text in ("x Ada_Marlow", "MARLOW, ADA", "Q42"):
        assert any(hint.casefold() in text.casefold() for hint in found.hints)


def test_a_file_of_json_stays_one() -> None:
    found = of("Ada Marlow", marks=("b" * 20, "https://x.example/1.jpg")).addresses()
    text = '{\n  "removed": [\n    "' + "b" * 20 + '"\n  ],\n  "ada_marlow": 1,\n  "by": "Ad\\u0061 Marlow"\n}\n'
    assert json.loads(found.scrubbed_file(text)) == {"removed": ["b" * 20], "by": ERASED}
    assert json.loads(found.scrubbed_file('["https://x.example/1.jpg", 2]')) == [ERASED, 2]
    untold = '{"removed": ["' + "b" * 20 + '"],\n "n": 1.50}'
    assert found.scrubbed_file(untold) == untold
