from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ingest.csv_input import CsvError
from ingest.identity_csv import IdentityRow, read_identities_csv
from ingest.network import GuardedSession
from ingest.sources import SOURCES
from ingest.sources.base import Hit, Query, SourceError
from ingest.sources.folder import scan_folder
from ingest.sources.urls import UrlRow, read_urls_csv

HEADER = "identity,image_url,page_url,licence_url,creator\n"
ADA = "Ada Lovelace,https://p.example/a.jpg,https://p.example/a,https://creativecommons.org/licenses/by/4.0/,Ann\n"
BY = "https://creativecommons.org/licenses/by/4.0/"


def problems(read: Callable[[Any], Any], data: str | bytes) -> list[tuple[int, str]]:
    with pytest.raises(CsvError) as caught:
        read(data)
    assert all(message in str(caught.value) for _, message in caught.value.problems)
    return caught.value.problems


class TestUrlsCsv:
    def test_rows_are_read_in_any_order_of_columns(self) -> None:
        data = "creator,identity,licence_url,page_url,image_url\nAnn, Ada Lovelace ,,,https://p.example/a.jpg\n"
        assert read_urls_csv(data) == [UrlRow(2, "Ada Lovelace", "https://p.example/a.jpg", "", "", "Ann")]

    def test_byte_order_mark_crlf_blank_lines_and_quotes(self) -> None:
        lines = ["\ufeff" + HEADER.strip(), "", ",,,,", 'Ada,https://p.example/1.jpg,,,"Ann,', 'and Bea"', ""]
        lines += ["Ada,https://p.example/2.jpg,,,é"]
        rows = read_urls_csv("\r\n".join(lines).encode())
        assert [(row.line, row.creator) for row in rows] == [(4, "Ann,\r\nand Bea"), (7, "é")]

    def test_unknown_licence_is_recorded(self) -> None:
        assert read_urls_csv(f"{HEADER}Ada,https://p.example/a.jpg,,https://p.example/terms,\n")[0].licence_url

    def test_every_faulty_line_is_listed(self) -> None:
        data = HEADER + ADA + ",https://p.example/b.jpg,,,\nBo,,,,\nCy,ftp://p.example/c.jpg,x,,\nDi,a,b\n"
        assert [line for line, _ in problems(read_urls_csv, data)] == [6]
        found = problems(read_urls_csv, data.replace("Di,a,b\n", ""))
        assert [(line, message.partition(" is ")[0]) for line, message in found] == [
            (3, "The identity"),
            (4, "The image_url"),
            (5, "The image_url"),
            (5, "The page_url"),
        ]

    def test_same_picture_twice_for_one_identity_is_an_error(self) -> None:
        data = HEADER + ADA + ADA.replace("Ada", "Bo") + ADA.replace("Ada", "ADA")
        assert problems(read_urls_csv, data) == [(4, "The same identity and image_url as line 2.")]

    @pytest.mark.parametrize(
        ("data", "line", "words"),
        [
            ("", 0, "empty"),
            ("\n\n", 0, "empty"),
            (HEADER, 0, "no rows"),
            (HEADER.replace("creator", "author") + ADA, 1, "creator is missing"),
            (HEADER.replace("creator", "author") + ADA, 1, "Unknown column 'author'"),
            (HEADER.replace("creator", "Creator") + ADA, 1, "creator is missing"),
            (HEADER.replace("\n", ",creator\n") + ADA, 1, "2 times"),
            (HEADER.replace(",", ";") + ADA.replace(",", ";"), 1, "commas"),
            (HEADER.encode() + b"Bj\xf6rk,https://p.example/a.jpg,,,\n", 2, "UTF-8"),
            (f"{HEADER}A\0da,https://p.example/a.jpg,,,\n", 2, "zero byte"),
            (f'{HEADER}{ADA}"Ada,https://p.example/b.jpg,,,\n', 3, "CSV"),
        ],
    )
    def test_file_that_is_refused(self, data: str | bytes, line: int, words: str) -> None:
        assert any(at == line and words in message for at, message in problems(read_urls_csv, data))

    def test_source_answers_the_rows_of_the_identity(self) -> None:
        data = HEADER + ADA + "Bo,https://p.example/b.jpg,,,\nCountess,https://p.example/c.jpg,,,\n"
        query = Query("ada lovelace", ("Countess",), parameters={"csv": data})
        hits = list(SOURCES["urls"].discover(query, GuardedSession("t")))
        assert [(hit.image_url[-5:], hit.rank, hit.evidence) for hit in hits] == [
            ("a.jpg", 1, {"csv_line": "2"}),
            ("c.jpg", 2, {"csv_line": "4"}),
        ]
        assert (hits[0].licence_url, hits[0].creator, hits[0].page_url) == (BY, "Ann", "https://p.example/a")

    def test_source_says_what_is_wrong_with_the_list(self) -> None:
        with pytest.raises(SourceError, match="The file is empty"):
            list(SOURCES["urls"].discover(Query("Ada"), GuardedSession("t")))


