"""What a release says of each image: a row of metadata.csv, and the folders in which the image stands."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from curation.models import Annotation, Consensus, Policy, ReleaseFace, Slot
from curation.policies import class_labels
from curation.release.errors import ReleaseRefused
from curation.release.naming import ATTRIBUTES, class_folder, image_file, image_id
from curation.release.selection import Selected
from curation.release.splits import disjoint_part, shared_part
from ingest.attributes import AGE, GENDER, RACE
from ingest.licences import licence_url
from ingest.models import Candidate, Identity, Photo

FIELDS = ("usable", *ATTRIBUTES)
LABELS: Mapping[str, Mapping[int, str]] = {"race": RACE, "gender": GENDER, "age": AGE}
CANNOT_TELL = "cannot tell"

COLUMNS = (
    *("id", "sha256", "file", "identity", "identity_slug"),
    *(f"perceived_{name}" for name in ATTRIBUTES),
    *(f"split_{name}" for name in ("identity", *ATTRIBUTES)),
    *("source", "source_page", "image_url", "creator", "licence", "licence_url"),
    *("modification", "date_taken"),
    *(f"votes_{name}" for name in FIELDS),
    *(f"consensus_{name}" for name in FIELDS),
)


@dataclass(frozen=True)
class Vocabulary:
    """Labels by field and code; pseudonyms by reviewer: stable within a release, and not across releases."""

    labels: Mapping[str, Mapping[str, str]]
    pseudonyms: Mapping[int, str]

    def label(self, name: str, code: str) -> str:
        return self.labels[name][code] if code else ""

    def annotator(self, reviewer: int) -> str:
        if reviewer not in self.pseudonyms:
            raise ReleaseRefused("Somebody new answered while the release was frozen: run the command again.")
        return self.pseudonyms[reviewer]


@dataclass
class Answers:
    """Of one claim, by field: counted votes as (pseudonym, label), and what they came to."""

    votes: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    consensus: dict[str, Consensus] = field(default_factory=dict)

    def value(self, name: str) -> str:
        """The settled value as stored, "" while there is none."""
        row = self.consensus.get(name)
        return row.value if row and row.state == Consensus.State.SETTLED else ""

    def how(self, name: str) -> str:
        """majority or adjudication; disputed or open where nothing is settled."""
        row = self.consensus.get(name)
        if row is None:
            return Consensus.State.OPEN.value
        return row.method if row.state == Consensus.State.SETTLED else row.state


def vocabulary(version: str) -> Vocabulary:
    """The data set's own labels; a class that only policies know has that of the newest. Codes mean one thing for
    good, so an answer given under a policy that has been replaced keeps its class."""
    labels: dict[str, dict[str, str]] = {name: {} for name in LABELS}
    for policy in Policy.objects.filter(activated_at__isnull=False).order_by("version"):
        for name, known in class_labels(policy).items():
            labels[name] |= known
    for name, own in LABELS.items():
        labels[name] |= {str(code): label for code, label in own.items()}
    answered = Slot.objects.filter(purpose="vote", annotation__isnull=False)
    reviewers = {pk for pk in answered.values_list("reviewer", flat=True).distinct() if pk}
    people = sorted(reviewers, key=lambda pk: _shuffled(version, pk))
    return Vocabulary(labels, {pk: f"annotator-{n:02d}" for n, pk in enumerate(people, 1)})


def _shuffled(version: str, reviewer: int) -> bytes:
    """So that a number does not tell who joined first."""
    return hashlib.sha256(f"{version} {reviewer}".encode()).digest()


def class_folders(words: Vocabulary) -> dict[str, list[dict[str, str]]]:
    """Of the three attributes: code, label and folder of each class. ReleaseRefused where two would share one."""
    classes = {
        name: [
            {"code": code, "label": label, "folder": class_folder(label)}
            for code, label in sorted(words.labels[name].items())
            if code != "0"
        ]
        for name in ATTRIBUTES
    }
    for name, known in classes.items():
        folders = [one["folder"] for one in known]
        if "" in folders or len(set(folders)) < len(folders):
            labels = ", ".join(one["label"] for one in known)
            raise ReleaseRefused(f"The classes of {name} do not have a folder name of their own each: {labels}.")
    return classes


def release_faces(release: int, batch: list[Selected], words: Vocabulary) -> list[ReleaseFace]:
    identities = Identity.objects.in_bulk({s.identity for s in batch})
    photos = Photo.objects.in_bulk({s.photo for s in batch})
    candidates = Candidate.objects.in_bulk({s.candidate for s in batch})
    answers = _answers([s.claim for s in batch], words)
    rows = []
    for chosen in batch:
        person, photo = identities[chosen.identity], photos[chosen.photo]
        source, said = candidates[chosen.candidate], answers[chosen.claim]
        places = _places(chosen, person, photo, said, words)
        columns = _picture(chosen) | _shown(person, said, words) | _parts(places) | _origin(photo, source)
        rows.append(_row(release, chosen, columns | _judged(said), list(places.values())))
    return rows


def _row(release: int, chosen: Selected, columns: dict[str, str], places: list[str]) -> ReleaseFace:
    return ReleaseFace(
        release_id=release,
        face_id=chosen.face,
        claim_id=chosen.claim,
        image_id=columns["id"],
        crop_sha256=chosen.crop_sha256,
        record={"columns": columns, "places": places},
    )


def _places(chosen: Selected, person: Identity, photo: Photo, said: Answers, words: Vocabulary) -> dict[str, str]:
    """Task → folder. A face without a settled class, or cut off from its person's part, has none there."""
    places = {"identity": f"identity/{shared_part(photo.sha256)}/{person.slug}"}
    part = disjoint_part(chosen.identity)
    if part != disjoint_part(chosen.owner):  # the photo stands in another part, with the person seen beside
        return places
    for name in ATTRIBUTES:
        label = words.label(name, said.value(name))
        if label not in ("", CANNOT_TELL):
            places[name] = f"{name}/{part}/{class_folder(label)}"
    return places


