import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from curation import bulk

pytestmark = pytest.mark.django_db
KINDS = {"a": "int2", "b": "int4", "c": "int8", "at": "timestamptz"}


@pytest.mark.parametrize("at_once", [1, 1_000, 1 << 20])
def test_columns_are_what_the_query_returns(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", at_once)
    query = """SELECT n::int2, (-n * 100000)::int4, n::int8 << 40, timestamptz '2026-03-01 12:00:00.25+00' + days
               FROM generate_series(0, 999) AS n, LATERAL (SELECT n * interval '1 day' AS days) AS d"""
    with CaptureQueriesContext(connection) as queries:
        found = bulk.columns(query, KINDS)
    assert len(queries) == 1
    assert found["a"].tolist() == list(range(1000))
    assert found["b"].tolist() == [-n * 100_000 for n in range(1000)]
    assert found["c"].tolist() == [n << 40 for n in range(1000)]
    assert found["at"][1] == np.datetime64("2026-03-02T12:00:00.250000")
    assert [column.dtype.isnative for column in found.values()] == [True] * 4


def test_no_rows_are_empty_columns() -> None:
    found = bulk.columns("SELECT 1::int2, 1::int4, 1::int8, now() WHERE false", KINDS)
    assert [(len(column), column.dtype.kind) for column in found.values()] == [(0, "i"), (0, "i"), (0, "i"), (0, "M")]


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ("SELECT NULL::int4", {"a": "int4"}),
        ("SELECT 1::int8", {"a": "int4"}),
        ("SELECT NULL::int4 UNION ALL SELECT 2 UNION ALL SELECT 3", {"a": "int4"}),
        ("SELECT 1::int4, 1::int4", {"a": "int4", "b": "int8"}),
    ],
)
def test_what_does_not_fit_is_refused(query: str, kinds: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="NULL"):
        bulk.columns(query, kinds)
