"""Flickr: photographs whose owners chose a licence that lets them be used."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ingest.licences import parse_licence_url
from ingest.network import GuardedSession
from ingest.sentences import Sentence
from ingest.sources.base import Hit, Query, SourceError, Statement
from ingest.sources.json_api import JsonApi, text_of

NO_KEY = Sentence("Flickr needs an API key: set MTF_FLICKR_KEY.")
PAGE_SIZE = 250
MAX_RESULTS = 4000  # beyond it Flickr repeats itself
# Flickr's numbers for licences that never change; those it adds are read from its own list.
LICENCES = {
    "4": "https://creativecommons.org/licenses/by/2.0/",
    "5": "https://creativecommons.org/licenses/by-sa/2.0/",
    "7": "https://www.flickr.com/commons/usage/",
    "8": "https://www.usa.gov/copyright.shtml",
    "9": "https://creativecommons.org/publicdomain/zero/1.0/",
    "10": "https://creativecommons.org/publicdomain/mark/1.0/",
}
ADDABLE = ("CC-BY-", "CC0-", "CC-PDM-", "CC-PDDC", "LicenseRef-CC-BY-", "LicenseRef-US-Gov-Work")
NOT_ADDABLE = ("-NC-", "-ND-")
SIZES = ("url_o", "url_k", "url_h", "url_l", "url_c", "url_z")  # the largest first
EXTRAS = ",".join(("owner_name", "license", "date_taken", "tags", *SIZES))
KEPT = ("id", "owner", "license", "datetaken", "datetakengranularity", "datetakenunknown", "tags")

BAD_KEYS = frozenset({"100", "96", "97", "98", "99"})  # invalid or missing key, signature or login
BUSY = frozenset({"0", "10", "105", "201"})  # "not currently available" in several ways


@dataclass(frozen=True)
class FlickrSource:
    name: ClassVar[str] = "flickr"
    label: ClassVar[str] = "Flickr"
    about: ClassVar[str] = Sentence("Searches photographs by name; its API states the licence that the owner chose.")
    searches: ClassVar[bool] = True
    heeds_robots: ClassVar[bool] = False
    needs: ClassVar[tuple[str, ...]] = ()
    default_address: ClassVar[str] = "https://api.flickr.com"

    def discover(self, query: Query, session: GuardedSession) -> Iterator[Hit]:
        if not query.key:
            raise SourceError(NO_KEY)
        base = (query.base_address or self.default_address).rstrip("/")
        api = _Flickr(JsonApi(self.label, session, query.key), f"{base}/services/rest/")
        licences = api.licences()
        seen: set[str] = set()
        words = query.phrase
        for photo in api.photos(words, ",".join(licences), query.limit):
            url, owner, number = _largest(photo), text_of(photo, "owner"), text_of(photo, "id")
            if not (url and owner and number) or number in seen or text_of(photo, "license") not in licences:
                continue
            seen.add(number)
            yield _hit(photo, url, licences, words, len(seen), api.address)
            if len(seen) >= query.limit:
                return


@dataclass(frozen=True)
class _Flickr:
    api: JsonApi
    address: str

    def call(self, method: str, **parameters: str) -> dict[str, Any]:
        fixed = {"method": method, "api_key": self.api.secret, "format": "json", "nojsoncallback": "1"}
        data = self.api.ask(self.address, fixed | parameters).data
        if data.get("stat") == "fail":
            raise self._refusal(text_of(data, "code"), text_of(data, "message"))
        if data.get("stat") != "ok":
            raise self.api.changed("“stat” is missing")
        return data

    def _refusal(self, code: str, message: str) -> SourceError:
        if code in BAD_KEYS:
            return self.api.error(f"does not know the key of MTF_FLICKR_KEY (error {code}: {message}).")
        return self.api.error(f"refused the question (error {code}: {message}).", code in BUSY)

    def licences(self) -> dict[str, str]:
        """The licences that a picture may have, by Flickr's number, each with its address."""
        listed = self.api.objects(
            self.api.part(self.call("flickr.photos.licenses.getInfo"), "licenses", dict), "license"
        )
        addresses = {text_of(licence, "id"): text_of(licence, "url") for licence in listed}
        added = {number: url for number, url in addresses.items() if _may_be_added(number, url)}
        return {number: addresses.get(number) or url for number, url in LICENCES.items()} | added

    def photos(self, words: str, licences: str, limit: int) -> Iterator[dict[str, Any]]:
        """Page after page, until there are no more or one that brings nothing new."""
        known: set[str] = set()
        size = min(PAGE_SIZE, max(limit, 20))
        for number in range(1, MAX_RESULTS // size + 1):
            page = self._search(words, licences, number, size)
            photos = self.api.objects(page, "photo")
            if photos and not any(text_of(photo, "id") for photo in photos):
                raise self.api.changed("no photo has an “id”")
            yield from photos
            ids = {text_of(photo, "id") for photo in photos}
            if ids <= known or text_of(page, "pages") == str(number):  # a number, in older answers a text
                return
            known |= ids

    def _search(self, words: str, licences: str, page: int, size: int) -> dict[str, Any]:
        asked = {"text": words, "license": licences, "extras": EXTRAS, "sort": "relevance"}
        kind = {"content_types": "0", "media": "photos", "safe_search": "1"}
        at = {"page": str(page), "per_page": str(size)}
        return self.api.part(self.call("flickr.photos.search", **asked, **kind, **at), "photos", dict)


def _may_be_added(number: str, url: str) -> bool:
    """A licence that we know and that forbids neither selling nor changing; what is taken the policy decides."""
    spdx = parse_licence_url(url) or ""
    allows = spdx.startswith(ADDABLE) and not any(part in spdx for part in NOT_ADDABLE)
    return number not in LICENCES and allows


def _largest(photo: Mapping[str, Any]) -> str:
    return next((url for size in SIZES if (url := text_of(photo, size))), "")


def _hit(
    photo: dict[str, Any], image_url: str, licences: Mapping[str, str], words: str, rank: int, address: str
) -> Hit:
    number, licence_url = text_of(photo, "id"), licences[text_of(photo, "license")]
    size = next(size for size in SIZES if text_of(photo, size) == image_url).removeprefix("url")
    sides = {side: photo.get(f"{side}{size}") for side in ("width", "height")}
    return Hit(
        image_url=image_url,
        page_url=f"https://www.flickr.com/photos/{text_of(photo, 'owner')}/{number}",
        title=text_of(photo, "title"),
        creator=text_of(photo, "ownername"),
        licence_url=licence_url,
        rank=rank,
        query=words,
        filter=f"license={','.join(licences)}",
        evidence={key: photo[key] for key in KEPT if key in photo} | sides | {"search": address},
        statement=Statement(
            licence_url=licence_url,
            at_url=f"{address}?method=flickr.photos.getInfo&photo_id={number}&format=json",
            record=photo,
        ),
    )
