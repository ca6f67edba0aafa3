"""Local servers that answer as the APIs of the licensed sources do. The people in them are invented."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ingest.network import GuardedSession
from ingest.sources import SOURCES, Hit, Query, SourceError
from tests.servers import Reply, Request, Site

Json = dict[str, Any]
BY_SA = "https://creativecommons.org/licenses/by-sa/4.0"


def as_json(data: object, status: int = 200, retry_after: int | None = None) -> Reply:
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return Reply(json.dumps(data).encode(), status, "application/json; charset=utf-8", headers)


def ask(source: str, site: Site, limit: int = 100, name: str = "Ada Marlow", **query: Any) -> list[Hit]:
    """All hits; short times, so that a server that hangs ends its test."""
    session = GuardedSession("t", frozenset({site.host_port}), read_timeout=0.3, total_timeout=3.0)
    return list(SOURCES[source].discover(Query(name, limit=limit, base_address=site.url(), **query), session))


def complaint(source: str, site: Site, **query: Any) -> SourceError:
    try:
        ask(source, site, **query)
    except SourceError as error:
        return error
    raise AssertionError("no complaint")


def asked(site: Site) -> list[dict[str, str]]:
    """What each request asked for."""
    return [{name: values[0] for name, values in request.query.items()} for request in site.requests]


# ---- Wikimedia Commons


def commons_page(number: int, *, host: str = "https://upload.example.org", **changes: Any) -> Json:
    """One page of a query with imageinfo; `changes` go into imageinfo, `said` into extmetadata."""
    title = f"Ada Marlow {number}.jpg"
    said = {
        "DateTimeOriginal": "2019-05-04 12:30:11",
        "Credit": '<span class="int-own-work" lang="en">Own work</span>',
        "Artist": '<a href="//commons.example.org/wiki/User:Okafor" title="User:Okafor">J. &amp; K. Okafor</a>',
        "LicenseShortName": "CC BY-SA 4.0",
        "UsageTerms": "Creative Commons Attribution-Share Alike 4.0",
        "AttributionRequired": "true",
        "Copyrighted": "True",
        "Restrictions": "personality",
        "License": "cc-by-sa-4.0",
        "LicenseUrl": BY_SA,
    } | changes.pop("said", {})
    info = {
        "timestamp": "2019-06-01T08:15:00Z",
        "user": "Okafor",
        "size": 2_345_678,
        "width": 3000,
        "height": 4000,
        "url": f"{host}/commons/{number}.jpg",
        "descriptionurl": f"https://commons.example.org/wiki/File:{title.replace(' ', '_')}",
        "descriptionshorturl": f"https://commons.example.org/w/index.php?curid={number}",
        "sha1": f"{number:040x}",
        "mime": "image/jpeg",
        "extmetadata": {name: {"value": value, "source": "commons-desc-page"} for name, value in said.items() if value},
    }
    repository = {"imagerepository": "local", "imageinfo": [info | changes]}
    return {"pageid": number, "ns": 6, "title": f"File:{title}", "index": number, **repository}


class CommonsApi:
    """Answers by search or category, so many pages an answer, with `continue` as long as there are more."""

    def __init__(self, found: Mapping[str, Sequence[Json]], step: int = 50) -> None:
        self.found = found
        self.step = step

    def __call__(self, request: Request) -> Reply:
        said = {name: values[0] for name, values in request.query.items()}
        key, onward = ("gsrsearch", "gsroffset") if "gsrsearch" in said else ("gcmtitle", "gcmcontinue")
        pages, start = self.found.get(said[key], ()), int(said.get(onward, "0"))
        shown = list(pages[start : start + self.step])
        if not shown:
            return as_json({"batchcomplete": True})
        more = start + self.step < len(pages)
        following = {"continue": {onward: start + self.step, "continue": f"{onward}||"}} if more else {}
        return as_json({"batchcomplete": True, **following, "query": {"pages": shown[::-1]}})


# ---- Openverse


def openverse_record(number: int, **changes: Any) -> Json:
    return {
        "id": f"00000000-0000-4000-8000-{number:012}",
        "title": f"Ada Marlow at a reading {number}",
        "indexed_on": "2021-04-09T13:09:48.276330Z",
        "foreign_landing_url": f"https://photos.example.org/okafor/{number}",
        "url": f"https://live.example.org/{number}_b.jpg",
        "creator": "J. Okafor",
        "creator_url": "https://photos.example.org/okafor",
        "license": "by-sa",
        "license_version": "2.0",
        "license_url": "https://creativecommons.org/licenses/by-sa/2.0/",
        "provider": "flickr",
        "source": "flickr",
        "category": "photograph",
        "filesize": None,
        "filetype": "jpg",
        "tags": [{"accuracy": None, "name": "reading"}],
        "attribution": f"“Ada Marlow at a reading {number}” by J. Okafor is licensed under CC BY-SA 2.0.",
        "fields_matched": ["title"],
        "mature": False,
        "height": 1024,
        "width": 683,
        "thumbnail": f"https://api.example.org/v1/images/{number}/thumb/",
    } | changes


class OpenverseApi:
    def __init__(self, records: Sequence[Json], pages: int | None = None) -> None:
        self.records = records
        self.pages = pages

    def __call__(self, request: Request) -> Reply:
        page, size = int(request.query["page"][0]), int(request.query["page_size"][0])
        if size > 20:
            return as_json({"detail": "page_size may not be above 20 for anonymous requests."}, 401)
        shown = self.records[(page - 1) * size : page * size]
        count = self.pages if self.pages is not None else -(-len(self.records) // size)
        head = {"result_count": len(self.records), "page_count": count, "page_size": size, "page": page}
        return as_json(head | {"results": list(shown)})


# ---- Flickr

KEY = "0123456789abcdef0123456789abcdef"
FLICKR_LICENCES = [
    {"id": "0", "name": "All Rights Reserved", "url": ""},
    {"id": "4", "name": "Attribution License", "url": "https://creativecommons.org/licenses/by/2.0/"},
    {"id": "6", "name": "Attribution-NoDerivs License", "url": "https://creativecommons.org/licenses/by-nd/2.0/"},
    {"id": "2", "name": "Attribution-NonCommercial", "url": "https://creativecommons.org/licenses/by-nc/2.0/"},
    {"id": "9", "name": "Public Domain Dedication (CC0)", "url": "https://creativecommons.org/publicdomain/zero/1.0/"},
    {"id": "11", "name": "CC BY 4.0", "url": "https://creativecommons.org/licenses/by/4.0/deed.en"},
    {"id": "12", "name": "CC BY-NC 4.0", "url": "https://creativecommons.org/licenses/by-nc/4.0/deed.en"},
    {"id": "13", "name": "Something new", "url": "https://licences.example.org/new"},
]


def flickr_photo(number: int, **changes: Any) -> Json:
    base = f"https://live.example.org/65535/{number}_{number:010x}"
    return {
        "id": str(number),
        "owner": "41000000@N01",
        "secret": "5ec3e7",
        "server": "65535",
        "farm": 66,
        "title": f"Ada Marlow {number}",
        "ispublic": 1,
        "isfriend": 0,
        "isfamily": 0,
        "license": "4",
        "ownername": "J. Okafor",
        "datetaken": "2016-08-20 15:04:09",
        "datetakengranularity": 0,
        "datetakenunknown": "0",
        "tags": "ada marlow reading",
        "url_l": f"{base}_b.jpg",
        "height_l": 1024,
        "width_l": 683,
        "url_k": f"{base}_k.jpg",
        "height_k": 2048,
        "width_k": 1366,
    } | changes


class FlickrApi:
    def __init__(self, photos: Sequence[Json]) -> None:
        self.photos = photos

    def __call__(self, request: Request) -> Reply:
        if request.query["api_key"] != [KEY]:
            said = f"Invalid API Key ({request.query['api_key'][0]}: Key has invalid format)"
            return as_json({"stat": "fail", "code": 100, "message": said})
        if request.query["method"] == ["flickr.photos.licenses.getInfo"]:
            return as_json({"licenses": {"license": FLICKR_LICENCES}, "stat": "ok"})
        page, size = int(request.query["page"][0]), int(request.query["per_page"][0])
        allowed = request.query["license"][0].split(",")
        found = [photo for photo in self.photos if photo["license"] in allowed]
        shown = found[(page - 1) * size : page * size]
        head = {"page": page, "pages": -(-len(found) // size), "perpage": size, "total": len(found)}
        return as_json({"photos": head | {"photo": shown}, "stat": "ok"})


# ---- Wikidata


def statement(value: object, rank: str = "normal", kind: str = "value") -> Json:
    snak: Json = {"snaktype": kind, "property": "P0", "datatype": "x"}
    if kind == "value":
        snak["datavalue"] = {"value": value, "type": "x"}
    return {"mainsnak": snak, "type": "statement", "id": "x", "rank": rank}


def item(number: str) -> Json:
    return {"entity-type": "item", "numeric-id": int(number[1:]), "id": number}


def moment(time: str, precision: int = 11) -> Json:
    calendar = "http://www.wikidata.org/entity/Q1985727"
    return {"time": time, "timezone": 0, "before": 0, "after": 0, "precision": precision, "calendarmodel": calendar}


def entity(number: str = "Q42", name: str = "Ada Marlow", **claims: Sequence[Json]) -> Json:
    """A woman born in 1952 with a category and a picture; `claims` by property replace her own, [] takes one away."""
    known = {
        "P31": [statement(item("Q5"))],
        "P21": [statement(item("Q6581072"))],
        "P569": [statement(moment("+1952-03-11T00:00:00Z"))],
        "P373": [statement(name)],
        "P18": [statement(f"{name} 1.jpg")],
        "P172": [statement(item("Q49085"))],
    } | claims
    return {
        "type": "item",
        "id": number,
        "labels": {"en": {"language": "en", "value": name}, "mul": {"language": "mul", "value": "A. M."}},
        "descriptions": {"en": {"language": "en", "value": "novelist"}},
        "aliases": {"en": [{"language": "en", "value": "The Countess"}, {"language": "en", "value": name}]},
        "claims": {number: list(found) for number, found in known.items() if found},
    }


class WikidataApi:
    """Entities by id; what it does not have is missing."""

    def __init__(self, *entities: Json, redirects: Mapping[str, str] | None = None) -> None:
        self.entities = {one["id"]: one for one in entities}
        self.redirects = dict(redirects or {})

    def __call__(self, request: Request) -> Reply:
        return as_json({"entities": {n: self._one(n) for n in request.query["ids"][0].split("|")}, "success": 1})

    def _one(self, number: str) -> Json:
        target = self.redirects.get(number, number)
        if target not in self.entities:
            return {"id": number, "missing": ""}
        led = {"redirects": {"from": number, "to": target}} if target != number else {}
        return self.entities[target] | led


class FilesApi:
    """Commons asked for files by their titles."""

    def __init__(self, pages: Sequence[Json], redirects: Mapping[str, str] | None = None) -> None:
        self.pages = {page["title"]: page for page in pages}
        self.redirects = dict(redirects or {})

    def __call__(self, request: Request) -> Reply:
        titles = request.query["titles"][0].split("|")
        ends = [self.redirects.get(title, title) for title in titles]
        steps = [{"from": title, "to": end} for title, end in zip(titles, ends, strict=True) if title != end]
        pages = [self.pages.get(end, {"ns": 6, "title": end, "missing": True}) for end in ends]
        return as_json({"batchcomplete": True, "query": {"redirects": steps, "pages": pages}})