def _picture(chosen: Selected) -> dict[str, str]:
    name = image_id(chosen.crop_sha256)
    return {"id": name, "sha256": chosen.crop_sha256, "file": image_file(name)}


def _shown(person: Identity, said: Answers, words: Vocabulary) -> dict[str, str]:
    perceived = {f"perceived_{name}": words.label(name, said.value(name)) for name in ATTRIBUTES}
    return {"identity": _one_line(person.name), "identity_slug": person.slug} | perceived


def _parts(places: Mapping[str, str]) -> dict[str, str]:
    parts = {task: place.split("/")[1] for task, place in places.items()}
    return {f"split_{task}": parts.get(task, "") for task in ("identity", *ATTRIBUTES)}


def _origin(photo: Photo, source: Candidate) -> dict[str, str]:
    return {
        "source": source.source,
        "source_page": _one_line(source.page_url),
        "image_url": _one_line(source.image_url),
        "creator": _one_line(source.creator),
        "licence": source.licence,
        "licence_url": licence_url(source.licence),
        "modification": "cropped",
        "date_taken": photo.taken_at.date().isoformat() if photo.taken_at else "",
    }


def _one_line(text: str) -> str:
    """A row of metadata.csv stays one line, whatever reads it."""
    return " ".join(text.split())


def _judged(said: Answers) -> dict[str, str]:
    """Votes as `annotator-01=accept;annotator-02=reject`."""
    votes = {f"votes_{f}": ";".join(f"{who}={label}" for who, label in sorted(said.votes[f])) for f in FIELDS}
    return votes | {f"consensus_{f}": said.how(f) for f in FIELDS}


def _answers(claims: Iterable[int], words: Vocabulary) -> dict[int, Answers]:
    answers: dict[int, Answers] = defaultdict(Answers)
    slots = Slot.objects.filter(claim__in=claims, purpose="vote", annotation__isnull=False)
    for slot in slots.select_related("annotation"):
        if slot.annotation:
            _add_vote(answers[slot.claim_id], slot.annotation, words)
    for row in Consensus.objects.filter(claim__in=claims):
        answers[row.claim_id].consensus[row.field] = row
    return answers


def _add_vote(answers: Answers, vote: Annotation, words: Vocabulary) -> None:
    who = words.annotator(vote.reviewer_id)
    if vote.question == "usable":
        answers.votes["usable"].append((who, vote.verdict))
        return
    for name in ATTRIBUTES:
        value = getattr(vote, name)
        if value is not None:
            answers.votes[name].append((who, words.label(name, str(value))))


def classes_of(release: int) -> list[dict[str, str]]:
    """The identities of a release that is being frozen, as classes."""
    people = Identity.objects.filter(claims__in=ReleaseFace.objects.filter(release=release).values("claim"))
    named = people.distinct().order_by().values_list("slug", "name")
    return [{"folder": slug, "label": name} for slug, name in sorted(named)]
