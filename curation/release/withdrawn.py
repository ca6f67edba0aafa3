"""Releases that held what was erased: they are never written again, and name their successor."""

from django.utils.translation import gettext as _

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
    if heir:
        instead = _("In its place take release %(version)s.") % {"version": heir.version}
    else:
        instead = _("In its place there is none yet: freeze one.")
    why = _("Release %(version)s was withdrawn, because something in it had to be erased.")
    raise ReleaseRefused(f"{why % {'version': release.version}} {instead}")
