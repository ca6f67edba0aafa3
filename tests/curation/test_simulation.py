"""Simulated reviewers in the real queue. Each run has a database of its own, a copy of one that is made once."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from curation import simulated_profile as profiles
from curation.estimating import estimate
from curation.models import Claim, ErrorRates, Policy
from curation.policies import current_policy, default_policy
from curation.scratch_database import NoScratch, scratch_database
from curation.simulated_profile import Profile, ProfileError
from curation.simulated_strategies import attempts, task
from curation.simulation import Worked, adaptive, simulate
from curation.simulation_stock import check
from tests.conftest import REPO
from tests.curation import scenes

FIELDS = ["usable", "race", "gender", "age"]
PEOPLE = [
    {"name": name, "accuracy": {"usable": 1.0, "race": right - 0.2, "gender": right, "age": right}}
    for name, right in (("a", 0.7), ("b", 0.75), ("c", 0.8), ("d", 0.9))
]
DATA: dict[str, Any] = {
    "faces": 15,
    "fields": {
        "usable": {"classes": {"accept": 0.7, "reject": 0.3}},
        "race": {"classes": {"1": 0.3, "2": 0.3, "3": 0.2, "4": 0.2}},
        "gender": {"classes": {"1": 0.5, "2": 0.5}},
        "age": {"classes": {"1": 0.6, "2": 0.4}},
    },
    "annotators": PEOPLE,
}


def profile(people: int = 3, **changes: Any) -> Profile:
    return profiles.read(DATA | {"annotators": PEOPLE[:people]} | changes)


@pytest.fixture(scope="module")
def empty(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A scratch database with the tables, which the tests copy; nobody is connected to it meanwhile."""
    home, kept = str(connection.settings_dict["NAME"]), ExitStack()
    with django_db_blocker.unblock():
        name = kept.enter_context(scratch_database())
        connection.close()
        connection.settings_dict["NAME"] = home
    yield name
    with django_db_blocker.unblock():
        kept.close()


def worked(empty: str, who: Profile, *, seed: int = 1, votes: int | None = 3, questions: list[str] = FIELDS) -> Worked:
    return simulate(who, seed=seed, votes=votes, questions=questions, like=empty)


def databases() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database")
        return {name for (name,) in cursor.fetchall()}


def rows() -> dict[str, int]:
    return {model._meta.label: model._default_manager.count() for model in apps.get_models()}


# ---- Against memory


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", [1, 2])
def test_where_everybody_answers_all_the_queue_comes_to_what_memory_does(empty: str, seed: int) -> None:
    found = worked(empty, profile(), seed=seed)
    assert found.answers == 3 * (15 + found.attempts[1].faces)
    for attempt in found.attempts:
        (known,) = attempts(task(profile(), attempt.field, seed=seed), ["majority"])
        assert attempt._replace(strategy="", hours=0) == known._replace(strategy="", hours=0)
    assert sum(one.adjudicated for one in found.attempts) > 0, "three who all differ"


@pytest.mark.django_db(transaction=True)
def test_the_same_seed_gives_the_same_work(empty: str) -> None:
    one, again = worked(empty, profile(4), votes=2), worked(empty, profile(4), votes=2)
    assert one.attempts == again.attempts
    assert one.people == again.people
    assert sum(person.answers for person in one.people) == one.answers


@pytest.mark.django_db(transaction=True)
def test_one_question_alone_asks_no_other(empty: str) -> None:
    found = worked(empty, profile(), votes=2, questions=["usable"])
    assert (found.answers, [one.field for one in found.attempts]) == (30, ["usable"])


@pytest.mark.django_db(transaction=True)
def test_fields_that_the_profile_leaves_out_are_answered_cannot_tell(empty: str) -> None:
    fields = {name: DATA["fields"][name] for name in ("usable", "gender")}
    people = [{"name": str(n), "accuracy": 0.9} for n in range(3)]
    found = worked(empty, profile(fields=fields, annotators=people), questions=["usable", "gender"])
    assert [one.field for one in found.attempts] == ["usable", "gender"]
    assert found.attempts[1].votes == 3 * found.attempts[1].faces


