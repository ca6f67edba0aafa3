"""Where files lie: pictures under their hashes, static files with hashed names."""

import os
from typing import Any

from django.contrib.staticfiles.storage import HashedFilesMixin
from django.core.files import File
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class AtomicFileSystemStorage(FileSystemStorage):
    """Writes beside the target and renames: a name that exists is a whole file, whatever was killed or cut off."""

    def _save(self, name: str, content: "File[Any]") -> str:
        part = self.get_available_name(f"{name}.{os.getpid()}.part")
        try:
            super()._save(part, content)  # type: ignore[misc]  # not in the stubs
            _to_disk(self.path(part))
            os.replace(self.path(part), self.path(name))
        except OSError:
            self.delete(part)
            raise
        folder = os.path.dirname(self.path(name))
        for place in (folder, os.path.dirname(folder)):  # the folder itself may be new
            _to_disk(place)
        return name


def _to_disk(path: str) -> None:
    """Also after a power cut: a row that is committed must not lack its file."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # untyped package
    """Hashed names also inside our ES modules. Django's own switch would scan every package's scripts and
    stumble over django_htmx's; so the module patterns apply to our `js/` alone."""

    patterns = (
        *HashedFilesMixin.patterns[:1],
        ("js/*.js", HashedFilesMixin._js_module_import_aggregation_patterns[1]),  # type: ignore[attr-defined]
    )
