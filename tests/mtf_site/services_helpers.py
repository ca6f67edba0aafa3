"""Processes that use the embedded services, as a person at a terminal would start and lose them."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil
import psycopg
import redis

from mtf_site import services

REPOSITORY = Path(services.__file__).resolve().parent.parent
SITE = [path for path in sys.path if path.endswith("site-packages")]
DEADLINE_SECONDS = 60.0
# Joins, says so, and joins again at each line it reads. "fork" leaves the rest to a child and waits for it.
CLIENT = """
import os, sys
from pathlib import Path
from mtf_site import services
names = sys.argv[2].split(",")
def join():
    services.join(Path(sys.argv[1]), postgres="postgres" in names, redis="redis" in names)
    print(os.getpid(), flush=True)
try:
    join()
    for line in sys.stdin:
        if line.strip() == "fork" and os.fork():
            os.wait()
        join()
except services.ServicesError as error:
    sys.exit(str(error))
except KeyboardInterrupt:
    sys.exit(130)
"""


class Client:
    def __init__(
        self,
        var: Path,
        servers: str = "postgres,redis",
        *,
        python: str = sys.executable,
        user: str | None = None,
        environment: dict[str, str] | None = None,
    ) -> None:
        defaults = {"PYTHONPATH": os.pathsep.join([str(REPOSITORY), *SITE]), "MTF_TEST_SERVICES": "1"}
        self.process = subprocess.Popen(
            [python, "-W", "error", "-c", CLIENT, str(var), servers],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd="/",
            env={**os.environ, **defaults, **(environment or {})},
            user=user,
            extra_groups=None if user is None else [],
        )

    def joined(self) -> int:
        """Wait until it has joined; the pid that says so."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.refusal()
        return int(line)

    def tell(self, line: str) -> int:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.joined()

    def refusal(self) -> str:
        """Wait for its end; what it said on stderr."""
        return self.process.communicate(timeout=DEADLINE_SECONDS)[1]

    def end(self, number: signal.Signals) -> None:
        self.process.send_signal(number)
        self.process.communicate(timeout=DEADLINE_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.returncode is None:
            self.process.communicate(timeout=DEADLINE_SECONDS)


def eventually(is_true: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not is_true():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def running(var: Path, *names: str) -> list[psutil.Process]:
    """Supervisors and servers of `var` (not the clients), or those called `names`."""
    found = []
    for process in psutil.process_iter(["name", "cmdline"]):
        words = " ".join(process.info["cmdline"] or ())
        is_ours = str(services.socket_folder(var)) in words or "mtf_site.supervisor " + str(var) in words
        if is_ours and (not names or process.info["name"] in names):
            found.append(process)
    return found


def supervisor(var: Path) -> psutil.Process:
    (found,) = [process for process in running(var) if "mtf_site.supervisor" in process.cmdline()]
    return found


def users(var: Path) -> int:
    """How many connections keep the servers, after the supervisor has seen all that happened until now."""
    path = str(services.socket_folder(var) / services.CONTROL_SOCKET)
    with socket.socket(socket.AF_UNIX) as probe:
        probe.connect(path)
        probe.sendall(b"\n")
        assert probe.recv(64) == b"ready\n"
        names = [str(connection.laddr) for connection in supervisor(var).net_connections("unix")]
    return names.count(path) - 2  # less the listener and the probe


def nothing_is_left(var: Path) -> bool:
    return not running(var) and not services.socket_folder(var).exists()


def database(var: Path) -> psycopg.Connection[tuple[object, ...]]:
    settings = services.database_settings(var)
    return psycopg.connect(
        host=settings["HOST"],
        port=settings["PORT"],
        user=settings["USER"],
        dbname=settings["NAME"],
        autocommit=True,
    )


def ask(var: Path, query: str) -> object:
    with database(var) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def tell(var: Path, *statements: str) -> None:
    with database(var) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def database_answers(var: Path) -> bool:
    try:
        return ask(var, "SELECT 1") == 1
    except psycopg.OperationalError:
        return False


def assert_gone(var: Path) -> None:
    """Without waiting for the grace that the tests of the ends wait for."""
    for process in running(var, "python", "python3"):
        process.terminate()
    try:
        eventually(lambda: nothing_is_left(var), f"left behind: {running(var)}")
    finally:  # a failed test must not leave servers on the machine
        for process in running(var):
            process.kill()


def kept(var: Path) -> object:
    return ask(var, "SELECT word FROM kept")


def redis_of(var: Path) -> redis.Redis:
    return redis.from_url(services.redis_url(var, 0))


def one_sentence(client: Client) -> str:
    sentence = client.refusal()
    assert client.process.returncode == 1
    assert sentence.count("\n") == 1, sentence
    assert sentence.endswith(".\n")
    return sentence
