import pytest
from django.contrib.auth.models import User
from django.test import Client

from mtf_site.roles import Role
from tests import factories


@pytest.fixture
def senior(client: Client) -> User:
    """Signed in."""
    person = factories.user(Role.ADJUDICATOR, username="vera")
    client.force_login(person)
    return person
