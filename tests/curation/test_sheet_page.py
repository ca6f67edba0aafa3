"""The page of the release sheet."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from curation.models import Release, SheetAnswer
from curation.policies import current_policy
from curation.release import answers, gates, papers, sheet
from curation.release.datasheet_reading import told_before
from curation.release.orders import order
from curation.sheet_forms import SheetForm
from mtf_site.roles import Role
from tests import factories
from tests.curation import paper_scenes, sheets

pytestmark = pytest.mark.django_db
URL = "/releases/sheet/"


@pytest.fixture
def manager(client: Client) -> User:
    person = factories.user(Role.RELEASE_MANAGER, username="ada")
    client.force_login(person)
    return person


def posted() -> dict[str, str]:
    """As a browser sends the page: every field, and what stood there when the page was made."""
    form = SheetForm(answers=answers.answers())
    told: dict[str, str] = {}
    for field in form:
        value = str(field.value() or "").replace("\n", "\r\n")
        told |= {field.html_name: value, field.html_initial_name: value}
    return told


def save(client: Client, given: dict[str, str]) -> Any:
    return client.post(URL, given)


def test_the_page_asks_every_question_and_marks_what_is_missing(client: Client, manager: User) -> None:
    answers.save({"uses.other": "Many."}, by=manager)
    text = client.get(URL).content.decode()
    missing = len(sheet.missing(answers.answers()))
    assert text.count('<div class="question') == len(sheet.QUESTIONS)
    assert text.count('<div class="question missing"') == missing
    assert f'<span class="big">{1}</span>' in text
    assert "Many." in text
    assert " checked" not in text  # no choice has a default


def test_answers_are_kept_and_empty_ones_taken_back(client: Client, manager: User) -> None:
    answers.save({"uses.other": "Many.\n\nAnd more.", "uses.impact": "None."}, by=None)
    told = posted() | {"law-basis": "consent", "uses-impact": " ", "citation-authors": "Marlow,Ada"}
    assert save(client, told)["Location"] == URL
    assert answers.answers() == {
        "uses.other": "Many.\n\nAnd more.", "law.basis": "consent", "citation.authors": "Marlow, Ada",
    }  # fmt: skip
    by = dict(SheetAnswer.objects.values_list("code", "answered_by"))
    assert by == {"uses.other": None, "law.basis": manager.pk, "citation.authors": manager.pk}


def test_nothing_is_lost_where_something_is_wrong(client: Client, manager: User) -> None:
    told = posted() | {"uses-other": "A long <answer>.", "citation-contact": "nobody", "law-basis": "consent"}
    answer = save(client, told)
    text = answer.content.decode()
    assert answer.status_code == 400
    assert answers.answers() == {}
    assert "A long &lt;answer&gt;." in text
    assert 'value="nobody"' in text
    assert text.count(" checked") == 1
    assert "This is no e-mail address." in text
    assert '<a href="#citation.contact">' in text


def test_what_a_colleague_wrote_meanwhile_stays(client: Client, manager: User) -> None:
    told = posted() | {"uses-other": "Mine."}
    answers.save({"uses.impact": "Theirs."}, by=None)
    save(client, told)
    assert answers.answers() == {"uses.other": "Mine.", "uses.impact": "Theirs."}


def test_an_answer_that_no_longer_holds_is_missing_and_does_not_stop_the_others(client: Client, manager: User) -> None:
    for code in ("law.basis-reason", "uses.impact"):
        SheetAnswer.objects.create(code=code, text="TODO", answered_at=timezone.now())
    assert '<div class="question missing" id="law.basis-reason">' in client.get(URL).content.decode()
    save(client, posted() | {"uses-other": "Mine."})
    assert answers.answers() == {"law.basis-reason": "TODO", "uses.impact": "TODO", "uses.other": "Mine."}


def test_a_choice_that_is_none_any_more_is_gone_when_the_page_is_saved(client: Client, manager: User) -> None:
    SheetAnswer.objects.create(code="law.basis", text="because", answered_at=timezone.now())
    told = posted() | {"uses-other": "Mine."}
    del told["law-basis"]  # no button is pressed
    save(client, told)
    assert answers.answers() == {"uses.other": "Mine."}


def test_facts_stand_as_the_newest_release_has_them(client: Client, manager: User) -> None:
    text = client.get(URL).content.decode()
    assert "After the first release" in text
    assert text.count("As it will stand in every release:") == 8
    assert "It must not be used to recognise, watch or profile people" in text
    told = papers.render(paper_scenes.facts())
    Release.objects.create(
        version="1.2.0", policy=current_policy(), papers=told, digest="sha256:1", faces_count=10,
        frozen_at=timezone.now(),
    )  # fmt: skip
    text = client.get(URL).content.decode()
    assert "As it stands in release 1.2.0:" in text
    assert "10 images of 3 people, cut from 5 photos." in text
    assert '<th class="n" scope="col">not settled</th>' in text
    assert "After the first release" not in text
    assert "As it will stand" not in text


def test_of_the_papers_the_database_hands_over_the_datasheet_alone(client: Client, manager: User) -> None:
    Release.objects.create(
        version="1.2.0", policy=current_policy(), papers={"DATASHEET.md": "# D", "CHANGES.json": "all " * 9},
        digest="sha256:1", faces_count=10, frozen_at=timezone.now(),
    )  # fmt: skip
    with CaptureQueriesContext(connection) as asked:
        client.get(URL)
    (query,) = (one["sql"] for one in asked.captured_queries if "curation_release" in one["sql"])
    assert "DATASHEET.md" in query
    assert '"curation_release"."papers"' not in re.sub(r'"papers" ->> \S+', "", query).replace("(", "").split("FROM")[0]


def test_what_a_datasheet_told_is_read_without_what_was_asked_and_quoted() -> None:
    known = paper_scenes.facts(answers=sheets.ANSWERS | {"composition.count": "And\n\n# more"})
    found = told_before(papers.render(known)["DATASHEET.md"])
    facts = [question for question in sheet.QUESTIONS if question.answered == "fact"]
    assert all(found[question.text] for question in facts)
    assert found[sheet.BY_CODE["composition.count"].text] == "10 images of 3 people, cut from 5 photos."
    assert found[sheet.BY_CODE["uses.other"].text] == ""
    assert told_before("") == {}


def test_a_freeze_is_stopped_by_what_is_missing() -> None:
    (found,) = (one for one in gates.of_selection(order("1.0.0")) if one.code == "sheet")
    assert (found.blocks, found.count) == (True, len(sheet.missing({})))
    assert found.examples[0] == "motivation.purpose"
    sheets.fill()
    assert all(one.code != "sheet" for one in gates.of_selection(order("1.0.0")))


def test_managers_write_auditors_read_and_others_do_neither(client: Client) -> None:
    for role, reads, writes in (
        (Role.RELEASE_MANAGER, 200, 302), (Role.AUDITOR, 200, 403), (Role.ADMIN, 403, 403), (Role.REVIEWER, 403, 403),
    ):  # fmt: skip
        client.force_login(factories.user(role))
        assert client.get(URL).status_code == reads, role
        assert save(client, posted()).status_code == writes, role
    client.force_login(factories.user(Role.AUDITOR))
    text = client.get(URL).content.decode()
    assert "<textarea" not in text
    assert '<button class="btn primary"' not in text
    assert client.put(URL).status_code in (403, 405)


def test_the_page_asks_the_database_the_same_however_much_is_answered(
    client: Client, manager: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.get(URL)
    with django_assert_num_queries(3):
        client.get(URL)
    answers.save(sheets.ANSWERS, by=manager)
    with django_assert_num_queries(3):
        client.get(URL)
