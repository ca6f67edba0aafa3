"""The head of README.md by which Hugging Face knows a data set: YAML, each text in JSON's quotes.

`datasets` chooses one reader for all configurations, by the files of the first: so these name files of one format, the
best of those that the release has. Others are loaded by their own paths, as the card says.
"""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from curation.release.answer_forms import keywords_of
from curation.release.naming import ATTRIBUTES, PARTS
from curation.release.papers.citation import quoted
from curation.release.papers.facts import Facts

SIZES = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
)
LARGEST = "10M<n<100M"
Splits = list[tuple[str, str]]  # (split, path with stars)


def as_text(facts: Facts) -> str:
    told: dict[str, Any] = {
        "pretty_name": facts.title,
        "license": "other",
        "license_name": "per-image",
        "license_link": "ATTRIBUTION.md",
        "annotations_creators": ["expert-generated" if facts.is_curated else "found"],
        "source_datasets": ["original"],
        "task_categories": ["image-classification"],
        "size_categories": [size(facts.counted.images)],
        "tags": sorted({*keywords_of(facts.answers["citation.keywords"]), "croissant"}),
    }
    head = "".join(f"{key}: {_value(value)}\n" for key, value in told.items())
    return f"---\n{head}configs:\n{''.join(_configs(facts))}{''.join(_info(facts))}---\n"


def _value(value: str | list[str]) -> str:
    if isinstance(value, str):
        return quoted(value)
    return "[" + ", ".join(map(quoted, value)) + "]"


def size(images: int) -> str:
    return next((words for below, words in SIZES if images < below), LARGEST)


def _configs(facts: Facts) -> Iterator[str]:
    for place, (name, splits) in enumerate(configs(facts).items()):
        yield f"- config_name: {quoted(name)}\n"
        yield "  default: true\n" if place == 0 else ""
        yield "  data_files:\n"
        for part, path in splits:
            yield f"  - split: {quoted(part)}\n    path: {quoted(path)}\n"


def _info(facts: Facts) -> Iterator[str]:
    """The columns of Parquet files, and the classes by their numbers: as the files themselves say."""
    if "parquet" not in facts.formats:
        return
    yield "dataset_info:\n"
    for name in configs(facts):
        yield f"- config_name: {quoted(name)}\n  features:\n"
        yield from _features(facts)


def _features(facts: Facts) -> Iterator[str]:
    yield '  - name: "image"\n    dtype: "image"\n'
    for task in facts.tasks:
        folders = sorted(str(known["folder"]) for known in facts.classes[task])
        kind = "\n      class_label:\n        names:\n" if folders else ' "int64"\n'
        yield f"  - name: {quoted(f'label_{task}')}\n    dtype:{kind}"
        yield from (f'          "{number}": {quoted(folder)}\n' for number, folder in enumerate(folders))
    yield from (f'  - name: {quoted(column)}\n    dtype: "string"\n' for column in facts.columns)


def configs(facts: Facts) -> Mapping[str, Splits]:
    """By name; a part without a file is left out, since a path that finds nothing is an error to the reader."""
    for known, made in (("parquet", _shards), ("imagefolder", _trees), ("webdataset", _shards)):
        if known in facts.formats:
            found = {name: splits for name, splits in made(facts, known).items() if splits}
            if found:
                return found
    return {"metadata": [("all", "metadata.csv")]}


def _shards(facts: Facts, form: str) -> dict[str, Splits]:
    """Every image is once in the shards, and a part of either split is those of some buckets."""
    wanted = dict.fromkeys(split_of(task) for task in facts.tasks)
    return {split: _there(facts, [(part, shards(form, split, part)) for part in PARTS]) for split in wanted}


def split_of(task: str) -> str:
    return "attributes" if task in ATTRIBUTES else task


def shards(form: str, split: str, part: str) -> str:
    """The files that hold a part of a split, with stars."""
    ending = {"parquet": "parquet", "webdataset": "tar"}[form]
    stem = {"identity": f"identity-{part}--*", "attributes": f"*--attributes-{part}-*"}[split]
    return f"{form}/{stem}.{ending}"


def _there(facts: Facts, paths: Splits) -> Splits:
    return [(part, path) for part, path in paths if any(fnmatchcase(file, path) for file in facts.files)]


def _trees(facts: Facts, _form: str) -> dict[str, Splits]:
    return {task: [(part, f"{task}/{part}/**") for part in PARTS if facts.in_part(task, part)] for task in facts.tasks}
