"""What tells of an erased person in a text: their names in every spelling, hashes and addresses of their pictures."""

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

ERASED = "[erased]"
MOST_APART, GLUED = 6, 8  # characters between two words of a name; letters from which the words may stand without any
BETWEEN = r"(?:[\W_]|%[0-9A-Fa-f]{2})"
STARTS, ENDS = r"(?:(?<![^\W_])|(?<=%[0-9A-Fa-f]{2}))", r"(?![^\W_])"
# A hash, an opaque id of an image or a photo, an address.
MARK = re.compile(r"\b[0-9a-f]{64}\b|\b[0-9a-f]{20}\b|\b(?:https?|file)://[^\s\"'<>|]+")
NOTHING = re.compile(r"(?!)")

Words = tuple[str, ...]


def words_of(text: str) -> Words:
    return tuple(re.findall(r"[^\W_]+", text))


def spellings(name: str) -> set[Words]:
    """The words of a name as texts, addresses, names of files and folders have them; the last one also put first."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    texts = [unicodedata.normalize(form, name) for form in ("NFC", "NFD")]
    found = {words_of(text) for text in (name, *texts, plain, quote(name))}
    found.add(tuple(re.findall(r"[a-z0-9]+", name.lower())))  # as a release names its folders
    turned = {(words[-1], *words[:-1]) for words in found if len(words) > 1}
    return {words for words in found | turned if words}


def _regex(words: Words) -> str:
    """Several words whatever their case; one alone as it is written: it may be a common one."""
    if len(words) == 1:
        return re.escape(words[0])
    fewest = 0 if sum(map(len, words)) >= GLUED else 1
    return "(?i:" + f"{BETWEEN}{{{fewest},{MOST_APART}}}".join(map(re.escape, words)) + ")"


def pattern(names: Iterable[str], others: Iterable[str] = ()) -> re.Pattern[str]:
    """Finds any of the names as whole words; a longer name of somebody else that holds one is found as `kept`."""
    variants = sorted({words for name in names for words in spellings(name)}, key=lambda words: (-len(words), words))
    if not variants:
        return NOTHING
    bare = re.compile("|".join(STARTS + _regex(words) + ENDS for words in variants))
    longer = sorted({_regex(words_of(other)) for other in others if bare.search(other)}, key=len, reverse=True)
    kept = f"(?P<kept>{STARTS}(?:{'|'.join(longer)}){ENDS})|" if longer else "(?P<kept>(?!))|"
    return re.compile(kept + bare.pattern)


@dataclass(frozen=True)
class Traces:
    """`strong` finds what can mean nobody else; `weak` single words besides, for texts written by people alone.
    `marks` are hashes, ids and addresses. `hints` are words one of which is in every name that is found.
    """

    strong: re.Pattern[str] = NOTHING
    weak: re.Pattern[str] = NOTHING
    marks: frozenset[str] = field(default=frozenset())
    hints: tuple[str, ...] = ()

    def names(self, text: str, *, weak: bool = False) -> bool:
        return _finds(self.strong, text) or (weak and _finds(self.weak, text))

    def marked(self, text: str) -> bool:
        return bool(self.marks) and any(found.rstrip(").,;") in self.marks for found in MARK.findall(text))

    def scrubbed(self, text: str, *, weak: bool = False) -> str:
        for one in (self.strong, self.weak) if weak else (self.strong,):
            text = one.sub(_kept_or_erased, text)
        return MARK.sub(self._mark, text) if self.marks else text

    def addresses(self) -> "Traces":
        """Of the marks the addresses alone."""
        return replace(self, marks=frozenset(mark for mark in self.marks if "://" in mark))

    def scrubbed_file(self, text: str) -> str:
        """The same text where it tells nothing. JSON stays JSON; of other files, lines with an address go."""
        try:
            value = json.loads(text) if text.startswith(("{", "[")) else None
        except ValueError:
            value = None
        if value is None:
            lines = text.splitlines(keepends=True)
            return "".join(self.scrubbed(line) for line in lines if not self.marked(line))
        clean = self.scrubbed_json(value)
        return text if clean == value else json.dumps(clean, ensure_ascii=False, indent=1) + "\n"

    def scrubbed_json(self, value: Any, clean: Callable[[str], str] | None = None) -> Any:
        """The same value without the texts; entries whose key tells of the person go."""
        clean = clean or self.scrubbed
        if isinstance(value, str):
            return clean(value)
        if isinstance(value, dict):
            kept = {key: item for key, item in value.items() if not (self.names(str(key)) or self.marked(str(key)))}
            return {key: self.scrubbed_json(item, clean) for key, item in kept.items()}
        if isinstance(value, list | tuple):
            return [self.scrubbed_json(item, clean) for item in value]
        return value

    def _mark(self, found: re.Match[str]) -> str:
        bare = found.group().rstrip(").,;")
        return ERASED + found.group()[len(bare) :] if bare in self.marks else found.group()


def _finds(wanted: re.Pattern[str], text: str) -> bool:
    return any(not _is_kept(found) for found in wanted.finditer(text))


def _is_kept(found: re.Match[str]) -> bool:
    return found.groupdict().get("kept") is not None


def _kept_or_erased(found: re.Match[str]) -> str:
    return found.group() if _is_kept(found) else ERASED


def traces(
    names: Sequence[str], aliases: Sequence[str], *, others: Sequence[str], common: Iterable[str], marks: Iterable[str]
) -> Traces:
    """`names` are what the person is called for sure: name, slug, Wikidata id. `common` words, and aliases of a
    single word, are weak: they may mean something else.
    """
    ordinary = {word.casefold() for text in common for word in (text, *words_of(text))}
    strong = [name for name in names if name.casefold() not in ordinary]
    strong += [alias for alias in aliases if len(words_of(alias)) > 1]
    weak = [name for name in (*names, *aliases) if name not in strong]
    hints = {max(words, key=len) for name in (*strong, *weak) for words in spellings(name)}
    return Traces(pattern(strong, others), pattern(weak, others), frozenset(marks), tuple(sorted(hints)))
