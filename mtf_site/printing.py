"""Text from anywhere, fit to be shown on a terminal."""


def printable(text: str) -> str:
    """On one line and fit for any terminal: file names may hold line ends, and bytes that are not UTF-8."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
