"""Several statements about one picture, weighed: proved, unproved, refused, or for a person to decide.

A licence API or the source page proves; so does the operator of a folder. A search filter or a list of URLs claims.
The file itself, and signs that the picture is sold, prove nothing and may contradict.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from ingest.licences.agencies import sells
from ingest.licences.ids import CC_FAMILY, agree, licence_name
from ingest.licences.policy import Policy
from ingest.licences.statements import API, EMBEDDED, FILTER, ORDER, PAGE, SELLER, Said

Outcome = Literal["proved", "unproved", "refused", "held"]

CONTRADICTORY = "licence_contradictory"  # page, API and claims differ
IN_FILE = "licence_in_file"  # the file says otherwise than the page or the API
SOURCES_DIFFER = "licence_sources_differ"
SOLD = "licence_sold"
ASK = "licence_ask"
FOR_A_PERSON = (CONTRADICTORY, IN_FILE, SOURCES_DIFFER, SOLD, ASK)

# What a search filter promises when it lets only such pictures through.
FREE_FILTERS = frozenset({"publicdomain", "commercial,modify"})


@dataclass(frozen=True)
class Conclusion:
    """`code` is "" when the licence is proved; `licence` the SPDX id that the statements come to, "" for none."""

    outcome: Outcome
    licence: str = ""
    code: str = ""
    detail: str = ""


def weigh(said: Sequence[Said], policy: Policy, *, operator_vouches: bool = False, problem: str = "") -> Conclusion:
    """Before the picture is fetched. `problem` is why the source page could not be read."""
    proving = (API, PAGE, ORDER) if operator_vouches else (API, PAGE)
    proof = _distinct(one.says for one in said if one.kind in proving and one.names_one)
    spoken = _distinct(one.says for one in said if one.names_one and one.kind != EMBEDDED)
    promised = any(one.kind == FILTER and one.words in FREE_FILTERS for one in said)
    if spoken and not promised and all(_verdict(policy, spdx) == "refuse" for spdx in spoken):
        return _refused((proof or spoken)[0], policy)
    if sellers := [one for one in said if one.kind == SELLER]:
        return _sold(proof[0] if len(proof) == 1 else "", sellers)
    pages = _page_words(said)
    if len(proof) > 1 or (proof and len(pages) > 1):
        who = "The source page names" if len(pages) > 1 else "The sources of proof name"
        return Conclusion("held", "", CONTRADICTORY, f"{who} different licences: {_names(proof, pages)}.")
    if proof:
        return _proved(proof[0], said, policy, promised)
    return _unproved(spoken, policy, problem)


def weigh_file(before: Conclusion, said: Sequence[Said], policy: Policy) -> Conclusion:
    """Once its bytes are here: does the file agree with what came before?"""
    if sellers := [one for one in said if one.kind == SELLER]:
        return _sold(before.licence, sellers)
    named = _distinct(one.says for one in said if one.kind == EMBEDDED and one.names_one)
    others = [spdx for spdx in named if not agree(spdx, before.licence)]
    if before.licence and others:
        one = next(one for one in said if one.says == others[0])
        where = f"({one.place}: “{one.words}”)"
        detail = f"The file names {licence_name(others[0])} {where} beside {licence_name(before.licence)}."
        return Conclusion("held", before.licence, IN_FILE, detail)
    if named and not before.licence:
        if all(_verdict(policy, spdx) == "refuse" for spdx in named):
            return _refused(named[0], policy)
        return Conclusion(before.outcome, named[0] if len(named) == 1 else "", before.code, before.detail)
    return before


def _proved(spdx: str, said: Sequence[Said], policy: Policy, promised: bool) -> Conclusion:
    judgement = policy.judge(spdx)
    claims = [one.says for one in said if one.kind == ORDER and one.names_one]
    if judgement.verdict == "refuse":
        # Not all say so, else it were refused already: somebody promised that it is free.
        detail = f"The source names {licence_name(spdx)}, but {_promise(claims, promised)}."
        return Conclusion("held", spdx, CONTRADICTORY, detail)
    barred = [claim for claim in claims if _verdict(policy, claim) == "refuse"]
    if barred:
        detail = f"The source names {licence_name(spdx)}, but the order says {licence_name(barred[0])}."
        return Conclusion("held", spdx, CONTRADICTORY, detail)
    if judgement.verdict == "ask":
        return Conclusion("held", spdx, ASK, f"{licence_name(spdx)}: a person has to decide. {judgement.why}".strip())
    return Conclusion("proved", spdx)


def _promise(claims: list[str], promised: bool) -> str:
    if claims:
        return f"the order says {licence_name(claims[0])}"
    return "the search filter promised a free licence" if promised else "not everything that was said agrees"


def _unproved(spoken: list[str], policy: Policy, problem: str) -> Conclusion:
    """Nobody who could prove it says anything that we know."""
    claimed = spoken[0] if len(spoken) == 1 and _verdict(policy, spoken[0]) != "refuse" else ""
    if problem:
        return Conclusion("unproved", claimed, "licence_unknown", problem)
    return Conclusion("unproved", claimed, "licence_unproved", "There is no source page that would prove the licence.")


def _refused(spdx: str, policy: Policy) -> Conclusion:
    return Conclusion("refused", spdx, f"licence_{policy.judge(spdx).reason}", f"{licence_name(spdx)}.")


def _sold(licence: str, sellers: Sequence[Said]) -> Conclusion:
    signs = ", ".join(f"{one.place}: {one.words}" if one.place else one.words for one in sellers[:3])
    return Conclusion("held", licence, SOLD, f"The picture seems to be sold ({signs}).")


def _page_words(said: Sequence[Said]) -> list[str]:
    """The different licences of the page, known and unknown ones; an unknown one alone says nothing."""
    return _distinct(one.says if one.names_one else one.licence_url or one.words for one in said if one.kind == PAGE)


def _names(proof: list[str], pages: list[str]) -> str:
    return ", ".join(sorted(map(licence_name, {*proof, *pages})))


def _distinct(said: Iterable[str]) -> list[str]:
    """Each once; one without a version is not another one than the same with it."""
    every = [one for one in dict.fromkeys(said) if one]
    return [
        one
        for one in every
        if not (CC_FAMILY.fullmatch(one) and any(agree(one, other) for other in every if other != one))
    ]


def _verdict(policy: Policy, spdx: str) -> str:
    return policy.judge(spdx).verdict


def seller_of(url: str) -> Said | None:
    """The sign that a picture comes from an agency's own address."""
    return Said(SELLER, place="address", words=url[:500], at_url=url) if sells(url) else None
