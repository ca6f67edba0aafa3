"""In what form a release is written: a new format is a module with such a function, and a line here."""

from collections.abc import Callable, Mapping
from pathlib import Path

from curation.models import Release
from curation.release import imagefolder
from curation.release.freezing import Progress
from curation.release.imagefolder import Written

DEFAULT = "imagefolder"
FORMATS: Mapping[str, Callable[[Release, Path, Progress], Written]] = {DEFAULT: imagefolder.write}
