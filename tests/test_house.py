"""What holds for the whole tree: arrows between rooms, migrations, and what production refuses."""

import os
import re
import subprocess
import sys

import pytest
from django.core.management import call_command

from tests.conftest import REPO

PRODUCTION = {
    "MTF_ENVIRONMENT": "production",
    "SECRET_KEY": "a-key-for-this-test-only-0123456789-abcdefghijklmnop",
    "DATABASE_URL": "postgres://mtf@localhost/mtf",
    "REDIS_URL": "redis://localhost:6379/0",
    "ALLOWED_HOSTS": "curator.example.org",
}


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "MTF_VAR": os.environ["MTF_VAR"]}
    command = [sys.executable, "-W", "ignore", "manage.py", *arguments]
    return subprocess.run(command, cwd=REPO, env=clean | environment, capture_output=True, text=True, check=False)


def test_imports_point_downward() -> None:
    program = os.path.join(os.path.dirname(sys.executable), "lint-imports")
    environment = os.environ | {"PYTHONPATH": str(REPO)}
    done = subprocess.run(
        [program, "--no-cache"], cwd=REPO, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_no_two_locks_of_the_database_are_one() -> None:
    """By their number PostgreSQL tells them apart: two that share one wait for each other."""
    named: dict[int, list[str]] = {}
    for path in [*REPO.glob("curation/**/*.py"), *REPO.glob("ingest/**/*.py"), *REPO.glob("mtf_site/**/*.py")]:
        for name, number in re.findall(r"^([A-Z_]+_LOCK) = (\w+)\b", path.read_text(encoding="utf-8"), re.MULTILINE):
            named.setdefault(int(number, 0), []).append(name)
    assert len(named) > 7
    assert [names for names in named.values() if len(names) > 1] == []


@pytest.mark.django_db
def test_migrations_are_complete() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS"])
def test_production_refuses_to_start_without(name: str) -> None:
    done = manage("check", **{key: value for key, value in PRODUCTION.items() if key != name})
    assert done.returncode == 1
    assert done.stderr.startswith(f"manage.py: {name} is not set: production needs")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"MTF_ENVIRONMENT": "staging"}, "MTF_ENVIRONMENT is 'staging'"),
        ({"SECRET_KEY": " "}, "SECRET_KEY is not set"),
        ({"ALLOWED_HOSTS": ","}, "ALLOWED_HOSTS is not set"),
        ({"DATABASE_URL": "mysql://root@localhost/x"}, "DATABASE_URL must name a PostgreSQL database"),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL"),
        ({"MTF_LEASE_SECONDS": "soon"}, "MTF_LEASE_SECONDS must be a whole number"),
        ({"MTF_HTTPS": "perhaps"}, "MTF_HTTPS must be true or false"),
    ],
)
def test_a_wrong_setting_is_one_sentence(environment: dict[str, str], says: str) -> None:
    done = manage("check", **PRODUCTION | environment)
    assert done.returncode == 1
    assert says in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("name", [".gitignore", ".dockerignore"])
def test_the_file_of_secrets_enters_neither_the_repository_nor_the_image(name: str) -> None:
    assert ".env" in (REPO / name).read_text().splitlines()


def test_production_uses_no_embedded_server() -> None:
    code = (
        "from django.conf import settings as s;"
        "print(s.EMBEDDED_POSTGRES, s.EMBEDDED_REDIS, s.DATABASES['default']['ENGINE'])"
    )
    done = manage("shell", "-v0", "-c", code, **PRODUCTION)
    assert done.stdout.split() == ["False", "False", "django.db.backends.postgresql"], done.stderr


def test_deploy_check_is_content_and_wants_a_contact() -> None:
    strict = ("check", "--deploy", "--fail-level", "WARNING")
    assert manage(*strict, **PRODUCTION, MTF_CONTACT="curator@example.org").returncode == 0
    assert "MTF_CONTACT" in manage(*strict, **PRODUCTION).stderr
    refused = manage(*strict, **PRODUCTION, MTF_CONTACT="x@example.org", MTF_ALLOW_HOSTS="127.0.0.1:8001")
    assert "MTF_ALLOW_HOSTS" in refused.stderr


def test_the_bench_tops_up_as_the_screen_does() -> None:
    constant = re.compile(r"const (LEASE|TOP_UP_AT) = (\d+);")
    of_screen = dict(constant.findall((REPO / "static/js/review/queue.js").read_text()))
    of_bench = re.search(r"LEASE, TOP_UP_AT, GRID = (\d+), (\d+),", (REPO / "bench/_review.py").read_text())
    assert of_bench
    assert of_screen == {"LEASE": of_bench[1], "TOP_UP_AT": of_bench[2]}
