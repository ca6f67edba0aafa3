import uuid
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import DataError, IntegrityError, connection, transaction
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


def test_the_cursor_stands_at_the_first_result() -> None:
    with connection.cursor() as cursor:
        prepared.execute(cursor, ["SELECT %(n)s::int", "SELECT %(n)s::int * 2"], {"n": 4})
        assert cursor.fetchall() == [(4,)]
        assert cursor.nextset()
        assert cursor.fetchall() == [(8,)]


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
