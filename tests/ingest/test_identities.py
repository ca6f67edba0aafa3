from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from ingest.csv_input import CsvError
from ingest.identities import IdentityRefused, approve, import_identities, named
from ingest.identity_csv import read_identities_csv
from ingest.models import Identity, Tombstone
from ingest.tombstones import mark
from mtf_site.roles import Role
from tests import factories

pytestmark = pytest.mark.django_db
HEAD = "name,aliases,wikidata_id,birth_date,race,gender,basis\n"


def enter(csv: str, basis: str = "elected") -> list[tuple[int, str, str]]:
    rows = read_identities_csv(csv)
    report = import_identities(rows, approved_by=factories.user(Role.ADMIN), basis=basis)
    return [(row.line, row.outcome, row.detail) for row in report]


def faults(csv: str, basis: str = "elected") -> list[tuple[int, str]]:
    with pytest.raises(CsvError) as refusal:
        enter(csv, basis)
    return refusal.value.problems


def test_import_approves_with_name_time_basis_and_claimed_labels() -> None:
    assert enter(HEAD + "Ada Marlow,A. Marlow|Ada M,Q1,1970-05,White,female,\n") == [(2, "created", "")]
    ada = Identity.objects.get()
    assert (ada.state, ada.slug, ada.public_figure_basis) == ("approved", "ada-marlow", "elected")
    assert ada.approved_at is not None
    assert ada.approved_by is not None
    assert (ada.aliases, ada.birth_precision, ada.claimed_race, ada.claimed_gender) == (
        ["A. Marlow", "Ada M"], "month", 4, 1,
    )  # fmt: skip


def test_a_rows_own_basis_goes_before_the_imports() -> None:
    enter(HEAD + "Ada,,,,,,actress\n")
    assert Identity.objects.get().public_figure_basis == "actress"


def test_names_without_letters_of_ours_get_slugs_that_differ() -> None:
    enter("name\n王\n李\nAda\nAdá\n")
    assert sorted(Identity.objects.values_list("slug", flat=True)) == ["ada", "ada-2", "person", "person-2"]


def test_what_is_there_is_reported_and_left_alone() -> None:
    factories.identity("Ada Marlow", wikidata_id="Q1", public_figure_basis="older")
    factories.identity("Bo", state="retired")
    report = enter(HEAD + "ada marlow,,,,,,\nMarlow (Ada),,Q1,,,,\nBo,,,,,,\n")
    assert report == [
        (2, "already there", "as Ada Marlow"),
        (3, "already there", "as Ada Marlow"),
        (4, "already there", "retired"),
    ]
    assert Identity.objects.count() == 2
    assert Identity.objects.get(wikidata_id="Q1").public_figure_basis == "older"


def test_one_bad_row_keeps_all_out_and_every_fault_is_named() -> None:
    factories.identity("Cleo", wikidata_id="Q7")
    found = faults(HEAD + "Ada,,,,,,\nBo,,,,Martian,,\nCleo,,Q8,,,,\n")
    assert [line for line, _ in found] == [3, 4]
    assert "Martian" in found[0][1]
    assert "Q7" in found[1][1]
    assert Identity.objects.count() == 1


def test_no_basis_is_a_fault() -> None:
    assert faults("name\nAda\n", basis=" ") == [(2, "There is no basis for calling this a public figure.")]


@pytest.mark.parametrize("erased", ["ADA  Marlow", "Q1", "A. Marlow"])
def test_an_erased_person_does_not_come_back(erased: str) -> None:
    Tombstone.objects.create(kind="identity", value=mark(erased), reason="asked for it")
    found = faults(HEAD + "Ada Marlow,A. Marlow,Q1,,,,\n")
    assert "erased" in found[0][1]


def test_approve_turns_a_proposed_identity_only() -> None:
    admin = factories.user(Role.ADMIN)
    bo = factories.identity("Bo", state="proposed", approved_at=None, public_figure_basis="")
    with pytest.raises(IdentityRefused, match="basis"):
        approve(bo, by=admin, basis=" ")
    approve(bo, by=admin, basis="singer")
    bo.refresh_from_db()
    assert (bo.state, bo.approved_by, bo.public_figure_basis) == ("approved", admin, "singer")
    with pytest.raises(IdentityRefused, match="already"):
        approve(bo, by=admin, basis="again")


def test_approve_refuses_the_erased() -> None:
    bo = factories.identity("Bo", state="proposed")
    Tombstone.objects.create(kind="identity", value=mark("bo"), reason="asked for it")
    with pytest.raises(IdentityRefused, match="erased"):
        approve(bo, by=factories.user(Role.ADMIN), basis="singer")


def test_named_finds_by_name_alias_and_slug_and_prefers_the_name() -> None:
    ada = factories.identity("Ada Marlow", aliases=["Bo"], slug="ada-marlow")
    bo = factories.identity("Bo")
    factories.identity("Zoe", state="retired")
    people = named(["ADA marlow", "ada-marlow", "Bo", "Zoe", "Nobody"])
    assert people.found == (ada, bo)
    assert people.missing == ("Zoe", "Nobody")


def run(tmp_path: Path, csv: str, by: str) -> None:
    (tmp_path / "people.csv").write_text(csv)
    call_command("import_identities", str(tmp_path / "people.csv"), "--approved-by", by, "--basis", "elected")


def test_command_reports_a_line_for_each_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    factories.user(Role.ADMIN, username="anna")
    factories.identity("Bo")
    run(tmp_path, "name\nAda\nBo\n", "anna")
    out = capsys.readouterr().out
    assert "line 2: Ada: created" in out
    assert "line 3: Bo: already there" in out
    assert "1 created, 1 already there." in out


def test_command_lists_the_faults_and_imports_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    factories.user(Role.ADMIN, username="anna")
    with pytest.raises(CommandError, match="nothing was imported, 1 fault"):
        run(tmp_path, "name,wikidata_id\nAda,\nBo,17\n", "anna")
    assert "line 3: The wikidata_id '17'" in capsys.readouterr().out
    with pytest.raises(CommandError, match="nothing was imported"):
        run(tmp_path, "nom\nAda\n", "anna")
    assert "The column name is missing" in capsys.readouterr().out
    assert not Identity.objects.exists()


def test_command_reads_no_more_than_a_list_of_people_can_be(capsys: pytest.CaptureFixture[str]) -> None:
    factories.user(Role.ADMIN, username="anna")
    with pytest.raises(CommandError, match="/dev/zero: nothing was imported"):
        call_command("import_identities", "/dev/zero", "--approved-by", "anna", "--basis", "elected")
    assert capsys.readouterr().out == "The file is larger than 20 MB.\n"


@pytest.mark.parametrize("by", ["nobody", "bert"])
def test_command_wants_an_admins_account(tmp_path: Path, by: str) -> None:
    factories.user(Role.REVIEWER, username="bert")
    with pytest.raises(CommandError, match=by):
        run(tmp_path, "name\nAda\n", by)
