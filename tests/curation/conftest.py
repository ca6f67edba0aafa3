from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from mtf_site.roles import Role
from tests import factories
from tests.curation import clients


@pytest.fixture
def senior(client: Client) -> User:
    """Signed in."""
    person = factories.user(Role.ADJUDICATOR, username="vera")
    client.force_login(person)
    return person


@pytest.fixture
def novice(client: Client) -> User:
    """A reviewer, signed in."""
    person = factories.reviewer()
    client.force_login(person)
    return person


@pytest.fixture
def ten(settings: Settings) -> None:
    """Faces of a practice."""
    settings.PRACTICE_ITEMS = 10


@pytest.fixture
def croissant_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test unpacks shards into a folder of its own."""
    clients.unpack_into(tmp_path / "unpacked", monkeypatch)
