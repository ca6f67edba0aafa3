"""The papers of a release: what they say. The readers of others come in test_papers_read.py."""

import json
import re
from dataclasses import replace

import pytest
from license_expression import get_spdx_licensing

from curation.release import papers, sheet
from curation.release.papers import count, licences
from curation.release.papers.datasheet_facts import FACTS
from curation.release.papers.facts import Count
from curation.release.papers.front_matter import size
from ingest.licences import NO_KNOWN_COPYRIGHT, PUBLIC_DOMAIN, US_GOV_WORK
from ingest.licences.ids import SPDX_PORTS
from tests.curation import paper_scenes as p
from tests.curation.sheets import ANSWERS

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def told() -> dict[str, str]:
    return papers.render(p.facts(formats=("imagefolder", "parquet")))


def test_the_papers_are_all_there_in_order_and_end_with_a_line_end(told: dict[str, str]) -> None:
    known = {
        "README.md", "DATASHEET.md", "CITATION.cff", "CHANGES.json", "CHANGES.md", "classes.json", "croissant.json",
        "release.json", "reports/agreement.json", "reports/agreement.md", "reports/annotators.json",
        "reports/balance.json", "reports/balance.md",
        *(f"LICENSES/{spdx}.txt" for spdx in p.LICENCES),
        *(f"reports/balance-{n}.svg" for n in ("cells", "race", "gender", "age", "licences", "sources", "years")),
    }  # fmt: skip
    assert list(told) == sorted(known)
    assert all(text.endswith("\n") and "\r" not in text for text in told.values())
    for path in (path for path in told if path.endswith(".json")):
        json.loads(told[path])


def test_the_same_facts_make_the_same_papers_whatever_order_they_come_in() -> None:
    known = p.rows()
    first, second = p.facts(known=known), p.facts(known=list(reversed(known)))
    assert papers.render(first) == papers.render(replace(second, files=first.files))


# ---- Counting


def test_counts_are_of_images_and_of_people() -> None:
    found = p.facts().counted
    assert (found.images, found.people, found.photos, found.alike) == (10, 3, 5, 2)
    assert found.labels["race"] == {
        "": Count(2, 2), "Asian (Indian)": Count(4, 2), "Black": Count(4, 3),
    }  # fmt: skip
    assert found.cells["Black", "male", "old"] == Count(4, 3)
    assert found.sources == {"commons": Count(5, 3), "openverse": Count(5, 3)}
    assert found.years["unknown"] == Count(3, 3)
    assert (found.taken, found.retrieved) == (("2011-05-06", "2019-05-06"), ("2026-11-10", "2026-11-19"))
    assert found.settled["race", "disputed"] == 2
    assert found.answers == {"annotator-01": 20, "annotator-02": 10}
    assert found.places["race", "train", "black"] == 2
    assert sum(n for (task, _part, _folder), n in found.places.items() if task == "identity") == 10


def test_counts_of_the_other_set_are_of_claims_and_a_task_that_is_not_asked_for_has_no_places() -> None:
    tasks = ("identity", "age")
    found = p.facts(selection="non-curated", tasks=tasks).counted
    assert found.labels["gender"]["female"] == Count(5, 3)
    assert {task for task, _part, _folder in found.places} == set(tasks)


def test_nothing_counts_as_nothing() -> None:
    found = count([], selection="curated", tasks=("race",), classes={"race": []})
    assert (found.images, found.people, found.licences, found.retrieved) == (0, 0, {}, ("", ""))


@pytest.mark.parametrize(
    ("images", "words"),
    [(1, "n<1K"), (999, "n<1K"), (1_000, "1K<n<10K"), (132_816, "100K<n<1M"), (10**7, "10M<n<100M")],
)
def test_sizes_are_told_as_hugging_face_has_them(images: int, words: str) -> None:
    assert size(images) == words


# ---- The datasheet


def test_the_datasheet_answers_every_question(told: dict[str, str]) -> None:
    sections = [section for section in sheet.SECTIONS if section.code in sheet.DATASHEET]
    found = re.findall(r"^### (.*)\n\n(?:\*.*\*\n\n)?((?:.+\n?)+)", told["DATASHEET.md"], re.M)
    asked = [one for section in sections for one in section.questions]
    assert [question for question, _answer in found][:57] == [one.text for one in asked]
    assert all(answer.strip() for _question, answer in found)
    for question, (_text, answer) in zip(asked, found, strict=False):
        if question.is_required:
            assert answer.strip() == f"> {ANSWERS[question.code]}"


