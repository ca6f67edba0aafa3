"""What a release manager asks for, before anything is frozen."""

from collections.abc import Iterable
from dataclasses import dataclass

from curation.release.errors import ReleaseRefused
from curation.release.naming import LABELLED, TASKS, check_version

FORMATS = ("imagefolder", "parquet", "webdataset")
CURATED, NON_CURATED = LABELLED
# What blocks unless it is accepted. Of all but the last two, faces are then held back.
ACCEPTABLE = (
    *("identity_slug", "under_age", "under_age_voted", "licence_unproved", "licences_differ", "licence_held"),
    *("licence_refused", "creator_missing", "crop_of_two_identities", "near_duplicates_of_two"),
    *("disputed", "empty_class"),
)


@dataclass(frozen=True)
class Order:
    """`accept` names findings that would block and shall not. Faces are then held back; those with an open dispute are
    held back from the trees of what is disputed; and a class without images in some part is released so."""

    version: str
    selection: str = CURATED
    tasks: tuple[str, ...] = TASKS
    formats: tuple[str, ...] = ("imagefolder",)
    accept: frozenset[str] = frozenset()

    @property
    def claimed(self) -> bool:
        """Whether labels are as claimed, and not as perceived."""
        return self.selection == NON_CURATED


def order(
    version: str,
    *,
    selection: str = CURATED,
    tasks: Iterable[str] = TASKS,
    formats: Iterable[str] = ("imagefolder",),
    accept: Iterable[str] = (),
) -> Order:
    """Checked, each list in its own order and without repetitions. ReleaseRefused for what is not known."""
    check_version(version)
    if selection not in LABELLED:
        raise ReleaseRefused(f"{selection!r} is not a set: it must be {' or '.join(LABELLED)}.")
    wanted = _known("task", tasks, TASKS)
    if not wanted:
        raise ReleaseRefused("A release is for one task at least: " + ", ".join(TASKS) + ".")
    return Order(
        version,
        selection,
        wanted,
        _known("format", formats, FORMATS),
        frozenset(_known("finding that can be accepted", accept, ACCEPTABLE)),
    )


def _known(what: str, given: Iterable[str], known: tuple[str, ...]) -> tuple[str, ...]:
    wanted = set(given)
    if strange := sorted(wanted - set(known)):
        raise ReleaseRefused(f"{strange[0]!r} is not a {what}: it must be one of {', '.join(known)}.")
    return tuple(name for name in known if name in wanted)
