"""From an empty installation to a verified release: every role does its part in a browser of its own."""

import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from playwright.sync_api import Page, expect
from pytest_django import Settings

from curation.claims import open_claims
from curation.models import Annotation, Claim, Consensus, Release
from curation.release import ordering
from demo import site as demo_site
from demo.people import write_identities
from ingest.models import CrawlJob, Identity
from mtf_site.roles import Role
from tests import factories
from tests.conftest import REPO
from tests.ingest.crawling import drain

SignIn = Callable[[User], Page]
ADA, BO = "Ada Marlow", "Bo Lindqvarn"


@pytest.fixture
def web(settings: Settings) -> object:
    with demo_site.running() as running:
        settings.INGEST_ALLOWED_HOSTS = frozenset({f"127.0.0.1:{running.port}"})
        settings.SOURCE_URLS = settings.SOURCE_URLS | {"bing": running.address}
        yield running


def test_from_identities_to_a_verified_release(web: object, sign_in: SignIn, tmp_path: Path) -> None:
    admin = factories.user(Role.ADMIN)
    _crawl(sign_in(admin), tmp_path)
    one, two = (_Reviewer(person, sign_in(person)) for person in factories.reviewers(2))
    claims = list(Claim.objects.filter(identity__name=ADA).order_by("id")[:5])
    accepted, rejected, disputed, moved, alarming = claims

    for reviewer, plan in (
        (one, {accepted: "a", rejected: "3", disputed: "a", moved: "r", alarming: "a"}),
        (two, {accepted: "a", rejected: "x", disputed: "x", moved: "r", alarming: "u"}),
    ):
        reviewer.work_through({claim.pk: key for claim, key in plan.items()})
    assert _states(accepted, rejected, disputed, moved) == ["accepted", "rejected", "disputed", "rejected"]
    assert Claim.objects.get(face=moved.face, identity__name=BO).state == "accepted"

    adjudicator = sign_in(factories.user(Role.ADJUDICATOR))
    _decide(adjudicator, f"/disputes/{disputed.pk}/usable/", "accept")
    _decide_alarm(adjudicator, alarming)
    assert _states(disputed, alarming) == ["accepted", "rejected"]

    for reviewer in (one, two):
        reviewer.answer_attributes()
    settled = Consensus.objects.filter(claim=accepted, field__in=["race", "gender", "age"], state="settled")
    assert sorted(settled.values_list("field", "value")) == [("age", "1"), ("gender", "1"), ("race", "4")]
    _read_agreement(sign_in(factories.user(Role.AUDITOR)))
    _release(sign_in(factories.user(Role.RELEASE_MANAGER)), tmp_path)


def _crawl(page: Page, tmp_path: Path) -> None:
    """The admin imports identities and starts a job in the browser; the steps run here instead of in a worker."""
    people = tmp_path / "people.csv"
    write_identities(people)
    people.write_text("\n".join(people.read_text().splitlines()[:3]) + "\n")
    page.goto("/identities/import/")
    page.set_input_files("input[name=file]", people)
    page.fill("textarea[name=basis]", "invented")
    page.get_by_role("button", name="Import and approve").click()
    expect(page.locator("main")).to_contain_text(ADA)
    page.goto("/jobs/new/?source=bing")
    page.check("input[name=all_approved]")
    page.get_by_role("button", name="Start the job").click()
    page.wait_for_url("**/jobs/*/")
    expect(page.locator("main")).to_contain_text("running")
    drain(CrawlJob.objects.get())
    expect(page.locator("main")).to_contain_text("done")  # the page follows by itself
    expect(page.locator("main")).to_contain_text("Refused, by reason")
    assert Identity.objects.filter(state="approved").count() == 2
    assert open_claims() > 12


