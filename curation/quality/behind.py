"""The faces behind a figure, with all that was counted of them: what a figure is made of can be looked at."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from numpy.typing import NDArray

from curation.face_page import still_asked
from curation.models import Annotation, Claim
from curation.policies import class_labels
from curation.quality.disputing import differing
from curation.quality.pacing import is_fast
from curation.quality.periods import last_days
from curation.quality.scope import Scope, names_of
from curation.quality.tables import Table
from curation.vote_columns import ACCEPT, MODES, VERDICTS, Ballot, Mask, Votes
from curation.votes import TONES, in_words
from ingest.models import Identity

A_PAGE = 24
PATTERNS = {
    "differ": gettext_lazy("answered differently"),
    "alike": gettext_lazy("answered alike"),
    "fast": gettext_lazy("answered too fast to have looked"),
    "alone": gettext_lazy("accepted though all others did not"),
}
Claims = NDArray[np.int64]


@dataclass(frozen=True)
class ShownVote:
    who: str
    words: str
    tone: str
    seconds: float
    meant: bool  # by the figure


@dataclass(frozen=True)
class ShownFace:
    """`hidden` where whoever looks may still be asked the same, and so sees no answers."""

    claim: Claim
    votes: list[ShownVote]
    hidden: bool


# ---- Which


def claims_behind(scope: Scope, asked: Mapping[str, Any]) -> Claims:
    """The newest first."""
    found: Claims | None = None
    for part in _parts(scope, asked):
        found = part if found is None else np.intersect1d(found, part)
    every = np.unique(scope.votes.claim) if found is None else found
    return every[::-1]


def _parts(scope: Scope, asked: Mapping[str, Any]) -> Iterable[Claims]:
    if any(name in asked for name in ("second", "said", "other")) or asked.get("pattern") in ("differ", "alike"):
        yield _of_ballot(scope.ballot(scope.field), asked)
    if "last_from" in asked or "last_until" in asked:
        yield _answered_last(scope.ballot(scope.field), asked)
    mask = np.ones(len(scope.votes), bool)
    for one in _masks(scope, asked):
        mask &= one
    yield np.unique(scope.votes.claim[mask])
    if asked.get("pattern") == "alone":
        yield _accepted_alone(scope, asked)


def _of_ballot(cast: Ballot, asked: Mapping[str, Any]) -> Claims:
    """Of faces that several answered: by whom, and what stands beside what."""
    if "first" in asked and "second" in asked:
        cast = cast.where(np.isin(cast.column("reviewer"), [asked["first"].pk, asked["second"].pk]))
    table, claims = cast.table(), cast.claims
    several, differ = differing(cast)
    keep = several if "second" in asked or "pattern" in asked else table.sum(axis=1) > 0
    if asked.get("pattern") == "differ":
        keep &= differ
    if asked.get("pattern") == "alike":
        keep &= several & ~differ
    wanted = [asked[name] for name in ("said", "other") if name in asked]
    for code in set(wanted):
        at = cast.classes.index(code) if code in cast.classes else None
        keep &= table[:, at] >= wanted.count(code) if at is not None else False
    return np.asarray(claims[keep])


def _masks(scope: Scope, asked: Mapping[str, Any]) -> Iterable[Mask]:
    votes = scope.votes
    if scope.field != "usable" or "field" in asked:
        yield votes.labels(scope.field, scope.maps) >= 0
    if "first" in asked and "second" not in asked:
        yield votes.reviewer == asked["first"].pk
    if "reason" in asked:
        known = scope.snapshot.reasons
        yield votes.reason == (known.index(asked["reason"]) + 1 if asked["reason"] in known else -1)
    if "verdict" in asked:
        yield votes.verdict == VERDICTS.index(asked["verdict"])
    if "mode" in asked:
        yield votes.mode == MODES.index(asked["mode"])
    if asked.get("pattern") == "fast":
        yield is_fast(votes)


def _accepted_alone(scope: Scope, asked: Mapping[str, Any]) -> Claims:
    """One accepted, and every other who answered did not."""
    cast = scope.ballot("usable")
    if ACCEPT + 1 not in cast.classes:
        return np.empty(0, np.int64)
    table = cast.table()
    alone = (table[:, cast.classes.index(ACCEPT + 1)] == 1) & (table.sum(axis=1) > 1)
    accepted = (cast.column("verdict") == ACCEPT) & alone[cast.item]
    if "first" in asked:
        accepted &= cast.column("reviewer") == asked["first"].pk
    return np.unique(cast.column("claim")[accepted])


def _answered_last(cast: Ballot, asked: Mapping[str, Any]) -> Claims:
    """Those that two or more answered, by the day of the last counted answer: as the plots over time stand."""
    if not len(cast):
        return cast.claims
    days, keep = last_days(cast), differing(cast)[0]
    if "last_from" in asked:
        keep &= days >= np.datetime64(asked["last_from"])
    if "last_until" in asked:
        keep &= days <= np.datetime64(asked["last_until"])
    return np.asarray(cast.claims[keep])


# ---- What is shown


def conditions(scope: Scope, asked: Mapping[str, Any]) -> list[str]:
    """What the faces have in common, in words."""
    people = [user.get_full_name() or user.get_username() for name in ("first", "second") if (user := asked.get(name))]
    said = [scope.words(scope.field, asked[name]) for name in ("said", "other") if name in asked]
    given = {
        "reason": scope.reasons.get(asked.get("reason", ""), ""),
        "verdict": _verdict_words(asked.get("verdict", "")),
        "mode": dict(Annotation.Mode.choices).get(asked.get("mode", ""), ""),
        "pattern": PATTERNS.get(asked.get("pattern", ""), ""),
    }
    period = [asked[name].isoformat() for name in ("last_from", "last_until") if name in asked]
    found = [" + ".join(people), " / ".join(said), *(str(words) for words in given.values()), " – ".join(period)]
    return [words for words in found if words]


def _verdict_words(verdict: str) -> str:
    return str(dict(Annotation.Verdict.choices).get(verdict, ""))


@dataclass(frozen=True)
class Looker:
    """`is_asked`: reviews too, and so does not see the answers to what they may still be asked; `names`: sees who."""

    person: User
    is_asked: bool
    names: bool


def faces(claims: Claims, scope: Scope, asked: Mapping[str, Any], looker: Looker) -> list[ShownFace]:
    """Of one page: as many queries however many there are."""
    ids = [int(pk) for pk in claims]
    question = "usable" if scope.field == "usable" else "attributes"
    found = Claim.objects.select_related("face", "identity").in_bulk(ids)
    hidden = still_asked(list(found.values()), looker.person) if looker.is_asked else set()
    votes = _votes(ids, scope, looker, [asked[name].pk for name in ("first", "second") if name in asked])
    return [
        ShownFace(found[pk], [] if (pk, question) in hidden else votes[pk], (pk, question) in hidden)
        for pk in ids
        if pk in found
    ]


def _votes(ids: list[int], scope: Scope, looker: Looker, meant: list[int]) -> dict[int, list[ShownVote]]:
    """First-hand answers that stand in a slot of their own, by claim; of attributes what they say of one field."""
    field = scope.field
    question = "usable" if field == "usable" else "attributes"
    given = Annotation.objects.filter(claim__in=ids, question=question, slot__purpose="vote", carried_from=None)
    answers = list(given.select_related("relabel_to", "policy").order_by("claim", "received_at", "pk"))
    names = names_of({answer.reviewer_id for answer in answers}) if looker.names else {}
    found: dict[int, list[ShownVote]] = {pk: [] for pk in ids}
    for answer in answers:
        if field != "usable" and getattr(answer, field) is None:
            continue
        own = found[answer.claim_id]
        who = names.get(answer.reviewer_id) or _("Reviewer %d") % (len(own) + 1)
        seconds = max((answer.decided_at - answer.shown_at).total_seconds(), 0.0)
        is_meant = looker.names and answer.reviewer_id in meant
        words = in_words(answer, scope.policy) if field == "usable" else _class(answer, field)
        own.append(ShownVote(who, words, TONES.get(answer.verdict, ""), seconds, is_meant))
    return found


def _class(answer: Annotation, field: str) -> str:
    """In the words of the policy that it was given under."""
    code = str(getattr(answer, field))
    return class_labels(answer.policy).get(field, {}).get(code, code)


def table(claims: Claims, votes: Votes) -> Table:
    """Claims and identities alone; who said what is on the page, and in the release."""
    known, first = np.unique(votes.claim, return_index=True)
    whose = votes.identity[first][np.searchsorted(known, claims)]
    names = dict(Identity.objects.filter(pk__in=np.unique(whose).tolist()).order_by().values_list("pk", "name"))
    rows = zip(claims.tolist(), whose.tolist(), strict=True)
    return Table(["claim", "identity"], ([claim, names.get(person)] for claim, person in rows))
