"""manage.py create_account NAME --role ROLE: somebody who can sign in."""

import secrets
import sys
from argparse import ArgumentTypeError
from typing import Any

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError, transaction

from mtf_site.roles import Role, give_role

BYTES_OF_CHANCE = 12


def role(text: str) -> Role:
    """Also with a hyphen, which needs no quotes in a shell: release-manager."""
    try:
        return Role(text.replace("-", " "))
    except ValueError:
        raise ArgumentTypeError(f"there is no role “{text}”; there are: {', '.join(Role.values)}") from None


class Command(BaseCommand):
    help = "Make an account with one or more roles. Without --password-stdin a password is made and printed once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--role", action="append", type=role, required=True, dest="roles", help="repeatable")
        parser.add_argument("--email", default="", help="for resetting the password")
        parser.add_argument("--password-stdin", action="store_true", help="read the password as one line from stdin")

    def handle(self, *, name: str, roles: list[Role], email: str, password_stdin: bool, **_: Any) -> None:
        user = User(username=name, email=email)
        password = sys.stdin.readline().rstrip("\r\n") if password_stdin else secrets.token_urlsafe(BYTES_OF_CHANCE)
        if User.objects.filter(username=name).exists():
            raise CommandError(f"There is an account “{name}” already.")
        _check(user, password)
        _save(user, password, roles)
        self.stdout.write(f"{name}: {', '.join(dict.fromkeys(roles))}")
        if not password_stdin:
            self.stdout.write(f"password: {password}")


def _check(user: User, password: str) -> None:
    try:
        user.full_clean(exclude=["password"])
        validate_password(password, user)
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from error


def _save(user: User, password: str, roles: list[Role]) -> None:
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
            for each in roles:
                give_role(user, each)
    except IntegrityError as error:  # the same name came in at this moment
        raise CommandError(f"There is an account “{user.username}” already.") from error
