import pytest

from ingest.licences import attribution_html, attribution_line

PAGE = "https://photos.example/p/1"


def test_the_line_names_title_author_source_licence_and_change() -> None:
    assert attribution_line("Ada at the fair", "J. Okafor", PAGE, "CC-BY-SA-4.0") == (
        "“Ada at the fair” by J. Okafor, https://photos.example/p/1, "
        "CC BY-SA 4.0 (https://creativecommons.org/licenses/by-sa/4.0/), cropped"
    )


def test_what_is_missing_is_said_to_be_missing() -> None:
    line = attribution_line(" ", "", "", "LicenseRef-CC-BY-2.0-FR", modified="")
    assert line == (
        "Photograph by an author who is not named, CC BY 2.0 FR (https://creativecommons.org/licenses/by/2.0/fr/)"
    )
    assert attribution_line("A", "B", "file:///srv/a.jpg", "OGL-UK-3.0").startswith("“A” by B, OGL-UK-3.0 (https://")


@pytest.mark.parametrize("spdx", ["CC0-1.0", "CC-PDM-1.0", "LicenseRef-US-Gov-Work", "LicenseRef-Public-Domain"])
def test_what_needs_no_attribution_gets_none(spdx: str) -> None:
    assert attribution_line("A", "B", PAGE, spdx) == attribution_html("A", "B", PAGE, spdx) == ""


def test_the_html_form_links_and_escapes() -> None:
    html = attribution_html('<b>"Ada"</b>', "J & Co", PAGE, "CC-BY-4.0")
    assert html == (
        '<a href="https://photos.example/p/1" rel="noopener noreferrer" target="_blank">'
        "“&lt;b&gt;&quot;Ada&quot;&lt;/b&gt;”</a> by J &amp; Co, "
        '<a href="https://creativecommons.org/licenses/by/4.0/" rel="license noopener noreferrer" target="_blank">'
        "CC BY 4.0</a>, cropped"
    )


@pytest.mark.parametrize("url", ["javascript:alert(1)", 'https://x.example/"onload="x', "data:text/html,x", "//x"])
def test_only_a_web_address_becomes_a_link(url: str) -> None:
    html = attribution_html("A", "B", url, "CC-BY-4.0")
    assert html.startswith("“A” by B, <a href=")
    assert "onload" not in html + attribution_line("A", "B", url, "CC-BY-4.0")


def test_long_titles_are_cut() -> None:
    assert len(attribution_line("x" * 9000, "y" * 9000, "", "CC-BY-4.0")) < 800
