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
