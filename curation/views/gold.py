"""Gold, for admins: the list, choosing more, retiring; and how every reviewer does on it."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, F, Q, QuerySet, SmallIntegerField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from curation import gold, standings
from curation.evidence import BAR, RISK
from curation.gold_forms import ChooseForm, GoldFilter, RetireForm, StandingFilter
from curation.models import GoldItem
from curation.models.claims import Question
from curation.policies import current_policy
from curation.policy_maps import maps_in_force
from mtf_site.roles import Role, SignedInRequest, allow, has_role

A_PAGE = 25
PEOPLE_A_PAGE = 50


@never_cache
@allow(Role.ADMIN)
@require_safe
def page(request: SignedInRequest) -> HttpResponse:
    return _page(request)


def _page(request: HttpRequest, choose: ChooseForm | None = None) -> HttpResponse:
    form = GoldFilter(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    question = asked.get("question") or (choose.data.get("question") if choose else "") or Question.USABLE.value
    places = Paginator(_chosen(question, asked), A_PAGE).get_page(request.GET.get("page"))
    policy = current_policy()
    rows = [{"line": line, "words": _words(line.item, policy)} for line in gold.lines(list(places), maps_in_force())]
    context = {
        "form": form,
        "page": places,
        "rows": rows,
        "question": question,
        "counts": _counts(question),
        "choose": choose or ChooseForm(initial={"question": question}, label_suffix=""),
        "every": settings.GOLD_EVERY,
        "may_change": has_role(request.user, Role.ADMIN),
    }
    return render(request, "curation/gold.html", context, status=400 if choose and choose.errors else 200)


def _chosen(question: str, asked: dict[str, Any]) -> QuerySet[GoldItem]:
    items = GoldItem.objects.filter(question=question).select_related("claim__face", "claim__identity", "retired_by")
    state, order = asked.get("state"), asked.get("order")
    if state != "all":
        items = items.filter(retired_as=state or "")
    if not order:
        return items.order_by("-added_at", "-pk")
    served = Q(claim__slots__purpose="gold", claim__slots__question=F("question"))
    if order == "missed":
        served &= Q(claim__slots__annotation__isnull=False) & ~_agrees(question)
    return items.annotate(n=Count("claim__slots", filter=served)).order_by("-n", "-pk")


def _agrees(question: str) -> Q:
    """Whether what was answered is what is known; classes as they were named when the item was chosen."""
    given = "claim__slots__annotation__"
    if question == Question.ATTRIBUTES:
        known = {name: Cast(KeyTextTransform(name, "answer"), SmallIntegerField()) for name in gold.FIELDS[question]}
        return Q(**{f"{given}{name}": value for name, value in known.items()})
    known_verdict = KeyTextTransform("usable", "answer")
    someone_else = Q(**{f"{given}verdict": "relabel"}) & Q(answer__usable="reject")
    return Q(**{f"{given}verdict": known_verdict}) | someone_else


def _counts(question: str) -> list[tuple[Any, int]]:
    """How many are in use, by what is known of them."""
    policy, counted = current_policy(), dict[str, int]()
    for answer in GoldItem.objects.filter(question=question, retired_at=None).values_list("answer", flat=True):
        name = " · ".join(_value_words(answer, policy))
        counted[name] = counted.get(name, 0) + 1
    return sorted(counted.items())


def _words(item: GoldItem, policy: Any) -> str:
    return " · ".join(_value_words(item.answer, policy))


def _value_words(answer: dict[str, str], policy: Any) -> list[str]:
    named = [(field, answer[field]) for fields in gold.FIELDS.values() for field in fields if field in answer]
    return [str(standings.words_of(field, policy).get(value, value)) for field, value in named]


@allow(Role.ADMIN, audit=False)
@require_POST
def choose(request: SignedInRequest) -> HttpResponse:
    form = ChooseForm(request.POST, label_suffix="")
    if not form.is_valid():
        return _page(request, form)
    chosen = gold.choose(by=request.user, **form.cleaned_data)
    if chosen:
        messages.success(
            request, ngettext("%d claim is gold now.", "%d claims are gold now.", len(chosen)) % len(chosen)
        )
    else:
        messages.info(request, _("No claim is sure enough: none was decided or agreed on that is not gold already."))
    return redirect(f"{reverse('gold')}?question={form.cleaned_data['question']}")


@never_cache
@allow(Role.ADMIN, audit=False)
@require_http_methods(["GET", "HEAD", "POST"])
def retire(request: SignedInRequest, pk: int) -> HttpResponse:
    item = get_object_or_404(GoldItem.objects.select_related("claim__face", "claim__identity"), pk=pk)
    form = RetireForm(
        request.POST if request.method == "POST" else None, label_suffix="", initial={"retired_as": "worn"}
    )
    if form.is_valid():
        if gold.retire(item, by=request.user, **form.cleaned_data):
            messages.success(request, _("The item is retired."))
        else:
            messages.info(request, _("It was retired already."))
        return redirect(f"{reverse('gold')}?question={item.question}")
    [line] = gold.lines([item], maps_in_force())
    context = {"item": item, "line": line, "words": _words(item, current_policy()), "form": form}
    return render(request, "curation/gold_retire.html", context, status=400 if form.errors else 200)


@never_cache
@allow(Role.ADMIN, Role.ADJUDICATOR)
@require_safe
def reviewers(request: SignedInRequest) -> HttpResponse:
    form = StandingFilter(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    question = asked.get("question") or Question.USABLE.value
    found = standings.having_gold(question, asked.get("state") or "")
    places = Paginator(found, PEOPLE_A_PAGE).get_page(request.GET.get("page"))
    lines = standings.lines(list(places), question, current_policy())
    context = {
        "form": form,
        "page": places,
        "lines": lines,
        "question": question,
        "fields": [one.label for one in lines[0].shares] if lines else [],
        "bar": round(100 * BAR),
        "risk": round(100 * RISK),
        "opens_gold": has_role(request.user, Role.ADMIN, Role.AUDITOR),
    }
    return render(request, "curation/gold_reviewers.html", context)
