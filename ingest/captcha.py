"""Does this page ask us to prove that we are human, where something else was wanted?"""

import re

HEAD_BYTES = 200_000

# The titles of the pages that the well-known guards put in the place of the one asked for.
TITLE = re.compile(
    rb"<title[^>]*>\s*(?:just a moment\b|attention required|access to this page has been denied|pardon our interruption"
    rb"|are you (?:a )?(?:human|robot)|robot check|security check|human verification|verify(?:ing)? you are"
    rb"|captcha|please verify|one more step|ddos-guard|checking your browser)",
    re.IGNORECASE,
)
# Machinery that stands on such pages only. A captcha's script alone is no sign: comment forms load it too.
MACHINERY = re.compile(
    rb"_cf_chl_opt|id=[\"']challenge-form|px-captcha|captcha-delivery\.com|incapsula incident id"
    rb"|unusual traffic from your (?:computer )?network",
    re.IGNORECASE,
)
# Words that a comment form may hold as well: they count where the page says little else.
WORDS = re.compile(
    rb"captcha|not a (?:ro)?bot|(?:you are|you.{1,6}re) (?:a )?human|are you (?:a )?(?:human|robot)", re.IGNORECASE
)
UNSEEN = re.compile(rb"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.IGNORECASE | re.DOTALL)
LITTLE = 600  # bytes


def is_captcha(page: bytes) -> bool:
    """True for a page of HTML that is a guard's question to us."""
    head = page[:HEAD_BYTES]
    if TITLE.search(head) or MACHINERY.search(head):
        return True
    said = b" ".join(UNSEEN.sub(b" ", head).split())
    return len(said) < LITTLE and bool(WORDS.search(said))
