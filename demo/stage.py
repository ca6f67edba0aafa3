"""Sets the scene: tables, accounts, identities, and two crawl jobs."""

import io
import tempfile
import threading
from pathlib import Path

import django

django.setup()

from django.contrib.auth.models import User  # noqa: E402 - models need the line above
from django.core.management import CommandError, call_command  # noqa: E402
from django.db import connections, transaction  # noqa: E402

from curation.models import SheetAnswer  # noqa: E402
from demo import known  # noqa: E402
from demo.people import write_identities  # noqa: E402
from demo.processes import DemoFailed  # noqa: E402
from demo.state import State  # noqa: E402
from ingest.jobs import start_job  # noqa: E402
from ingest.models import CrawlJob, Identity  # noqa: E402
from ingest.tasks import announce  # noqa: E402
from mtf_site.roles import Role, give_role  # noqa: E402
from mtf_site.services import ServicesError  # noqa: E402

ADMIN = "admin"
EXCUSED = ["reviewer1", "reviewer2"]  # begin with real work; the newcomer begins with practice


def set_up(state: State) -> None:
    """Harmless when run again: what is there stays as it is."""
    try:
        call_command("migrate", verbosity=0)
        _accounts(state)
        _identities()
        _sheet()
        known.excuse(EXCUSED)
    except (ServicesError, CommandError) as error:
        raise DemoFailed(str(error)) from error
    finally:
        connections.close_all()


def _accounts(state: State) -> None:
    with transaction.atomic():
        for name, roles in state.accounts.items():
            account, new = User.objects.get_or_create(username=name, defaults={"email": f"{name}@example.org"})
            if new:
                account.set_password(state.password)
                account.is_staff = account.is_superuser = name == ADMIN
                account.save()
            for role in roles:
                give_role(account, Role(role))


def _identities() -> None:
    if Identity.objects.exists():
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "identities.csv"
        write_identities(file)
        basis = "invented for the demo: drawn, and known to nobody"
        call_command("import_identities", str(file), approved_by=ADMIN, basis=basis, stdout=io.StringIO())


def _sheet() -> None:
    """Without it no release can be frozen."""
    if not SheetAnswer.objects.exists():
        file = str(Path(__file__).with_name("sheet.toml"))
        call_command("release_sheet", "--import", file, "--by", ADMIN, stdout=io.StringIO())


def start_crawl() -> bool:
    """The demo's crawl jobs, the first time; whether they were started now."""
    try:
        if CrawlJob.objects.exists():
            return False
        people = list(Identity.objects.filter(state=Identity.State.APPROVED))
        by = User.objects.get(username=ADMIN)
        for source in ("bing", "commons"):
            announce(start_job(source=source, identities=people, parameters={"limit": 40}, by=by))
        return True
    finally:
        connections.close_all()


def tell_known(stop: threading.Event) -> None:
    """Beside everything else: decides a few faces as they come in."""
    known.tell(stop, "adjudicator")
