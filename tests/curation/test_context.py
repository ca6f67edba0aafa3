"""The bar at the head of every page."""

import re

import pytest
from django.test import Client

from mtf_site.roles import Role
from tests import factories

pytestmark = pytest.mark.django_db


def bar(client: Client, path: str, *roles: Role) -> tuple[str, str]:
    """Its line, and the menu at the end of the line; empty where there is none."""
    client.force_login(factories.user(*roles))
    found = re.search(r'<nav class="nav".*?</nav>', client.get(path).content.decode(), re.S)
    assert found
    line, _start, menu = found.group().partition("<details")
    return line, menu


def test_a_few_pages_stand_in_one_line(client: Client) -> None:
    line, menu = bar(client, "/", Role.ADJUDICATOR)
    assert ">Disputes<" in line
    assert ">Quality<" in line
    assert not menu


def test_many_pages_leave_room_for_the_tools_and_none_is_lost(client: Client) -> None:
    line, menu = bar(client, "/", Role.ADMIN, Role.REVIEWER)
    assert line.count("<a ") == 6
    assert ">Review<" in line
    assert ">Releases<" in menu
    assert 'class="here"' not in menu


def test_the_menu_tells_that_the_page_shown_is_in_it(client: Client) -> None:
    line, menu = bar(client, "/people/", Role.ADMIN)
    assert 'aria-current="page"' not in line
    assert '<summary class="here">' in menu
    assert '<a href="/people/" aria-current="page">People</a>' in menu
