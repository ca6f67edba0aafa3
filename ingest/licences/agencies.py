"""Signs that a picture is sold: whoever sells it has not given it away, whatever a page says."""

import re
from urllib.parse import urlsplit

HOSTS = (
    "gettyimages.com", "gettyimages.co.uk", "gettyimages.de", "istockphoto.com", "shutterstock.com", "alamy.com",
    "alamy.de", "stock.adobe.com", "depositphotos.com", "dreamstime.com", "123rf.com", "apimages.com",
    "reutersconnect.com", "imago-images.com", "imago-images.de", "picture-alliance.com", "afp.com", "afpforum.com",
    "epa.eu", "zumapress.com", "rexfeatures.com", "pa.media", "magnumphotos.com", "bridgemanimages.com",
    "akg-images.com",
)  # fmt: skip
NAMES = re.compile(
    r"\b(?:getty images|gettyimages|istock(?:photo)?|shutterstock|alamy|adobe stock|depositphotos|associated press"
    r"|reuters|agence france[- ]presse|picture[- ]alliance|imago images|zuma ?press|magnum photos"
    r"|bridgeman images|rex features)\b",
    re.IGNORECASE,
)
# Short names count only where a credit ends: "Jane Doe/AFP", "AP Photo/Jane Doe".
SHORT = re.compile(r"(?:^|/ ?)(?:AFP|EPA|dpa|PA Wire|WireImage)$|^AP Photo/|^AP$|via AP$")


def sells(url: str) -> bool:
    """True where this is an address of an agency."""
    try:
        host = (urlsplit(url.strip()).hostname or "").lower()
    except ValueError:
        return False
    return any(host == known or host.endswith(f".{known}") for known in HOSTS)


def agency_in(words: str) -> str:
    """The agency that a credit names, "" for none."""
    match = NAMES.search(words) or SHORT.search(words.strip())
    return match[0].strip("/ ") if match else ""
