"""PostgreSQL and Redis of a development installation: started by the first process that needs them,
shared by all that follow, gone about a second after the last one ends, however it ends.

`join` starts or joins; the other functions only compute, so settings can call them at import.

    process ── connection ──► supervisor (own session) ──► postgres, redis-server
                                                           (foreground children, sockets only)

A process that joins keeps one connection to the supervisor's control socket. The kernel closes it when the
process ends, by whatever signal; children made by fork share it, since they use the servers too, programs
started by exec do not. The flock on `services.lock` decides who starts: it is taken by the starter and
handed to the supervisor, together with the listening control socket, so no pid file is ever believed.

Environment: MTF_TEST_SERVICES=1 turns fsync off (read when the servers start).
"""

import fcntl
import hashlib
import os
import re
import select
import socket
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, NamedTuple

DATABASE = "mtf"
DATABASE_USER = "postgres"
DATABASE_PORT = "5432"
DATABASE_SOCKET = f".s.PGSQL.{DATABASE_PORT}"
REDIS_SOCKET = "redis.sock"
CONTROL_SOCKET = "control.sock"
READY = "ready"

SOCKET_PATH_BYTES = 100  # sun_path holds 107 bytes on Linux, 103 on macOS
PATIENCE_SECONDS = 120.0
MOST_STARTS = 3
POLL_SECONDS = 0.02


class ServicesError(Exception):
    """One sentence for the person at the terminal: what is wrong and the way out."""


class Held(NamedTuple):
    var: Path
    names: frozenset[str]
    descriptor: int  # of the connection; a socket object would warn when the process ends


_joining = threading.Lock()
_held: list[Held] = []  # open for the life of the process: that is what keeps the servers


def socket_folder(var: Path) -> Path:
    """`var/run`, or a folder in /tmp named after `var` where that path is too long or needs quoting in a URL.

    Not the temp folder of the environment: two processes with different TMPDIR must find each other.
    """
    near = var.resolve() / "run"
    short = len(os.fsencode(near / DATABASE_SOCKET)) <= SOCKET_PATH_BYTES
    if short and re.fullmatch(r"[\w./-]+", str(near), re.ASCII):
        return near
    name = hashlib.sha256(os.fsencode(var.resolve())).hexdigest()[:16]
    return Path("/tmp") / f"mtf-{name}"  # noqa: S108  made 0700, and its owner is checked before use


def database_settings(var: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": DATABASE,
        "USER": DATABASE_USER,
        "HOST": str(socket_folder(var)),
        "PORT": DATABASE_PORT,
    }


def redis_url(var: Path, db: int) -> str:
    """For redis-py and Django's cache."""
    return f"unix://{socket_folder(var) / REDIS_SOCKET}?db={db}"


def celery_url(var: Path, db: int) -> str:
    return f"redis+socket://{socket_folder(var) / REDIS_SOCKET}?virtual_host={db}"


def plain_redis_url(url: str) -> str:
    """The same Redis for redis-py as the one that `url` names for Celery, which has a word of its own for sockets."""
    if not url.startswith("redis+socket://"):
        return url
    return url.replace("redis+socket://", "unix://", 1).replace("virtual_host=", "db=")


def join(var: Path, *, postgres: bool = True, redis: bool = True) -> None:
    """Start or join the servers of `var` and keep them for the life of this process.

    Returns when they answer. Cheap to call again: only a lost supervisor makes it start anew.
    """
    names = {"postgres": postgres, "redis": redis}
    wanted = frozenset(name for name, is_wanted in names.items() if is_wanted)
    var = var.resolve()
    try:
        with _joining:
            if wanted and not _is_held(var, wanted):
                var.mkdir(parents=True, exist_ok=True)
                _held.append(Held(var, wanted, _connect(var, wanted).detach()))
    except OSError as error:
        reason = f"{error.strerror or error}: {error.filename or socket_folder(var)}"
        raise ServicesError(
            f"The embedded services cannot use the folder {var} ({reason});"
            " make it a writable folder of your own, or name another one in MTF_VAR."
        ) from error


def _is_held(var: Path, wanted: frozenset[str]) -> bool:
    for held in [held for held in _held if _is_lost(held.descriptor)]:
        _held.remove(held)
        os.close(held.descriptor)
    return any(held.var == var and wanted <= held.names for held in _held)


