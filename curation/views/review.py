"""The reviewer's two screens, and the one call that their script makes."""

import uuid
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from curation import practice, queue, serving
from curation.annotations import record_many
from curation.answering import Ahead
from curation.entries import Result, SyncForm, TypedForm, one_line, parse
from curation.models import Annotation, Policy, Skip
from curation.paused import is_paused
from curation.policies import activated, current_policy
from curation.preferences import preferences
from curation.replies import mark_seen, unseen_replies
from curation.standing import policy_in_force
from ingest.models import Identity
from mtf_site.roles import Role, SignedInRequest, allow, has_role
from mtf_site.sessions import SessionStore

REVIEWERS = (Role.REVIEWER, Role.ADJUDICATOR)
NOT_PLAIN = (Annotation.Verdict.RELABEL, Annotation.Verdict.QUARANTINE)
TYPE_AHEAD = 12
RECENT_PEOPLE = 5


@never_cache
@allow(*REVIEWERS, audit=False)
@require_GET
def page(request: SignedInRequest, question: str) -> HttpResponse:
    if practice.wanted(request.user, question):
        return redirect("practice" if question == "usable" else "practice-attributes")
    if is_paused(request.user, question):
        return redirect("paused", question)
    policy = current_policy()
    batch = serving.batch(reviewer=request.user, question=question, policy=policy)
    template = "curation/review.html" if question == "usable" else "curation/attributes.html"
    context = {
        "batch": batch,
        "item": next(iter(batch["items"]), None),
        "blind": bool(policy.blind_fields),
        "profile": preferences(request.user, policy),
        "replies": unseen_replies(request.user),
        "new_id": uuid.uuid4(),
        "now": timezone.now(),
    }
    return render(request, template, context)


@login_not_required  # the script wants an answer it can read, not a redirect to the login page
@require_POST
def sync(request: SignedInRequest) -> JsonResponse:
    form = SyncForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"error": one_line(form)}, status=400)
    wanted = form.cleaned_data["payload"]
    with _look_ahead(request, wanted["entries"]) as ahead:
        if request.user.pk != wanted["user"] or not has_role(request.user, *REVIEWERS):
            return JsonResponse({"error": "signed-out"}, status=403)
        policy = policy_in_force(request)
        results = _save(wanted["entries"], request, policy, ahead)
    order = {"question": wanted["question"], "want": wanted["want"] or 0, "have": wanted["have"]}
    batch = serving.news(reviewer=request.user, policy=policy, tell=wanted["tell"], **order)
    return JsonResponse({"results": results, **batch})


def _look_ahead(request: SignedInRequest, raws: list[Any]) -> Ahead:
    """What the entries are about is read along with the session, where all of them look like plain answers."""
    ahead = Ahead([claim for raw in raws if (claim := _claim_of(raw))])
    if raws and len(ahead.claims) == len(raws) and isinstance(request.session, SessionStore):
        request.session.ask_first = ahead.ask
    return ahead


def _claim_of(raw: Any) -> int:
    """0 where it is no plain answer, or one to no claim that there could be."""
    if not isinstance(raw, dict) or raw.get("kind") != "answer" or raw.get("verdict") in NOT_PLAIN:
        return 0
    claim = raw.get("claim")
    return claim if type(claim) is int and 0 < claim < 2**63 else 0


def _save(
    raws: list[Any], request: SignedInRequest, policy: Policy, ahead: Ahead | None = None
) -> list[dict[str, Any]]:
    """A result for each entry, in their order; those that cannot be read stop none of the others."""
    shown = [_shown(raw, policy) for raw in raws]
    read = [parse(raw, seen) for raw, seen in zip(raws, shown, strict=True)]
    saved: list[Result] = []
    entries = [(seen, entry) for seen, entry in zip(shown, read, strict=True) if not isinstance(entry, Result)]
    for seen, alike in groupby(entries, key=itemgetter(0)):
        run = [entry for _seen, entry in alike]
        saved += record_many(run, reviewer=request.user, policy=seen, ahead=ahead)
    after = iter(saved)
    results = [entry if isinstance(entry, Result) else next(after) for entry in read]
    return [_told(raw, result) for raw, result in zip(raws, results, strict=True)]


def _told(raw: Any, result: Result) -> dict[str, Any]:
    name = raw.get("id") if isinstance(raw, dict) else None
    return {"id": name, "status": result.status, "code": result.code, "message": result.message}


