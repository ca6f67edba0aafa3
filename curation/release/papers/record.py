"""release.json: the facts of a release that programs want."""

from curation.release.papers.facts import Facts
from curation.release.papers.text import as_json

SCHEMA = 1


def as_file(facts: Facts) -> str:
    parent = facts.parent and {"version": facts.parent.version, "digest": facts.parent.digest}
    return as_json(
        {
            "schema": SCHEMA,
            "version": facts.version,
            "selection": facts.selection,
            "frozen_on": facts.frozen_on.isoformat(),
            "tasks": list(facts.tasks),
            "formats": list(facts.formats),
            "columns": list(facts.columns),
            "images": facts.counted.images,
            "people": facts.counted.people,
            "parent": parent,
            "policies": [vars(policy) for policy in facts.policies],
            "held_back": dict(facts.held_back),
            "accepted": list(facts.accepted),
        }
    )
