"""What each role finds on the start page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from curation import home_figures, pauses, practice, queue, slow_figures, waiting_lists
from curation.adjudication import unread_answers
from curation.disputes import Listing, first_of
from curation.forecast import forecast, pace
from curation.models import Annotation, Claim, Profile, Release
from curation.models.claims import Question
from curation.policies import current_policy
from curation.release.selection import HELD_BACK
from curation.serving import answered_today
from ingest.decisions import held
from ingest.models import CrawlJob, Identity
from mtf_site.links import link_to
from mtf_site.roles import Role, has_role, roles_of

Facts = dict[str, Any]
RUNNING_SHOWN = 5
PAUSED_SHOWN = 8
HOURS = 24
URGENT = (Listing.QUARANTINED,)


# ---- Reviewer


def reviewer(person: User) -> Facts:
    faces = queue.waiting(reviewer=person, question=Question.USABLE)
    attributes = queue.waiting(reviewer=person, question=Question.ATTRIBUTES)
    profile = Profile.objects.filter(user=person).first()
    stopped = list(pauses.of(person).filter(ended_at=None))
    asks_faces = faces.mine and all(pause.question != Question.USABLE for pause in stopped)
    return {
        "faces": faces,
        "attributes": attributes,
        "faces_more": faces.capped,
        "attributes_more": attributes.capped,
        "today": answered_today(person),
        "taken_back": _given(person, _midnight()).filter(verdict="withdrawn").count(),
        "lately": _lately(person) if profile and profile.show_pace else None,
        "waits": faces.mine + attributes.mine,
        "start": "review" if asks_faces or not attributes.mine else "attributes",
        "answered_flags": unread_answers(person)[:10],
        "pauses": stopped,
        "practice": _practice(person),
        "answers": link_to("answers"),
    }


def _practice(person: User) -> Facts:
    """Question → where to practise it, of those that are practised first."""
    pages = {Question.USABLE: "practice", Question.ATTRIBUTES: "practice-attributes"}
    wanted = {question.value: link_to(page) for question, page in pages.items() if practice.wanted(person, question)}
    return {question: address for question, address in wanted.items() if address}


def _given(person: User, since: datetime) -> Any:
    return Annotation.objects.filter(reviewer=person, received_at__gte=since, carried_from=None)


def _midnight() -> datetime:
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)


def _lately(person: User) -> int:
    """Answers within the last hour."""
    given = _given(person, timezone.now() - timedelta(hours=1)).filter(superseded_by=None)
    return int(given.exclude(Q(verdict="withdrawn") | Q(mode="adjudication")).count())


# ---- Adjudicator


def adjudicator(person: User) -> Facts:
    slow_figures.freshen()
    counts = waiting_lists.counts()
    lists = [_list(name, counts[name]) for name in counts]
    _tell_oldest([one for one in lists if one["count"] > waiting_lists.CAP])
    return {
        "lists": lists,
        "waits": sum(n for name, n in counts.items() if name != waiting_lists.UNCLEAR),
        "start": _start(person, counts),
    }


def _list(name: str, count: int) -> Facts:
    since = waiting_lists.oldest(name) if 0 < count <= waiting_lists.CAP else None
    return {
        "name": name,
        "label": waiting_lists.LABELS[name],
        "url": waiting_lists.url_of(name),
        "count": count,
        "since": since,
        "urgent": name in URGENT and count,
    }


def _tell_oldest(long_lists: Sequence[Facts]) -> None:
    known = slow_figures.figures("oldest")["oldest"] if long_lists else None
    for one in long_lists:
        at = known.value.get(one["name"]) if known else None
        one["since"] = datetime.fromisoformat(at) if at else None


def _start(person: User, counts: dict[str, int]) -> str:
    """The first that this person may decide, of the list that comes first."""
    for name in Listing.values:
        if counts[name] and (place := first_of(name, person=person)):
            return f"{reverse('dispute', args=place)}?list={name}"
    waiting = (waiting_lists.CONTRADICTIONS,) if counts[waiting_lists.CONTRADICTIONS] else Listing.values[:1]
    return waiting_lists.url_of(waiting[0])


# ---- Admin


def admin(person: User) -> Facts:
    now = timezone.now()
    slow = slow_figures.figures("claims", "answers", "release")
    claims = slow["claims"].value if slow["claims"] else {}
    people = dict(Identity.objects.order_by().values_list("state").annotate(n=Count("id")))
    running = CrawlJob.objects.filter(state=CrawlJob.State.RUNNING)
    by_hour = _by_hour(slow["answers"])
    drawn = bars(by_hour, now)
    active = home_figures.active_people(now)
    return {
        "approved": people.get(Identity.State.APPROVED, 0),
        "proposed": people.get(Identity.State.PROPOSED, 0),
        "jobs": CrawlJob.objects.exists(),
        "running_count": running.count(),
        "running": running.annotate(people=Count("discoveries")).order_by("-id")[:RUNNING_SHOWN],
        "claims": _by_state(claims),
        "claims_total": sum(claims.values()),
        "accepted": claims.get(Claim.State.ACCEPTED, 0),
        "counted_at": slow["claims"].counted_at if slow["claims"] else None,
        "never_counted": not slow["claims"],
        "bars": drawn,
        "answers_lately": sum(bar.answers for bar in drawn),
        "end": _end(claims, by_hour) if sum(claims.values()) else None,
        "active": active[: home_figures.PEOPLE_SHOWN],
        "active_count": len(active),
        "person_pages": bool(link_to("person", 1)),
        "lacking": home_figures.lacking(),
        "paused": pauses.in_force()[:PAUSED_SHOWN],
        "people": link_to("people"),
        **blocks(person, slow["release"]),
    }


def _by_state(claims: dict[str, int]) -> list[Facts]:
    total = sum(claims.values())
    tones = {"accepted": "good", "rejected": "bad"}
    labels = Claim.State.choices if total else []
    return [
        {"label": label, "count": claims.get(state, 0), "total": total, "tone": tones.get(state, "")}
        for state, label in labels
    ]


def _by_hour(answers: slow_figures.Slow | None) -> dict[datetime, int]:
    """Of the last week, in the installation's time."""
    known = answers.value if answers else {}
    return {timezone.localtime(datetime.fromisoformat(hour)): n for hour, n in known.items()}


