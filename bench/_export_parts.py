"""One part of bench.export, in the process that runs it: prints its seconds and its peak of memory in MB."""

import argparse
import hashlib
import io
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command

VERSION = "1.0.0"
SHEET = Path(__file__).resolve().parent.parent / "demo" / "sheet.toml"
Line = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench._export_parts")
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--faces", type=int, default=0)
    parser.add_argument("--target", type=Path, default=Path())
    order = parser.parse_args()
    django.setup()
    call_command("migrate", verbosity=0)
    began = time.perf_counter()
    more = PARTS[order.part](order) or {}
    print(json.dumps({"seconds": round(time.perf_counter() - began, 3), "peak_mb": _peak()} | more))


def _peak() -> int:
    """Resident, of this process since it began."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) // 1024


def _fill(order: argparse.Namespace) -> None:
    from bench import _export_stock  # after the set-up, as all below

    _export_stock.fill(order.faces)
    call_command("release_sheet", "--import", str(SHEET), "--by", _export_stock.PERSON, stdout=io.StringIO())


def _freeze(order: argparse.Namespace) -> None:
    from curation.release import freezing, orders

    wanted = orders.order(VERSION, accept=orders.ACCEPTABLE)
    freezing.freeze(wanted, by=None, progress=_nobody)


def _nobody(_count: int) -> None:
    """Nobody watches the progress."""


def _copy(order: argparse.Namespace, *, links: bool) -> None:
    for folder in ("images", *map(str, range(4))) if links else ("images",):
        (order.target / folder).mkdir(parents=True)
    for source, name in _crops():
        target = order.target / "images" / name
        shutil.copyfile(source, target)
        with open(target, "rb") as file:
            hashlib.file_digest(file, "sha256").hexdigest()
        for tree in map(str, range(4)) if links else ():
            os.link(target, order.target / tree / name)
    os.sync()


def _crops() -> Iterator[tuple[Path, str]]:
    from django.core.files.storage import default_storage

    from curation.models import ReleaseFace
    from ingest import store

    root = Path(default_storage.location)  # type: ignore[attr-defined]
    for name, sha256 in ReleaseFace.objects.order_by("image_id").values_list("image_id", "crop_sha256"):
        yield root / store.name_of("crops", sha256), f"{name}.jpg"


def _write(order: argparse.Namespace) -> None:
    """All that is written after a release is frozen, with the manifest: what export_mtf does."""
    from curation.models import Release
    from curation.release.writing import write

    order.target.mkdir()
    write(Release.objects.get(version=VERSION), order.target, _nobody)


def _write_other(order: argparse.Namespace) -> None:
    """The files of one other format, hashed."""
    from curation.models import Release
    from curation.release import formats, frozen, sinks

    order.target.mkdir()
    release = frozen.of(Release.objects.get(version=VERSION))
    sinks.write_folder(order.target, formats.FORMATS[order.part](release), _nobody)


def _verify(order: argparse.Namespace) -> Line:
    from curation.release.verify import verify

    return {"problems": len(verify(order.target).problems)}


PARTS: Mapping[str, Callable[[argparse.Namespace], Line | None]] = {
    "fill": _fill,
    "freeze": _freeze,
    "copy": partial(_copy, links=False),
    "copy and links": partial(_copy, links=True),
    "imagefolder": _write,
    "parquet": _write_other,
    "webdataset": _write_other,
    "verify": _verify,
}

if __name__ == "__main__":
    main()
