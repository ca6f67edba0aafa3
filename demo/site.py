"""A small web site on the loopback that plays an image search, a free archive with a licence API, and their pages."""

import argparse
import json
import os
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from demo.collection import BY_ID, PICTURES, SLOW_SECONDS, Picture, claimed_free, jpeg_of, thumbnail_of
from demo.commons import ARCHIVE_BY_ID, Archived, archived_jpeg, search
from demo.people import PEOPLE, Person

PAGE_SIZE = 35
LICENCE_FILTER = re.compile(r"filterui:license(?:Type)?-(\w+)")
LICENCE_NAMES = {"publicdomain/zero/1.0": "CC0 1.0", "publicdomain/mark/1.0": "Public Domain Mark 1.0"}
HTML = "text/html; charset=utf-8"
PAGE = '<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><body>{body}</body></html>'
STYLE = "<style>body{font:16px sans-serif;margin:2rem}img{height:150px;margin:2px;border-radius:4px}</style>"


class Refusal(Exception):
    """An answer other than 200."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


class DemoSite(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.asked: Counter[str] = Counter()  # requests by path, for tests to look at
        self.easel = threading.Lock()  # one drawing at a time keeps memory modest

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class Handler(BaseHTTPRequestHandler):
    server: DemoSite
    server_version = "DemoSite"

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.server.asked[parts.path] += 1
        try:
            kind, body = answer(self.server, parts.path, parse_qs(parts.query))
        except Refusal as refusal:
            self._send(refusal.status, "text/plain; charset=utf-8", refusal.status.phrase.encode())
        else:
            self._send(HTTPStatus.OK, kind, body)

    do_HEAD = do_GET

    def _send(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)
        except ConnectionError:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Quiet: the demo's terminal belongs to the demo."""


Query = dict[str, list[str]]
Answer = tuple[str, bytes]


def answer(site: DemoSite, path: str, query: Query) -> Answer:
    if path in FIXED:
        return FIXED[path](site, query)
    found = re.fullmatch(r"/(photo|img|thumb|archive)/([a-z0-9-]+?)(\.jpg)?", path)
    if found and found[1] == "archive" and found[2] in ARCHIVE_BY_ID:
        return _archived(site, ARCHIVE_BY_ID[found[2]], is_page=not found[3])
    if found is None or found[1] == "archive" or found[2] not in BY_ID:
        raise Refusal(HTTPStatus.NOT_FOUND)
    return PER_PICTURE[found[1]](site, BY_ID[found[2]])


def _robots(site: DemoSite, query: Query) -> Answer:
    return "text/plain; charset=utf-8", b"User-agent: *\nAllow: /\n"


def _index(site: DemoSite, query: Query) -> Answer:
    rows = "".join(_index_row(person) for person in PEOPLE)
    intro = "<h1>Invented people, drawn photographs</h1><p>Nobody here exists.</p>"
    return _html("The demo's image search", STYLE + intro + rows)


def _index_row(person: Person) -> str:
    links = "".join(
        f'<a href="/photo/{picture.id}">{_small(picture)}</a>' for picture in PICTURES if picture.person is person
    )
    return f"<h2>{escape(person.name)}, {escape(person.occupation)}</h2>{links}"


def _small(picture: Picture) -> str:
    return f'<img src="/thumb/{picture.id}.jpg" alt="{escape(picture.title)}" loading="lazy">'


def _search(site: DemoSite, query: Query) -> Answer:
    first = query.get("first", ["0"])[0]
    if not first.isdecimal():
        raise Refusal(HTTPStatus.BAD_REQUEST)
    chosen = LICENCE_FILTER.search(query.get("qft", [""])[0])
    hits = find(query.get("q", [""])[0], chosen[1] if chosen else None)
    items = "".join(_hit(site, picture) for picture in hits[int(first) : int(first) + PAGE_SIZE])
    return HTML, f'<div class="dgControl">{items and f"<ul>{items}</ul>"}</div>'.encode()


