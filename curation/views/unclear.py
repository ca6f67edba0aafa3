"""What the guideline leaves open, as adjudicators found it: for those who write the next policy."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from curation import waiting_lists
from curation.adjudication import unclear
from curation.policies import current_policy
from curation.views.disputes import tabs
from curation.votes import in_words
from mtf_site.links import link_to
from mtf_site.roles import Role, SignedInRequest, allow, has_role

A_PAGE = 25


@never_cache
@allow(Role.ADJUDICATOR, Role.ADMIN)
@require_GET
def page(request: SignedInRequest) -> HttpResponse:
    """Said under the policy in force; with `earlier`, what was said before."""
    policy, earlier = current_policy(), "earlier" in request.GET
    before, now = unclear().filter(policy__version__lt=policy.version), unclear().filter(policy=policy)
    shown = Paginator(before if earlier else now, A_PAGE).get_page(request.GET.get("page"))
    decides = has_role(request.user, Role.ADJUDICATOR, Role.AUDITOR)
    context = {
        "tabs": tabs(waiting_lists.counts()) if decides else [],
        "listing": waiting_lists.UNCLEAR,
        "page": shown,
        "rows": [{"decision": one, "words": in_words(one, policy)} for one in shown],
        "policy": policy,
        "earlier": earlier,
        "before": waiting_lists.capped(before),
        "decides": decides,
        "policy_new": link_to("policy-new") if has_role(request.user, Role.ADMIN) else "",
    }
    return render(request, "curation/unclear.html", context)
