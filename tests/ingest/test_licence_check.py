import pytest

from ingest.licence_check import Page, conclude
from ingest.licences import page_licence
from tests.ingest.crawling import BY, NC, ND, page

NO_PAGE = Page()
UNREADABLE = Page(problem="The source page cannot be read: The server answered 404.")


def says(*licences: str) -> Page:
    return Page(page_licence(page(*licences).body, "https://photos.example.org/1"))


@pytest.mark.parametrize(
    ("source", "ordered", "seen", "licence", "refusal", "is_hopeless"),
    [
        ("bing", None, says(BY), "CC-BY-4.0", "", False),
        ("bing", None, says(NC), "CC-BY-NC-4.0", "licence_nc", True),
        ("bing", None, says(ND), "CC-BY-ND-4.0", "licence_nd", True),
        ("bing", None, says(BY, NC), "", "licence_contradictory", True),
        ("bing", None, says(), "", "licence_unknown", False),
        ("bing", None, says("https://example.org/mine"), "", "licence_unknown", False),
        ("bing", None, says("https://flickr.com/commons/usage"), "LicenseRef-No-Known-Copyright", "licence_ask", False),
        ("bing", None, UNREADABLE, "", "licence_unknown", False),
        ("bing", None, NO_PAGE, "", "licence_unproved", False),
        ("urls", "CC-BY-4.0", NO_PAGE, "CC-BY-4.0", "licence_unproved", False),
        ("urls", "CC-BY-4.0", says(NC), "CC-BY-NC-4.0", "licence_nc", True),
        ("urls", "CC0-1.0", says(BY), "CC-BY-4.0", "", False),
        ("urls", "CC-BY-ND-4.0", says(BY), "CC-BY-ND-4.0", "licence_nd", True),
        ("urls", "CC-BY-4.0", UNREADABLE, "CC-BY-4.0", "licence_unknown", False),
        ("folder", "CC0-1.0", NO_PAGE, "CC0-1.0", "", False),
        ("folder", None, NO_PAGE, "", "licence_unknown", False),
    ],
)
def test_conclude(source: str, ordered: str | None, seen: Page, licence: str, refusal: str, is_hopeless: bool) -> None:
    conclusion = conclude(source, ordered, seen)
    assert (conclusion.licence, conclusion.refusal, conclusion.is_hopeless) == (licence, refusal, is_hopeless)
    assert bool(conclusion.detail) == bool(refusal)