class _Reviewer:
    """Someone at the review screen, who knows what to press for some faces and skips the others."""

    def __init__(self, person: User, page: Page) -> None:
        self.person = person
        self.page = page

    def work_through(self, keys: dict[int, str]) -> None:
        self.page.goto("/review/")
        self._undo_a_slip()
        left = dict(keys)
        while left:
            claim = self._shown()
            key = left.pop(claim, " ")
            self.page.keyboard.press(key)
            if key == "r":
                self._name(BO)
            self._left(claim)
        self._saved()

    def _undo_a_slip(self) -> None:
        """Rejects the first face by mistake, and takes that back."""
        first = self._shown()
        self.page.keyboard.press("2")
        self._left(first)
        self.page.keyboard.press("z")
        expect(self.page.locator("input[name=claim]")).to_have_value(str(first))
        self._saved()
        slip = Annotation.objects.get(claim=first, reason="not_a_face", reviewer=self.person)
        assert slip.superseded_by.verdict == "withdrawn"

    def answer_attributes(self) -> None:
        """White, female, young for everybody; the first field once by mistake, taken back with Z."""
        self.page.goto("/review/attributes/")
        while self.page.locator("#review").get_attribute("data-state") == "asking":
            claim = self._shown()
            for key in ("3", "z", "4", "1", "1"):
                self.page.keyboard.press(key)
            self._left(claim)
        self._saved()

    def _shown(self) -> int:
        expect(self.page.locator("#review")).to_have_attribute("data-state", "asking")
        return int(self.page.input_value("input[name=claim]"))

    def _left(self, claim: int) -> None:
        """Another face is there, or none."""
        still = f"#review[data-state=asking] input[name=claim][value='{claim}']"
        expect(self.page.locator(still)).to_have_count(0)

    def _name(self, name: str) -> None:
        self.page.keyboard.type(name[:4])
        expect(self.page.locator("#relabel-found li")).to_contain_text([name])
        self.page.keyboard.press("Enter")

    def _saved(self) -> None:
        expect(self.page.locator("[data-slot=saving]")).to_have_text("✓ saved")


def _states(*claims: Claim) -> list[str]:
    return [Claim.objects.get(pk=claim.pk).state for claim in claims]


def _decide(page: Page, path: str, answer: str) -> None:
    page.goto(path)
    page.locator(f"input[name=answer][value='{answer}']").check(force=True)
    page.fill("[name=note]", "plainly her")
    page.get_by_role("button", name="Decide").click()
    expect(page.locator(".messages")).to_be_visible()


def _decide_alarm(page: Page, claim: Claim) -> None:
    page.goto("/disputes/?list=quarantined")
    page.locator(f"a[href*='/disputes/{claim.pk}/']").first.click()
    page.locator("input[name=release][value='0']").check(force=True)
    page.fill("[name=note]", "a school photograph")
    page.get_by_role("button", name="Decide").click()
    expect(page.locator(".messages")).to_be_visible()


def _read_agreement(page: Page) -> None:
    page.goto("/quality/")
    expect(page.locator("main")).to_contain_text("%")


def _carry_out_orders() -> None:
    """What a worker does."""
    for pk in ordering.waiting():
        ordering.carry_out(pk)


def _release(page: Page, tmp_path: Path) -> None:
    """Looked at, found wanting, ordered with what is accepted, frozen, downloaded, written at the shell, proved."""
    folder = tmp_path / "release"
    call_command("release_sheet", "--import", str(REPO / "demo" / "sheet.toml"))
    page.goto("/releases/")
    page.get_by_role("button", name="Look first").click()
    _carry_out_orders()
    expect(page.locator("main")).to_contain_text("a class has no image in a part of its task")
    page.get_by_role("link", name="Back to the order").click()
    page.get_by_label("a class may be empty").check()
    page.get_by_role("button", name="Freeze").click()
    _carry_out_orders()
    page.get_by_role("link", name="Open the release").click()
    release = Release.objects.get()
    expect(page.locator("main")).to_contain_text(release.digest)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    download.value.save_as(tmp_path / "release.tar")
    with tarfile.open(tmp_path / "release.tar") as tar:
        assert "mtf-1.0.0/README.md" in tar.getnames()
    call_command("export_mtf", release="1.0.0", output=str(folder))
    assert release.faces_count == len(list((folder / "images").iterdir())) == 3
    call_command("verify_release", str(folder), digest=release.digest)
    victim = next((folder / "images").iterdir())
    victim.write_bytes(victim.read_bytes()[:-1] + b"\0")
    with pytest.raises(CommandError, match="not verified"):
        call_command("verify_release", str(folder), digest=release.digest)
