"""The embedded servers, real ones, each test in its own folder: sharing and ending."""

import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from mtf_site import services
from tests.mtf_site.services_helpers import (
    Client,
    ask,
    database,
    database_answers,
    eventually,
    kept,
    nothing_is_left,
    redis_of,
    running,
    supervisor,
    tell,
    users,
)

# ---- Addresses


def test_addresses_are_computed_without_touching_the_disk(tmp_path: Path) -> None:
    var = tmp_path / "var"
    assert services.database_settings(var)["HOST"] == str(services.socket_folder(var))
    assert services.redis_url(var, 2) == f"unix://{services.socket_folder(var)}/redis.sock?db=2"
    assert services.celery_url(var, 1) == f"redis+socket://{services.socket_folder(var)}/redis.sock?virtual_host=1"
    assert services.plain_redis_url(services.celery_url(var, 1)) == services.redis_url(var, 1)
    assert services.plain_redis_url("redis://host:6379/0") == "redis://host:6379/0"
    assert not var.exists()
    assert not services.socket_folder(var).exists()


def test_socket_folder_is_in_var_where_the_path_allows_it() -> None:
    assert services.socket_folder(Path("/srv/mtf/var")) == Path("/srv/mtf/var/run")


@pytest.mark.parametrize("var", [Path("/srv") / ("long" * 30), Path("/srv/a space/var"), Path("/srv/a#b/var")])
def test_socket_folder_is_short_and_plain_where_the_path_is_not(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = services.socket_folder(var)
    assert folder.parent == Path("/tmp")
    assert folder != services.socket_folder(var.with_name("other name " + "x" * 100))
    monkeypatch.setenv("TMPDIR", "/var/tmp")
    assert services.socket_folder(var) == folder


# ---- Sharing


def test_two_processes_share_the_servers_and_no_port_is_open(var: Path) -> None:
    with Client(var) as second:
        with Client(var) as first:
            first.joined()
            second.joined()
            only = supervisor(var)
            assert [process.net_connections("inet") for process in running(var)] == [[], [], []]
            redis_of(var).set("bell", "rung")
        assert first.process.returncode == 0
        assert kept(var) == "before"
        assert redis_of(var).get("bell") == b"rung"
        assert supervisor(var) == only


def test_four_processes_starting_at_once_share_the_servers(new_var: Path) -> None:
    clients = [Client(new_var) for _ in range(4)]
    for client in clients:
        client.joined()
    assert supervisor(new_var).is_running()
    assert database_answers(new_var)
    for client in clients:
        with client:
            assert client.refusal() == ""


def test_joining_again_does_nothing(new_var: Path) -> None:
    with Client(new_var, "redis") as client:
        client.joined()
        descriptors = psutil.Process(client.process.pid).num_fds()
        client.tell("again")
        assert psutil.Process(client.process.pid).num_fds() == descriptors


def test_only_the_wanted_server_starts_and_the_other_when_it_is_asked_for(var: Path) -> None:
    with Client(var, "redis") as first:
        first.joined()
        assert redis_of(var).ping()
        assert not running(var, "postgres")
        with Client(var, "postgres") as second:
            second.joined()
            assert database_answers(var)


def test_data_and_queued_messages_outlive_the_servers(var: Path) -> None:
    with Client(var) as client:
        client.joined()
        redis_of(var).set("bell", "rung")
        tell(var, "UPDATE kept SET word = 'after'")
    eventually(lambda: nothing_is_left(var), "the servers stay")
    with Client(var) as client:
        client.joined()
        assert redis_of(var).get("bell") == b"rung"
        assert kept(var) == "after"


@pytest.mark.parametrize(("mark", "fsync", "most"), [("1", "off", "400"), ("", "on", "100")])
def test_the_cluster_is_set_up_for_us(var: Path, mark: str, fsync: str, most: str) -> None:
    with Client(
        var, "postgres", environment={"MTF_TEST_SERVICES": mark, "PGPORT": "6543", "TZ": "Asia/Tokyo"}
    ) as client:
        client.joined()
        settings = (
            "fsync",
            "synchronous_commit",
            "jit",
            "timezone",
            "max_connections",
            "listen_addresses",
            "server_encoding",
        )
        found = [ask(var, f"SHOW {name}") for name in settings]
        assert found == [fsync, "on", "off", "UTC", most, "", "UTF8"]
        assert ask(var, "SELECT lower('É') || datlocale FROM pg_database WHERE datname = 'mtf'") == "éC.UTF-8"


# ---- Ends


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_after_the_last_process_is_ended_by(number: signal.Signals, var: Path) -> None:
    client = Client(var)
    client.joined()
    client.end(number)
    eventually(lambda: nothing_is_left(var), "the servers stay")


def test_the_other_process_keeps_the_servers_when_one_is_killed(var: Path) -> None:
    with Client(var) as other:
        other.joined()
        client = Client(var)
        client.joined()
        assert users(var) == 2
        client.end(signal.SIGKILL)
        assert users(var) == 1
        assert kept(var) == "before"
        assert redis_of(var).ping()


def test_a_process_killed_while_the_database_is_being_made_leaves_nothing(new_var: Path) -> None:
    client = Client(new_var)
    eventually((new_var / "postgresql" / "unfinished").exists, "initdb does not start")
    client.end(signal.SIGKILL)
    eventually(lambda: nothing_is_left(new_var), "the servers stay")
    with Client(new_var) as client:
        client.joined()
        assert database_answers(new_var)


def test_a_forked_child_keeps_the_servers_of_its_killed_parent(new_var: Path) -> None:
    client = Client(new_var, "redis")
    parent = client.joined()
    child = client.tell("fork")
    assert child != parent
    os.kill(parent, signal.SIGKILL)
    client.process.wait()
    assert users(new_var) == 1
    assert redis_of(new_var).ping()
    assert psutil.pid_exists(child)
    client.process.communicate()  # closes its stdin


def test_a_program_started_by_exec_does_not_keep_the_servers(new_var: Path) -> None:
    script = """
import subprocess, sys
from pathlib import Path
from mtf_site import services
services.join(Path(sys.argv[1]), postgres=False)
silent = subprocess.DEVNULL
print(subprocess.Popen(["sleep", "600"], close_fds=False, stdout=silent, stderr=silent).pid)
"""
    done = subprocess.run([sys.executable, "-c", script, str(new_var)], capture_output=True, text=True, check=True)
    sleeper = psutil.Process(int(done.stdout))
    eventually(lambda: nothing_is_left(new_var), "the servers stay")
    assert sleeper.is_running()
    sleeper.kill()


def test_a_killed_supervisor_takes_the_servers_with_it_and_its_clients_can_join_again(var: Path) -> None:
    with Client(var) as client:
        client.joined()
        first = supervisor(var)
        first.kill()
        eventually(lambda: not running(var), "the servers outlive their supervisor")
        client.tell("again")
        assert supervisor(var) != first
        assert kept(var) == "before"
        assert redis_of(var).ping()


def test_a_terminated_supervisor_stops_the_servers(new_var: Path) -> None:
    with Client(new_var, "redis") as client:
        client.joined()
        supervisor(new_var).terminate()
        eventually(lambda: nothing_is_left(new_var), "the servers stay")


def test_a_killed_server_comes_back(var: Path) -> None:
    with Client(var) as client:
        client.joined()
        (redis_server,) = running(var, "redis-server", "valkey-server")
        (postgres,) = running(var, "postgres")
        redis_server.kill()
        postgres.kill()
        eventually(lambda: running(var, "postgres") not in ([], [postgres]), "PostgreSQL stays away")
        eventually(lambda: database_answers(var), "PostgreSQL does not answer")
        client.tell("again")
        assert kept(var) == "before"
        eventually(lambda: running(var, "redis-server", "valkey-server"), "Redis stays away")


def test_a_server_that_cannot_come_back_yet_is_tried_again_for_those_who_joined_before(var: Path) -> None:
    with Client(var, "postgres") as client:
        client.joined()
        with database(var) as connection, suppress(psycopg.OperationalError):
            backend = psutil.Process(connection.info.backend_pid)
            backend.suspend()  # it keeps the memory that its killed parent shared with it
            backend.parents()[0].kill()
            try:
                eventually(lambda: "did not start" in services.log_path(var).read_text(), "PostgreSQL starts")
                assert not database_answers(var)
            finally:
                backend.resume()
        eventually(lambda: database_answers(var), "PostgreSQL stays away")
        assert kept(var) == "before"


def test_a_killed_postgresql_keeps_what_it_said_is_committed(var: Path) -> None:
    """The one for tests as well, else what was done once would now and then seem undone there."""
    with Client(var, "postgres") as client:
        client.joined()
        (postgres,) = running(var, "postgres")
        tell(var, *["UPDATE kept SET word = word || '.'"] * 100)
        postgres.kill()
        eventually(lambda: database_answers(var), "PostgreSQL stays away")
        assert kept(var) == "before" + 100 * "."


def test_a_removed_data_folder_is_made_anew(var: Path) -> None:
    with Client(var) as first:
        first.joined()
        shutil.rmtree(var)
        with Client(var) as second:
            second.joined()
            assert ask(var, "SELECT count(*) FROM pg_tables WHERE tablename = 'kept'") == 0
            eventually(lambda: len(running(var)) == 3, "the old supervisor stays")
            assert database_answers(var)
