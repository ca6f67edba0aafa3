from ingest.models.erasures import Erasure
from ingest.models.identities import Identity, IdentityEvent
from ingest.models.jobs import Candidate, CrawlJob, Discovery, JobEvent, LicenceEvidence
from ingest.models.photos import Detection, DuplicateGroup, Face, Photo, Tombstone

__all__ = [
    "Candidate",
    "CrawlJob",
    "Detection",
    "Discovery",
    "DuplicateGroup",
    "Erasure",
    "Face",
    "Identity",
    "IdentityEvent",
    "JobEvent",
    "LicenceEvidence",
    "Photo",
    "Tombstone",
]
