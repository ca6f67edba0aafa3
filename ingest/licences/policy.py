"""A policy: which licences are taken, refused, or shown to a person. Read from a .toml file, never from code."""

import re
import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from ingest.licences.families import COMMERCIAL, EVERYTHING, FAMILIES, MODIFY, REDISTRIBUTE, Family, family_of

Verdict = Literal["take", "refuse", "ask"]

BUILT_IN = Path(__file__).parent / "policies"
VERDICTS: tuple[Verdict, ...] = ("refuse", "ask", "take")
KEYS = {"title", "needs", *VERDICTS}
# Why a licence is refused that does not permit what is needed; the first that holds is told.
LACKING = {COMMERCIAL: "nc", MODIFY: "nd", REDISTRIBUTE: "not_passed_on"}
CODE = re.compile(r"[a-z][a-z_]{0,29}")


class PolicyError(ValueError):
    """One sentence that says what is wrong with a policy."""


@dataclass(frozen=True)
class Rule:
    pattern: str  # an SPDX id in which * stands for anything
    verdict: Verdict
    reason: str  # a code to count by
    why: str = ""  # for people


@dataclass(frozen=True)
class Judgement:
    """`reason` for "refuse": nc (also where ND stands beside it), nd, not_passed_on, all_rights_reserved, unknown;
    for "take": public_domain, attribution, share_alike or another family's name; or what the policy's rule says."""

    verdict: Verdict
    reason: str
    why: str = ""


UNKNOWN = Judgement("refuse", "unknown")


@dataclass(frozen=True)
class Policy:
    name: str
    title: str
    needs: frozenset[str]
    rules: tuple[Rule, ...] = ()

    def judge(self, spdx: str | None) -> Judgement:
        """None and every id without a family are refused as unknown, unless a rule names them."""
        rule = next((rule for rule in self.rules if fnmatchcase(spdx or "", rule.pattern)), None)
        if rule is not None:
            return Judgement(rule.verdict, rule.reason, rule.why)
        family = family_of(spdx)
        return self._derived(family) if family else UNKNOWN

    def _derived(self, family: Family) -> Judgement:
        lacking = [reason for need, reason in LACKING.items() if need in self.needs - family.permits]
        if not lacking:
            return Judgement("take", family.name)
        return Judgement("refuse", lacking[0] if family.permits else family.name)


@lru_cache(maxsize=8)
def load_policy(name: str) -> Policy:
    """A built-in policy by its name, or the one in a .toml file; PolicyError with a sentence."""
    path = Path(name) if name.endswith(".toml") else BUILT_IN / f"{name}.toml"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"The licence policy {name} is no TOML: {error}.") from error
    except (OSError, UnicodeDecodeError) as error:
        known = ", ".join(sorted(file.stem for file in BUILT_IN.glob("*.toml")))
        why = getattr(error, "strerror", None) or "it is no text"
        raise PolicyError(
            f"The licence policy {name!r} cannot be read ({why}): name one of {known}, or a .toml file."
        ) from error
    return read_policy(path.stem, data)


def read_policy(name: str, data: dict[str, Any]) -> Policy:
    """Checked for what would make it mean something else than its author thinks."""
    strange = sorted(set(data) - KEYS)
    if strange:
        raise PolicyError(f"The licence policy {name} has the unknown key {strange[0]!r}.")
    needs = data.get("needs")
    if not isinstance(needs, list) or not needs or set(map(str, needs)) - EVERYTHING:
        raise PolicyError(f"The licence policy {name} needs a list “needs” of: {', '.join(sorted(EVERYTHING))}.")
    rules = tuple(rule for verdict in VERDICTS for entry in _entries(name, data, verdict) for rule in entry)
    policy = Policy(name, str(data.get("title") or name), frozenset(needs), rules)
    _check_rules(policy)
    return policy


def _entries(name: str, data: dict[str, Any], verdict: Verdict) -> list[tuple[Rule, ...]]:
    entries = data.get(verdict, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise PolicyError(f"The licence policy {name} must write [[{verdict}]] for each of its lists “{verdict}”.")
    return [_rules(name, entry, verdict) for entry in entries]


def _rules(name: str, entry: dict[str, Any], verdict: Verdict) -> tuple[Rule, ...]:
    licences, reason = entry.get("licences"), entry.get("reason")
    if not isinstance(licences, list) or not licences or not all(isinstance(one, str) and one for one in licences):
        raise PolicyError(f"The licence policy {name} has a list “{verdict}” without “licences”.")
    if not isinstance(reason, str) or not CODE.fullmatch(reason):
        raise PolicyError(
            f"The licence policy {name} says no “reason” of small letters and _ for {verdict} {licences[0]}."
        )
    return tuple(Rule(pattern, verdict, reason, str(entry.get("why", ""))) for pattern in licences)


def _check_rules(policy: Policy) -> None:
    seen: dict[str, Verdict] = {}
    for rule in policy.rules:
        if seen.setdefault(rule.pattern, rule.verdict) != rule.verdict:
            both = f"both “{seen[rule.pattern]}” and “{rule.verdict}”"
            raise PolicyError(f"The licence policy {policy.name} says {both} of {rule.pattern}.")
    for family in FAMILIES:
        lacks = sorted(policy.needs - family.permits)
        if lacks and policy.judge(family.example).verdict == "take":
            needs = f"which does not permit what it needs: {', '.join(lacks)}"
            raise PolicyError(f"The licence policy {policy.name} takes {family.example}, {needs}.")


MTF = load_policy("mtf")
