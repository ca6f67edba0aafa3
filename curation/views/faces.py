"""All faces with what was said of them, to search, look at, and ask anew."""

from collections.abc import Mapping

from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from curation import face_page, faces, requeues, tasks
from curation.face_forms import FaceFilter, MarkedForm, RequeueForm
from curation.models import Claim, Requeue
from curation.models.claims import Question
from curation.reopening import Obstacle, Outlook, outlook
from ingest.models import Face, Identity
from mtf_site.doorbell import ring
from mtf_site.roles import Role, SignedInRequest, allow, has_role

SHOWN = 24  # crops on the page that asks
LATELY = 5
MORE = ("reviewer", "reason", "mode", "policy", "since", "until", "size", "sharpness", "concern", "job")


@never_cache
@allow(Role.ADMIN, Role.ADJUDICATOR)
@require_safe
def page(request: SignedInRequest) -> HttpResponse:
    form = _filter(request)
    asked = form.asked
    found = faces.chosen(asked, asked_too=_asked_too(request)) if form.is_valid() else Claim.objects.none()
    slice_ = faces.page_of(found, sort=asked.get("sort", ""), number=_page_number(request.GET.get("page", "")))
    by_state = faces.counts(asked, asked_too=_asked_too(request)) if form.is_valid() else {}
    states = [*Claim.State.choices, (faces.QUARANTINED, _("in quarantine"))]
    context = {
        "form": form,
        "asked": asked,
        "more_asked": [name for name in MORE if name in asked],
        "page": slice_,
        "many": faces.MANY,
        "states": [(value, label, by_state.get(value)) for value, label in states],
        "has_counts": bool(by_state),
        "may_change": _may_change(request),
        "may_start": has_role(request.user, Role.ADMIN),
        "people": Identity.objects.exists(),
        "requeues": Requeue.objects.select_related("ordered_by").defer("claims")[:LATELY],
    }
    return render(request, "curation/faces.html", context)


def _filter(request: HttpRequest) -> FaceFilter:
    return FaceFilter(request.GET, names=_sees_names(request))


def _sees_names(request: HttpRequest) -> bool:
    return has_role(request.user, Role.ADMIN, Role.AUDITOR)


def _asked_too(request: SignedInRequest) -> User | None:
    return request.user if has_role(request.user, Role.REVIEWER, Role.ADJUDICATOR) else None


def _may_change(request: HttpRequest) -> bool:
    return has_role(request.user, Role.ADMIN, Role.ADJUDICATOR)


def _page_number(text: str) -> int:
    is_number = text.isascii() and text.isdecimal() and len(text) < 6
    return max(int(text), 1) if is_number else 1


@never_cache
@allow(Role.ADMIN, Role.ADJUDICATOR)
@require_safe
def one(request: SignedInRequest, face_id: int) -> HttpResponse:
    face = get_object_or_404(Face.objects.select_related("photo"), pk=face_id)
    known = _sees_names(request)
    names = known or "names" in request.GET
    found = face_page.dossier(
        face,
        person=request.user,
        is_asked=has_role(request.user, Role.REVIEWER, Role.ADJUDICATOR),
        names=names,
        whys=has_role(request.user, Role.ADMIN),
    )
    context = {
        "dossier": found,
        "face": face,
        "photo": face.photo,
        "names": names,
        "may_ask_names": not known,
        "may_change": _may_change(request),
        "may_open_photo": known,
        "may_open_dispute": has_role(request.user, Role.ADJUDICATOR, Role.AUDITOR),
    }
    return render(request, "curation/face.html", context)


# ---- Asking anew


