"""Rows by the hundred: what a scene makes once through the product's own doors, the database copies.

A copy has keys of its own. What pointed to another row of the scene points to that row's copy; what pointed out of it
(the photo that stood there before, the policy in force) still does.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import CharField, Field, ForeignKey, Model, TextField, UUIDField

from curation.models import Claim, Slot
from ingest.models import Detection, Face, Photo

Scene = Mapping[type[Model], list[Any]]  # the keys of its rows
MODELS: list[type[Model]] = [
    model
    for app in ("auth", "ingest", "curation")
    for model in apps.get_app_config(app).get_models(include_auto_created=True)
    if model._meta.model_name not in ("permission", "group", "group_permissions")
]
PLACES = {(Face, "x"): Photo, (Detection, "x"): Photo, (Slot, "number"): Claim}  # no two have the same in one of these
STEP = 1_000_000  # between the key of a row and that of its copy
COPY = (
    "INSERT INTO {table} ({columns}) SELECT {values} FROM {table} o, generate_series(1, %s) n WHERE o.{key} = ANY(%s)"
)
HASH = "CASE WHEN {0} = '' THEN '' ELSE encode(sha256(({0} || n)::bytea), 'hex') END"


def scene(make: Callable[[], object]) -> Scene:
    """The rows that `make` adds, of whichever tables."""
    before = {model: _keys(model) for model in MODELS}
    make()
    return {model: sorted(new) for model in MODELS if (new := _keys(model) - before[model])}


def _keys(model: type[Model]) -> set[Any]:
    return set(model._default_manager.values_list("pk", flat=True))


def copy(rows: Scene, times: int) -> None:
    """As if the scene had been made so many times more."""
    with connection.cursor() as cursor:
        for model, keys in rows.items():  # in the order of their definition, that triggers find what they ask for
            fields = model._meta.concrete_fields
            told = [_value(field, rows) for field in fields]
            order = COPY.format(
                table=model._meta.db_table,
                columns=", ".join(_quoted(field) for field in fields),
                values=", ".join(value for value, _known in told),
                key=_quoted(model._meta.pk),
            )
            cursor.execute(order, [*(known for _value, known in told if known), times, keys])
        # To the planner a table whose rows were all rolled back, test after test, is empty.
        cursor.execute(f"ANALYZE {', '.join(model._meta.db_table for model in rows)}")


def _quoted(field: "Field[Any, Any]") -> str:
    return connection.ops.quote_name(str(field.column))


def _value(field: "Field[Any, Any]", rows: Scene) -> tuple[str, list[Any]]:
    """What a copy has in this column, and the keys that it asks for."""
    column = f"o.{_quoted(field)}"
    if field.primary_key:
        return _key(field, column), []
    if isinstance(field, ForeignKey):
        known = rows.get(field.related_model, [])
        other = _key(field.target_field, column)
        return (f"CASE WHEN {column} = ANY(%s) THEN {other} ELSE {column} END", known) if known else (column, [])
    return _own(field, column, rows), []


def _key(field: "Field[Any, Any]", column: str) -> str:
    return f"md5({column}::text || n)::uuid" if isinstance(field, UUIDField) else f"{column} + n * {STEP}"


def _own(field: "Field[Any, Any]", column: str, rows: Scene) -> str:
    """Unlike in every copy where it must be, or where a page shows one picture for each."""
    if "sha256" in field.name or field.name == "url_key":
        return HASH.format(column)
    if field.unique and isinstance(field, CharField | TextField):
        return f"left({column}, {(field.max_length or 99) - 8}) || '-' || n"
    within = PLACES.get((field.model, field.name))
    apart = field.unique or (within and within not in rows)
    return f"{column} + n * 100" if apart else column
