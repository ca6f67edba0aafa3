import pytest

from ingest.evidence import said_by_page
from ingest.licences import ALL_RIGHTS_RESERVED, MTF, NO_KNOWN_COPYRIGHT, Conclusion, Said, page_licence, weigh
from ingest.licences.weighing import weigh_file
from tests.ingest.crawling import BY, NC, ND, page

NKC = "https://flickr.com/commons/usage"
TERMS = "https://example.org/mine"
FREE, ANY = Said("filter", words="commercial,modify"), Said("filter", words="any")
SIGN = Said("seller", place="XMP plus:LicensorURL", words="https://agency.example/1")


def order(spdx: str) -> Said:
    return Said("order", spdx)


def api(spdx: str) -> Said:
    return Said("api", spdx)


def says(*licences: str) -> list[Said]:
    where = "https://photos.example.org/1"
    return said_by_page(page_licence(page(*licences).body, where), where)


@pytest.mark.parametrize(
    ("said", "outcome", "licence", "code"),
    [
        ([FREE, *says(BY)], "proved", "CC-BY-4.0", ""),
        ([ANY, *says(NC)], "refused", "CC-BY-NC-4.0", "licence_nc"),
        ([*says(ND)], "refused", "CC-BY-ND-4.0", "licence_nd"),
        ([*says(ND, NC)], "refused", "CC-BY-ND-4.0", "licence_nd"),
        # The page differs from a promise, or from itself.
        ([FREE, *says(NC)], "held", "CC-BY-NC-4.0", "licence_contradictory"),
        ([FREE, *says(ND)], "held", "CC-BY-ND-4.0", "licence_contradictory"),
        ([order("CC-BY-4.0"), *says(NC)], "held", "CC-BY-NC-4.0", "licence_contradictory"),
        ([order("CC-BY-NC-4.0"), *says(BY)], "held", "CC-BY-4.0", "licence_contradictory"),
        ([*says(BY, NC)], "held", "", "licence_contradictory"),
        ([*says(BY, TERMS)], "held", "", "licence_contradictory"),
        # Both are free: the page knows better than the list.
        ([order("CC0-1.0"), *says(BY)], "proved", "CC-BY-4.0", ""),
        ([order("CC-BY-NC-4.0"), *says(NC)], "refused", "CC-BY-NC-4.0", "licence_nc"),
        ([order("CC-BY-NC-4.0")], "refused", "CC-BY-NC-4.0", "licence_nc"),
        # Nobody who could prove it says anything.
        ([FREE, *says()], "unproved", "", "licence_unproved"),
        ([*says(TERMS)], "unproved", "", "licence_unproved"),
        ([*says(TERMS, "https://example.org/legal")], "unproved", "", "licence_unproved"),
        ([order("CC-BY-4.0")], "unproved", "CC-BY-4.0", "licence_unproved"),
        ([], "unproved", "", "licence_unproved"),
        # APIs prove.
        ([api("CC-BY-SA-2.0")], "proved", "CC-BY-SA-2.0", ""),
        ([FREE, api("NOASSERTION"), *says(BY)], "proved", "CC-BY-4.0", ""),
        ([api("CC-BY-NC-2.0")], "refused", "CC-BY-NC-2.0", "licence_nc"),
        ([order("CC-BY-2.0"), api("CC-BY-NC-2.0")], "held", "CC-BY-NC-2.0", "licence_contradictory"),
        ([api(ALL_RIGHTS_RESERVED)], "refused", ALL_RIGHTS_RESERVED, "licence_all_rights_reserved"),
        # Neither taken nor refused.
        ([*says(NKC)], "held", NO_KNOWN_COPYRIGHT, "licence_ask"),
        ([api("GFDL-1.2-or-later")], "held", "GFDL-1.2-or-later", "licence_ask"),
        ([api("LicenseRef-CC-BY")], "held", "LicenseRef-CC-BY", "licence_ask"),
        ([api("LicenseRef-CC-BY-NC")], "refused", "LicenseRef-CC-BY-NC", "licence_nc"),
        # Sold.
        ([*says(BY), SIGN], "held", "CC-BY-4.0", "licence_sold"),
        ([*says(), SIGN], "held", "", "licence_sold"),
        ([*says(NC), SIGN], "refused", "CC-BY-NC-4.0", "licence_nc"),
    ],
)
def test_what_was_said_before_the_picture_is_fetched(said: list[Said], outcome: str, licence: str, code: str) -> None:
    found = weigh(said, MTF)
    assert (found.outcome, found.licence, found.code) == (outcome, licence, code)
    assert bool(found.detail) == (outcome != "proved")


def test_the_operator_of_a_folder_vouches_and_nobody_else() -> None:
    assert weigh([order("CC0-1.0")], MTF, operator_vouches=True) == Conclusion("proved", "CC0-1.0")
    assert weigh([order("CC0-1.0")], MTF).outcome == "unproved"
    assert weigh([], MTF, operator_vouches=True).outcome == "unproved"


def test_a_page_that_cannot_be_read_is_told() -> None:
    found = weigh([order("CC-BY-4.0")], MTF, problem="The server answered 404.")
    assert found == Conclusion("unproved", "CC-BY-4.0", "licence_unknown", "The server answered 404.")


PROVED, UNPROVED = Conclusion("proved", "CC-BY-4.0"), Conclusion("unproved", "", "", "no page")


def file(spdx: str, words: str = "words") -> Said:
    return Said("embedded", spdx, place="EXIF Copyright", words=words)


@pytest.mark.parametrize(
    ("before", "said", "outcome", "licence", "code"),
    [
        (PROVED, [], "proved", "CC-BY-4.0", ""),
        (PROVED, [file("NOASSERTION", "© Jane Doe")], "proved", "CC-BY-4.0", ""),
        (PROVED, [file("CC-BY-4.0")], "proved", "CC-BY-4.0", ""),
        (PROVED, [file("LicenseRef-CC-BY")], "proved", "CC-BY-4.0", ""),
        (PROVED, [file("LicenseRef-CC-BY-NC")], "held", "CC-BY-4.0", "licence_in_file"),
        (PROVED, [file("CC-BY-SA-4.0")], "held", "CC-BY-4.0", "licence_in_file"),
        (PROVED, [file(ALL_RIGHTS_RESERVED)], "held", "CC-BY-4.0", "licence_in_file"),
        (PROVED, [SIGN], "held", "CC-BY-4.0", "licence_sold"),
        (UNPROVED, [], "unproved", "", ""),
        (UNPROVED, [file("CC-BY-4.0")], "unproved", "CC-BY-4.0", ""),
        (UNPROVED, [file("CC-BY-4.0"), file("CC-BY-NC-4.0")], "unproved", "", ""),
        (UNPROVED, [file(ALL_RIGHTS_RESERVED)], "refused", ALL_RIGHTS_RESERVED, "licence_all_rights_reserved"),
        (UNPROVED, [SIGN], "held", "", "licence_sold"),
    ],
)
def test_what_the_file_says_of_itself(
    before: Conclusion, said: list[Said], outcome: str, licence: str, code: str
) -> None:
    found = weigh_file(before, said, MTF)
    assert (found.outcome, found.licence, found.code) == (outcome, licence, code)