@never_cache
@allow(Role.ADMIN, Role.ADJUDICATOR, audit=False)
@require_http_methods(["GET", "HEAD", "POST"])
def requeue(request: SignedInRequest) -> HttpResponse:
    """What would happen, and how often; then it does. Which faces are meant stands in the address."""
    claims = _meant(request)
    question = request.POST.get("question") or request.GET.get("question") or Question.USABLE.value
    if question not in Question.values:
        raise Http404(f"There is no question {question!r}.")
    told = outlook(claims, question)
    form, is_stale = _form(request, question, told.reopened)
    if form.is_valid() and is_stale:
        form.add_error(None, _("The selection has changed meanwhile: look at the new numbers, and confirm them."))
    if form.is_valid() and not told.reopened:
        form.add_error(None, _("None of these faces can be asked anew: the reasons stand below."))
    if form.is_valid():
        return _ordered(request, claims, form)
    return _ask(request, claims, question, told, form)


def _form(request: HttpRequest, question: str, count: int) -> tuple[RequeueForm, bool]:
    """The form, and whether another count was confirmed; what is shown now is what is confirmed next."""
    if request.method != "POST":
        return RequeueForm(question=question, initial={"question": question, "seen": count}), False
    data = request.POST.copy()
    data["seen"] = str(count)
    return RequeueForm(data, question=question), request.POST.get("seen") != str(count)


def _meant(request: SignedInRequest) -> QuerySet[Claim]:
    """Those that are marked, or all that match the filters in the address."""
    marked = MarkedForm(request.GET)
    if not marked.everything:
        return Claim.objects.filter(pk__in=marked.claims)
    form = _filter(request)
    return faces.chosen(form.asked, asked_too=_asked_too(request)) if form.is_valid() else Claim.objects.none()


def _ordered(request: SignedInRequest, claims: QuerySet[Claim], form: RequeueForm) -> HttpResponse:
    order = requeues.order(
        claims,
        question=form.cleaned_data["question"],
        fields=form.cleaned_data.get("fields_wanted", []),
        reason=form.cleaned_data["reason"],
        by=request.user,
    )
    if order.total <= requeues.AT_ONCE:
        while requeues.next_batch(order.pk):
            pass
    else:
        ring(tasks.requeue)
    return redirect("requeue", order.pk)


def _ask(
    request: SignedInRequest, claims: QuerySet[Claim], question: str, told: Outlook, form: RequeueForm
) -> HttpResponse:
    rows = faces.shown(list(claims.order_by("-pk").values_list("pk", flat=True)[:SHOWN]))
    context = {
        "form": form,
        "question": question,
        "told": told,
        "total": told.reopened + sum(told.left.values()),
        "states": [(label, told.states[value]) for value, label in Claim.State.choices if value in told.states],
        "left": _left(told.left),
        "rows": rows,
        "at_once": requeues.AT_ONCE,
        "back": _filters_alone(request.GET),
    }
    return render(request, "curation/faces_requeue.html", context, status=400 if form.errors else 200)


def _left(left: Mapping[str, int]) -> list[tuple[str, int]]:
    return [(str(label), left[value]) for value, label in Obstacle.choices if left.get(value)]


def _filters_alone(query: QueryDict) -> str:
    kept = query.copy()
    for name in ("claim", "all", "question"):
        kept.pop(name, None)
    return kept.urlencode()


@never_cache
@allow(Role.ADMIN, Role.ADJUDICATOR)
@require_safe
def requeue_progress(request: HttpRequest, pk: int) -> HttpResponse:
    order = get_object_or_404(Requeue.objects.select_related("ordered_by", "cancelled_by"), pk=pk)
    context = {"order": order, "left": _left(order.left), "may_change": _may_change(request)}
    is_part = request.headers.get("HX-Request") == "true"
    return render(request, "curation/_requeue.html" if is_part else "curation/requeue.html", context)


@allow(Role.ADMIN, Role.ADJUDICATOR, audit=False)
@require_POST
def requeue_cancel(request: SignedInRequest, pk: int) -> HttpResponse:
    get_object_or_404(Requeue.objects.defer("claims"), pk=pk)
    if requeues.cancel(pk, by=request.user):
        messages.success(request, _("Cancelled. What was put back so far stays in the queue."))
    else:
        messages.warning(request, _("It was over already."))
    return redirect("requeue", pk)
