"""Takes what tells of an erased person out of every text that stays: of all tables, whatever they are for."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import CharField, Field, JSONField, Model, TextField

from curation.erasure.subjects import Called
from curation.erasure.traces import Traces
from curation.models import Release, ReleaseFace
from ingest.addresses import url_key
from ingest.models import CrawlJob
from ingest.tombstones import one_line

LONG = 100  # characters from which a column holds what people write
NOT_OURS = ("auth", "contenttypes", "sessions")
# Names of others, which are told apart from those of the erased person before; and hashes.
EXEMPT = frozenset(
    {
        *(("ingest.identity", name) for name in ("name", "slug", "aliases", "wikidata_id")),
        *(("ingest.photo", name) for name in ("sha256", "file", "preview_sha256")),
        *(("ingest.face", name) for name in ("crop_sha256", "quality", "concerns")),
        *(("ingest.tombstone", "value"), ("ingest.erasure", "files")),
        *(("curation.revokedimage", name) for name in ("crop_sha256", "image_id", "releases")),
        *(("curation.release", name) for name in ("version", "digest")),
    }
)
# Their rows that stay are others'; an address or a hash in them is evidence.
UNMARKED = frozenset({"ingest.candidate", "ingest.licenceevidence", "curation.releaseface"})
FILES = "curation.release"  # whose texts are whole files; a hash or an opaque id in them tells of nobody
FROZEN: tuple[type[Model], ...] = (Release, ReleaseFace)
MARK_LIKE = r"[0-9a-f]{20}|(https?|file)://"


def scrub(traces: Traces) -> tuple[int, set[int]]:
    """Inside the erasing transaction; how many rows were changed, and the releases that can never come out again."""
    changed, releases = 0, set()
    for model, fields in tables():
        for row, changes in _changes(model, fields, traces):
            model._base_manager.filter(pk=row.pk).update(**changes)
            changed += 1
            releases |= _releases(row)
    return changed + _drop_sessions(traces), releases


def rewritten(traces: Traces) -> set[int]:
    """Releases that scrubbing would change: a paper or a row of theirs names the person."""
    told = (found for model, fields in tables() if model in FROZEN for found in _changes(model, fields, traces))
    return {pk for row, _changed in told for pk in _releases(row)}


def _releases(row: Model) -> set[int]:
    if isinstance(row, Release):
        return {row.pk}
    return {row.release_id} if isinstance(row, ReleaseFace) else set()


def tables() -> Iterator[tuple[type[Model], list[Any]]]:
    """Every table with its columns that may hold words."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label in NOT_OURS or model._meta.proxy or not model._meta.managed:
            continue
        label = model._meta.label_lower
        fields = [one for one in model._meta.concrete_fields if _has_words(one) and (label, one.name) not in EXEMPT]
        if fields:
            yield model, fields


def _has_words(one: "Field[Any, Any]") -> bool:
    """A column of one of a few values holds none."""
    inner = one.base_field if isinstance(one, ArrayField) else one
    return isinstance(inner, CharField | TextField | JSONField) and not inner.choices


def _changes(model: type[Model], fields: list[Any], traces: Traces) -> Iterator[tuple[Model, dict[str, Any]]]:
    """Rows that tell of the person, with what their columns should hold instead."""
    mine = _told_in(model, traces)
    for row in model._base_manager.filter(pk__in=_suspects(model, fields, mine)).iterator(chunk_size=200):
        changes = {one.name: new for one in fields if (new := _clean(row, one, mine)) != getattr(row, one.attname)}
        if changes:
            yield row, changes


def _told_in(model: type[Model], traces: Traces) -> Traces:
    """What tells of the person in this table."""
    label = model._meta.label_lower
    if label in UNMARKED:
        return replace(traces, marks=frozenset())
    return traces.addresses() if label == FILES else traces


def _suspects(model: type[Model], fields: list[Any], traces: Traces) -> list[Any]:
    """Primary keys of rows that hold one of the hints, or something like a mark: a coarse sieve, in one pass."""
    name = connection.ops.quote_name
    text = " || ' ' || ".join(f"coalesce({name(one.column)}::text, '')" for one in fields)
    wanted: list[str] = []
    values: list[str | list[str]] = []
    if traces.hints:
        wanted.append(f"{text} ILIKE ANY(%s)")
        values.append([f"%{hint}%" for hint in traces.hints])
    if traces.marks:
        wanted.append(f"{text} ~ %s")
        values.append(MARK_LIKE)
    if not wanted:
        return []
    key = name(str(model._meta.pk.column))
    with connection.cursor() as cursor:
        table = name(model._meta.db_table)
        cursor.execute(f"SELECT {key} FROM {table} WHERE {' OR '.join(wanted)}", values)  # noqa: S608  names only
        return [row[0] for row in cursor.fetchall()]


def _clean(row: Model, one: Any, traces: Traces) -> Any:
    value = getattr(row, one.attname)
    if model_label(row) == FILES:
        return traces.scrubbed_json(value, traces.scrubbed_file)
    weak = isinstance(one, TextField) or (isinstance(one, CharField) and (one.max_length or 0) >= LONG)
    clean = traces.scrubbed_json(value, lambda text: traces.scrubbed(text, weak=weak))
    return clean[: one.max_length] if isinstance(clean, str) and one.max_length else clean


def model_label(row: Model) -> str:
    return row._meta.label_lower


def _drop_sessions(traces: Traces) -> int:
    """A session may hold a message that names the person: who loses it signs in anew."""
    holding = [one.pk for one in Session.objects.iterator() if traces.names(json.dumps(one.get_decoded(), default=str))]
    return Session.objects.filter(pk__in=holding).delete()[0]


# ---- Lists of addresses that jobs were given


def scrub_orders(known: Called, traces: Traces, keys: set[str]) -> int:
    """Lines of jobs' lists that name the person, or one of the pictures; how many jobs were changed."""
    changed = 0
    for job in CrawlJob.objects.filter(parameters__has_key="csv").iterator(chunk_size=20):
        lines = _without(str(job.parameters["csv"]), known, traces, keys)
        if lines != job.parameters["csv"]:
            CrawlJob.objects.filter(pk=job.pk).update(parameters=job.parameters | {"csv": lines})
            changed += 1
    return changed


def _without(text: str, known: Called, traces: Traces, keys: set[str]) -> str:
    names = {one_line(name).casefold() for name in known.all}
    rows = list(csv.reader(io.StringIO(text)))
    kept = [row for row in rows if not any(_tells(cell, names, traces, keys) for cell in row)]
    if len(kept) == len(rows):
        return text
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(kept)
    return out.getvalue()


def _tells(cell: str, names: set[str], traces: Traces, keys: set[str]) -> bool:
    return one_line(cell).casefold() in names or traces.names(cell) or ("://" in cell and url_key(cell) in keys)
