"""Asking a JSON API: one GET, and an object or a SourceError that says what was the matter."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode

from ingest.network import TRY_AGAIN, Fetched, FetchFailed, FetchRefused, GuardedSession
from ingest.sources.base import SourceError

T = TypeVar("T")
MAX_DETAIL = 200  # characters of the other side's own words


@dataclass(frozen=True)
class Answer:
    data: dict[str, Any]
    status: int = 200
    retry_after: float | None = None


@dataclass(frozen=True)
class JsonApi:
    """`name` is how people know the API. `secret` is a key that goes with every question and comes back in nothing."""

    name: str
    session: GuardedSession
    secret: str = field(default="", repr=False)

    def ask(self, url: str, parameters: Mapping[str, str]) -> Answer:
        """The object of a 200; SourceError for everything else."""
        try:
            fetched = self.session.get(f"{url}?{urlencode(parameters)}", headers={"Accept": "application/json"})
        except FetchRefused as error:
            raise self.error(f"could not be asked: {error}") from error
        except FetchFailed as error:
            raise self.error(f"could not be asked: {error}", True, error.retry_after) from error
        if fetched.status == 429:
            raise self.error("says that we ask too often (429).", True, fetched.retry_after)
        data = self._read(fetched)
        if fetched.status != 200:
            transient = fetched.status in TRY_AGAIN or fetched.status >= 500
            words = f"answered {fetched.status} instead of results{_detail(data)}"
            raise self.error(words, transient, fetched.retry_after)
        if not isinstance(data, dict):
            raise self.changed("there is no object")
        return Answer(data, fetched.status, fetched.retry_after)

    def _read(self, fetched: Fetched) -> object:
        """The JSON of an answer; None for an error's page, whatever that is."""
        try:
            return json.loads(self.hidden(fetched.text))
        except (ValueError, RecursionError):
            if fetched.status != 200:
                return None
        if "captcha" in fetched.text.lower():
            raise self.error("wants a captcha solved before it answers.")
        if fetched.content_type in ("text/html", "application/xhtml+xml"):
            raise self.error("answered a web page instead of data.")
        raise self.changed("it is no JSON")

    def hidden(self, text: str) -> str:
        return text.replace(self.secret, "[key]") if self.secret else text

    def error(self, words: str, transient: bool = False, retry_after: float | None = None) -> SourceError:
        return SourceError(self.hidden(f"{self.name} {words}"), transient, retry_after)

    def changed(self, what: str) -> SourceError:
        return self.error(f"was asked, but its answers no longer have the shape that we can read: {what}.")

    def part(self, holder: Mapping[str, Any], key: str, kind: type[T]) -> T:
        """`holder[key]`, which must be there and of this kind."""
        value = holder.get(key)
        if not isinstance(value, kind):
            raise self.changed(f"“{key}” is missing" if value is None else f"“{key}” is something else")
        return value

    def objects(self, holder: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
        """A list of objects; an empty list is fine, a missing one is not."""
        found = self.part(holder, key, list)
        if not all(isinstance(item, dict) for item in found):
            raise self.changed(f"“{key}” holds something else")
        return found


def text_of(record: Mapping[str, Any], key: str) -> str:
    """A text or number of a record as text, "" where it is missing: what one picture lacks is no reason to stop."""
    value = record.get(key)
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _detail(data: object) -> str:
    """What the other side says of its refusal, where it says it in one of the usual places."""
    if isinstance(data, dict):
        for key in ("detail", "message", "error"):
            if isinstance(words := data.get(key), str) and words.strip():
                return f": {words.strip()[:MAX_DETAIL]}"
    return "."
