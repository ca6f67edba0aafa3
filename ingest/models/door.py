"""The one door in tables that never change: open to an erasure that is under way, and to nobody else.

An erasing transaction says `SET LOCAL mtf.erasure = '<id>'`; the triggers ask the database whether there is such an
erasure, and whether it is still to be finished. Inserts are never asked.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pgtrigger
from django.db import connection, transaction

SETTING = "mtf.erasure"
# As text, so that nonsense in the setting is no error but fits none.
IS_OPEN = f"""EXISTS (SELECT FROM ingest_erasure WHERE finished_at IS NULL
                           AND id::text = current_setting('{SETTING}', true))"""
PASS = f"""
                IF {IS_OPEN} THEN
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                END IF;"""


class Kept(pgtrigger.Protect):
    """`pgtrigger.Protect` with the door in it."""

    def get_func(self, model: Any) -> Any:
        refusal: str = super().get_func(model)  # type: ignore[no-untyped-call]
        return f"{PASS}\n                {refusal.strip()}\n"


@contextmanager
def opened(erasure: int) -> Iterator[None]:
    """A transaction for which the door is open, as long as that erasure is not finished."""
    with transaction.atomic():
        _say(str(erasure))
        yield
        _say("")  # within another transaction the setting would outlive this one


def _say(value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [SETTING, value])
