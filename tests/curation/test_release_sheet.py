"""The answers of the release sheet in the database and as a file."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from curation.models import SheetAnswer
from curation.release import answers, sheet
from tests import factories
from tests.curation import sheets

pytestmark = pytest.mark.django_db
NASTY = 'Über "quotes" \\ back\tslash, ünï 明 𝄞, \u202e' + "\n\n'''\n[law]\nx = 1"


def run(*args: str) -> str:
    out = io.StringIO()
    call_command("release_sheet", *args, stdout=out)
    return out.getvalue()


def test_an_answer_is_kept_once_with_who_gave_it_and_empty_takes_it_back() -> None:
    ada, bo = factories.user(), factories.user()
    assert answers.save({"citation.title": " Faces ", "uses.other": "Many."}, by=ada) == 2
    assert answers.save({"citation.title": "Faces", "uses.other": "Few."}, by=bo) == 1
    kept = {row.code: (row.text, row.answered_by) for row in SheetAnswer.objects.all()}
    assert kept == {"citation.title": ("Faces", ada), "uses.other": ("Few.", bo)}
    assert answers.save({"citation.title": "  "}, by=bo) == 1
    assert answers.answers() == {"uses.other": "Few."}


def test_one_bad_answer_keeps_none() -> None:
    with pytest.raises(sheet.AnswerError):
        answers.save({"uses.other": "Few.", "citation.contact": "nobody"}, by=None)
    assert answers.answers() == {}


def test_the_database_keeps_one_answer_a_question_and_none_that_is_empty() -> None:
    now = timezone.now()
    SheetAnswer.objects.create(code="uses.other", text="Few.", answered_at=now)
    for code, text in (("uses.other", "Many."), ("uses.impact", " \n")):
        with pytest.raises(IntegrityError, match="sheetanswer_"), transaction.atomic():
            SheetAnswer.objects.create(code=code, text=text, answered_at=now)


def test_a_sheet_goes_out_as_a_file_and_comes_back_the_same(tmp_path: Path) -> None:
    sheets.fill()
    answers.save({"motivation.comments": NASTY}, by=None)
    before = answers.answers()
    assert "0 are missing" in run("--export", str(tmp_path / "sheet.toml"))
    SheetAnswer.objects.all().delete()
    ada = factories.user(username="ada")
    told = run("--import", str(tmp_path / "sheet.toml"), "--by", "ada")
    assert told == f"{len(before)} answers changed; 0 are missing before a release can be frozen.\n"
    assert answers.answers() == before
    assert set(SheetAnswer.objects.values_list("answered_by", flat=True)) == {ada.pk}


def test_an_empty_sheet_names_every_question_and_its_choices(tmp_path: Path) -> None:
    run("--export", str(tmp_path / "sheet.toml"))
    written = (tmp_path / "sheet.toml").read_text()
    assert written.count(' = ""\n') == len(sheet.QUESTIONS)
    assert "# For what purpose was the dataset created? (required)\n" in written
    assert "One of: consent, contract," in written
    assert answers.from_toml(written.encode()) == dict.fromkeys(sheet.BY_CODE, "")


def test_an_import_takes_all_or_nothing_and_says_all_that_is_wrong(tmp_path: Path) -> None:
    answers.save({"uses.other": "Few."}, by=None)
    file = tmp_path / "sheet.toml"
    file.write_text('top = "x"\n[uses]\nother = "Many."\nimpact = 7\n[law]\nbasis = "so"\n[citation]\ncolour = "x"\n')
    with pytest.raises(CommandError) as refusal:
        run("--import", str(file))
    lines = str(refusal.value).split("\n")
    assert lines[0] == "No answer was taken."
    assert [line.split(":")[0] for line in lines[1:]] == ["top.", "uses.impact", "law.basis", "citation.colour"]
    assert answers.answers() == {"uses.other": "Few."}


@pytest.mark.parametrize("data", [b"[uses\n", b"\xff\xfe"])
def test_what_is_no_toml_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "sheet.toml").write_bytes(data)
    with pytest.raises(CommandError, match="no TOML file"):
        run("--import", str(tmp_path / "sheet.toml"))


def test_an_export_overwrites_nothing_and_strangers_and_missing_files_are_one_error(tmp_path: Path) -> None:
    (tmp_path / "sheet.toml").write_text("mine")
    with pytest.raises(CommandError, match="File exists"):
        run("--export", str(tmp_path / "sheet.toml"))
    assert (tmp_path / "sheet.toml").read_text() == "mine"
    with pytest.raises(CommandError, match="No such file"):
        run("--import", str(tmp_path / "other.toml"))
    with pytest.raises(CommandError, match="There is no account “zoe”"):
        run("--import", str(tmp_path / "sheet.toml"), "--by", "zoe")
