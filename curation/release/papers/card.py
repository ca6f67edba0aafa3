"""README.md: the data card, with the head that Hugging Face reads."""

from collections.abc import Iterator

from curation.release.naming import PARTS
from curation.release.papers import citation, front_matter, loading
from curation.release.papers.datasheet_facts import contact, licence_table, split_table
from curation.release.papers.facts import Facts
from curation.release.papers.labelling import judged
from curation.release.papers.text import counted, escaped, listed, table

ABOUT = """# {title}, release {version}

{images} of {people}, public figures all, {tasks}.
{judged} Frozen on {day}, selection `{selection}`.
"""
CLAIMED = (
    "**Labels are as claimed, and nobody checked them for this set.** Reviewers may have seen some of the images"
    " (`review_state`, `votes_*`); what they found to show somebody else, or raised an alarm on, was taken out."
)
PERCEIVED_LABELS = """## Labels are perceived

Race, gender and age are what reviewers perceived in the picture, agreed or adjudicated; they are not statements
about the person, and not self-described. Age is the age in the picture. "cannot tell" is an answer; an empty field
was not settled. An image without a settled class of a task is in the data set and not in that task's tree.
"""
CLAIMED_LABELS = """## Labels are claimed

The name is that for which the picture was found, or under which reviewers accepted it; race, gender and age are what
was claimed of that person. Nobody checked them for this set: expect other people's faces and wrong labels. An empty
field is not known. An image without a class of a task is in the data set and not in that task's tree.

Where reviewers saw an image, `review_state` says what they came to, and `votes_*`, `soft_*` and `consensus_*` what they
answered; the labels do not follow it. Taken out is what they found to show somebody else or raised an alarm on, and of
a photo of several faces all but the one that they accepted.
"""
USE = """## Intended use

To train and to measure models on faces of public figures, above all how they fare by perceived race, gender and age.

Models of race are for measuring bias, not for deployment: inferring the race of individuals from their faces is
forbidden in the European Union (AI Act, Art. 5(1)(g)), and race is special-category data (GDPR, Art. 9). Do not use
this data to recognise, watch or profile people. When a person asks to be erased, releases that hold them are
withdrawn: look for a newer release before you begin, and delete withdrawn ones; `remove_revoked.py` deletes from an
older copy what `REVOKED.csv` names.

To be erased, write to {contact}.
"""
TREES = """\
- `images/<id>.jpg`: every image once: a square crop, encoded once, without metadata.
- `<task>/<part>/<class>/<id>.jpg`: one tree a task, as torchvision's ImageFolder reads it. Every part holds every class
  folder, so that a class has the same number in every part; `<task>/<part>/metadata.jsonl` has the other columns,
  but for dates. They are hard links to `images/` where the file system has them, else copies."""
PARQUET = """\
- `parquet/identity-<part>--attributes-<part>-*.parquet`: every image once, with all columns and the numbers of its
  classes; each part of either split is the files that name it."""
WEBDATASET = """\
- `webdataset/identity-<part>--attributes-<part>-*.tar`: every image once, beside its columns as JSON; likewise."""
FILES = """\
- `metadata.csv`: one row an image: labels, soft labels, parts, source, creator, licence, every vote by pseudonym, and
  how each field was settled (`majority`; `posterior`: answers weighed by how reliable their reviewers are;
  `adjudication`; `disputed`, `open`: not settled).
- `classes.json`: the classes of each task and their folders; of age also the finer classes that each holds.
- `croissant.json`: the same for machines (Croissant 1.1, with RAI). `release.json`: the facts in short.
- `DATASHEET.md`: who made it, how, why, on which lawful basis, and what it is not for.
- `ATTRIBUTION.csv`, `ATTRIBUTION.md`: whom to name for each image. `LICENSES/`: the licences' texts. In the CSV file an
  apostrophe stands before what a spreadsheet would take for a formula.
- `reports/`: agreement, balance, splits, annotators in aggregate.
- `REVOKED.csv`, `remove_revoked.py`: what was erased, and a script that deletes it from an older copy.
- `CHANGES.json`, `CHANGES.md`: what is other than in the release before.
- `CITATION.cff`: how to cite it. `MANIFEST.sha256`: the sha256 of every other file."""
SPLITS = """## Splits

For identity, images of a person are in all parts; crops of one photo and near-duplicates stay together. For race,
gender and age nobody is in two parts. Parts were decided once: from one release to the next nobody changes sides,
whoever else comes or goes. `reports/splits.md` tells how they came out and what was held back.
"""
LICENCES = """## Licences

Each image has its own licence and creator: see `ATTRIBUTION.csv`. Each was cropped from the photo at `source_page`,
where there is one.
Name the creator and the licence wherever you show an image, and pass share-alike images on under the same licence.
"""
EMPTY_TOLD = 20  # classes without an image in a part
VERIFY = """## Verify

    sha256sum --check --quiet MANIFEST.sha256
    python manage.py verify_release . --digest sha256:…

The digest is the sha256 of `MANIFEST.sha256`; compare it with the one that the makers publish.
"""


