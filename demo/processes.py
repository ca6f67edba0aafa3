"""The demo's child processes: all of them stop when the demo does, however it ends."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType

from mtf_site.privileges import leash

PATIENCE = 60.0
GRACE = 8.0
REPO = Path(__file__).resolve().parent.parent


class DemoFailed(Exception):
    """One sentence for the person at the terminal."""


class Crew:
    """What the children print goes to a log each: the terminal is for the person."""

    def __init__(self, logs: Path) -> None:
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.logs = logs
        logs.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> "Crew":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.stop()

    def start(self, name: str, *arguments: str) -> None:
        """A Python child in a group of its own, so that Ctrl-C reaches it through `stop` alone, in order."""
        command = [sys.executable, "-W", "ignore", *arguments]
        leashed = leash(signal.SIGTERM, None)
        with self.log(name).open("wb") as log:
            self.children[name] = subprocess.Popen(
                command, cwd=REPO, process_group=0, preexec_fn=leashed, stdout=log, stderr=log
            )

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def wait_for(self, port: int, stop: threading.Event) -> None:
        """Until somebody listens there, a child ends, or the person gives up."""
        deadline = time.monotonic() + PATIENCE
        while not stop.is_set() and not _listens(port):
            self._check()
            if time.monotonic() > deadline:
                raise DemoFailed(f"nothing answers on port {port} after {PATIENCE:.0f} s")
            stop.wait(0.05)

    def watch(self, stop: threading.Event) -> None:
        while not stop.wait(0.5):
            self._check()

    def _check(self) -> None:
        for name, child in self.children.items():
            if child.poll() is not None:
                raise DemoFailed(
                    f"the {name} process ended by itself with status {child.returncode}; see {self.log(name)}"
                )

    def stop(self) -> None:
        """Asks all at once, then waits for each; who does not go is killed with its group."""
        for child in self.children.values():
            child.terminate()
        deadline = time.monotonic() + GRACE
        for child in self.children.values():
            try:
                child.wait(max(deadline - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                _kill_group(child)


def _kill_group(child: subprocess.Popen[bytes]) -> None:
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0
