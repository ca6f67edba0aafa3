"""The answers of the datasheet that the data gives: a function of the facts by question."""

from collections.abc import Callable, Mapping
from datetime import date

from curation.release.naming import ATTRIBUTES, PARTS
from curation.release.papers.agreement import shown
from curation.release.papers.balance import OPEN, cells
from curation.release.papers.facts import Count, Counted, Facts
from curation.release.papers.labelling import how_labelled
from curation.release.papers.origin import days, held, origin
from curation.release.papers.text import counted, escaped, link, listed, share, table
from ingest.licences import licence_name, licence_url, needs_attribution, needs_same_licence

SPLIT_COUNTS = ["task", "classes", *PARTS]


def _instances(facts: Facts) -> str:
    return (
        "Each instance is a photograph of the face of one named, approved public figure: a square crop around a face"
        " that a detector found in a photo. There is one type of instance."
    )


def _count(facts: Facts) -> str:
    found = facts.counted
    of_photos = f", cut from {counted(found.photos, 'photo', 'photos')}" if found.photos else ""
    return f"{counted(found.images, 'image', 'images')} of {counted(found.people, 'person', 'people')}{of_photos}."


def _data(facts: Facts) -> str:
    columns = ", ".join(f"`{name}`" for name in facts.columns)
    return (
        "A square crop of the photo, turned upright, in sRGB, made smaller where it was large, as a JPEG file without"
        f" metadata; and a row of text in `metadata.csv` with these columns: {columns}."
    )


def _labels(facts: Facts) -> str:
    word = "perceived by reviewers" if facts.is_curated else "claimed of the person, not checked in the image"
    lines = [f"Yes: the person's name, and race, gender and age as {word}; nobody described themselves."]
    for task in ATTRIBUTES:
        classes = [escaped(str(one["label"])) for one in facts.classes.get(task, ())]
        if classes:
            lines.append(f"- {task}: {listed(classes)}")
    beside = "" if facts.is_curated else " Labels do not follow them."
    lines.append(f"\nSoft labels say how reviewers’ answers were divided, weighed by how reliable each is.{beside}")
    return "\n".join(lines)


def _missing(facts: Facts) -> str:
    found = facts.counted
    rows = []
    for task in ATTRIBUTES:
        labels = found.labels[task]
        open_, unsure = labels.get("", Count(0, 0)).images, labels.get("cannot tell", Count(0, 0)).images
        rows.append([task, open_, unsure])
    undated = found.years.get("unknown", Count(0, 0)).images
    empty = OPEN if facts.is_curated else "not known"
    known = table(["field", empty, "cannot tell"], rows)
    return (
        f"Yes. A label is empty where it is {empty}, and “cannot tell” where that is the answer. The date on which a"
        f" photo was taken is not known of {undated:,} of {found.images:,} images.\n\n{known}"
    )


def _relationships(facts: Facts) -> str:
    return (
        "Yes. `identity_slug` says which images show one person, `photo_id` which were cut from one photo, and"
        f" `duplicate_group` which are near-duplicates of one another ({facts.counted.alike:,} images)."
    )


def split_table(facts: Facts) -> str:
    rows = [
        [task, len(facts.classes.get(task, ())), *(facts.in_part(task, part) for part in PARTS)] for task in facts.tasks
    ]
    return table(SPLIT_COUNTS, rows)


def _splits(facts: Facts) -> str:
    return (
        "Yes, two. For identity, images of a person are in all parts, since a model must have seen whom it shall know"
        " again; crops of one photo and near-duplicates stay together. For race, gender and age nobody is in two parts,"
        " so that a model cannot win by knowing the person. Parts were decided once and are kept: from one release to"
        " the next nobody changes sides; who would tie two parts together is in none."
        f" `reports/splits.md` says more.\n\n{split_table(facts)}"
    )


