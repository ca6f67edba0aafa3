"""Which key does what on the review pages: the table, and what a person may make of it. Plain values in and out.

A key is `KeyboardEvent.key` in small letters, so it goes by meaning and not by place on the keyboard. Digits are not
for sale: those of the reasons are the policy's, and 0 means "cannot tell" wherever it is asked.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

KeyTable = dict[str, list[str]]
MOST = 3  # keys an action
GRID_KEYS = frozenset({"arrowright", "arrowleft", "arrowup", "arrowdown", " ", "backspace"})  # mean the same to all
GRID_MENU = "m"
# What only an adjudicator's page does: none of these keys means something on the review page.
DISPUTE_KEYS: Mapping[str, str] = {
    "next": "j", "before": "k", "names": "n", "more": "t", "why": "w", "list": "b", "unclear": "o",
}  # fmt: skip
NAMES: Mapping[str, str | Promise] = {
    " ": gettext_lazy("Space"),
    "arrowright": "→",
    "arrowleft": "←",
    "arrowup": "↑",
    "arrowdown": "↓",
    "backspace": "⌫",
    "delete": "Del",
    "home": "Home",
    "end": "End",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "insert": "Ins",
}
TYPED = {"space": " ", "left": "arrowleft", "right": "arrowright", "up": "arrowup", "down": "arrowdown"}


@dataclass(frozen=True)
class Action:
    code: str
    words: str | Promise
    keys: tuple[str, ...] = ()
    tone: str = ""


ACTIONS = (
    Action("accept", gettext_lazy("accept"), ("a", "arrowright"), "good"),
    Action("reject:wrong_person", gettext_lazy("reject: wrong person"), ("x", "arrowleft"), "bad"),
    Action("quarantine:under_age", gettext_lazy("under age or unsafe: out of the queue at once"), ("u",), "warn"),
    Action("quarantine:licence", gettext_lazy("licence or source problem: out of the queue at once"), ("l",), "warn"),
    Action("relabel", gettext_lazy("someone else on the list"), ("r",)),
    Action("cannot_tell", gettext_lazy("cannot tell"), ("0",)),
    Action("skip", gettext_lazy("skip: it comes back to others"), (" ",)),
    Action("undo", gettext_lazy("undo, twenty deep"), ("z", "backspace")),
    Action("flag", gettext_lazy("flag, with a comment"), ("f",)),
    Action("photo", gettext_lazy("source photo, large"), ("c",)),
    Action("compare", gettext_lazy("compare with the references"), ("e",)),
    Action("guideline", gettext_lazy("guideline, beside the face"), ("g",)),
    Action("grid", gettext_lazy("one face or a grid of them"), ("v",)),
    Action("keys", gettext_lazy("these keys"), ("?",)),
)
BY_CODE = {action.code: action for action in ACTIONS}


def key_table(own: Mapping[str, Sequence[str]], reasons: Iterable[Mapping[str, str]] = ()) -> KeyTable:
    """Action → its keys: the person's own, else the default ones; the reasons' digits come from the policy."""
    table = {action.code: list(own.get(action.code, action.keys)) for action in ACTIONS}
    for reason in reasons:
        table.setdefault(f"reject:{reason['code']}", []).append(reason["key"])
    return table


def grid_table(keys: KeyTable) -> KeyTable:
    """The same on a grid: its own keys are nobody's to give, and a face's menu has M where nothing else has it."""
    table = {code: [key for key in own if key not in GRID_KEYS] for code, own in keys.items()}
    taken = any(GRID_MENU in own for own in table.values())
    return table | {"menu": [] if taken else [GRID_MENU]}


def dispute_table(keys: KeyTable) -> KeyTable:
    """The same on a dispute, where each of its own keys gives way to what a person has made of it."""
    taken = {key for own in keys.values() for key in own}
    return keys | {code: [] if key in taken else [key] for code, key in DISPUTE_KEYS.items()}


def changed_keys(keys: Mapping[str, Sequence[str]]) -> KeyTable:
    """What differs from the defaults, which is all that is kept."""
    return {code: list(own) for code, own in keys.items() if tuple(own) != BY_CODE[code].keys}


def check_keys(own: Any) -> None:
    """ValueError, in a sentence, where a person's own keys cannot be used."""
    if not isinstance(own, dict):
        raise ValueError(_("Keys are a table: each action with a list of keys."))
    for code, keys in own.items():
        if code not in BY_CODE:
            raise ValueError(_("There is no action “%s”.") % code)
        if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
            raise ValueError(_("The keys of “%s” must be a list.") % BY_CODE[code].words)
        _check_own(BY_CODE[code], keys)
    taken: dict[str, Action] = {}
    for code, keys in key_table(own).items():
        for key in keys:
            _check_free(key, BY_CODE[code], taken)


def _check_own(action: Action, keys: list[str]) -> None:
    if len(keys) > MOST:
        raise ValueError(_("“%(action)s” has more than %(most)d keys.") % {"action": action.words, "most": MOST})
    for key in keys:
        if key in "123456789" and key:
            raise ValueError(_("%s is taken: the digits 1 to 9 are the policy’s reasons and classes.") % key)
        if key == "0" and action.code != "cannot_tell":
            raise ValueError(_("0 is taken: it always means “cannot tell”."))
        if not (key in NAMES or (len(key) == 1 and key.isprintable() and key == key.lower())):
            raise ValueError(_("“%s” cannot be a key here: use a letter, a sign, an arrow, Space or Backspace.") % key)


def _check_free(key: str, action: Action, taken: dict[str, Action]) -> None:
    other = taken.setdefault(key, action)
    if other is not action:
        words = {"key": key_name(key), "one": other.words, "other": action.words}
        raise ValueError(_("%(key)s cannot mean both “%(one)s” and “%(other)s”.") % words)


def key_name(key: str) -> str:
    """As it stands on the key."""
    return str(NAMES.get(key, key.upper()))


def read_keys(typed: str) -> list[str]:
    """What was typed into a field, parted by spaces: "A Right", "Z ⌫". Unknown words stay, to be complained of."""
    known = {str(name).lower(): key for key, name in NAMES.items()} | TYPED
    words = [word.lower() for word in typed.split()]
    return list(dict.fromkeys(known.get(word, word) for word in words))


def write_keys(keys: Iterable[str]) -> str:
    return " ".join(map(key_name, keys))
