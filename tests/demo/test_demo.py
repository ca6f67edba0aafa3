"""`make demo` as a stranger runs it: servers, worker, crawl and web site from nothing, and nothing left behind."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import psutil
import pytest
import requests

from tests.conftest import REPO

DEADLINE = 150.0
T = TypeVar("T")


@pytest.fixture
def var(tmp_path: Path) -> Path:
    return tmp_path / "var"


@pytest.fixture
def demo(var: Path) -> Iterator[subprocess.Popen[str]]:
    environment = {"PATH": os.environ["PATH"], "HOME": str(var.parent), "MTF_VAR": str(var), "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-m", "demo", "--port", str(_free_port())]
    with subprocess.Popen(command, cwd=REPO, env=environment, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def test_demo_fills_the_queue_and_leaves_nothing_running(demo: subprocess.Popen[str], var: Path) -> None:
    printed = _read_until(demo, "Ctrl-C")
    found = re.search(r"^ready: (http://127\.0\.0\.1:\d+/)$", printed, re.MULTILINE)
    assert found, printed
    accounts = dict(re.findall(r"^    (\w+) +(demo-\w+) ", printed, re.MULTILINE))
    assert set(accounts) == {"admin", "reviewer1", "reviewer2", "newcomer", "adjudicator", "releases", "auditor"}
    browser = _sign_in(found[1], "reviewer1", accounts["reviewer1"])
    item = _wait(lambda: _first_item(browser, found[1]))
    assert item is not None
    assert item["source"]["licence"]
    crop = browser.get(found[1] + item["crop"][1:], timeout=10)
    assert crop.content.startswith(b"\xff\xd8")
    newcomer = _sign_in(found[1], "newcomer", accounts["newcomer"])
    _wait(lambda: newcomer.get(found[1] + "review/", timeout=20).url.endswith("/review/practice/"))
    family = [demo.pid, *(child.pid for child in psutil.Process(demo.pid).children(recursive=True))]

    demo.send_signal(signal.SIGINT)
    assert demo.wait(60) == 0
    _wait(lambda: not any(psutil.pid_exists(pid) for pid in family) and not _users_of(var))
    assert not (var / "run").exists()
    assert list(var.rglob("*.sock")) == []


def test_demo_says_in_one_line_that_its_port_is_taken(var: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        command = [sys.executable, "-m", "demo", "--port", str(taken.getsockname()[1])]
        environment = {"PATH": os.environ["PATH"], "MTF_VAR": str(var)}
        done = subprocess.run(command, cwd=REPO, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert re.fullmatch(r"demo: port \d+ is taken.*PORT=8080\n", done.stderr)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _read_until(process: subprocess.Popen[str], last: str) -> str:
    assert process.stdout
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if last in line:
            break
    return "".join(lines)


def _sign_in(url: str, name: str, password: str) -> requests.Session:
    browser = requests.Session()
    browser.trust_env = False
    browser.get(url + "login/", timeout=10)
    form = {"username": name, "password": password, "csrfmiddlewaretoken": browser.cookies["csrftoken"]}
    assert browser.post(url + "login/", form, timeout=10).url == url
    return browser


def _first_item(browser: requests.Session, url: str) -> dict[str, Any] | None:
    page = browser.get(url + "review/", timeout=20).text
    batch = re.search(r'<script id="batch" type="application/json">(.*?)</script>', page, re.DOTALL)
    assert batch
    items: list[dict[str, Any]] = json.loads(batch[1])["items"]
    return items[0] if items else None


def _wait(condition: Callable[[], T]) -> T:
    deadline = time.monotonic() + DEADLINE
    while not (value := condition()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.2)
    return value


def _users_of(var: Path) -> list[str]:
    """Processes that still have the data folder in their command line."""
    lines = (" ".join(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"]))
    return [line for line in lines if str(var) in line and str(os.getpid()) not in line]
