"""What a release says of each image: a row of metadata.csv, and the folders in which the image stands."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.crypto import salted_hmac

from curation.models import Consensus, ReleaseFace, Slot
from curation.policy_maps import perceived
from curation.release.naming import (
    ATTRIBUTES,
    LABELLED,
    SPLITS,
    class_folder,
    image_file,
    image_id,
    label_column,
    photo_id,
    split_column,
)
from curation.release.orders import Order
from curation.release.selection import Selected
from curation.release.vocabulary import CANNOT_TELL, Vocabulary
from ingest.licences import licence_url
from ingest.models import Candidate, Identity, Photo

FIELDS = ("usable", *ATTRIBUTES)
OLD = 50  # years


def columns(selection: str) -> tuple[str, ...]:
    """Of metadata.csv, in order."""
    return (
        *("id", "sha256", "file", "identity", "identity_slug"),
        *(label_column(selection, name) for name in ATTRIBUTES),
        *("age_class_code", "age_class"),
        *(f"soft_{name}" for name in ATTRIBUTES),
        *("label_origin", "review_state", *SPLITS, "photo_id", "duplicate_group"),
        *("source", "source_page", "image_url", "creator", "licence", "licence_url", "licence_seen_on"),
        *("modification", "date_taken", "date_retrieved"),
        *(f"votes_{name}" for name in FIELDS),
        *(f"consensus_{name}" for name in FIELDS),
    )


@dataclass
class Answers:
    """Of one claim, by field: counted votes as (pseudonym, label), and what they came to."""

    votes: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    consensus: dict[str, Consensus] = field(default_factory=dict)

    def how(self, name: str) -> str:
        """majority, posterior or adjudication; disputed or open where nothing is settled."""
        row = self.consensus.get(name)
        if row is None:
            return Consensus.State.OPEN.value
        return row.method if row.state == Consensus.State.SETTLED else row.state


@dataclass(frozen=True)
class Sides:
    """Part by face, in either split; a face that is in none has no place in its trees."""

    shared: Mapping[int, str]
    disjoint: Mapping[int, str]


@dataclass(frozen=True)
class Labelled:
    """A face that is ready, with everything that is told of it."""

    chosen: Selected
    person: Identity
    photo: Photo
    source: Candidate
    said: Answers
    labels: Mapping[str, str]  # as `labels` has them


def labels(batch: Sequence[Selected], order: Order) -> dict[int, dict[str, str]]:
    """By claim: race, gender and age, codes as perceived or claimed, "" where there is none."""
    if order.claimed:
        people = Identity.objects.in_bulk({s.identity for s in batch})
        photos = Photo.objects.in_bulk({s.photo for s in batch})
        return {s.claim: claimed_labels(people[s.identity], photos[s.photo]) for s in batch}
    found = {s.claim: dict.fromkeys(ATTRIBUTES, "") for s in batch}
    settled = Consensus.objects.filter(claim__in=found, field__in=ATTRIBUTES, state=Consensus.State.SETTLED)
    for claim, name, value in settled.values_list("claim", "field", "value"):
        found[claim][name] = value
    return found


def labelled(batch: Sequence[Selected], order: Order, words: Vocabulary) -> list[Labelled]:
    identities = Identity.objects.in_bulk({s.identity for s in batch})
    photos = Photo.objects.in_bulk({s.photo for s in batch})
    candidates = Candidate.objects.prefetch_related("licence_evidence").in_bulk({s.candidate for s in batch})
    answers, known = _answers([s.claim for s in batch], words), labels(batch, order)
    return [
        Labelled(one, identities[one.identity], photos[one.photo], candidates[one.candidate], answers[one.claim],
                 known[one.claim])
        for one in batch
    ]  # fmt: skip


def release_faces(
    release: int, batch: Iterable[Labelled], order: Order, words: Vocabulary, sides: Sides
) -> list[ReleaseFace]:
    return [_row(release, face, order, words, sides) for face in batch]


def _row(release: int, face: Labelled, order: Order, words: Vocabulary, sides: Sides) -> ReleaseFace:
    chosen = face.chosen
    parts = {SPLITS[0]: sides.shared.get(chosen.face, ""), SPLITS[1]: sides.disjoint.get(chosen.face, "")}
    columns = (
        _picture(chosen, face.photo, order)
        | _shown(face, order, words)
        | parts
        | _origin(face.photo, face.source)
        | _judged(face, order, words)
    )
    return ReleaseFace(
        release_id=release,
        face_id=chosen.face,
        claim_id=chosen.claim,
        image_id=columns["id"],
        crop_sha256=chosen.crop_sha256,
        record={"columns": columns, "places": list(_places(columns, order))},
    )


def _places(columns: Mapping[str, str], order: Order) -> Iterator[str]:
    """The folders in which the image stands, in the order of the tasks."""
    for task in order.tasks:
        part = columns[split_column(task)]
        label = columns["identity_slug" if task == "identity" else label_column(order.selection, task)]
        if part and label not in ("", CANNOT_TELL):
            yield f"{task}/{part}/{label if task == 'identity' else class_folder(label)}"


def _picture(chosen: Selected, photo: Photo, order: Order) -> dict[str, str]:
    name = image_id(chosen.crop_sha256)
    return {
        "id": name,
        "sha256": chosen.crop_sha256,
        "file": image_file(name) if "imagefolder" in order.formats else "",
        "photo_id": photo_id(photo.sha256),
        "duplicate_group": group_id(chosen.group),
    }


def group_id(group: int | None) -> str:
    """Of near-duplicates, "" of what is like nothing else; the same in every release as long as SECRET_KEY is: with
    another key all groups get other names. Without it, nobody tells the number of the group."""
    return salted_hmac("mtf group", str(group), algorithm="sha256").hexdigest()[:20] if group else ""


def _shown(face: Labelled, order: Order, words: Vocabulary) -> dict[str, str]:
    shown = {label_column(order.selection, name): words.task_label(name, face.labels[name]) for name in ATTRIBUTES}
    age = face.labels["age"]
    finer = {"age_class_code": age, "age_class": _one_line(words.label("age", age))}
    origin = {"label_origin": LABELLED[order.selection], "review_state": face.chosen.state}
    return {"identity": _one_line(face.person.name), "identity_slug": face.person.slug} | shown | finer | origin


def claimed_labels(person: Identity, photo: Photo) -> dict[str, str]:
    """What is claimed of whom the photo was found for: race and gender of the identity, age by its two dates."""
    told = {"race": person.claimed_race, "gender": person.claimed_gender, "age": _claimed_age(person, photo)}
    return {name: str(code) if code else "" for name, code in told.items()}


def _claimed_age(person: Identity, photo: Photo) -> int | None:
    """Young or old; None where a date is missing, or too rough to tell."""
    if photo.taken_at is None or person.birth_date is None:
        return None
    taken, born = photo.taken_at.date(), person.birth_date
    most = taken.year - born.year
    birthday_passed = (taken.month, taken.day) >= (born.month, born.day)
    if person.birth_precision == Identity.Precision.DAY:
        return 2 if most - (not birthday_passed) >= OLD else 1
    return None if most == OLD else (2 if most > OLD else 1)


def _origin(photo: Photo, source: Candidate) -> dict[str, str]:
    return {
        "source": source.source,
        "source_page": _one_line(source.page_url),
        "image_url": _address(source.image_url),
        "creator": _one_line(source.creator),
        "licence": source.licence,
        "licence_url": licence_url(source.licence),
        "licence_seen_on": _licence_seen_on(source),
        "modification": "cropped",
        "date_taken": photo.taken_at.date().isoformat() if photo.taken_at else "",
        "date_retrieved": photo.created_at.date().isoformat(),
    }


def _address(url: str) -> str:
    """Where anybody finds the picture; of a folder of the makers, nothing: its path is theirs, and no evidence."""
    return _one_line(url) if url.startswith(("http://", "https://")) else ""


def _licence_seen_on(source: Candidate) -> str:
    """The day of the latest evidence that says so."""
    days = [said.seen_at.date() for said in source.licence_evidence.all() if said.says == source.licence]
    return max(days).isoformat() if days else ""


def _one_line(text: str) -> str:
    """A row of metadata.csv stays one line, whatever reads it."""
    return " ".join(text.split())


def _judged(face: Labelled, order: Order, words: Vocabulary) -> dict[str, str]:
    """Votes as `annotator-01=accept;annotator-02=reject`, soft labels as `Black:0.9731;White:0.0269`."""
    said = face.said
    votes = {f"votes_{f}": ";".join(f"{who}={label}" for who, label in sorted(said.votes[f])) for f in FIELDS}
    soft = {f"soft_{f}": _soft(said, f, words) for f in ATTRIBUTES}
    return votes | soft | {f"consensus_{f}": said.how(f) for f in FIELDS}


def _soft(said: Answers, name: str, words: Vocabulary) -> str:
    """Of weighed answers how probable each class is, else the votes' shares; classes of age as they were asked."""
    row = said.consensus.get(name)
    if row is not None and row.soft:
        shares = {words.label(name, code): float(share) for code, share in row.soft.items()}
    else:
        counted = Counter(label for _who, label in said.votes[name])
        shares = {label: votes / counted.total() for label, votes in counted.items()}
    return ";".join(f"{label}:{share:.4f}" for label, share in sorted(shares.items()) if round(share, 4))


def _answers(claims: Iterable[int], words: Vocabulary) -> dict[int, Answers]:
    answers: dict[int, Answers] = defaultdict(Answers)
    slots: dict[int, list[Slot]] = defaultdict(list)
    for slot in Slot.objects.filter(claim__in=claims, purpose="vote").select_related("annotation"):
        slots[slot.claim_id].append(slot)
    for claim, known in slots.items():
        for name in FIELDS:
            answers[claim].votes[name] = list(_votes(known, name, words))
    for row in Consensus.objects.filter(claim__in=claims):
        answers[row.claim_id].consensus[row.field] = row
    return answers


def _votes(slots: Iterable[Slot], name: str, words: Vocabulary) -> Iterator[tuple[str, str]]:
    """Of the last round that asked the field, as the policy in force reads them: (annotator, label)."""
    question = "usable" if name == "usable" else "attributes"
    asked = [slot for slot in slots if slot.question == question and (not slot.asks or name in slot.asks)]
    last = max((slot.round for slot in asked), default=0)
    for vote in (slot.annotation for slot in asked if slot.annotation and slot.round == last):
        label = vote.verdict if name == "usable" else words.label(name, perceived(vote, name, words.maps) or "")
        if label:
            yield words.annotator(vote.reviewer_id), label