class TestIdentitiesCsv:
    def test_all_columns(self) -> None:
        data = "name,aliases,wikidata_id,birth_date,race,gender,basis\n"
        data += " Ada  Lovelace ,Countess| A. L. ||Countess,Q7259,1815-12-10,White,female,Wrote programs\n"
        assert read_identities_csv(data) == [
            IdentityRow(
                line=2,
                name="Ada Lovelace",
                aliases=("Countess", "A. L."),
                wikidata_id="Q7259",
                birth_date=date(1815, 12, 10),
                birth_precision="day",
                race="White",
                gender="female",
                basis="Wrote programs",
            )
        ]

    def test_name_is_enough(self) -> None:
        assert read_identities_csv("name\nAda\nBo\n") == [IdentityRow(2, "Ada"), IdentityRow(3, "Bo")]

    @pytest.mark.parametrize(
        ("text", "born", "precision"),
        [("1960", date(1960, 1, 1), "year"), ("1960-07", date(1960, 7, 1), "month"), ("", None, "")],
    )
    def test_birth_date_keeps_its_precision(self, text: str, born: date | None, precision: str) -> None:
        row = read_identities_csv(f"name,birth_date\nAda,{text}\n")[0]
        assert (row.birth_date, row.birth_precision) == (born, precision)

    def test_half_bad_file_lists_every_line(self) -> None:
        rows = [
            "name,wikidata_id,birth_date",
            "Ada,Q1,1815",
            ",Q2,",
            "Bo,7259,",
            "Cy,Q3,10.12.1815",
            "Di,Q4,1990-02-30",
        ]
        rows += ["Ed,Q5,2999", "Flo,Q6,1815-1", " ada ,Q7,", "Gus,Q1,", f"{'x' * 201},,"]
        found = problems(read_identities_csv, "\n".join(rows))
        assert [line for line, _ in found] == [3, 4, 5, 6, 7, 8, 9, 10, 11]
        assert (9, "The same name as line 2.") in found
        assert (10, "The same wikidata_id as line 2.") in found

    def test_children_are_refused_row_by_row(self) -> None:
        year = date.today().year
        born = [f"{year - 17}-01-01", f"{year - 18}", f"{year - 18}-12-31", f"{year - 1}-02", f"{year - 19}", ""]
        text = "name,birth_date\n" + "".join(f"Person {n},{one}\n" for n, one in enumerate(born))
        child = "Under 18, or may be, by the birth_date."
        if date.today() == date(year, 12, 31):  # then everybody of that year has grown up
            assert problems(read_identities_csv, text) == [(line, child) for line in (2, 5)]
        else:
            assert problems(read_identities_csv, text) == [(line, child) for line in (2, 3, 4, 5)]

    def test_wrong_column_is_named(self) -> None:
        assert problems(read_identities_csv, "name,sex\nAda,f\n")[0][1].startswith("Unknown column 'sex'")

    def test_several_columns_joined_by_semicolons_get_a_hint(self) -> None:
        assert "commas" in problems(read_identities_csv, "name;race\nAda;White\n")[0][1]


class TestFolder:
    @pytest.fixture
    def root(self, tmp_path: Path) -> Path:
        for name in ("Ada_Lovelace/2.PNG", "Ada_Lovelace/1.jpg", "Ada_Lovelace/notes.txt", "Bo/b.webp"):
            path = tmp_path / "root" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"x")
        return tmp_path / "root"

    def test_scan_is_sorted_and_names_people(self, root: Path) -> None:
        scan = scan_folder(root)
        assert [(hit.identity_name, hit.path.name) for hit in scan.hits] == [
            ("Ada Lovelace", "1.jpg"),
            ("Ada Lovelace", "2.PNG"),
            ("Bo", "b.webp"),
        ]
        assert scan.identity_names == ("Ada Lovelace", "Bo")
        assert [(item.path.name, item.reason) for item in scan.ignored] == [("notes.txt", "not a picture")]

    def test_scan_does_not_leave_the_folder(self, root: Path, tmp_path: Path) -> None:
        (tmp_path / "secret").mkdir()
        (tmp_path / "secret" / "s.jpg").write_bytes(b"x")
        (root / "Bo" / "link.jpg").symlink_to(tmp_path / "secret" / "s.jpg")
        (root / "Cy").symlink_to(tmp_path / "secret")
        (root / "Bo" / "broken.jpg").symlink_to(root / "nowhere.jpg")
        (root / "loose.jpg").write_bytes(b"x")
        (root / "Bo" / "deep").mkdir()
        (root / "Bo" / "deep" / "d.jpg").write_bytes(b"x")
        scan = scan_folder(root)
        assert [hit.path.name for hit in scan.hits] == ["1.jpg", "2.PNG", "b.webp"]
        assert {item.path.name: item.reason for item in scan.ignored} == {
            "notes.txt": "not a picture",
            "broken.jpg": "not a picture",
            "link.jpg": "leads out of the folder",
            "Cy": "leads out of the folder",
            "loose.jpg": "not in a folder of an identity",
            "d.jpg": "not in a folder of an identity",
        }

    @pytest.mark.parametrize("name", ["", "absent", "root/Ada_Lovelace/1.jpg", "root/Ada_Lovelace", "empty"])
    def test_folder_without_pictures_is_an_error(self, root: Path, tmp_path: Path, name: str) -> None:
        (tmp_path / "empty").mkdir()
        with pytest.raises(SourceError, match=r"There is no folder|holds no pictures"):
            scan_folder(tmp_path / name if name else "")

    def discover(self, root: Path, **parameters: str) -> list[Hit]:
        query = Query("ada lovelace", parameters={"root": str(root), **parameters})
        return list(SOURCES["folder"].discover(query, GuardedSession("t")))

    def test_source_states_licence_and_creator_of_every_picture(self, root: Path) -> None:
        hits = self.discover(root, licence="cc-by-4.0", creator="Ann")
        assert [hit.image_url for hit in hits] == [
            (root / "Ada_Lovelace" / name).resolve().as_uri() for name in ("1.jpg", "2.PNG")
        ]
        assert {(hit.licence_url, hit.creator, hit.evidence["licence"]) for hit in hits} == {(BY, "Ann", "CC-BY-4.0")}
        assert self.discover(root)[0].licence_url == ""

    def test_source_refuses_a_licence_that_is_none(self, root: Path) -> None:
        with pytest.raises(SourceError, match="'free' is neither"):
            self.discover(root, licence="free")
