from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from ingest.forms import sources_not_on_offer, sources_on_offer
from ingest.models import CrawlJob, Identity
from mtf_site.roles import Role
from tests import factories
from tests.ingest.crawling import urls_csv

pytestmark = pytest.mark.django_db

READ = ["/identities/", "/jobs/", "/jobs/{job}/", "/jobs/{job}/progress/"]
CHANGE = ["/identities/import/", "/identities/{identity}/approve/", "/jobs/new/"]
POST = ["/jobs/{job}/cancel/"]


@pytest.fixture(autouse=True)
def contact(settings: Settings) -> None:
    settings.INGEST_CONTACT = "mailto:curator@example.org"


def signed_in(*roles: Role) -> Client:
    client = Client()
    client.force_login(factories.user(*roles))
    return client


@pytest.fixture
def admin() -> Client:
    return signed_in(Role.ADMIN)


def address(path: str) -> str:
    bo = factories.identity("Bo", state="proposed", approved_at=None, public_figure_basis="")
    return path.format(job=factories.job([factories.identity("Ada")]).pk, identity=bo.pk)


def upload(text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("list.csv", text.encode())


@pytest.mark.parametrize("path", READ + CHANGE)
def test_admin_reads_every_page(admin: Client, path: str) -> None:
    assert admin.get(address(path)).status_code == 200


@pytest.mark.parametrize("path", READ)
def test_auditor_reads_and_finds_nothing_to_press(path: str) -> None:
    page = signed_in(Role.AUDITOR).get(address(path))
    assert page.status_code == 200
    text = page.content.decode()
    assert "/cancel/" not in text
    assert "/approve/" not in text
    assert "/jobs/new/" not in text
    assert "/identities/import/" not in text


@pytest.mark.parametrize("path", CHANGE)
def test_auditor_changes_nothing(path: str) -> None:
    assert signed_in(Role.AUDITOR).get(address(path)).status_code == 403


@pytest.mark.parametrize("path", READ + CHANGE)
def test_strangers_and_the_anonymous_are_kept_out(path: str) -> None:
    where = address(path)
    assert signed_in(Role.REVIEWER, Role.ADJUDICATOR, Role.RELEASE_MANAGER).get(where).status_code == 403
    assert Client().get(where).headers["Location"] == f"/login/?next={where}"


@pytest.mark.parametrize("path", READ)
def test_reading_pages_take_no_post(admin: Client, path: str) -> None:
    assert admin.post(address(path)).status_code == 405


def test_cancel_is_an_admins_post(admin: Client) -> None:
    where = address(POST[0])
    asked = admin.get(where).content.decode()
    assert "Cancel the job" in asked
    assert "0 settled pictures" in asked
    for role in (Role.AUDITOR, Role.REVIEWER):
        assert {signed_in(role).get(where).status_code, signed_in(role).post(where).status_code} == {403}
    assert Client().post(where).status_code == 302
    assert CrawlJob.objects.get().state == "running"
    page = admin.post(where, follow=True)
    assert CrawlJob.objects.get().state == "cancelled"
    assert "The job is cancelled" in page.content.decode()
    assert "stays so" in admin.post(where, follow=True).content.decode()
    assert "was over already" in admin.get(where, follow=True).content.decode()


@pytest.mark.parametrize("path", ["/jobs/999/", "/jobs/999/progress/", "/identities/999/approve/"])
def test_what_does_not_exist_is_not_found(admin: Client, path: str) -> None:
    assert admin.get(path).status_code == 404


def test_empty_pages_name_the_next_step(admin: Client) -> None:
    assert "/identities/import/" in admin.get("/identities/").content.decode()
    for path in ("/jobs/", "/jobs/new/", "/photos/", "/candidates/"):
        assert "/identities/import/" in admin.get(path).content.decode(), path
    factories.identity()
    assert "Start the first crawl job" in admin.get("/jobs/").content.decode()


def test_an_auditor_of_an_empty_list_of_jobs_is_not_sent_to_import() -> None:
    page = signed_in(Role.AUDITOR).get("/jobs/").content.decode()
    assert "Nobody is approved yet" in page
    assert "/identities/import/" not in page


def test_the_list_of_jobs_tells_how_many_licences_wait_for_a_person(admin: Client) -> None:
    job = factories.job()
    factories.candidate(factories.identity(), factories.photo(), job=job, state="held", refusal="licence_contradictory")
    assert f'href="/licences/?job={job.pk}"' in admin.get("/jobs/").content.decode()


def test_import_by_upload_approves_in_the_admins_name(admin: Client) -> None:
    page = admin.post("/identities/import/", {"file": upload("name\nAda\nBo\n"), "basis": "elected"})
    assert "2 identities were approved" in page.content.decode()
    ada = Identity.objects.get(name="Ada")
    assert (ada.public_figure_basis, ada.approved_by_id) == ("elected", int(admin.session["_auth_user_id"]))


def test_import_shows_each_fault_with_its_line_and_keeps_everything_out(admin: Client) -> None:
    table = "name,wikidata_id\nAda,\nBo <b>,17\n"
    page = admin.post("/identities/import/", {"file": upload(table), "basis": "elected"})
    assert page.status_code == 400
    assert page.context["problems"][0]["line"] == 3
    assert "Bo &lt;b&gt;,17" in page.content.decode()
    assert not Identity.objects.exists()


@pytest.mark.parametrize("data", [{}, {"basis": "elected"}, {"file": "no file", "basis": "elected"}])
def test_import_without_file_or_basis_says_so(admin: Client, data: dict[str, Any]) -> None:
    page = admin.post("/identities/import/", data)
    assert page.status_code == 400
    assert page.context["form"].errors


def test_approve_needs_a_basis_and_a_proposed_identity(admin: Client) -> None:
    bo = factories.identity("Bo", state="proposed", approved_at=None, public_figure_basis="")
    where = f"/identities/{bo.pk}/approve/"
    assert admin.post(where, {"basis": " "}).status_code == 400
    assert Identity.objects.get(pk=bo.pk).state == "proposed"
    assert admin.post(where, {"basis": "singer"}).status_code == 302
    assert Identity.objects.get(pk=bo.pk).state == "approved"
    assert "approved already" in admin.post(where, {"basis": "again"}).content.decode()


def order(admin: Client, **data: Any) -> Any:
    return admin.post("/jobs/new/", {"source": "bing", "limit": "10"} | data)


def test_a_search_is_ordered_for_chosen_or_for_all_approved_identities(admin: Client) -> None:
    ada, _ = factories.identity("Ada"), factories.identity("Bo")
    page = order(admin, identities_wanted=[ada.pk], allow_unproved="on")
    first = CrawlJob.objects.get()
    assert page.headers["Location"] == f"/jobs/{first.pk}/"
    assert (list(first.identities.all()), first.allow_unproved, first.parameters) == ([ada], True, {"limit": 10})
    order(admin, all_approved="on")
    assert CrawlJob.objects.latest("pk").identities.count() == 2


def test_a_search_for_nobody_or_for_the_unapproved_starts_nothing(admin: Client) -> None:
    bo = factories.identity("Bo", state="proposed")
    factories.identity("Ada")
    assert "Choose at least one" in order(admin).content.decode()
    assert "Only approved identities" in order(admin, identities_wanted=[bo.pk]).content.decode()
    assert order(admin, all_approved="on", limit="0").status_code == 400
    assert not CrawlJob.objects.exists()


def test_a_list_of_urls_is_ordered_by_upload(admin: Client) -> None:
    factories.identity("Ada")
    good = urls_csv(("Ada", "https://x.example.org/1.jpg"))
    assert order(admin, source="urls", csv=upload(good)).status_code == 302
    bad = order(admin, source="urls", csv=upload("who,image_url\nAda,x\n"))
    assert bad.status_code == 400
    assert "The column identity is missing" in bad.content.decode()
    unknown = order(admin, source="urls", csv=upload(urls_csv(("Nobody", "https://x.example.org/1.jpg"))))
    assert "Not among the approved identities: Nobody" in unknown.content.decode()
    assert CrawlJob.objects.count() == 1


def test_a_folder_is_offered_only_below_the_roots_of_the_settings(
    admin: Client, settings: Settings, tmp_path: Path
) -> None:
    factories.identity("Ada")
    (tmp_path / "in" / "Ada").mkdir(parents=True)
    (tmp_path / "in" / "Ada" / "1.jpg").write_bytes(b"later")
    data = {"source": "folder", "root": str(tmp_path / "in"), "licence": "CC0-1.0"}
    assert order(admin, **data).status_code == 404
    assert "folders that MTF_FOLDER_ROOTS names" in admin.get("/jobs/new/").content.decode()
    settings.FOLDER_ROOTS = [tmp_path / "elsewhere"]
    assert "must lie below" in order(admin, **data).content.decode()
    assert "must lie below" in order(admin, **data | {"root": "in"}).content.decode()
    settings.FOLDER_ROOTS = [tmp_path]
    assert order(admin, **data).status_code == 302


def test_flickr_is_offered_only_with_a_key(admin: Client, settings: Settings) -> None:
    ada = factories.identity("Ada")
    assert "flickr" in sources_not_on_offer()
    assert order(admin, source="flickr", identities_wanted=[ada.pk]).status_code == 404
    assert order(admin, source="openverse", identities_wanted=[ada.pk]).status_code == 302
    settings.FLICKR_KEY = "k"
    assert sources_on_offer()[:4] == ["commons", "openverse", "flickr", "bing"]
    assert order(admin, source="flickr", identities_wanted=[ada.pk]).status_code == 302


@pytest.mark.parametrize("source", ["altavista", "folder"])
def test_a_source_that_is_not_on_offer_is_not_found(admin: Client, source: str) -> None:
    assert admin.get(f"/jobs/new/?source={source}").status_code == 404


def test_job_page_counts_what_waits_for_review_and_asks_for_itself_while_it_runs(admin: Client) -> None:
    from curation.claims import open_claims

    ada, shown = factories.identity("Ada"), factories.photo()
    job = factories.job([ada])
    factories.face(shown)
    factories.candidate(ada, shown, job=job)
    factories.candidate(ada, factories.photo(), job=job, state="refused", refusal="licence_nc")
    open_claims()
    page = admin.get(f"/jobs/{job.pk}/progress/")
    text = page.content.decode()
    assert page.context["waiting"] == 1
    assert "non-commercial (NC)" in text
    assert f'hx-get="/jobs/{job.pk}/progress/?page=1&amp;told=running-10"' in text
    assert "<html" not in text
    admin.post(f"/jobs/{job.pk}/cancel/")
    assert "hx-get" not in admin.get(f"/jobs/{job.pk}/progress/").content.decode()


def test_job_page_says_why_nothing_came(admin: Client) -> None:
    job = factories.job([factories.identity()])
    job.discoveries.update(state="failed", error="Bing answered 429.")
    admin.post(f"/jobs/{job.pk}/cancel/")
    CrawlJob.objects.update(state="done")
    assert "The source gave no answer: Bing answered 429." in admin.get(f"/jobs/{job.pk}/").content.decode()