def _errors(facts: Facts) -> str:
    if not facts.is_curated:
        expect = "Faces of other people, and labels that do not fit the picture, must be expected."
        return f"Yes. {how_labelled(facts)} {expect}"
    rows = [[field, shown(found.krippendorff_alpha), shown(found.gwet_ac1)] for field, found in facts.agreement.items()]
    settled = _settled(facts)
    return (
        "Yes. Perceived labels are judgements, and reviewers disagree; how much is in `reports/agreement.md`:\n\n"
        + table(["field", "Krippendorff’s α [95 %]", "Gwet’s AC1 [95 %]"], rows)
        + f"\n\nHow each field was settled:\n\n{settled}\n\nOf near-duplicates of one picture the first accepted is"
        " taken; who looks alike enough to be missed by the comparison may still be there twice."
    )


def _settled(facts: Facts) -> str:
    found = facts.counted.settled
    ways = sorted({how for _field, how in found})
    fields = list(dict.fromkeys(field for field, _how in found))
    rows = [[field, *(found.get((field, how), 0) for how in ways)] for field in fields]
    return table(["field", *(escaped(how) or "–" for how in ways)], rows)


def _external(facts: Facts) -> str:
    return (
        "It is self-contained: images, labels, licences and attribution are in it. It also names the page and the"
        " address of every photo that was found on the web, as evidence of its licence. These are on other people's"
        " sites; they may change or disappear, nothing in the data set needs them, and no archive of them is part of"
        " it. The licence of each image applies (see Distribution)."
    )


def _subpopulations(facts: Facts) -> str:
    heads = [*ATTRIBUTES, "images", "of all", "people"]
    whole = facts.counted.images
    rows = [
        [*(escaped(label) or OPEN for label in cell), count.images, share(count.images, whole), count.people]
        for cell, count in cells(facts)
    ]
    how = "perceived in the image" if facts.is_curated else "claimed of the person"
    return f"Yes, by race, gender and age, as {how}:\n\n" + table(heads, rows, left=3)


def _individuals(facts: Facts) -> str:
    return (
        "Yes, directly: everybody shown is a public figure who is named in `metadata.csv`, and their face is in the"
        " image. Annotators stand under pseudonyms that are drawn anew for each release; who compares the votes of two"
        " releases on the same images may still find which belong together."
    )


def _sensitive(facts: Facts) -> str:
    return (
        "Yes. Labels of race are special-category data (GDPR, Art. 9), and pictures of faces can be used to recognise"
        " people. On which basis they are processed stands under “Lawful basis” below. The data set holds no"
        " embeddings, no places, and no metadata of the photos."
    )


def _acquired(facts: Facts) -> str:
    return f"{origin(facts)} They are directly observable; the labels are derived. {how_labelled(facts)}"


def _mechanisms(facts: Facts) -> str:
    rows = [[escaped(name), count.images, count.people] for name, count in facts.counted.sources.items()]
    return (
        "Software asked these sources for pictures of approved people, whose licence allows the use, and kept what each"
        f" said of it{held(facts)}; a Haar cascade found the faces; near-duplicates were recognised by perceptual"
        f" hashes. People of unknown name were never searched for.\n\n{table(['source', 'images', 'people'], rows)}"
    )


def _timeframe(facts: Facts) -> str:
    (first, last), (oldest, newest) = facts.counted.retrieved, facts.counted.taken
    collected = f"Photos were retrieved {days(first, last)}." if first else "The days of retrieval are not known."
    made = f" They were taken {days(oldest, newest)}, as far as that is known." if oldest else ""
    return collected + made


def _direct(facts: Facts) -> str:
    return f"Through others. {origin(facts)}"


def _revocation(facts: Facts) -> str:
    return (
        f"Whoever is shown may ask to be erased: {contact(facts)}. They are then in no later release, releases that"
        " hold them are withdrawn and not handed out again, and every later release lists the hashes of their images in"
        " `REVOKED.csv`, so that holders can delete their copies with `remove_revoked.py`."
    )


def _done(facts: Facts) -> str:
    whole = sum(facts.held_back.values())
    reasons = "".join(f"\n- {facts.held_back_words.get(code, code)}: {n:,}" for code, n in facts.held_back.items())
    kept_back = f" {counted(whole, 'face was', 'faces were')} held back:\n{reasons}" if whole else ""
    return (
        "Photos were turned upright and converted to sRGB; faces were detected and cut out as squares, and each crop"
        f" was encoded once, without metadata. {how_labelled(facts)} Faces without a proved licence, in"
        f" quarantine, of people under 18 or perhaps so, and near-duplicates were left out.{kept_back}"
    )


