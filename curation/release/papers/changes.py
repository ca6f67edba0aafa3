"""What is other than in the parent: CHANGES.json with everything, CHANGES.md with the counts and some of it."""

from collections import Counter

from curation.release.papers.facts import Changes, Facts
from curation.release.papers.text import as_json, counted, escaped, table

SOME = 50  # changes that the readable one names
FIRST = "This is the first release: it has no parent, and nothing changed.\n"


def as_file(facts: Facts) -> str:
    found = facts.changes
    if found is None:
        return as_json({"parent": None})
    return as_json(
        {
            "parent": {"version": found.parent_version, "digest": found.parent_digest},
            "counts": dict(found.counts),
            "added": list(found.added),
            "removed": list(found.removed),
            "erased": list(found.erased),
            "changed": [
                {"id": image, "column": column, "before": before, "after": after}
                for image, column, before, after in found.changed
            ],
        }
    )


def to_read(facts: Facts) -> str:
    found = facts.changes
    head = f"# Changes in release {facts.version}\n\n"
    return head + (FIRST if found is None else _told(found))


def _told(found: Changes) -> str:
    by_column = Counter(column for _image, column, _before, _after in found.changed)
    parts = [
        f"Compared with release {found.parent_version}, `{found.parent_digest}`. Everything is in `CHANGES.json`.",
        table(["what", "number"], [[escaped(what.replace("_", " ")), n] for what, n in sorted(found.counts.items())]),
    ]
    if found.erased:
        parts.append(
            f"{counted(len(found.erased), 'image was', 'images were')} erased, because a person asked for it or had to"
            " be protected: delete your copies, as `remove_revoked.py` does by the hashes in `REVOKED.csv`."
        )
    if by_column:
        parts.append(
            "## Changed values\n\n" + table(["column", "images"], [[f"`{c}`", n] for c, n in sorted(by_column.items())])
        )
        parts.append(_some(found))
    return "\n\n".join(parts) + "\n"


def _some(found: Changes) -> str:
    rows = [[f"`{i}`", f"`{column}`", escaped(a) or "–", escaped(b) or "–"] for i, column, a, b in found.changed[:SOME]]
    more = len(found.changed) - len(rows)
    shown = table(["image", "column", "before", "after"], rows, left=4)
    return shown + (f"\n\n… and {more:,} more." if more else "")
