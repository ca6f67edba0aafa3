"""Ordering releases and watching them be frozen, by HTTP and by what a worker does."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from curation.models import Freezing, Release, SheetAnswer
from curation.release import ordering, papers
from curation.release.errors import ReleaseRefused
from curation.release.freezing import freeze
from curation.release.orders import ACCEPTABLE, order
from curation.release.papers import Facts
from mtf_site.roles import Role
from tests import factories
from tests.curation import releases as r
from tests.curation import sheets

pytestmark = pytest.mark.django_db
CHOSEN = {"version": "1.0.0", "selection": "curated", "tasks": ["identity", "race"], "formats": ["imagefolder"]}


def signed_in(*roles: Role) -> Client:
    client = Client()
    client.force_login(factories.user(*roles))
    return client


def placed(by: User | None = None, **chosen: Any) -> Freezing:
    looks = chosen.pop("looks_only", False)
    return ordering.place(order("1.0.0", accept=ACCEPTABLE, **chosen), by=by or factories.user(), looks_only=looks)


@pytest.fixture
def manager() -> Client:
    return signed_in(Role.RELEASE_MANAGER)


def text_of(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.mark.django_db(transaction=True)
def test_an_order_is_a_row_that_a_worker_carries_out(manager: Client) -> None:
    r.few_people()
    answer = manager.post("/releases/order/", CHOSEN | {"accept": list(ACCEPTABLE)})
    row = Freezing.objects.get()
    assert answer["Location"] == f"/releases/orders/{row.pk}/"
    assert (row.state, row.faces, row.tasks, row.looks_only) == ("waiting", 9, ["identity", "race"], False)
    assert ordering.waiting() == [row.pk]
    ordering.carry_out(row.pk)
    row.refresh_from_db()
    release = Release.objects.get()
    assert (row.state, row.release, release.tasks, release.frozen_by) == (
        "done",
        release,
        CHOSEN["tasks"],
        row.ordered_by,
    )
    text = text_of(manager, answer["Location"])
    assert "Release 1.0.0 is frozen: 9 images" in text
    assert release.digest in text


@pytest.mark.django_db(transaction=True)
def test_an_order_that_is_blocked_names_everything_and_leads_back(manager: Client) -> None:
    r.few_people()
    r.accepted(factories.identity("Dewi Anggraini"), proof="unproved")
    manager.post("/releases/order/", CHOSEN)
    row = Freezing.objects.get()
    ordering.carry_out(row.pk)
    text = text_of(manager, f"/releases/orders/{row.pk}/")
    assert "the licence is not proved" in text
    assert "a class has no image in a part of its task" in text
    assert "(Dewi Anggraini)" in text
    assert "/releases/?version=1.0.0&amp;set=curated&amp;tasks=identity&amp;tasks=race" in text
    assert not Release.objects.exists()
    assert Freezing.objects.get().state == "refused"


@pytest.mark.django_db(transaction=True)
def test_looking_freezes_nothing(manager: Client) -> None:
    r.few_people()
    manager.post("/releases/order/", CHOSEN | {"look": "1", "accept": list(ACCEPTABLE)})
    row = Freezing.objects.get()
    ordering.carry_out(row.pk)
    assert "Nothing blocks" in text_of(manager, f"/releases/orders/{row.pk}/")
    assert not Release.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"version": "one"}, "must be three numbers"),
        ({"version": ""}, "This field is required"),
        ({"tasks": ["hair"]}, "hair is not one of the available choices"),
        ({"tasks": []}, "Choose one task at least"),
        ({"formats": ["zip"]}, "zip is not one of the available choices"),
        ({"accept": ["crop_missing"]}, "crop_missing is not one of the available choices"),
    ],
)
def test_a_bad_order_says_what_is_wrong_and_keeps_the_rest(
    manager: Client, wrong: dict[str, Any], complaint: str
) -> None:
    r.few_people()
    answer = manager.post("/releases/order/", CHOSEN | {"accept": ["empty_class"]} | wrong)
    text = " ".join(answer.content.decode().split())
    assert answer.status_code == 400
    assert complaint in text
    assert 'value="race" id="id_tasks_1" checked' in text or "tasks" in wrong
    assert not Freezing.objects.exists()


def test_a_version_that_is_frozen_or_under_way_is_refused() -> None:
    r.few_people()
    placed()
    with pytest.raises(ReleaseRefused, match="under way"):
        placed()
    r.frozen()
    with pytest.raises(ReleaseRefused, match="frozen already"):
        placed()


def test_an_order_whose_worker_is_gone_is_taken_up_again_but_not_for_ever() -> None:
    r.few_people()
    row = placed()
    assert ordering.waiting() == [row.pk]
    later = timezone.now() + ordering.LEASE
    Freezing.objects.update(state="running", claimed_until=later, attempts=1)
    assert ordering.waiting() == []
    Freezing.objects.update(claimed_until=timezone.now())
    assert ordering.waiting() == [row.pk]
    Freezing.objects.update(attempts=ordering.MOST_ATTEMPTS)
    ordering.carry_out(row.pk)
    row.refresh_from_db()
    assert row.state == "failed"
    assert "three times" in row.error


@pytest.mark.django_db(transaction=True)
def test_progress_is_seen_while_it_is_read_and_a_cancelled_order_freezes_nothing(
    manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    r.few_people()
    row, seen = placed(), list[int]()

    def freeze_by_half(*_: object, progress: Any, **_known: object) -> None:
        progress(4)
        seen.append(Freezing.objects.get().read)
        assert manager.post(f"/releases/orders/{row.pk}/cancel/").status_code == 302
        progress(5)
        pytest.fail("a cancelled order went on")

    monkeypatch.setattr(ordering, "freeze", freeze_by_half)
    ordering.carry_out(row.pk)
    row.refresh_from_db()
    assert (seen, row.state) == ([4], "cancelled")
    assert "cancelled" in text_of(manager, f"/releases/orders/{row.pk}/")


@pytest.mark.django_db(transaction=True)
def test_an_order_that_is_cancelled_while_its_papers_are_written_freezes_nothing(
    manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    r.few_people()
    sheets.fill()
    row = placed()

    def render(facts: Facts) -> dict[str, str]:
        elsewhere(lambda: manager.post(f"/releases/orders/{row.pk}/cancel/"))
        return real(facts)

    real = papers.render
    monkeypatch.setattr(papers, "render", render)
    ordering.carry_out(row.pk)
    row.refresh_from_db()
    assert (row.state, Release.objects.count()) == ("cancelled", 0)


@pytest.mark.django_db(transaction=True)
def test_an_order_that_is_sealed_is_not_cancelled_any_more() -> None:
    r.few_people()
    sheets.fill()
    row = placed()
    Freezing.objects.update(state="running", sealed=True)
    assert not ordering.cancel(row.pk)
    Freezing.objects.update(claimed_until=None)  # its worker is gone
    ordering.carry_out(row.pk)
    row.refresh_from_db()
    assert (row.state, row.sealed, row.release) == ("done", True, Release.objects.get())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["quarantine", "dispute", "sheet"])
def test_what_changes_while_a_release_is_frozen_stops_it(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = r.few_people()
    sheets.fill()
    changes: dict[str, tuple[Callable[[], object], str]] = {
        "quarantine": (lambda: r.quarantine(made[0]), "1 of the faces changed"),
        "dispute": (lambda: made[0].consensus.filter(field="race").update(state="disputed", value=""), "disagree"),
        "sheet": (lambda: SheetAnswer.objects.filter(code="law.basis").delete(), "without an answer"),
    }
    change, complaint = changes[what]

    def render(facts: Facts) -> dict[str, str]:
        elsewhere(change)
        return real(facts)

    real = papers.render
    monkeypatch.setattr(papers, "render", render)
    with pytest.raises(ReleaseRefused, match=complaint):
        freeze(order("1.0.0", accept=set(ACCEPTABLE) - {"disputed"}), by=None, progress=r.ignore)
    assert not Release.objects.exists()


def elsewhere(act: Callable[[], object]) -> None:
    """In a thread, and so over another connection."""

    def alone() -> None:
        try:
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(alone).result()


@pytest.mark.django_db(transaction=True)
def test_an_order_that_fails_says_so_and_leaves_no_row_running(monkeypatch: pytest.MonkeyPatch) -> None:
    r.few_people()
    row = placed()

    def freeze_badly(*_: object, **_known: object) -> None:
        raise IndexError("unforeseen")

    monkeypatch.setattr(ordering, "freeze", freeze_badly)
    with pytest.raises(IndexError):
        ordering.carry_out(row.pk)
    row.refresh_from_db()
    assert (row.state, "log" in row.error) == ("failed", True)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("looks", "says"), [(True, "This would block it"), (False, "Nothing is frozen")])
def test_what_was_found_is_called_what_it_is(manager: Client, looks: bool, says: str) -> None:
    r.few_people()
    r.accepted(factories.identity("Dewi Anggraini"), proof="unproved")
    row = ordering.place(order("1.0.0"), by=factories.user(), looks_only=looks)
    ordering.carry_out(row.pk)
    assert f'<h2 class="bad-text">{says}</h2>' in text_of(manager, f"/releases/orders/{row.pk}/")


@pytest.mark.django_db(transaction=True)
def test_what_an_order_found_is_kept_without_names() -> None:
    r.few_people()
    r.accepted(factories.identity("Dewi Anggraini"), proof="unproved")
    row = ordering.place(order("1.0.0"), by=factories.user(), looks_only=True)
    ordering.carry_out(row.pk)
    row.refresh_from_db()
    assert "Dewi" not in json.dumps(row.findings)
    assert any("(Dewi Anggraini)" in example for found in ordering.findings(row) for example in found.examples)


def test_a_version_that_was_frozen_otherwise_meanwhile_is_refused() -> None:
    r.few_people()
    r.frozen(selection="non-curated")
    with pytest.raises(ReleaseRefused, match="frozen meanwhile with other choices"):
        r.frozen()


def test_two_live_orders_of_a_version_are_ruled_out_by_the_database() -> None:
    row = placed()
    row.pk = None
    with pytest.raises(IntegrityError, match="freezing_one_live_a_version"), transaction.atomic():
        row.save()
