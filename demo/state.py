"""What a second `make demo` must know of the first: ports and the accounts' password."""

import json
import os
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path

from demo.processes import DemoFailed

HOST = "127.0.0.1"
REPO = Path(__file__).resolve().parent.parent
ACCOUNTS: dict[str, tuple[str, ...]] = {
    "admin": ("admin",),
    "reviewer1": ("reviewer",),
    "reviewer2": ("reviewer",),
    "newcomer": ("reviewer",),
    "adjudicator": ("adjudicator",),
    "releases": ("release manager",),
    "auditor": ("auditor",),
}


@dataclass
class State:
    file: Path
    site_port: int
    password: str

    @property
    def accounts(self) -> dict[str, tuple[str, ...]]:
        return ACCOUNTS

    @classmethod
    def load(cls) -> "State":
        """From the data folder; the password is this installation's own, and so is the folder."""
        file = Path(os.environ.get("MTF_VAR") or REPO / "var").absolute() / "demo.json"
        try:
            known = json.loads(file.read_text()) if file.exists() else {}
        except (OSError, ValueError) as error:
            raise DemoFailed(f"{file} cannot be read ({error}); remove the folder to start anew.") from error
        return cls(file, known.get("site_port", 0), known.get("password") or f"demo-{secrets.token_hex(4)}")

    def keep(self, site_port: int) -> None:
        self.site_port = site_port
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            self.file.touch(mode=0o600)
            self.file.write_text(json.dumps({"site_port": site_port, "password": self.password}))
        except OSError as error:
            raise DemoFailed(f"The data folder cannot be used: {error}.") from error

    def environment(self) -> dict[str, str]:
        """The demo's photographs are on this machine: let exactly that address through the guard."""
        site = f"{HOST}:{self.site_port}"
        return {
            "MTF_ENVIRONMENT": "development",
            "MTF_ALLOW_HOSTS": site,
            "MTF_BING_URL": f"http://{site}",
            "MTF_COMMONS_URL": f"http://{site}",
            "MTF_HOST_RATE": "200",  # a machine of our own may be asked quickly
            "MTF_HOST_BURST": "50",
            "MTF_CONTACT": "the demo's own operator",
            "DJANGO_SETTINGS_MODULE": "mtf_site.settings",
        }


def free_port(wanted: int, purpose: str) -> int:
    """`wanted` if nobody listens there, any free one for 0; DemoFailed when it is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, wanted))
        except OSError as error:
            raise DemoFailed(f"port {wanted} is taken, which was meant for {purpose}") from error
        return int(probe.getsockname()[1])
