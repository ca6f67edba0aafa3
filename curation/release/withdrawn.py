"""Releases that held what was erased: they are never written again, and name their successor."""

from curation.models import Release, Withdrawal
from curation.release.errors import ReleaseRefused


def successor(release: Release) -> Release | None:
    """The first later release of the same set that is not withdrawn."""
    later = Release.objects.filter(pk__gt=release.pk, selection=release.selection, withdrawal=None)
    return later.order_by("pk").first()


def check_not_withdrawn(release: Release) -> None:
    """ReleaseRefused, naming what to take instead."""
    if not Withdrawal.objects.filter(release=release).exists():
        return
    heir = successor(release)
    instead = f"take release {heir.version}" if heir else "there is none yet: freeze one"
    raise ReleaseRefused(
        f"Release {release.version} was withdrawn, because something in it had to be erased. In its place {instead}."
    )