def _end(claims: dict[str, int], by_hour: dict[datetime, int]) -> Facts:
    """What is still wanted, and when it will be there at the pace of the last week."""
    want = home_figures.wanted(claims, current_policy())
    return {"wanted": want, "forecast": forecast(want.total, pace(by_hour))}


@dataclass(frozen=True)
class Bar:
    hour: datetime
    answers: int
    x: int
    y: int
    height: int

    @property
    def until(self) -> datetime:
        return self.hour + timedelta(hours=1)


TALL = 72  # of the chart's own units
WIDE = 20


def bars(by_hour: dict[datetime, int], now: datetime) -> list[Bar]:
    """One for each of the last 24 hours, the present one last; the tallest fills the chart."""
    last = timezone.localtime(now).replace(minute=0, second=0, microsecond=0)
    hours = [last - timedelta(hours=back) for back in reversed(range(HOURS))]
    most = max([by_hour.get(hour, 0) for hour in hours] + [1])
    heights = [-(-by_hour.get(hour, 0) * TALL // most) for hour in hours]
    return [
        Bar(hour, by_hour.get(hour, 0), n * WIDE, TALL - height, height)
        for n, (hour, height) in enumerate(zip(hours, heights, strict=True))
    ]


# ---- What stands between here and a release


@dataclass(frozen=True)
class Block:
    label: str | Promise
    count: int
    url: str  # empty where this person may not open it


def blocks(person: User, release: slow_figures.Slow | None) -> Facts:
    """`decisions` that somebody owes, counted now, and accepted faces that are `held_back`, by reason."""
    held_back = release.value["held_back"] if release else {}
    return {
        "decisions": [block for block in _decisions(person) if block.count],
        "held_back": [Block(text, held_back[code], reverse("releases")) for code, text in HELD_BACK.items()
                      if code in held_back],
        "ready": release.value["ready"] if release else None,
        "release_counted_at": release.counted_at if release else None,
    }  # fmt: skip


def _decisions(person: User) -> Sequence[Block]:
    judges, admins = has_role(person, Role.ADJUDICATOR, Role.AUDITOR), has_role(person, Role.ADMIN, Role.AUDITOR)
    lists = (Listing.QUARANTINED, Listing.USABLE, Listing.ATTRIBUTES)
    counts = {name: waiting_lists.capped(waiting_lists.LISTS[name]()) for name in lists}
    made = [Block(name.label, counts[name], waiting_lists.url_of(name) if judges else "") for name in lists]
    licences = Block(_("Licences to decide"), waiting_lists.capped(held()), reverse("licences") if admins else "")
    return [*made, licences]


# ---- Release manager, auditor


def release_manager(person: User) -> Facts:
    slow = slow_figures.figures("claims", "release")
    known = slow["release"]
    held_back = sum(known.value["held_back"].values()) if known else 0
    quarantined = known.value["held_back"].get("quarantined", 0) if known else 0
    accepted = known.value["ready"] + held_back - quarantined if known else 0
    shown = {} if Role.ADMIN in roles_of(person) else blocks(person, known)
    return {"accepted": accepted, "counted": bool(known), "last": Release.objects.defer("papers").first(), **shown}


def auditor(_person: User) -> Facts:
    pages = [
        ("disputes", _("Disputes"), _("every vote on what reviewers see differently, and the decisions")),
        ("faces", _("Faces"), _("every face with its votes, decisions and what it was asked anew")),
        ("identities", _("Identities"), _("who may be looked for, approved by whom, on what basis")),
        ("jobs", _("Crawl jobs"), _("what was found, fetched and refused, and why")),
        ("licences", _("Licences"), _("where the words about a licence contradict each other, and who decided what")),
        ("photos", _("Photos"), _("every picture with its faces, licence evidence and history")),
        ("balance", _("Balance"), _("wanted faces beside those that are there")),
        ("quality", _("Quality"), _("how far reviewers agree, field by field, and who differs with whom")),
        ("gold", _("Gold"), _("claims whose answer is known, and how they fared")),
        ("gold-reviewers", _("Reviewers on gold"), _("how often each is right, and who is paused")),
        ("policies", _("Policies"), _("how faces are judged, and what changed when")),
        ("unclear", _("Guideline"), _("what adjudicators found that it leaves open")),
        ("people", _("People"), _("who has which role since when, and whose answers were set aside")),
        ("annotators", _("Annotators"), _("what those who answer say of themselves, in aggregate")),
        ("releases", _("Releases"), _("what left the house, with its digest")),
    ]
    return {"pages": [{"url": url, "label": label, "about": about} for name, label, about in pages
                      if (url := link_to(name))]}  # fmt: skip