def _raw(facts: Facts) -> str:
    return (
        "The makers keep the photos, with the evidence of their licences. They are not part of the release; what was"
        " found on the web is at its source (`source_page`, `image_url`) as long as it is there."
    )


def _software(facts: Facts) -> str:
    return "It was made with MTF Curator, which collects, shows, settles, freezes and verifies."


def _not_for(facts: Facts) -> str:
    return (
        "Yes. It must not be used to recognise, watch or profile people, nor to decide about anybody. Models of race"
        " are for measuring bias, not for deployment: inferring the race of individuals from their faces is forbidden"
        " in the European Union (AI Act, Art. 5(1)(g)). Labels are what others perceived or claimed; they tell nothing"
        " of how people describe themselves. Do not use releases that were withdrawn."
    )


def licence_table(facts: Facts) -> str:
    rows = [[link(licence_name(spdx), licence_url(spdx)), n.images] for spdx, n in facts.counted.licences.items()]
    return table(["licence", "images"], rows)


def _licence(facts: Facts) -> str:
    return (
        "Each image has the licence of its photo, named in `metadata.csv` and `ATTRIBUTION.csv`; the texts are in"
        f" `LICENSES/`. There are no fees.\n\n{licence_table(facts)}"
    )


def _restrictions(facts: Facts) -> str:
    named = sum(n.images for spdx, n in facts.counted.licences.items() if needs_attribution(spdx))
    alike = sum(n.images for spdx, n in facts.counted.licences.items() if needs_same_licence(spdx))
    return (
        f"The photographers' licences: {named:,} images must be shown with their creator and licence, and {alike:,} of"
        " them passed on under the same licence. A licence comes from who took the photo; the rights of the person"
        " shown are not touched by it."
    )


def _contact(facts: Facts) -> str:
    said = facts.answers
    return f"{escaped(said['citation.publisher'])}, {_address(said['citation.contact'])}."


def _older(facts: Facts) -> str:
    return (
        "A release never changes and can be verified by its digest. One that holds somebody who was erased is"
        " withdrawn: it is not handed out again, and names its successor. `CHANGES.md` says what is other than in the"
        " release before."
    )


def contact(facts: Facts) -> str:
    return _address(facts.answers["law.erasure-contact"])


def _address(text: str) -> str:
    return link(text, text) if "://" in text else f"[{escaped(text)}](<mailto:{text}>)"


FACTS: Mapping[str, Callable[[Facts], str]] = {
    "composition.instances": _instances,
    "composition.count": _count,
    "composition.data": _data,
    "composition.labels": _labels,
    "composition.missing": _missing,
    "composition.relationships": _relationships,
    "composition.splits": _splits,
    "composition.errors": _errors,
    "composition.external": _external,
    "composition.subpopulations": _subpopulations,
    "composition.individuals": _individuals,
    "composition.sensitive": _sensitive,
    "collection.acquired": _acquired,
    "collection.mechanisms": _mechanisms,
    "collection.timeframe": _timeframe,
    "collection.direct": _direct,
    "collection.revocation": _revocation,
    "preprocessing.done": _done,
    "preprocessing.raw": _raw,
    "preprocessing.software": _software,
    "uses.not": _not_for,
    "distribution.licence": _licence,
    "distribution.restrictions": _restrictions,
    "maintenance.contact": _contact,
    "maintenance.older": _older,
}

# What is the same in every release, and can be read before there is one.
STEADY = (
    *("composition.instances", "composition.external", "composition.individuals", "composition.sensitive"),
    *("preprocessing.raw", "preprocessing.software", "uses.not", "maintenance.older"),
)
NOTHING = Counted(0, 0, 0, {}, {}, {}, {}, {}, {}, {}, {})


def steady() -> dict[str, str]:
    """By question."""
    nothing = Facts("", "curated", date.min, (), (), (), {}, NOTHING, {})
    return {code: FACTS[code](nothing) for code in STEADY}
