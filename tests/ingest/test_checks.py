import pytest
from django.core.checks import CheckMessage
from pytest_django import Settings

from ingest import checks


def ids(found: list[CheckMessage]) -> list[str | None]:
    return [message.id for message in found]


def test_this_installation_has_its_detector() -> None:
    assert checks.detector(None) == []


def test_an_opencv_without_cascades_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "has_haar", lambda: "OpenCV 5 has none.")
    assert ids(checks.detector(None)) == ["ingest.E001"]


def test_an_unknown_detector_is_said(settings: Settings) -> None:
    settings.DETECTORS = ["haar", "crystal-ball"]
    assert "crystal-ball" in checks.detector(None)[0].msg


def test_deployment_refuses_an_open_guard_and_wants_a_contact(settings: Settings) -> None:
    settings.INGEST_ALLOWED_HOSTS, settings.INGEST_CONTACT = frozenset({"127.0.0.1:8001"}), ""
    assert ids(checks.network(None)) == ["ingest.E003", "ingest.W001"]
    settings.INGEST_ALLOWED_HOSTS, settings.INGEST_CONTACT = frozenset(), "curator@example.org"
    assert checks.network(None) == []


@pytest.mark.parametrize("bits", [-1, 13])
def test_bits_that_make_no_sense_are_said(settings: Settings, bits: int) -> None:
    assert checks.near_duplicates(None) == []
    settings.PHOTO_HASH_BITS = bits
    assert ids(checks.near_duplicates(None)) == ["ingest.E021"]
