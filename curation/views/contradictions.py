"""Identities whose accepted faces contradict one another, and the page on which an adjudicator looks at one."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from curation import slow_figures, waiting_lists
from curation.contradictions import faces_of, first_faces, let_stand, open_contradictions, sides, standing
from curation.forms import StandForm
from curation.models import BothStand, Contradiction
from curation.policies import current_policy
from curation.views.disputes import tabs
from mtf_site.roles import Role, SignedInRequest, allow, has_role

A_PAGE = 12
FACES = 60
OF_A_SIDE = 5  # crops on the list


@never_cache
@allow(Role.ADJUDICATOR)
@require_GET
def page(request: SignedInRequest) -> HttpResponse:
    slow_figures.freshen()
    shown = Paginator(open_contradictions(), A_PAGE).get_page(request.GET.get("page"))
    policy, faces = current_policy(), first_faces(list(shown), OF_A_SIDE)
    rows = [{"found": one, "sides": sides(faces[one.identity_id, one.field], policy)} for one in shown]
    context = {
        "tabs": tabs(waiting_lists.counts()),
        "listing": waiting_lists.CONTRADICTIONS,
        "page": shown,
        "rows": rows,
        "counted_at": slow_figures.counted_at("contradictions"),
        "may_decide": has_role(request.user, Role.ADJUDICATOR),
    }
    return render(request, "curation/contradictions.html", context)


@never_cache
@allow(Role.ADJUDICATOR)
@require_GET
def one(request: SignedInRequest, identity: int, field: str) -> HttpResponse:
    found = get_contradiction(identity, field)
    return _show(request, found, StandForm(initial={"values": ",".join(found.values)}))


def get_contradiction(identity: int, field: str) -> Contradiction:
    return get_object_or_404(Contradiction.objects.select_related("identity"), identity=identity, field=field)


def _show(request: SignedInRequest, found: Contradiction, form: StandForm) -> HttpResponse:
    """The fewer faces say something, the sooner they are shown."""
    policy = current_policy()
    faces = list(faces_of(found).values_list("value", "claim").order_by("claim"))
    counts = {value: sum(1 for said, _claim in faces if said == value) for value in found.values}
    order = sorted(faces, key=lambda one: (counts.get(one[0], 0), one[0], one[1]))
    shown: Any = Paginator(order, FACES).get_page(request.GET.get("page"))
    rows = {row.claim_id: row for row in faces_of(found).filter(claim__in=[claim for _value, claim in shown])}
    context = {
        "found": found,
        "sides": [
            (side, counts.get(side.value, 0)) for side in sides([rows[c] for _v, c in shown if c in rows], policy)
        ],
        "page": shown,
        "form": form,
        "stands": standing(found).first(),
        "may_decide": has_role(request.user, Role.ADJUDICATOR),
    }
    return render(request, "curation/contradiction.html", context, status=400 if form.errors else 200)


@allow(Role.ADJUDICATOR, audit=False)
@require_POST
def stand(request: SignedInRequest, identity: int, field: str) -> HttpResponse:
    found = get_contradiction(identity, field)
    form = StandForm(request.POST)
    if not form.is_valid():
        return _show(request, found, form)
    if form.cleaned_data["values"] != ",".join(found.values):
        messages.warning(request, _("Faces were decided meanwhile. Nothing of yours was saved: please look again."))
        return redirect("contradiction", identity, field)
    let_stand(found, form.cleaned_data["note"], adjudicator=request.user)
    url, name = reverse("contradiction", args=[identity, field]), found.identity.name
    text = format_html('{} <a href="{}">{}</a>', _("%s: both stand.") % name, url, _("Look at it again"))
    messages.success(request, text)
    return redirect("contradictions")


@allow(Role.ADJUDICATOR, audit=False)
@require_POST
def again(request: SignedInRequest, identity: int, field: str) -> HttpResponse:
    """Takes back that both stand."""
    found = get_contradiction(identity, field)
    BothStand.objects.filter(identity=found.identity, field=field, values=found.values).delete()
    messages.success(request, _("It is on the list again."))
    return redirect("contradiction", identity, field)
