"""What is wrong with this installation's ingest, said before a picture is touched."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register

from ingest.detectors import REGISTRY
from ingest.detectors.haar import has_haar
from ingest.licence_policy import policy_in_force
from ingest.licences import PolicyError

MOST_BITS = 12


@register(Tags.compatibility)
def detector(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    missing = has_haar()
    if missing:
        return [Error(missing, id="ingest.E001")]
    unknown = [name for name in settings.DETECTORS if name not in REGISTRY]
    known = ", ".join(REGISTRY)
    return [Error(f"MTF_DETECTORS names {name!r}; the detectors are: {known}.", id="ingest.E002") for name in unknown]


@register(Tags.compatibility)
def licence_policy(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    try:
        policy_in_force()
    except PolicyError as error:
        return [Error(str(error), hint="It is named by MTF_LICENCE_POLICY.", id="ingest.E004")]
    return []


@register(Tags.security, deploy=True)
def network(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if settings.INGEST_ALLOWED_HOSTS:
        hint = "It is for tests and the demo: unset MTF_ALLOW_HOSTS."
        found.append(Error("The network guard lets hosts through unchecked.", hint=hint, id="ingest.E003"))
    if not settings.INGEST_CONTACT:
        hint = "Set MTF_CONTACT to a web or mail address; no foreign host is asked without."
        found.append(checks.Warning("No contact for the operators of other sites.", hint=hint, id="ingest.W001"))
    return found


@register
def near_duplicates(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    limits = {"MTF_PHOTO_HASH_BITS": settings.PHOTO_HASH_BITS, "MTF_CROP_HASH_BITS": settings.CROP_HASH_BITS}
    wrong = [f"{name} is {bits}" for name, bits in limits.items() if not 0 <= bits <= MOST_BITS]
    hint = "Pictures that differ in more bits have nothing to do with one another."
    return [Error(f"{words}; it may be 0 to {MOST_BITS}.", hint=hint, id="ingest.E021") for words in wrong]
