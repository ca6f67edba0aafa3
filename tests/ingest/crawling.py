"""A small web of pictures and source pages, and a crawl job's steps without a worker."""

import io
from functools import cache
from typing import Any

from django.conf import settings
from PIL import Image

from demo.drawing import encode, portrait, scenery
from demo.people import PEOPLE
from ingest import access, discovery, pipeline
from ingest.buckets import connected
from ingest.jobs import finish_if_nothing_pends, start_job
from ingest.models import Candidate, CrawlJob
from mtf_site.roles import Role
from tests import factories
from tests.servers import Reply, Site

BY = "https://creativecommons.org/licenses/by/4.0/"
NC = "https://creativecommons.org/licenses/by-nc/4.0/"
ND = "https://creativecommons.org/licenses/by-nd/4.0/"


@cache
def face_jpeg(seed: int = 1) -> bytes:
    return encode(portrait(PEOPLE[seed % len(PEOPLE)], seed, size=(480, 600)))


@cache
def faceless_jpeg() -> bytes:
    return encode(scenery(3, size=(480, 320)))


def plain_png(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "#446688").save(out, "PNG")
    return out.getvalue()


def picture(data: bytes) -> Reply:
    return Reply(data, content_type="image/jpeg")


def page(*licences: str) -> Reply:
    links = "".join(f'<a rel="license" href="{url}">licence</a>' for url in licences)
    return Reply(f"<!doctype html><title>A picture</title>{links}".encode())


def urls_csv(*rows: tuple[str, ...]) -> str:
    """Rows of identity, image URL, page URL, licence URL, creator; what is left out is empty."""
    head = "identity,image_url,page_url,licence_url,creator"
    return "\n".join([head, *(",".join((*row, *("",) * (5 - len(row)))) for row in rows)]) + "\n"


def drain(job: CrawlJob) -> None:
    """All that a worker would do now: asks the source, then every step of every candidate that is free."""
    for pk in job.discoveries.values_list("pk", flat=True):
        if discovery.discover(pk, lambda candidate_id: None):
            finish_if_nothing_pends(job.pk)
    for state in Candidate.PENDING:
        for pk in pipeline.waiting_candidates(state, 1000):
            pipeline.advance(pk, state)
    job.refresh_from_db()


def crawl(site: Site, *rows: tuple[str, str, str], **order: Any) -> CrawlJob:
    """A job over rows of (identity, picture, page), which are paths of the site or whole URLs."""
    lines = [
        (name, *(path if "://" in path or not path else site.url(path) for path in paths)) for name, *paths in rows
    ]
    known: dict[str, Any] = {
        "source": "urls",
        "by": factories.user(Role.ADMIN),
        "parameters": {"csv": urls_csv(*lines)},
    }
    job = start_job(**(known | order))
    drain(job)
    return job


def open_buckets() -> None:
    """As if the time had come at which every host may be asked again."""
    redis = connected(settings.REDIS_URL)
    for key in redis.scan_iter(f"{access.KEYS}:bucket:*"):
        redis.delete(key)


def forget_robots() -> None:
    """As if so much time had passed that every robots.txt is asked for again."""
    redis = connected(settings.REDIS_URL)
    for key in redis.scan_iter(f"{access.KEYS}:robots:*"):
        redis.delete(key)


def outcomes(job: CrawlJob) -> list[tuple[str, str]]:
    return list(job.candidates.order_by("rank").values_list("state", "refusal"))
