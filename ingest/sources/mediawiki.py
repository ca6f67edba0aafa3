"""Asking a MediaWiki API, whose refusals come as 200 with an "error"."""

from collections.abc import Mapping
from typing import Any

from ingest.sources.base import SourceError
from ingest.sources.json_api import JsonApi, text_of

LAG = 5  # seconds; while the copies of the database lag behind by more, robots are asked to wait
WAIT = frozenset({"maxlag", "ratelimited", "readonly"})
QUERY = {"action": "query", "format": "json", "formatversion": "2", "maxlag": str(LAG)}


def ask(api: JsonApi, address: str, parameters: Mapping[str, str]) -> dict[str, Any]:
    answer = api.ask(address, parameters)
    error = answer.data.get("error")
    if error is None:
        return answer.data
    if not isinstance(error, dict):
        raise api.changed("“error” is something else")
    raise _refusal(api, text_of(error, "code"), text_of(error, "info"), answer.retry_after)


def _refusal(api: JsonApi, code: str, info: str, retry_after: float | None) -> SourceError:
    if code == "maxlag":
        return api.error("is busy and asks us to wait (maxlag).", True, retry_after or float(LAG))
    transient = code in WAIT or code.startswith("internal_api_error")
    return api.error(f"refused the question ({code}: {info[:200]}).", transient, retry_after)
