"""Strings and addresses as they stand in APIs, pages and files, and the licence each of them names."""

import pytest

from ingest.licences import (
    ALL_RIGHTS_RESERVED,
    NO_KNOWN_COPYRIGHT,
    PUBLIC_DOMAIN,
    US_GOV_WORK,
    licence_in_words,
    licences_in_words,
    parse_licence_url,
    read_licence,
)

CC = "creativecommons.org"
TABLE = [
    # Addresses, as pages and files write them.
    (f"http://{CC}/licenses/by/2.0/deed.en", "CC-BY-2.0"),
    (f"https://{CC}/licenses/by-sa/4.0/legalcode", "CC-BY-SA-4.0"),
    (f"https://{CC}/licenses/by-sa/4.0/deed.zh-hant", "CC-BY-SA-4.0"),
    (f"//{CC}/licenses/by-nc/2.0/", "CC-BY-NC-2.0"),
    (f"https://www.{CC}/licenses/by-nc-sa/3.0/us/", "LicenseRef-CC-BY-NC-SA-3.0-US"),
    (f"https://{CC}/licenses/by/3.0/igo/", "CC-BY-3.0-IGO"),
    (f"https://{CC}/licenses/by-sa/3.0/de/deed.de", "CC-BY-SA-3.0-DE"),
    (f"https://{CC}/licenses/by-sa/2.0/fr/", "LicenseRef-CC-BY-SA-2.0-FR"),
    (f"https://{CC}/licenses/by-nd/2.0/uk/", "LicenseRef-CC-BY-ND-2.0-UK"),
    (f"https://{CC}//licenses/by/4.0//", "CC-BY-4.0"),
    (f"https://{CC}/publicdomain/zero/1.0/deed.en", "CC0-1.0"),
    (f"https://{CC}/publicdomain/zero/1.0/legalcode.txt", "CC0-1.0"),
    (f"https://{CC}/publicdomain/mark/1.0/", "CC-PDM-1.0"),
    ("http://www.usa.gov/copyright.shtml", US_GOV_WORK),
    ("https://www.flickr.com/commons/usage/", NO_KNOWN_COPYRIGHT),
    ("https://rightsstatements.org/page/InC/1.0/?language=en", ALL_RIGHTS_RESERVED),
    ("https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/", "OGL-UK-3.0"),
    ("https://www.gnu.org/copyleft/fdl.html", "GFDL-1.3-or-later"),
    ("http://artlibre.org/licence/lal/en", "LAL-1.3"),
    # Commons: codes and short names.
    ("cc-by-sa-4.0", "CC-BY-SA-4.0"),
    ("cc-by-2.0", "CC-BY-2.0"),
    ("cc-by-sa-3.0-de", "CC-BY-SA-3.0-DE"),
    ("cc-by-3.0-br", "LicenseRef-CC-BY-3.0-BR"),
    ("cc-zero", "CC0-1.0"),
    ("cc0", "CC0-1.0"),
    ("pd", PUBLIC_DOMAIN),
    ("Public domain", PUBLIC_DOMAIN),
    ("PD-USGov", US_GOV_WORK),
    ("PD-USGov-Military-Navy", US_GOV_WORK),
    ("CC BY-SA 4.0", "CC-BY-SA-4.0"),
    ("CC BY 2.0 FR", "LicenseRef-CC-BY-2.0-FR"),
    ("CC BY-SA 3.0 igo", "CC-BY-SA-3.0"),  # after a space only capitals are a port
    ("CC BY-SA 3.0 IGO", "CC-BY-SA-3.0-IGO"),
    ("FAL", "LAL-1.3"),
    ("GFDL", "GFDL-1.2-or-later"),
    ("OGL 3", None),
    ("OGL3", "OGL-UK-3.0"),
    # Words of people.
    ("CC BY 4.0", "CC-BY-4.0"),
    ("CC-BY", "LicenseRef-CC-BY"),
    ("Licensed under CC BY-NC", "LicenseRef-CC-BY-NC"),
    ("CC BY NC ND 2.5", "CC-BY-NC-ND-2.5"),
    ("cc_by_sa_3.0", "CC-BY-SA-3.0"),
    ("Photo: Jane Doe, CC BY 2.0 in print and online", "CC-BY-2.0"),
    ("Creative Commons Attribution 4.0 International", "CC-BY-4.0"),
    ("Creative Commons Attribution-ShareAlike 3.0 Unported", "CC-BY-SA-3.0"),
    ("Creative Commons Attribution-Share Alike 3.0 Germany", "CC-BY-SA-3.0-DE"),
    ("Creative Commons Attribution-NonCommercial-NoDerivs 2.0 Generic", "CC-BY-NC-ND-2.0"),
    ("Creative Commons Attribution-NonCommercial 4.0 International License", "CC-BY-NC-4.0"),
    ("Creative Commons Attribution License", "LicenseRef-CC-BY"),
    ("Creative Commons Zero, Public Domain Dedication", None),  # CC0 and PDDC: two names
    ("CC0 1.0 Universal", "CC0-1.0"),
    ("Public Domain Mark 1.0", "CC-PDM-1.0"),
    ("This image is in the public domain.", PUBLIC_DOMAIN),
    ("Not in the public domain", None),
    ("A work of the U.S. federal government, public domain", US_GOV_WORK),
    ("No known copyright restrictions", NO_KNOWN_COPYRIGHT),
    ("Open Government Licence v3.0", "OGL-UK-3.0"),
    ("GNU Free Documentation License", "GFDL-1.2-or-later"),
    ("© 2019 Jane Doe. All rights reserved.", ALL_RIGHTS_RESERVED),
    ("ALL RIGHTS RESERVED", ALL_RIGHTS_RESERVED),
    ("Alle Rechte vorbehalten", ALL_RIGHTS_RESERVED),
    ("Tous droits réservés", ALL_RIGHTS_RESERVED),
    ("Some rights reserved", None),
    ("No rights reserved", None),
    ("© Jane Doe", None),
    ("(c) Jane Doe 2020", None),
    ("cc: the mayor", None),
    ("free", None),
    ("", None),
    (f"Jane Doe, https://{CC}/licenses/by/4.0/.", "CC-BY-4.0"),
    (f"see {CC}/licenses/by-nd/4.0", "CC-BY-ND-4.0"),
    (f"https://evil.example/{CC}/licenses/by/4.0/", None),
    ("GFDL and CC BY-SA 3.0", None),  # two
]


@pytest.mark.parametrize(("text", "spdx"), TABLE)
def test_what_stands_somewhere_names_one_licence(text: str, spdx: str | None) -> None:
    assert licence_in_words(text) == spdx


def test_the_table_is_as_long_as_it_should_be() -> None:
    assert len({text for text, _ in TABLE}) >= 60


def test_addresses_are_read_by_their_path_alone() -> None:
    for text, spdx in TABLE[:19]:
        assert parse_licence_url(text) == spdx


def test_several_licences_in_one_text_are_all_found() -> None:
    both = licences_in_words("CC BY-SA 3.0, GNU Free Documentation License")
    assert set(both) == {"CC-BY-SA-3.0", "GFDL-1.2-or-later"}
    assert set(licences_in_words("© Jane, all rights reserved. CC BY 4.0")) == {"CC-BY-4.0", ALL_RIGHTS_RESERVED}


@pytest.mark.parametrize(
    ("text", "spdx"), [("CC BY-SA 4.0", "CC-BY-SA-4.0"), ("cc by 2.0 FR", "LicenseRef-CC-BY-2.0-FR")]
)
def test_an_order_may_use_short_names_with_their_version(text: str, spdx: str) -> None:
    assert read_licence(text) == spdx