def as_file(facts: Facts) -> str:
    return front_matter.as_text(facts) + "\n" + "\n\n".join(part.strip("\n") for part in _parts(facts)) + "\n"


def _parts(facts: Facts) -> Iterator[str]:
    yield _about(facts)
    yield PERCEIVED_LABELS if facts.is_curated else CLAIMED_LABELS
    yield USE.format(contact=contact(facts))
    yield "## What is where"
    yield "\n".join([*_formats(facts), FILES])
    yield from loading.as_section(facts)
    yield SPLITS
    yield "## Counts"
    yield split_table(facts)
    yield from filter(None, (_classes(facts), _empty(facts)))
    yield LICENCES
    yield licence_table(facts)
    yield _citing(facts)
    yield VERIFY


def _about(facts: Facts) -> str:
    found = facts.counted
    return ABOUT.format(
        title=escaped(facts.title),
        version=facts.version,
        images=counted(found.images, "face image", "face images"),
        people=counted(found.people, "person", "people"),
        tasks=_tasks(facts.tasks),
        judged=f"{judged(facts)} See `DATASHEET.md`." if facts.is_curated else CLAIMED,
        day=facts.frozen_on.isoformat(),
        selection=facts.selection,
    )


def _tasks(tasks: tuple[str, ...]) -> str:
    if not tasks:
        return "without a task"
    number = f"{len(tasks)} tasks: " if len(tasks) > 1 else ""
    return f"with labels for {number}{', '.join(tasks)}"


def _formats(facts: Facts) -> Iterator[str]:
    known = {"imagefolder": TREES, "parquet": PARQUET, "webdataset": WEBDATASET}
    yield from (text for name, text in known.items() if name in facts.formats)


def _classes(facts: Facts) -> str:
    rows = [
        [task, escaped(str(known["label"])), *(facts.counted.places.get((task, p, known["folder"]), 0) for p in PARTS)]
        for task in facts.tasks
        if task != "identity"
        for known in facts.classes[task]
    ]
    return table(["task", "class", *PARTS], rows, left=2) if rows else ""


def _empty(facts: Facts) -> str:
    """What nobody can train or measure there."""
    found = [
        f"{task} {escaped(str(known['label']))} in {listed(missing)}"
        for task in facts.tasks
        for known in facts.classes[task]
        if (missing := [p for p in PARTS if not facts.counted.places.get((task, p, known["folder"]))])
    ]
    more = f"; and {len(found) - EMPTY_TOLD:,} more" if len(found) > EMPTY_TOLD else ""
    told = f"**Without an image:** {'; '.join(found[:EMPTY_TOLD])}{more}. What is not there can be neither learnt"
    return f"{told} nor measured." if found else ""


def _citing(facts: Facts) -> str:
    bibtex = "\n".join(f"    {line}" for line in citation.as_bibtex(facts).split("\n"))
    return f"## Cite\n\n{escaped(citation.as_line(facts))}\n\n{bibtex}"
