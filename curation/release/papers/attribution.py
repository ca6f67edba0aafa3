"""Who made each photo, under which licence: ATTRIBUTION.csv and .md, row by row from the columns of metadata.csv."""

import csv
import io
from collections.abc import Iterable, Mapping

from curation.release.papers.text import escaped, link, one_line
from ingest.licences import attribution_line, licence_name

CSV, MARKDOWN = "ATTRIBUTION.csv", "ATTRIBUTION.md"
HEADER = ("id", "credited_to", "page", "licence", "licence_name", "licence_url", "modification", "attribution")
FORMULA = tuple("=+-@\t\r|%")
ABOUT = """# Attribution

Every image with the one who made the photo, its source and its licence. Name them wherever you show an image; the
same as a table is in `ATTRIBUTION.csv`. The texts of the licences are in `LICENSES/`. Each image was cropped from its
photo, turned upright, converted to sRGB, made smaller where it was large, and encoded anew without metadata; nothing
else was changed.

"""
Row = Mapping[str, str]


def head() -> bytes:
    return _csv_line(HEADER)


def csv_row(row: Row) -> bytes:
    """Columns of other names than those of metadata.csv are not told word for word."""
    told = {
        **row,
        "credited_to": _harmless(row["creator"]),
        "page": _harmless(row["source_page"]),
        "licence_name": licence_name(row["licence"]),
        "attribution": line(row),
    }
    return _csv_line([told[name] for name in HEADER])


def _csv_line(values: Iterable[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(values)
    return text.getvalue().encode()


def _harmless(value: str) -> str:
    """A spreadsheet would reckon what begins like a formula: an apostrophe before it makes it a text."""
    value = one_line(value)
    return f"'{value}" if value.startswith(FORMULA) else value


def line(row: Row) -> str:
    """The credit in plain text; of what asks for none, where it comes from all the same."""
    credit = attribution_line("", row["creator"], row["source_page"], row["licence"], row.get("modification", ""))
    if credit:
        return one_line(credit)
    by = f" by {one_line(row['creator'])}" if row["creator"].strip() else ""
    parts = [f"Photograph{by}", row["source_page"], licence_name(row["licence"]), row.get("modification", "")]
    return one_line(", ".join(part for part in parts if part))


def markdown_row(row: Row) -> bytes:
    by = f"by {escaped(row['creator'])}" if row["creator"].strip() else "by an author who is not named"
    photo = link("Photograph", row["source_page"])
    parts = [f"{photo} {by}", link(licence_name(row["licence"]), row["licence_url"]), row.get("modification", "")]
    return f"- `{row['id']}`: {', '.join(part for part in parts if part)}\n".encode()