def test_every_fact_has_its_teller_and_nothing_else_has() -> None:
    assert set(FACTS) == {question.code for question in sheet.QUESTIONS if question.answered == "fact"}


def test_what_the_team_adds_to_a_fact_stands_below_it() -> None:
    known = p.facts(answers=ANSWERS | {"composition.count": "Two more\nare to come."})
    assert "5 photos.\n\n> Two more\n> are to come.\n" in papers.render(known)["DATASHEET.md"]


def test_the_datasheet_says_how_many_judged_and_what_they_were_shown() -> None:
    def told(*policies: papers.PolicyFacts) -> str:
        return papers.render(p.facts(policies=policies))["DATASHEET.md"]

    two = papers.PolicyFacts(1, 2, 2, 2, 4)
    assert "by at least 2 reviewers, independently" in told(two)
    assert "they perceive, without what was claimed." in told(two)
    open_ = papers.PolicyFacts(2, 2, 1, 2, 1, blind=("age",))
    assert "by one reviewer or more, independently" in told(two, open_)
    assert "with what was claimed of race and gender before them" in told(two, open_)


def test_images_with_fewer_answers_than_any_policy_asks_for_are_told_apart() -> None:
    def told(votes: str, how: str) -> dict[str, str]:
        known = p.rows()
        known[0] |= {"votes_usable": votes, "consensus_usable": how}
        return papers.render(p.facts(known=known, policies=(papers.PolicyFacts(1, 2, 2, 2, 2),)))

    alone = told("", "adjudication")
    for path in ("README.md", "DATASHEET.md"):
        assert "9 of 10 images were each" in alone[path]
        assert " 1 other image has fewer answers that count, or none; an adjudicator decided." in alone[path]
    undecided = told("annotator-01=accept", "majority")["README.md"]
    assert " 1 other image has fewer answers that count, or none. See" in undecided
    whole = told("annotator-01=accept;annotator-02=accept", "majority")["README.md"]
    assert "Each image was judged by at least 2 reviewers, independently of one another. See" in whole


def test_what_is_passed_on_under_its_own_licence_is_counted_whatever_it_is_called() -> None:
    known = [p.row(0, licence="LAL-1.3"), p.row(1, licence="GFDL-1.3-or-later"), p.row(2, licence="CC-BY-SA-4.0")]
    told = FACTS["distribution.restrictions"](p.facts(known=[*known, p.row(3, licence="CC-BY-4.0")]))
    assert "4 images must be shown with their creator and licence, and 3 of them passed on under the same" in told


def test_photos_of_the_makers_folders_are_not_said_to_come_from_the_web() -> None:
    def told(*sources: str) -> str:
        known = [p.row(number, source=name) for number, name in enumerate(sources)]
        return papers.render(p.facts(known=known))["DATASHEET.md"]

    only = told("folder", "folder")
    assert "published on the web" not in only
    assert "taken from folders that the makers had" in only
    both = told("folder", "commons", "openverse")
    assert "The photos of 1 image were taken from folders" in both
    assert "all others were published on the web by others, and found for the person by way of commons and op" in both
    assert "folders" not in told("commons")


def test_one_day_is_no_timeframe() -> None:
    timeframe = FACTS["collection.timeframe"]
    assert timeframe(p.facts(known=[p.row(1)])) == (
        "Photos were retrieved on 2026-11-11. They were taken on 2011-05-06, as far as that is known."
    )
    assert timeframe(p.facts(known=[p.row(1), p.row(2)])).startswith("Photos were retrieved from 2026-11-11 to 2026-11")


def test_the_datasheet_says_why_faces_were_held_back() -> None:
    told = p.facts(held_back={"licence_unproved": 3}, held_back_words={"licence_unproved": "the licence is not proved"})
    assert "3 faces were held back:\n\n- the licence is not proved: 3" in FACTS["preprocessing.done"](told)


def test_the_card_says_which_classes_lack_a_part() -> None:
    card = papers.render(p.facts(known=[p.row(0), p.row(1), p.row(3)]))["README.md"]
    assert "race Asian (Indian) in val and test" in card
    assert "**Without an image:**" in card