def _is_lost(descriptor: int) -> bool:
    """The supervisor never speaks unasked: something to read is the end of the connection."""
    poller = select.poll()
    poller.register(descriptor, select.POLLIN)
    return bool(poller.poll(0))


def _connect(var: Path, wanted: frozenset[str]) -> socket.socket:
    starts = 0
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        _check_owner(socket_folder(var), var)
        connection = _dial(socket_folder(var) / CONTROL_SOCKET)
        if connection is None:
            if starts == MOST_STARTS:
                break
            if _start(var):
                starts += 1
            else:  # another process holds the lock: it is about to listen, or about to end
                time.sleep(POLL_SECONDS)
            continue
        reply = _ask(connection, wanted)
        if reply == READY:
            return connection
        connection.close()
        if reply:
            raise ServicesError(reply)
    raise ServicesError(
        f"The embedded services of {var} do not answer; see {log_path(var)}, or set DATABASE_URL and REDIS_URL."
    )


def _dial(path: Path) -> socket.socket | None:
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(str(path))
    except (FileNotFoundError, ConnectionRefusedError):
        connection.close()
        return None
    except OSError:
        connection.close()
        raise
    return connection


def _ask(connection: socket.socket, wanted: frozenset[str]) -> str:
    """READY, a sentence, or nothing when the supervisor ended before it answered."""
    connection.settimeout(PATIENCE_SECONDS)
    try:
        connection.sendall(" ".join(sorted(wanted)).encode() + b"\n")
        with connection.makefile(encoding="utf-8") as answer:
            return answer.readline().rstrip("\n")
    except (BrokenPipeError, ConnectionResetError, TimeoutError):
        return ""


def _start(var: Path) -> bool:
    """Start a supervisor, unless another process holds the lock."""
    with open(_given(lock_path(var), var), "rb+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        with _listen(var) as listener:
            _spawn(var, lock.fileno(), listener.fileno())
    return True


def _listen(var: Path) -> socket.socket:
    folder = socket_folder(var)
    folder.mkdir(mode=0o700, exist_ok=True)
    _check_owner(folder, var)
    folder.chmod(0o700)
    path = folder / CONTROL_SOCKET
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    try:
        listener.bind(str(path))
    except OSError:
        listener.close()
        raise
    listener.listen(128)
    _give(folder, var)
    _give(path, var)
    return listener


def _spawn(var: Path, lock: int, listener: int) -> None:
    """The command forks and returns at once, so the supervisor is nobody's child and leaves no zombie."""
    repository = Path(__file__).resolve().parent.parent
    path = filter(None, [os.environ.get("PYTHONPATH")])
    command = [sys.executable, "-m", "mtf_site.supervisor", str(var), str(lock), str(listener)]
    with open(_given(log_path(var), var), "ab") as log:
        status = subprocess.run(
            command,
            pass_fds=(lock, listener),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=repository,
            env=os.environ | {"PYTHONPATH": os.pathsep.join([str(repository), *path])},
            start_new_session=True,
            check=False,
        ).returncode
    if status:
        raise ServicesError(f"The supervisor of the embedded services did not start; see {log_path(var)}.")


def lock_path(var: Path) -> Path:
    return var / "services.lock"


def log_path(var: Path) -> Path:
    return var / "services.log"


def _check_owner(folder: Path, var: Path) -> None:
    """A folder in /tmp could have been put there by somebody else, to be handed our data."""
    try:
        found = folder.lstat()
    except FileNotFoundError:
        return
    trusted = {0, os.geteuid(), var.stat().st_uid}
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in trusted:
        raise ServicesError(
            f"{folder} is in the way: the embedded services keep their sockets in a folder of yours there;"
            " remove it, or name another data folder in MTF_VAR."
        )


def _given(path: Path, var: Path) -> Path:
    path.touch(mode=0o600)
    _give(path, var)
    return path


def _give(path: Path, var: Path) -> None:
    """What root makes in another user's folder belongs to that user, who may come next."""
    if os.geteuid() == 0:
        owner = var.stat()
        os.chown(path, owner.st_uid, owner.st_gid)
