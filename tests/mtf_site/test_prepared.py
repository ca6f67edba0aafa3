import uuid
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import DataError, IntegrityError, OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from mtf_site import prepared

pytestmark = pytest.mark.django_db

ODD = 'it\'s a "test" of \\back\\ {braces}, commas; $1 %s %(x)s 💡 — NULL'
MOMENT = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)
ID = uuid.UUID("12345678-1234-5678-1234-567812345678")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", ODD),
        ("text", ""),
        ("text", None),
        ("int", 7),
        ("int", -7),
        ("bigint", 2**63 - 1),
        ("float8", -0.25),
        ("boolean", True),
        ("boolean", False),
        ("uuid", ID),
        ("timestamptz", MOMENT),
        ("date", date(2026, 3, 1)),
        ("int[]", [1, -2, 3]),
        ("int[]", []),
        ("text[]", [ODD, "", "NULL", "null", "a,b", None, " "]),
        ("boolean[]", [True, False]),
        ("uuid[]", [ID]),
        ("timestamptz[]", [MOMENT]),
    ],
)
def test_a_value_arrives_as_it_was(kind: str, value: Any) -> None:
    [[(same,)]] = prepared.exchange([(f"SELECT %(value)s::{kind}", {"value": value})])
    assert same == value


@pytest.mark.parametrize("value", ["a\0b", ["a\0b"]])
def test_text_with_a_nul_is_refused_and_not_cut(value: Any) -> None:
    with pytest.raises(DataError, match="NUL"):
        prepared.exchange([("SELECT %(value)s::text", {"value": value})])


def test_what_cannot_be_written_is_refused() -> None:
    with pytest.raises(TypeError, match="object"):
        prepared.exchange([("SELECT %(value)s::text", {"value": object()})])


def test_several_go_in_one_message_and_each_answers() -> None:
    calls: list[prepared.Call] = [
        ("SELECT %(a)s::int + %(b)s::int", {"a": 1, "b": 2}),
        ("UPDATE auth_user SET first_name = '' WHERE false", {}),
        ("SELECT generate_series(1, %(b)s::int);", {"a": 1, "b": 2}),
        ("SELECT %(a)s::int + %(b)s::int", {"a": 3, "b": 4}),
    ]
    for _again in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert prepared.exchange(calls) == [[(3,)], [], [(1,), (2,)], [(7,)]]
        assert len(queries) == 1
    assert "PREPARE" not in queries[0]["sql"]


def test_it_goes_by_index_also_when_a_small_table_was_analysed_since() -> None:
    call: prepared.Call = ("SELECT name FROM auth_group WHERE id = %(id)s", {"id": 1})
    scans = "SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'auth_group'"
    read = []
    with connection.cursor() as cursor:
        for _again in range(2):
            prepared.exchange([call])
            cursor.execute(scans)
            read.append(cursor.fetchone())
            cursor.execute("ANALYZE auth_group")
        cursor.execute(scans)
        before = cursor.fetchone()
        cursor.execute("SELECT name FROM auth_group WHERE id = 1")  # as the planner would have it
        cursor.execute(scans)
        assert cursor.fetchone() > before
    assert read[0] == read[1]


def test_what_failed_may_be_asked_again() -> None:
    text = "INSERT INTO auth_group (name) VALUES (%(name)s) RETURNING name"
    prepared.exchange([(text, {"name": "one"})])
    for _again in range(2):
        with pytest.raises(IntegrityError), transaction.atomic():
            prepared.exchange([(text, {"name": "one"}), ("SELECT 'never before'", {})])
    assert prepared.exchange([(text, {"name": "two"}), ("SELECT 'never before'", {})]) == [
        [("two",)],
        [("never before",)],
    ]


def test_it_is_the_same_whether_somebody_listens_or_not() -> None:
    calls: list[prepared.Call] = [
        ("SELECT %(at)s::timestamptz, %(at)s::date, ARRAY['a', NULL], '{\"a\": 1}'::jsonb, 1.5::real", {"at": MOMENT}),
        ("SELECT 1 WHERE false", {}),
    ]
    unheard = prepared.exchange(calls)
    with CaptureQueriesContext(connection) as queries:
        heard = prepared.exchange(calls)
    assert heard == unheard == [[(MOMENT, MOMENT.date(), ["a", None], '{"a": 1}', 1.5)], []]
    with connection.cursor() as cursor:
        cursor.execute(queries[0]["sql"].replace(prepared.GENERIC + prepared.BY_INDEX, ""))
        assert cursor.fetchall() == heard[0]


def test_nothing_is_asked_in_a_transaction_that_is_lost() -> None:
    with transaction.atomic():
        connection.set_rollback(True)
        with pytest.raises(transaction.TransactionManagementError):
            prepared.exchange([("SELECT 1", {})])


@pytest.mark.django_db(transaction=True)
def test_the_first_statement_of_an_atomic_block_is_taken_back_with_it() -> None:
    insert: prepared.Call = ("INSERT INTO auth_group (name) VALUES (%(name)s)", {"name": "first"})
    with transaction.atomic():
        prepared.exchange([insert])
        transaction.set_rollback(True)
    assert prepared.exchange([("SELECT count(*) FROM auth_group WHERE name = 'first'", {})]) == [[(0,)]]


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_is_gone_is_an_error_of_operation() -> None:
    connection.ensure_connection()
    connection.health_check_done = True  # type: ignore[attr-defined]
    with connection.cursor() as cursor, pytest.raises(OperationalError):
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    with pytest.raises(OperationalError):
        prepared.exchange([("SELECT 1", {})])
    connection.close()
    assert prepared.exchange([("SELECT 1", {})]) == [[(1,)]]
