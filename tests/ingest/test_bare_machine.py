"""Commands typed alone, each a process of its own, on a data folder that starts empty."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from mtf_site import services
from tests.ingest.crawling import BY, face_jpeg, faceless_jpeg, page, urls_csv
from tests.ingest.gates import PATIENCE, Gate, until
from tests.servers import Site, serve

ROOT = Path(__file__).resolve().parents[2]
PICTURES = 6


def environment(var: Path) -> dict[str, str]:
    away = {"DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE"}
    account = {"DJANGO_SUPERUSER_PASSWORD": "a-long-password", "DJANGO_SUPERUSER_EMAIL": "anna@example.org"}
    kept = {name: value for name, value in os.environ.items() if name not in away}
    return kept | account | {"MTF_VAR": str(var), "MTF_ENVIRONMENT": "development"}


def manage(var: Path, *arguments: str, **more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT, env=environment(var) | more, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def output_of(command: subprocess.Popen[str]) -> str:
    out, err = command.communicate(timeout=PATIENCE)
    assert command.returncode == 0, err
    return out


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the tables, the account anna, and Ada and Bo approved."""
    folder = tmp_path_factory.mktemp("var")
    for parent in (folder, *folder.parents[:2]):
        parent.chmod(0o711)  # as root, PostgreSQL runs as another user
    services.join(folder)  # kept between the commands, which would else start the servers one by one
    (folder / "people.csv").write_text("name\nAda\nBo\n")
    output_of(manage(folder, "migrate", "--verbosity=0"))
    output_of(manage(folder, "createsuperuser", "--noinput", "--username=anna"))
    output_of(manage(folder, "import_identities", str(folder / "people.csv"), "--approved-by=anna", "--basis=elected"))
    return folder


def test_wait_brings_its_own_worker_and_leaves_nothing_running(var: Path, tmp_path: Path) -> None:
    (tmp_path / "in" / "Ada").mkdir(parents=True)
    (tmp_path / "in" / "Ada" / "1.jpg").write_bytes(face_jpeg(1))
    (tmp_path / "in" / "Ada" / "2.jpg").write_bytes(faceless_jpeg())
    order = ["--source=folder", f"--folder={tmp_path / 'in'}", "--licence=CC0-1.0", "--wait"]
    out = output_of(manage(var, "crawl", *order))
    assert "done: 2 found, 0 known before, 2 fetched, 1 faces, 1 refused, 0 failed." in out
    assert "refused: no face found: 1" in out
    assert workers_of(var) == []
    assert not list(var.glob("celerybeat*"))


def workers_of(var: Path) -> list[list[str]]:
    """Zombies have ended; whose turn it is to bury them is not ours to say."""
    alive = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            is_ours = "celery" in process.cmdline() and process.environ().get("MTF_VAR") == str(var)
            if is_ours and process.status() != psutil.STATUS_ZOMBIE:
                alive.append(process.cmdline())
    return alive


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def site(gate: Gate) -> Iterator[Site]:
    pages = {f"/{n}.jpg": gate.picture(face_jpeg(1) + bytes([n])) for n in range(PICTURES)}
    with serve({"/by": page(BY), **pages}) as running:
        yield running
        gate.open.set()


def test_a_postgresql_that_dies_in_the_middle_comes_back_and_nothing_is_lost(
    var: Path, tmp_path: Path, site: Site, gate: Gate
) -> None:
    rows = [("Bo", site.url(f"/{n}.jpg"), site.url("/by")) for n in range(PICTURES)]
    (tmp_path / "list.csv").write_text(urls_csv(*rows))
    order = ["--source=urls", f"--csv={tmp_path / 'list.csv'}", "--wait"]
    held = {"MTF_READ_SECONDS": str(PATIENCE)}  # the pictures wait for us, however slow the machine
    command = manage(var, "crawl", *order, MTF_ALLOW_HOSTS=site.host_port, **held)
    gate.wait_until_asked(2)
    psutil.Process(postmaster_of(var)).kill()
    until(lambda: answers(var), "PostgreSQL comes back")
    gate.open.set()
    out = output_of(command)
    assert f"done: {PICTURES} found, 0 known before, {PICTURES} fetched, {PICTURES} faces, 0 refused, 0 failed." in out
    with connect(var) as database:
        counted = "SELECT count(*), count(DISTINCT photo_id) FROM ingest_candidate JOIN ingest_face USING (photo_id)"
        counted += " WHERE source = 'urls'"
        assert database.execute(counted).fetchone() == (PICTURES, PICTURES)


def connect(var: Path) -> "psycopg.Connection[tuple[int, ...]]":
    place = services.database_settings(var)
    return psycopg.connect(host=place["HOST"], port=place["PORT"], user=place["USER"], dbname=place["NAME"])


def postmaster_of(var: Path) -> int:
    with connect(var) as database:
        row = database.execute("SELECT pg_backend_pid()").fetchone()
        assert row is not None
        return psutil.Process(row[0]).ppid()


def answers(var: Path) -> bool:
    """The claims of those who worked when it died are theirs to give back: nobody ends them here."""
    try:
        connect(var).close()
    except psycopg.OperationalError:
        return False
    return True
