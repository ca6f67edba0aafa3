import pytest
from django.contrib.auth.models import User
from django.db import ProgrammingError, connection, transaction

from mtf_site.commands import run
from mtf_site.printing import printable
from tests.test_house import PRODUCTION, manage


def ask(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_database_that_is_away_is_one_line() -> None:
    away = {"DATABASE_URL": "postgres://mtf:hidden@127.0.0.1:1/mtf"}
    done = manage("rebuild_consensus", **PRODUCTION | away)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith("manage.py: the database does not do its part: connection failed")
    assert "hidden" not in done.stderr


@pytest.mark.django_db
def test_a_database_without_our_tables_is_one_line() -> None:
    with pytest.raises(SystemExit, match=r"run manage\.py migrate first"):
        run(lambda _: ask("SELECT 1 FROM not_made_yet"), [])


@pytest.mark.django_db
def test_a_statement_that_is_wrong_is_a_bug_to_be_seen() -> None:
    with pytest.raises(ProgrammingError):
        run(lambda _: ask("SELEKT 1"), [])


@pytest.mark.django_db
def test_a_word_that_is_not_text_is_one_line() -> None:
    with pytest.raises(SystemExit, match=r"\\udcff"):
        run(lambda _: User.objects.get(username="\udcff"), [])  # type: ignore[arg-type]


def test_a_command_that_does_not_exist_is_bad_usage() -> None:
    done = manage("exprot_mtf")
    assert (done.returncode, done.stdout) == (2, "")
    assert "Unknown command: 'exprot_mtf'" in done.stderr


def test_printable_keeps_letters_and_one_line() -> None:
    assert printable("Zoë 黒\n\udcff") == r"Zoë 黒\n\udcff"
