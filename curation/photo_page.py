"""Everything that is known of one photo, for admins and auditors. Of votes it tells how many, and only where they
have settled a claim: an admin may be a reviewer too, who must judge blind."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from curation.models import Annotation, Claim, Consensus, Quarantine, ReleaseFace
from curation.policies import class_labels, current_policy
from curation.settling import ATTRIBUTES
from ingest.licences import attribution_html, licence_name
from ingest.models import Candidate, Detection, Face, LicenceEvidence, Photo
from ingest.reasons import in_words
from ingest.sentences import said
from ingest.sources import label_of_source

SETTLED = (Claim.State.ACCEPTED, Claim.State.REJECTED)
TONES = {Claim.State.ACCEPTED: "good", Claim.State.REJECTED: "bad"}
TWINS = 8
Labels = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class ShownClaim:
    """`votes` is None, and `perceived` empty, while reviewers are still at it."""

    claim: Claim
    words: str
    tone: str
    votes: int | None
    perceived: tuple[str, ...]


@dataclass(frozen=True)
class ShownFace:
    number: int
    face: Face
    detections: list[Detection]
    claims: list[ShownClaim]
    twins: list[Face]
    barred: bool

    @property
    def measures(self) -> list[tuple[str, str]]:
        rest = {name: value for name, value in self.face.quality.items() if name != "box"}
        return [(name.replace("_", " "), _figure(value)) for name, value in sorted(rest.items())]

    @property
    def concerns(self) -> list[str]:
        return [in_words(code) for code in self.face.concerns]


@dataclass(frozen=True)
class Refused:
    """What a detector saw that did not become a face."""

    detection: Detection

    @property
    def words(self) -> str:
        return in_words(self.detection.refusal) if self.detection.refusal else _("not kept")


@dataclass(frozen=True)
class Hit:
    candidate: Candidate
    evidence: list[LicenceEvidence]

    @property
    def refusal(self) -> str:
        return in_words(self.candidate.refusal) if self.candidate.refusal else ""


@dataclass(frozen=True)
class Happening:
    at: datetime
    words: str
    detail: str = ""


@dataclass(frozen=True)
class Dossier:
    photo: Photo
    faces: list[ShownFace]
    refused: list[Refused]
    hits: list[Hit]
    credit: str
    releases: list[str]
    history: list[Happening]


def dossier(photo: Photo) -> Dossier:
    hits = _hits(photo)
    detections = list(photo.detections.order_by("id"))
    faces = _faces(photo, detections)
    frozen = ReleaseFace.objects.filter(face__photo=photo).order_by("release")
    happenings = [*_of_hits(hits), *_of_faces(photo, faces), *_of_claims(faces), *_of_decisions(photo, faces)]
    return Dossier(
        photo=photo,
        faces=faces,
        refused=[Refused(found) for found in detections if found.face_id is None],
        hits=hits,
        credit=_credit(hits),
        releases=list(frozen.values_list("release__version", flat=True).distinct()),
        history=sorted(happenings, key=lambda happening: happening.at),
    )


# ---- Faces and claims


def _faces(photo: Photo, detections: Sequence[Detection]) -> list[ShownFace]:
    faces = list(photo.faces.order_by("x", "y"))
    claims, twins = _claims(photo), _twins(faces)
    barred = set(
        Quarantine.objects.filter(face__photo=photo, decision__in=["", "kept_out"]).values_list("face", flat=True)
    )
    return [
        ShownFace(
            number,
            face,
            [found for found in detections if found.face_id == face.pk],
            claims[face.pk],
            twins[face.pk],
            face.pk in barred,
        )
        for number, face in enumerate(faces, 1)
    ]


def _claims(photo: Photo) -> dict[int, list[ShownClaim]]:
    rows: dict[int, list[ShownClaim]] = defaultdict(list)
    labels = class_labels(current_policy())
    found = Claim.objects.filter(photo=photo).select_related("identity").prefetch_related("consensus")
    for claim in found.order_by("id"):
        rows[claim.face_id].append(_shown(claim, labels))
    return rows


def _shown(claim: Claim, labels: Labels) -> ShownClaim:
    known = {row.field: row for row in claim.consensus.all()}
    usable = known.get("usable")
    is_settled = claim.state in SETTLED
    in_review = claim.state in (Claim.State.OPEN, Claim.State.DISPUTED)
    return ShownClaim(
        claim=claim,
        words=_("in review") if in_review else str(claim.get_state_display()),
        tone=TONES.get(Claim.State(claim.state), ""),
        votes=usable.votes if usable and is_settled else None,
        perceived=_perceived(known, labels) if claim.state == Claim.State.ACCEPTED else (),
    )


def _perceived(known: Mapping[str, Consensus], labels: Labels) -> tuple[str, ...]:
    """Nothing before all three are settled: one more vote may still be asked for."""
    rows = [known.get(name) for name in ATTRIBUTES]
    if not all(row and row.state == Consensus.State.SETTLED for row in rows):
        return ()
    return tuple(labels[row.field].get(row.value, row.value) for row in rows if row)


def _twins(faces: Sequence[Face]) -> dict[int, list[Face]]:
    """For each face the others of its group of near-duplicates."""
    groups = {face.duplicate_group_id for face in faces if face.duplicate_group_id}
    members: dict[int, list[Face]] = defaultdict(list)
    for face in Face.objects.filter(duplicate_group__in=groups).order_by("id"):
        members[face.duplicate_group_id or 0].append(face)
    return {
        face.pk: [other for other in members[face.duplicate_group_id or 0] if other.pk != face.pk][:TWINS]
        for face in faces
    }


def _figure(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return f"{value:.3g}" if isinstance(value, float) else str(value)


# ---- Where it comes from


def _hits(photo: Photo) -> list[Hit]:
    found = photo.candidates.select_related("identity", "job").prefetch_related("licence_evidence__decided_by")
    best_first = sorted(found, key=lambda c: (c.state != Candidate.State.DONE, c.proof != "proved", c.pk))
    return [Hit(hit, sorted(hit.licence_evidence.all(), key=lambda seen: seen.pk)) for hit in best_first]


def _credit(hits: Sequence[Hit]) -> str:
    """Of the best hit whose licence is known, with links; "" where there is none, or no line is asked for."""
    hit = next((one.candidate for one in hits if one.candidate.licence), None)
    if hit is None:
        return ""
    return mark_safe(attribution_html(hit.title, hit.creator, hit.page_url, hit.licence))  # noqa: S308  escaped there


# ---- History


def _of_hits(hits: Sequence[Hit]) -> Iterator[Happening]:
    for hit in hits:
        one = hit.candidate
        where = {"source": said(label_of_source(one.source), _), "name": one.identity.name, "job": one.job_id}
        yield Happening(one.created_at, _("found for %(name)s") % where, _("%(source)s, crawl job %(job)d") % where)
        for seen in hit.evidence:
            yield Happening(seen.seen_at, _licence_said(seen), seen.words[:200])
        if one.finished_at and one.refusal:
            yield Happening(one.finished_at, _("candidate for %(name)s refused") % where, hit.refusal)


def _licence_said(seen: LicenceEvidence) -> str:
    return _("licence: %(licence)s, says %(who)s") % {
        "licence": licence_name(seen.says),
        "who": seen.get_kind_display(),
    }


def _of_faces(photo: Photo, faces: Sequence[ShownFace]) -> Iterator[Happening]:
    yield Happening(photo.created_at, _("fetched"))
    for shown in faces:
        names = sorted({found.detector for found in shown.detections})
        yield Happening(shown.face.created_at, _("face %d found") % shown.number, ", ".join(names))


def _of_claims(faces: Sequence[ShownFace]) -> Iterator[Happening]:
    """When votes settled a claim, and how many they were."""
    for face in faces:
        for shown in face.claims:
            usable = next((row for row in shown.claim.consensus.all() if row.field == "usable"), None)
            if usable is None or shown.votes is None:
                continue
            words = {"n": face.number, "state": shown.words, "name": shown.claim.identity.name}
            count = ngettext("%d vote", "%d votes", usable.votes) % usable.votes
            detail = _("by adjudication, %s") % count if usable.method == Consensus.Method.ADJUDICATION else count
            yield Happening(usable.updated_at, _("face %(n)d %(state)s for %(name)s") % words, detail)


def _of_decisions(photo: Photo, faces: Sequence[ShownFace]) -> Iterator[Happening]:
    """Adjudications of claims that are settled, and quarantines."""
    settled = {shown.claim.pk for face in faces for shown in face.claims if shown.votes is not None}
    decided = Annotation.objects.filter(claim__in=settled, mode=Annotation.Mode.ADJUDICATION, carried_from=None)
    for decision in decided.exclude(verdict="withdrawn").select_related("claim__identity").order_by("received_at"):
        yield Happening(decision.decided_at, _("an adjudicator decided about %s") % decision.claim.identity.name)
    for alarm in Quarantine.objects.filter(face__photo=photo).order_by("opened_at"):
        yield Happening(alarm.opened_at, _("put in quarantine"), str(alarm.get_kind_display()))
        if alarm.decided_at:
            yield Happening(alarm.decided_at, _("quarantine decided"), str(alarm.get_decision_display()))
