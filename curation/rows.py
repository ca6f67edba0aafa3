"""Rows of statements written by hand, as the objects that everybody knows."""

import json
from collections.abc import Sequence
from typing import Any, TypeVar

from django.db.models import JSONField, Model

Row = TypeVar("Row", bound=Model)


def columns(model: type[Model], alias: str) -> str:
    return ", ".join(f'{alias}."{field.column}"' for field in model._meta.concrete_fields)


def instance(model: type[Row], values: Sequence[Any]) -> Row:
    """From the values of `columns`, in their order. JSON comes as text from Django's cursors."""
    fields = model._meta.concrete_fields
    read = [
        json.loads(value) if isinstance(field, JSONField) and isinstance(value, str) else value
        for field, value in zip(fields, values, strict=True)
    ]
    return model.from_db("default", [field.attname for field in fields], read)
