"""Where everybody starts: for each of their roles what waits, and the next step."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from curation import adjudication, queue
from curation.disputes import Listing
from curation.models import Claim, Release
from curation.models.claims import Question
from curation.quarantine import IN_FORCE
from curation.serving import answered_today
from ingest.models import CrawlJob, Identity
from mtf_site.roles import Role, SignedInRequest, roles_of

Facts = dict[str, Any]
RUNNING_SHOWN = 5


@never_cache
@require_safe
def page(request: SignedInRequest) -> HttpResponse:
    sections: dict[Role, Callable[[User], Facts]] = {
        Role.REVIEWER: _reviewer,
        Role.ADJUDICATOR: _adjudicator,
        Role.ADMIN: _admin,
        Role.RELEASE_MANAGER: _release_manager,
        Role.AUDITOR: _auditor,
    }
    roles = roles_of(request.user)
    facts = {role.name.lower(): tell(request.user) for role, tell in sections.items() if role in roles}
    return render(request, "curation/home.html", facts)


def _reviewer(person: User) -> Facts:
    faces = queue.waiting(reviewer=person, question=Question.USABLE)
    attributes = queue.waiting(reviewer=person, question=Question.ATTRIBUTES)
    return {
        "faces": faces,
        "attributes": attributes,
        "today": answered_today(person),
        "waits": faces.mine + attributes.mine,
        "start": "review" if faces.mine or not attributes.mine else "attributes",
    }


def _adjudicator(_person: User) -> Facts:
    counts = adjudication.counts()
    lists = [{"name": name, "label": label, "count": counts[name]} for name, label in Listing.choices]
    return {"lists": lists, "waits": sum(counts.values())}


def _admin(_person: User) -> Facts:
    people = dict(Identity.objects.order_by().values_list("state").annotate(n=Count("id")))
    running = CrawlJob.objects.filter(state=CrawlJob.State.RUNNING)
    return {
        "approved": people.get(Identity.State.APPROVED, 0),
        "proposed": people.get(Identity.State.PROPOSED, 0),
        "jobs": CrawlJob.objects.count(),
        "running_count": running.count(),
        "running": running.annotate(people=Count("discoveries")).order_by("-id")[:RUNNING_SHOWN],
        "claims": _claims_by_state(),
    }


def _claims_by_state() -> list[Facts]:
    counts = dict(Claim.objects.order_by().values_list("state").annotate(n=Count("id")))
    total = sum(counts.values())
    tones = {"accepted": "good", "rejected": "bad"}
    labels = Claim.State.choices if total else []
    return [
        {"label": label, "count": counts.get(state, 0), "total": total, "tone": tones.get(state, "")}
        for state, label in labels
    ]


def _release_manager(_person: User) -> Facts:
    accepted = Claim.objects.filter(state=Claim.State.ACCEPTED).exclude(face__quarantines__decision__in=IN_FORCE)
    return {"accepted": accepted.count(), "last": Release.objects.first()}


def _auditor(_person: User) -> Facts:
    pages = [
        ("disputes", _("Disputes"), _("every vote on what reviewers see differently, and the decisions")),
        ("identities", _("Identities"), _("who may be looked for, approved by whom, on what basis")),
        ("jobs", _("Crawl jobs"), _("what was found, fetched and refused, and why")),
        ("licences", _("Licences"), _("where the words about a licence contradict each other, and who decided what")),
        ("photos", _("Photos"), _("every picture with its faces, licence evidence and history")),
        ("balance", _("Balance"), _("wanted faces beside those that are there")),
        ("agreement", _("Agreement"), _("how far reviewers agree, field by field")),
        ("people", _("People"), _("who works here, in which roles, and what was decided about their accounts")),
        ("releases", _("Releases"), _("what left the house, with its digest")),
    ]
    return {"pages": [{"name": name, "label": label, "about": about} for name, label, about in pages]}