def test_the_lawful_basis_stands_in_the_datasheet_with_its_reason(told: dict[str, str]) -> None:
    law = told["DATASHEET.md"].split("## Lawful basis")[1]
    assert "Legitimate interests, Art. 6(1)(f).\n\n> To measure bias" in law
    assert "Archiving, research or statistics, Art. 9(2)(j).\n\n> Statistics" in law
    assert "erasure\\@example.org" in law


CLAIMS_TOO_MUCH = re.compile("no(?: person|body) (?:looked|confirmed|saw)|not looked at", re.I)


def test_a_set_of_claims_says_what_reviewers_had_to_do_with_it_and_never_that_nobody_looked() -> None:
    told = papers.render(p.facts(selection="non-curated", agreement={}))
    for path in ("README.md", "DATASHEET.md", "croissant.json"):
        said = " ".join(told[path].split())
        assert not CLAIMS_TOO_MUCH.search(said), path
        assert "nobody checked them for this set" in said
        assert "Reviewers may have seen some of the images" in said
        assert re.search(r"what they found to show somebody else,? or raised an alarm on,? was taken out", said)
        assert "review_state" in said
        assert "votes_" in said
    assert "## Labels are claimed" in told["README.md"]
    assert "Claimed race × gender × age" in told["reports/balance.md"]
    assert "as perceived by reviewers" not in told["DATASHEET.md"]
    assert "and perceived race" not in told["croissant.json"]
    assert "and claimed race, which is special-category data" in told["croissant.json"]
    assert "A label is empty where it is not known" in told["DATASHEET.md"]


@pytest.mark.parametrize("selection", ["curated", "non-curated"])
@pytest.mark.parametrize("tasks", [(), ("age",), ("race", "age")])
def test_papers_of_few_tasks_or_none_can_be_told(tasks: tuple[str, ...], selection: str) -> None:
    known = p.facts(tasks=tasks, selection=selection, formats=("imagefolder", "parquet", "webdataset"))
    words = {0: "without a task.", 1: "with labels for age.", 2: "with labels for 2 tasks: race, age."}
    assert f"public figures all, {words[len(tasks)]}\n" in papers.render(known)["README.md"]


# ---- Licences


def test_every_licence_that_occurs_has_its_text_and_an_id_that_spdx_knows() -> None:
    found = licences.files(p.LICENCES)
    assert "Attribution 4.0 International" in found["LICENSES/CC-BY-4.0.txt"]
    assert "Namensnennung" in found["LICENSES/CC-BY-SA-3.0-DE.txt"]
    assert "CC0 1.0 Universal" in found["LICENSES/CC0-1.0.txt"]
    assert "17 U.S.C. § 105" in found["LICENSES/LicenseRef-US-Gov-Work.txt"]
    assert "https://creativecommons.org/licenses/by/2.0/fr/" in found["LICENSES/LicenseRef-CC-BY-2.0-FR.txt"]
    spdx = [one for one in p.LICENCES if not one.startswith("LicenseRef-")]
    assert get_spdx_licensing().validate(" AND ".join(spdx)).errors == []


@pytest.mark.parametrize("version", ["1.0", "2.0", "2.5", "3.0", "4.0"])
def test_the_licences_that_are_taken_have_whole_texts(version: str) -> None:
    for family in ("BY", "BY-SA"):
        assert len(licences.text_of(f"CC-{family}-{version}")) > 5_000


def test_ports_and_free_licences_have_whole_texts_and_statements_are_said_to_be_such() -> None:
    ports = [spdx for spdx in SPDX_PORTS if "-ND-" not in spdx]
    for spdx in [*ports, "GFDL-1.3-or-later", "GFDL-1.2-only", "LAL-1.3", "OGL-UK-3.0"]:
        assert len(licences.text_of(spdx)) > 4_000, spdx
    for spdx in (US_GOV_WORK, PUBLIC_DOMAIN, NO_KNOWN_COPYRIGHT):
        assert 100 < len(licences.text_of(spdx)) < 600
    assert licences.text_of("../../../etc/passwd").startswith("../../../etc/passwd\n")


def test_a_first_release_says_so() -> None:
    told = papers.render(replace(p.facts(), parent=None))
    assert json.loads(told["release.json"])["parent"] is None
    assert json.loads(told["CHANGES.json"])["parent"] is None