@pytest.mark.django_db(transaction=True)
def test_the_adaptive_rule_asks_fewer_and_learns_from_the_answers(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[ErrorRates | None] = []
    monkeypatch.setattr("curation.simulation.estimate", lambda **more: made.append(estimate(**more)))
    plan = {"sure": 0.85, "every": 120, "full_share": 0.1}
    who = profile(4, faces=120, adaptive=plan)
    found, fixed = worked(empty, who, votes=None), worked(empty, who, votes=3)
    assert [len(row.fields["usable"]["reviewers"]) for row in made if row] == [4] * (found.answers // 120)
    assert found.answers < fixed.answers
    assert found.attempts[0].strategy == "queue, adaptive"


def test_the_policy_is_as_sure_of_the_attributes_as_of_the_surest() -> None:
    sure = {"usable": 0.9, "race": 0.8, "gender": 0.95, "age": 0.7}
    rules = adaptive(profile(adaptive={"sure": sure, "fewest": 2, "most": 4, "full_share": 0.2}))
    assert (rules["sure_usable"], rules["sure_attributes"]) == (0.9, 0.95)
    assert (rules["votes_usable"], rules["most_attributes"], rules["full_share_attributes"]) == (2, 4, 0.2)


# ---- The installation's data


@pytest.mark.django_db(transaction=True)
def test_nothing_of_the_installation_is_read_or_written(empty: str) -> None:
    scenes.claims(3)
    before, there = rows(), databases()
    found = worked(empty, profile(), votes=2)
    assert found.attempts[0].faces == 15
    assert (rows(), databases()) == (before, there)


@pytest.mark.django_db(transaction=True)
def test_the_database_is_gone_also_when_the_work_breaks_off(empty: str) -> None:
    there, home = databases(), connection.settings_dict["NAME"]

    def break_off() -> None:
        with scratch_database(like=empty) as name:
            User.objects.create(username="somebody")
            assert connection.settings_dict["NAME"] == name != home
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert databases() == there
    assert connection.settings_dict["NAME"] == home
    assert not User.objects.filter(username="somebody").exists()


@pytest.mark.django_db(transaction=True)
def test_what_was_remembered_of_one_database_is_not_believed_of_the_next(empty: str) -> None:
    seen = []
    for votes in (1, 3):
        with scratch_database(like=empty):
            Policy.objects.create(version=1, votes_usable=votes, **default_policy())
            seen.append(current_policy().votes_usable)
    assert seen == [1, 3]
    assert not Claim.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_one_that_a_killed_process_left_is_dropped_and_a_new_one_is_not(empty: str) -> None:
    names = ("mtf_scratch_1700000000_0badcafe", "mtf_scratch_99999999999_0badcafe")
    for name in names:
        _execute(f'CREATE DATABASE "{name}"')
    try:
        with scratch_database(like=empty):
            assert set(names) & databases() == {names[1]}
    finally:
        for name in names:
            _execute(f'DROP DATABASE IF EXISTS "{name}"')


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_an_account_that_may_not_create_databases_is_told_so() -> None:
    _execute("CREATE ROLE poor LOGIN")
    rich = connection.settings_dict["USER"]
    connection.close()
    connection.settings_dict["USER"] = "poor"
    try:
        with pytest.raises(NoScratch, match="may not create databases"), scratch_database():
            raise AssertionError("made")
    finally:
        connection.close()
        connection.settings_dict["USER"] = rich
        _execute("DROP ROLE poor")


@pytest.mark.django_db
def test_within_a_transaction_there_is_no_scratch_database() -> None:
    with pytest.raises(NoScratch, match="within a transaction"), scratch_database():
        raise AssertionError("made")


# ---- The command


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"hat": {"classes": {"yes": 0.5, "no": 0.5}}}, "“hat” can be tried with --quick"),
        ({"age": DATA["fields"]["age"]}, "begins with “usable”"),
        ({"usable": {"classes": {"reject": 0.5, "accept": 0.5}}}, "accept first"),
        ({"usable": {"classes": {"accept": 0.5, "maybe": 0.5}}}, "are accept, reject, cannot_tell"),
    ],
)
def test_what_the_real_queue_does_not_ask_is_refused(fields: dict[str, Any], says: str) -> None:
    with pytest.raises(ProfileError, match=says):
        check(profile(fields=fields, annotators=[{"accuracy": 0.9}]))


@pytest.mark.django_db(transaction=True)
def test_the_command_works_through_the_queue_and_tells_what_came_out(tmp_path: Any) -> None:
    mine = tmp_path / "mine.toml"
    people = "\n".join(f'[[annotators]]\nname = "{n}"\naccuracy = 0.9' for n in "ab")
    mine.write_text(f"title = 'Mine'\n[fields.usable]\nclasses = {{ accept = 0.5, reject = 0.5 }}\n{people}\n")
    out = io.StringIO()
    call_command("simulate_review", "--profile", str(mine), "--faces", "6", "--votes", "2", "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert [line["strategy"] for line in told["lines"]] == ["queue, 2", "queue, adaptive"]
    assert told["lines"][0]["votes"] >= 12
    assert {person["name"] for person in told["people"]} == {"a", "b"}
    assert told["answers_a_second"] > 0


@pytest.mark.django_db(transaction=True)
def test_a_command_that_is_terminated_leaves_no_database() -> None:
    there = databases()
    command = [sys.executable, "manage.py", "simulate_review", "--faces", "2000"]
    product = os.environ | {"DJANGO_SETTINGS_MODULE": "mtf_site.settings"}  # on the servers of the tests
    run = subprocess.Popen(command, cwd=REPO, env=product, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while not (mine := _scratch() - there) and run.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert mine
    run.send_signal(signal.SIGTERM)
    _out, said = run.communicate(timeout=120)
    assert (run.returncode, said) == (128 + signal.SIGTERM, "")
    assert _scratch() - there == set()


def _scratch() -> set[str]:
    return {name for name in databases() if name.startswith("mtf_scratch")}


@pytest.mark.django_db
def test_the_command_says_in_a_line_that_there_is_no_database_for_it() -> None:
    with pytest.raises(CommandError, match="within a transaction"):
        call_command("simulate_review", "--faces", "6")