def _shown(raw: Any, policy: Policy) -> Policy:
    """The policy that the reviewer had before them, where the entry says so: another may be in force since."""
    version = raw.get("policy") if isinstance(raw, dict) else None
    if type(version) is not int or version == policy.version:
        return policy
    return activated().filter(version=version).first() or policy


@allow(*REVIEWERS, audit=False)
@require_POST
def answer(request: SignedInRequest) -> HttpResponse:
    """The screen as a plain form: one button, one entry, back to the same screen."""
    question = "attributes" if request.POST.get("question") == "attributes" else "usable"
    (result,) = _save([_entry(request, question)], request, current_policy())
    if result["code"] != 200:
        messages.error(request, result["message"] or _("That could not be saved."))
    elif request.POST.get("answer") == "flag":
        messages.success(request, _("Flagged; thank you"))
    return redirect("review" if question == "usable" else "attributes")


def _entry(request: SignedInRequest, question: str) -> dict[str, Any]:
    entry = entry_of_form(request, question)
    return entry if entry.get("target") != "" else {**entry, "target": _last_answer(request)}


def entry_of_form(request: SignedInRequest, question: str) -> dict[str, Any]:
    """As the script would have sent what was pressed; the `target` of an undo is empty where it is the last."""
    kind, _colon, reason = request.POST.get("answer", "").partition(":")
    entry: dict[str, Any] = {**request.POST.dict(), "question": question}
    if kind == "undo":
        return {"kind": "undo", "id": str(uuid.uuid4()), "target": reason}
    if kind == "skip":
        return {**entry, "kind": "skip"}
    if kind == "flag":
        return {**entry, "kind": "flag", "comment": entry.get("note", "")}
    if kind == "relabel":
        entry["identity"] = entry.get("identity") or _named(str(entry.get("identity_name", "")))
    return {**entry, "kind": "answer", "verdict": kind, "reason": reason}


def _last_answer(request: SignedInRequest) -> str:
    """What the reviewer did last and may take back, an answer or a skip; an id of nothing where there is none."""
    rows = Annotation.objects.filter(reviewer=request.user, superseded_by=None, carried_from=None)
    answer = rows.exclude(verdict="withdrawn").exclude(mode="adjudication").order_by("-received_at").first()
    skip = Skip.objects.filter(reviewer=request.user).order_by("-created_at").first()
    if answer and skip:
        return str(answer.pk if answer.received_at > skip.created_at else skip.pk)
    last = answer or skip
    return str(last.pk if last else uuid.uuid4())


def _named(name: str) -> int | None:
    """The one approved identity of that name."""
    found = Identity.objects.filter(name__iexact=name.replace("\0", "").strip(), state=Identity.State.APPROVED)
    return found.get().pk if found.count() == 1 else None


@allow(*REVIEWERS, audit=False)
@require_GET
def identities(request: SignedInRequest) -> JsonResponse:
    form = TypedForm(request.GET)
    if not form.is_valid():
        return JsonResponse({"error": one_line(form)}, status=400)
    typed = form.cleaned_data["q"]
    approved = Identity.objects.filter(state=Identity.State.APPROVED)
    if typed:
        people = list(approved.filter(name__icontains=typed).order_by("name")[:TYPE_AHEAD])
    else:
        people = _recent_people(request)
    rows = [{"id": person.pk, "name": person.name, "about": serving.describe(person)} for person in people]
    return JsonResponse({"identities": rows})


def _recent_people(request: SignedInRequest) -> list[Identity]:
    """The identities that this reviewer named last, each once."""
    relabels = Annotation.objects.filter(reviewer=request.user, verdict="relabel").select_related("relabel_to")
    named = [row.relabel_to for row in relabels.order_by("-received_at")[:50] if row.relabel_to]
    return list({person.pk: person for person in named}.values())[:RECENT_PEOPLE]


@allow(*REVIEWERS, audit=False)
@require_POST
def unskip(request: SignedInRequest, question: str) -> HttpResponse:
    count = queue.bring_back_skipped(reviewer=request.user, question=question)
    messages.success(request, _("%d skipped faces are back in your queue.") % count)
    return redirect("review" if question == "usable" else "attributes")


@allow(*REVIEWERS, audit=False)
@require_POST
def flag_seen(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    if not mark_seen(request.user, pk):
        raise Http404
    return redirect({"usable": "review", "attributes": "attributes"}.get(request.POST.get("question", ""), "home"))
