"""croissant.json: the data set for machines, in Croissant 1.1 with the Responsible AI extension 1.0.

Files are named with their sha256, every column with its type, and every record set can be loaded from the folder.
Keys of the extension are spelt as its specification spells them.
"""

from collections.abc import Iterator
from typing import Any

from curation.release.answer_forms import authors_of, keywords_of
from curation.release.papers import citation, croissant_records
from curation.release.papers.croissant_context import CONTEXT, CROISSANT, RAI
from curation.release.papers.croissant_rai import about_data
from curation.release.papers.facts import Facts
from curation.release.papers.text import as_json
from ingest.licences import licence_name, licence_url

SPDX_PAGE = "https://spdx.org/licenses/{}.html"
MIME = {
    "csv": "text/csv",
    "json": "application/json",
    "jsonl": "application/jsonlines",
    "md": "text/markdown",
    "parquet": "application/x-parquet",
    "tar": "application/x-tar",
    "txt": "text/plain",
    "py": "text/x-python",
}
UNKNOWN = "application/octet-stream"


def as_file(facts: Facts) -> str:
    told = _about(facts) | about_data(facts)
    told |= {"distribution": [*_files(facts), *croissant_records.file_sets(facts)]}
    return as_json({"@context": CONTEXT} | told | {"recordSet": croissant_records.record_sets(facts)})


def _about(facts: Facts) -> dict[str, Any]:
    said, day = facts.answers, facts.frozen_on.isoformat()
    home, doi = said.get("citation.home", ""), said.get("citation.doi", "")
    told: dict[str, Any] = {
        "@type": "sc:Dataset",
        "name": facts.title,
        "description": said["motivation.purpose"],
        "conformsTo": [CROISSANT, RAI],
        "version": facts.version,
        "datePublished": day,
        "dateCreated": day,
        "license": [_licence(spdx) for spdx in facts.counted.licences],
        "creator": [
            {"@type": "sc:Person", "name": f"{author.given} {author.family}"}
            | ({"url": f"https://orcid.org/{author.orcid}"} if author.orcid else {})
            for author in authors_of(said["citation.authors"])
        ],
        "publisher": {
            "@type": "sc:Organization",
            "name": said["citation.publisher"],
            "email": said["citation.contact"],
        },
        "keywords": list(keywords_of(said["citation.keywords"])),
        "citeAs": citation.as_bibtex(facts),
        "url": home or (f"https://doi.org/{doi}" if doi else ""),
        "identifier": f"https://doi.org/{doi}" if doi else "",
        "isLiveDataset": False,
    }
    return {key: value for key, value in told.items() if value != ""}


def _licence(spdx: str) -> str:
    """An address where there is one; our own ids are none of SPDX's."""
    return licence_url(spdx) or (licence_name(spdx) if spdx.startswith("LicenseRef-") else SPDX_PAGE.format(spdx))


def _files(facts: Facts) -> Iterator[dict[str, Any]]:
    for path, known in sorted(facts.files.items()):
        if croissant_records.is_listed(path):
            yield {
                "@type": "cr:FileObject",
                "@id": path,
                "name": path,
                "contentUrl": path,
                "contentSize": f"{known['bytes']} B",
                "encodingFormat": MIME.get(path.rsplit(".", 1)[-1], UNKNOWN),
                "sha256": known["sha256"],
            }