def find(query: str, licence_codes: str | None) -> list[Picture]:
    """Pictures of everybody whose whole name, or alias, is in the query."""
    words = _words(query)
    people = [p for p in PEOPLE if any(name and _words(name) <= words for name in (p.name, p.alias))]
    return [pic for pic in PICTURES if pic.person in people and claimed_free(pic, licence_codes)]


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def _hit(site: DemoSite, picture: Picture) -> str:
    facts = {
        "purl": f"{site.address}/photo/{picture.id}",
        "murl": f"{site.address}/img/{picture.id}.jpg",
        "turl": f"{site.address}/thumb/{picture.id}.jpg",
        "t": picture.title,
    }
    return f'<li><div class="imgpt"><a class="iusc" href="#" m="{escape(json.dumps(facts))}"></a></div></li>'


def _photo_page(site: DemoSite, picture: Picture) -> Answer:
    body = (
        f'{STYLE}<h1>{escape(picture.title)}</h1><p><a href="/img/{picture.id}.jpg">{_small(picture)}</a></p>'
        f'<p>Photograph by <span property="cc:attributionName">{escape(picture.creator)}</span></p>'
        f"{_licence_line(picture)}"
    )
    return _html(picture.title, body)


def _licence_line(picture: Picture) -> str:
    if not picture.licence:
        return "<p>All about this photograph: ask its author.</p>"
    code = picture.licence.split("/", 1)[1].replace("/", " ").upper()
    name = LICENCE_NAMES.get(picture.licence, f"CC {code}")
    return f'<p>Licence: <a rel="license" href="https://creativecommons.org/{picture.licence}/">{name}</a></p>'


def _image(site: DemoSite, picture: Picture) -> Answer:
    if picture.quirk == "missing":
        raise Refusal(HTTPStatus.NOT_FOUND)
    if picture.quirk == "not_an_image":
        return "image/jpeg", _html("Sign in", "<h1>Please sign in to see this picture</h1>")[1]
    if picture.quirk == "slow":
        time.sleep(SLOW_SECONDS)
    with site.easel:
        return "image/jpeg", jpeg_of(picture)


def _thumbnail(site: DemoSite, picture: Picture) -> Answer:
    with site.easel:
        return "image/jpeg", thumbnail_of(picture)


def _archive_api(site: DemoSite, query: Query) -> Answer:
    start = query.get("gsroffset", ["0"])[0]
    if query.get("action") != ["query"] or query.get("generator") != ["search"] or not start.isdecimal():
        raise Refusal(HTTPStatus.BAD_REQUEST)
    found = search(site.address, query.get("gsrsearch", [""])[0], int(start))
    return "application/json; charset=utf-8", json.dumps(found).encode()


def _archived(site: DemoSite, picture: Archived, *, is_page: bool) -> Answer:
    if is_page:
        name, path = picture.licence[1:]
        body = f'{STYLE}<h1>{escape(picture.title)}</h1><p><img src="/archive/{picture.id}.jpg" alt=""></p>'
        link = f'<a rel="license" href="https://creativecommons.org/{path}/">{name}</a>'
        return _html(picture.title, f"{body}<p>{escape(picture.creator)}, {link}</p>")
    with site.easel:
        return "image/jpeg", archived_jpeg(picture)


def _html(title: str, body: str) -> Answer:
    return HTML, PAGE.format(title=escape(title), body=body).encode()


FIXED: dict[str, Callable[[DemoSite, Query], Answer]] = {
    "/": _index,
    "/robots.txt": _robots,
    "/images/async": _search,
    "/w/api.php": _archive_api,
}
PER_PICTURE: dict[str, Callable[[DemoSite, Picture], Answer]] = {
    "photo": _photo_page,
    "img": _image,
    "thumb": _thumbnail,
}


@contextmanager
def running(port: int = 0) -> Iterator[DemoSite]:
    """The site in a thread of this process, for as long as the block lasts."""
    with DemoSite(port) as site:
        thread = threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield site
        finally:
            site.shutdown()
            thread.join()


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m demo.site", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any free port")
    parser.add_argument("--port-file", type=Path, help="where to write the port once the site listens")
    options = parser.parse_args(arguments)
    with DemoSite(options.port) as site:
        if options.port_file:
            _write_whole(options.port_file, str(site.port))
        print(site.address, flush=True)
        try:
            site.serve_forever()
        except KeyboardInterrupt:
            return


def _write_whole(path: Path, text: str) -> None:
    """Whoever waits for the file never reads half of it."""
    part = path.with_name(f"{path.name}.{os.getpid()}")
    part.write_text(text)
    part.replace(path)


if __name__ == "__main__":
    main()
