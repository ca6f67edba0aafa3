"""How a holder loads a release: the lines that README.md shows, each of which a test runs in the folder."""

from collections.abc import Iterator

from curation.release.naming import PARTS
from curation.release.papers import front_matter
from curation.release.papers.croissant_records import has_files
from curation.release.papers.facts import Facts

HUGGING_FACE = """\
In this folder, with Hugging Face's `datasets`, which takes its path and not `.`:

    import datasets, os
    here = os.getcwd()
    {lines}"""
TORCH = """\
In PyTorch, here with {task}. Images differ in size, so they are made even:

    from torch.utils.data import DataLoader
    from torchvision import transforms
    even = transforms.Compose([transforms.Resize((224, 224)), transforms.ToTensor()])"""
FOLDERS = """\
From the tree, with torchvision. A class has the same number in every part, and may have no image in one:

    from torchvision.datasets import ImageFolder
    parts = {{part: ImageFolder(f"{task}/{{part}}", even, allow_empty=True) for part in ("train", "val", "test")}}
    batches = DataLoader(parts["{part}"], batch_size=64)"""
PARQUET = """\
From Parquet, without the images that have no class of the task: torch would make `nan` of a label that is not there.

    rows = datasets.load_dataset(here, "{split}", split="{part}").select_columns(["image", "label_{task}"])
    rows = rows.filter(lambda number: number is not None, input_columns="label_{task}")
    rows.set_transform(lambda some: some | {{"image": [even(image) for image in some["image"]]}})
    batches = DataLoader(rows, batch_size=64)"""
WEBDATASET = """\
From WebDataset, where a label that is not there is -1. Without `empty_check` there may be more workers than shards.

    import glob, webdataset
    shards = sorted(glob.glob("{pattern}"))
    rows = webdataset.WebDataset(shards, shardshuffle=False, empty_check=False).decode("pil").to_tuple("jpg", "json")
    rows = rows.select(lambda row: row[1]["label_{task}"] >= 0).map_tuple(even, lambda told: told["label_{task}"])
    batches = DataLoader(rows, batch_size=64)"""
CROISSANT = """\
With `mlcroissant`:

    import mlcroissant
    records = mlcroissant.Dataset("croissant.json").records("{records}")"""
CROISSANT_SHARDS = """\
With `mlcroissant`. It keeps what it unpacks and knows it by the shard's path alone, so give each release a cache of its
own, or what another one left there is loaded with it:

    import os
    os.environ["CROISSANT_CACHE"] = "../croissant-{version}"
    import mlcroissant
    records = mlcroissant.Dataset("croissant.json").records("webdataset")"""


def as_section(facts: Facts) -> Iterator[str]:
    yield "## Load"
    yield HUGGING_FACE.format(lines="\n    ".join(_hugging_face(facts)))
    if facts.formats:
        yield from _torch(facts)
    yield _croissant(facts)


def _hugging_face(facts: Facts) -> Iterator[str]:
    """Every configuration; and where these are of another format, the tree of a task that has images in all parts."""
    yield from (f'datasets.load_dataset(here, "{name}")' for name in front_matter.configs(facts))
    if "imagefolder" in facts.formats and "parquet" in facts.formats:
        full = [task for task in facts.tasks if all(facts.in_part(task, part) for part in PARTS)]
        yield from (f'datasets.load_dataset("imagefolder", data_dir="{task}")' for task in full[-1:])


def _torch(facts: Facts) -> Iterator[str]:
    """From each format that is there: of the last task that has images, the first part in which it has some."""
    filled = {task: [part for part in PARTS if facts.in_part(task, part)] for task in facts.tasks}
    ways = {"imagefolder": FOLDERS, "parquet": PARQUET, "webdataset": WEBDATASET}
    for task, (part, *_others) in [(task, parts) for task, parts in filled.items() if parts][-1:]:
        split = front_matter.split_of(task)
        pattern = front_matter.shards("webdataset", split, part)
        yield TORCH.format(task=task)
        yield from (ways[form].format(task=task, part=part, split=split, pattern=pattern) for form in facts.formats)


def _croissant(facts: Facts) -> str:
    """By the record set with images that needs least, or the one without."""
    if has_files(facts, "parquet"):
        return CROISSANT.format(records="parquet")
    if "imagefolder" in facts.formats:
        return CROISSANT.format(records="pictures")
    if has_files(facts, "webdataset"):
        return CROISSANT_SHARDS.format(version=facts.version)
    return CROISSANT.format(records="metadata")
