"""`python -m mtf_site.supervisor VAR LOCK LISTENER`: keeps the embedded servers while anybody is connected.

LOCK and LISTENER are inherited descriptors, see services.py. A connection asks with one line of server names
and gets one line back; being open is all it does from then on.
"""

import math
import os
import pwd
import selectors
import shutil
import signal
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path

from mtf_site.postgres import Postgres
from mtf_site.privileges import become
from mtf_site.servers import Redis, Server, stop_strays
from mtf_site.services import CONTROL_SOCKET, READY, ServicesError, lock_path, socket_folder

GRACE_SECONDS = 1.0
TICK_SECONDS = 0.25
PAUSE_SECONDS = 10.0  # before a server that could not come back is tried again


class Supervisor:
    def __init__(self, var: Path, lock: int, listener: socket.socket) -> None:
        self.sockets = socket_folder(var)
        self._var = var
        self._lock = lock
        self._listener = listener
        self._servers: dict[str, Server] = {}
        self._due: dict[str, float] = {}  # when to try those again that could not come back
        self._clients: set[socket.socket] = set()
        self._selector = selectors.DefaultSelector()
        self._is_stopping = False

    def run(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        self._selector.register(self._listener, selectors.EVENT_READ)
        try:
            stop_strays(self.sockets)
            self._serve()
        finally:
            self._finish()

    def _on_signal(self, *_: object) -> None:
        self._is_stopping = True

    def _serve(self) -> None:
        last_used = time.monotonic()
        while not self._is_stopping and time.monotonic() - last_used < GRACE_SECONDS:
            for key, _ in self._selector.select(TICK_SECONDS):
                self._handle(key.fileobj)
            self._revive()
            if self._clients:
                last_used = time.monotonic()

    def _handle(self, ready: object) -> None:
        if ready is self._listener:
            client, _ = self._listener.accept()
            self._clients.add(client)
            self._selector.register(client, selectors.EVENT_READ)
        elif isinstance(ready, socket.socket):
            self._hear(ready)

    def _hear(self, client: socket.socket) -> None:
        line = b""
        with suppress(ConnectionResetError):
            line = client.recv(256)
        if not line:
            self._selector.unregister(client)
            self._clients.remove(client)
            client.close()
            return
        answer = self._provide(line.decode().split())
        with suppress(BrokenPipeError, ConnectionResetError):
            client.sendall(f"{answer}\n".encode())

    def _provide(self, names: list[str]) -> str:
        try:
            for name in names:
                self._ensure(name)
        except ServicesError as error:
            say(str(error))
            return str(error)
        return READY

    def _ensure(self, name: str) -> None:
        kinds: dict[str, type[Server]] = {"postgres": Postgres, "redis": Redis}
        server = self._servers.get(name) or kinds[name](self._var)
        self._servers[name] = server
        if server.has_died() or not server.is_started():
            server.start()

    def _revive(self) -> None:
        """A server that was killed comes back at once, or later if it cannot yet: who holds a connection asks
        no second time."""
        for name, server in self._servers.items():
            if not self._is_missed(name, server):
                continue
            if not self._is_current():
                self._is_stopping = True
                return
            say(f"{server.title} ended and is started again")
            try:
                server.start()
            except ServicesError as error:
                say(str(error))
                self._due[name] = time.monotonic() + PAUSE_SECONDS

    def _is_missed(self, name: str, server: Server) -> bool:
        is_due = time.monotonic() >= self._due.get(name, math.inf)
        return server.has_died() or (is_due and not server.is_started())

    def _is_current(self) -> bool:
        """False when the data folder was removed under us: a successor may already have made a new one."""
        with suppress(FileNotFoundError):
            return os.path.samestat(os.fstat(self._lock), lock_path(self._var).stat())
        return False

    def _finish(self) -> None:
        self._listener.close()
        is_current = self._is_current()
        if is_current:
            (self.sockets / CONTROL_SOCKET).unlink(missing_ok=True)
        for server in self._servers.values():
            server.stop()
        if is_current:
            shutil.rmtree(self.sockets, ignore_errors=True)


def say(sentence: str) -> None:
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    with suppress(OSError):  # a full disk is no reason to stop
        sys.stderr.write(f"{moment} {sentence}\n")
        sys.stderr.flush()


def become_owner(var: Path) -> None:
    """Started by root in somebody's folder: run as that somebody, who may come next."""
    with suppress(KeyError):  # an owner without a name here (a folder mounted into a container): stay root
        owner = pwd.getpwuid(var.stat().st_uid)
        if os.geteuid() == 0 and owner.pw_uid != 0:
            become(owner)


def main(var: Path, lock: int, listener: int) -> None:
    os.umask(0o077)
    become_owner(var)
    if os.fork():
        os._exit(0)
    Supervisor(var, lock, socket.socket(fileno=listener)).run()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
