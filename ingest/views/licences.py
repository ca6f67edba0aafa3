"""Pictures whose licence a person must decide on: the list, the decision, and what was seen."""

from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.core.files.storage import default_storage
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from ingest import tasks
from ingest.decisions import decide, decided_lately, held, said_of
from ingest.evidence import REFUSED, decision_on
from ingest.licence_form import LicenceForm
from ingest.licences import FOR_A_PERSON, licence_name
from ingest.models import Candidate, LicenceEvidence
from ingest.reasons import in_words
from ingest.views.identities import AdminRequest
from mtf_site.roles import Role, allow, has_role

PAGE = 10
LATELY = 10


@never_cache
@allow(Role.ADMIN)
@require_safe
def licences(request: HttpRequest) -> HttpResponse:
    return render(request, "ingest/licences.html", _list(request))


def _list(request: HttpRequest) -> dict[str, Any]:
    waiting, kind = _of_job(held(), request), request.GET.get("kind", "")
    counts = dict(waiting.order_by().values_list("refusal").annotate(n=Count("pk")))
    chosen = waiting.filter(refusal=kind) if kind in FOR_A_PERSON else waiting
    page = Paginator(_with_people(chosen), PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    said = said_of(shown)
    return {
        "page": page,
        "kind": kind if kind in FOR_A_PERSON else "",
        "kinds": [(code, in_words(code), counts.get(code, 0)) for code in FOR_A_PERSON],
        "total": sum(counts.values()),
        "is_empty": not counts,
        "rows": [_row(candidate, said[candidate.pk], request) for candidate in shown],
        "decided": [_said(one, one.candidate) for one in decided_lately(LATELY)],
    }


def _of_job(waiting: QuerySet[Candidate], request: HttpRequest) -> QuerySet[Candidate]:
    job = request.GET.get("job", "")
    return waiting.filter(job=int(job)) if job.isdecimal() and len(job) < 10 else waiting


def _with_people(candidates: QuerySet[Candidate]) -> QuerySet[Candidate]:
    return candidates.select_related("identity", "photo", "job").defer("job__parameters")


def _row(
    candidate: Candidate, evidence: list[LicenceEvidence], request: HttpRequest, form: LicenceForm | None = None
) -> dict[str, Any]:
    may_decide = has_role(request.user, Role.ADMIN)
    return {
        "candidate": candidate,
        "kind": in_words(candidate.refusal),
        "page_url": _web(candidate.page_url),
        "site": urlsplit(candidate.page_url).hostname or candidate.source,
        "image_url": _web(candidate.image_url),
        "evidence": [_said(one, candidate) for one in evidence],
        "form": (form or LicenceForm(candidate=candidate, evidence=evidence)) if may_decide else None,
    }


def _said(one: LicenceEvidence, candidate: Candidate) -> dict[str, Any]:
    return {
        "one": one,
        "is_other": one.candidate_id != candidate.pk,
        "says": licence_name(one.says),
        "licence_url": _web(one.licence_url),
        "seen_at": _web(one.seen_at_url),
        "snapshot": reverse("licence-evidence", args=[one.pk]) if one.snapshot_file else "",
    }


def _web(url: str) -> str:
    """Only what a browser may safely follow becomes a link."""
    return url if url.startswith(("http://", "https://")) else ""


@allow(Role.ADMIN, audit=False)
@require_POST
def licence_decide(request: AdminRequest, candidate_id: int) -> HttpResponse:
    candidate = get_object_or_404(_with_people(Candidate.objects.all()), pk=candidate_id)
    if candidate.state != Candidate.State.HELD:
        messages.warning(request, _decided_meanwhile(candidate))
        return _back(request)
    evidence = said_of([candidate])[candidate.pk]
    form = LicenceForm(request.POST, candidate=candidate, evidence=evidence)
    if not form.is_valid():
        context = _list(request) | {"rows": [_row(candidate, evidence, request, form)], "page": None}
        return render(request, "ingest/licences.html", context, status=400)
    decision = form.decision(request.user)
    going_on = decide(candidate.pk, decision, seen=form.cleaned_data["seen"])
    if going_on is None:
        messages.warning(request, _decided_meanwhile(candidate))
        return _back(request)
    tasks.go_on(going_on)
    words = {"name": candidate.identity.name, "licence": licence_name(decision.take)}
    taken, refused = _("The picture of %(name)s is taken as %(licence)s."), _("The picture of %(name)s is refused.")
    messages.success(request, (taken if decision.take else refused) % words)
    return _back(request)


def _decided_meanwhile(candidate: Candidate) -> str:
    candidate.refresh_from_db(fields=["state"])
    if candidate.state == Candidate.State.HELD:
        return _("More has been said about this picture since you opened the page: look at it again.")
    decision = decision_on(candidate)
    if decision is None:
        return _("This picture waits for nobody’s decision any more.")
    what = _("refused") if decision.place == REFUSED else _("taken as %s") % licence_name(decision.says)
    words = {"who": decision.decided_by, "what": what, "why": decision.words}
    return _("%(who)s has decided on this picture already: %(what)s. “%(why)s” Nothing was changed.") % words


def _back(request: HttpRequest) -> HttpResponse:
    """To the list as it was filtered."""
    query = request.GET.urlencode()
    return redirect(reverse("licences") + (f"?{query}" if query else ""))


@allow(Role.ADMIN)
@require_safe
def licence_evidence(request: HttpRequest, evidence_id: int) -> HttpResponseBase:
    """What was received when it said so, as a text to download: never shown as a page of ours."""
    evidence = get_object_or_404(LicenceEvidence, pk=evidence_id)
    try:
        file = default_storage.open(evidence.snapshot_file) if evidence.snapshot_file else None
    except OSError:
        file = None
    if file is None:
        raise Http404("There is no snapshot of this evidence.")
    name = f"evidence-{evidence.pk}-{evidence.snapshot_sha256[:12]}.txt"
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"}
    return FileResponse(file, as_attachment=True, filename=name, content_type="text/plain", headers=headers)
