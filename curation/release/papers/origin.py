"""Where the photos come from: the web, folders that the makers had, or both."""

from curation.release.papers.facts import Facts
from curation.release.papers.text import counted, escaped, listed

FOLDER = "folder"  # the source that is no site


def origin(facts: Facts) -> str:
    found = facts.counted.sources
    web = [escaped(name) for name in found if name != FOLDER]
    by_way = f"published on the web by others, and found for the person by way of {listed(web)}"
    theirs = "taken from folders that the makers had, one for each person"
    if FOLDER not in found:
        return f"The photos were {by_way}."
    if not web:
        return f"The photos were {theirs}."
    return f"The photos of {counted(found[FOLDER].images, 'image', 'images')} were {theirs}; all others were {by_way}."


def held(facts: Facts) -> str:
    """Who vouches for what no site says."""
    if FOLDER not in facts.counted.sources:
        return ""
    return f" (`{FOLDER}`: pictures that the makers had, under a licence and of a creator that they state)"


def days(first: str, last: str) -> str:
    return f"on {first}" if first == last else f"from {first} to {last}"
