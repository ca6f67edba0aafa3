import io
import sys

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from curation.models import Claim, Consensus
from mtf_site.management.commands.create_account import Command
from mtf_site.roles import Role, roles_of
from tests import factories
from tests.curation import scenes

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


# ---- create_account


def test_create_account_prints_a_password_that_opens() -> None:
    out = run(
        "create_account", "vera", "--role", "adjudicator", "--role", "release-manager", "--email", "v@example.org"
    )
    user = User.objects.get(username="vera")
    assert roles_of(user) == {Role.ADJUDICATOR, Role.RELEASE_MANAGER}
    assert (user.email, user.is_staff, user.is_superuser) == ("v@example.org", False, False)
    assert user.check_password(out.split("password: ")[1].strip())


def test_create_account_reads_a_password_and_prints_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("correct horse battery\n"))
    out = run("create_account", "kim", "--role", "reviewer", "--password-stdin")
    assert User.objects.get().check_password("correct horse battery")
    assert "password" not in out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["kim", "--role", "king"], "there is no role “king”; there are: reviewer"),
        (["kim"], "--role"),
        (["kim kim", "--role", "reviewer"], "valid username"),
        (["kim", "--role", "reviewer", "--email", "nowhere"], "valid email"),
    ],
)
def test_create_account_refuses_what_makes_no_sense(arguments: list[str], says: str) -> None:
    with pytest.raises(CommandError, match=says):
        run("create_account", *arguments)
    assert not User.objects.exists()


def test_create_account_with_a_bad_role_exits_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        Command().run_from_argv(["manage.py", "create_account", "kim", "--role", "king"])
    assert stopped.value.code == 2
    assert "there is no role “king”" in capsys.readouterr().err


def test_create_account_with_a_known_name_exits_1_and_leaves_it_alone() -> None:
    factories.user(username="kim")
    with pytest.raises(CommandError, match="already") as refused:
        run("create_account", "kim", "--role", "reviewer")
    assert refused.value.returncode == 1
    assert roles_of(User.objects.get()) == set()


def test_create_account_refuses_a_weak_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("short\n"))
    with pytest.raises(CommandError, match="too short"):
        run("create_account", "kim", "--role", "reviewer", "--password-stdin")


# ---- rebuild_consensus


def test_rebuild_changes_nothing_where_all_is_well() -> None:
    scenes.accepted(), scenes.claim()
    before = (list(Claim.objects.values()), list(Consensus.objects.values()))
    assert run("rebuild_consensus") == "2 photos settled, 0 claims changed their state\n"
    assert (list(Claim.objects.values()), list(Consensus.objects.values())) == before


def test_rebuild_mends_what_drifted() -> None:
    wrong, lost, right = scenes.accepted(), scenes.accepted(), scenes.accepted()
    Claim.objects.filter(pk=wrong.pk).update(state="rejected")
    Consensus.objects.filter(claim=lost).delete()
    assert run("rebuild_consensus") == "3 photos settled, 1 claims changed their state\n"
    assert {scenes.state(claim) for claim in (wrong, lost, right)} == {"accepted"}
    assert scenes.consensus(lost) == ("settled", "accept", "majority")
