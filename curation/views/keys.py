"""A person's own keys."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from curation.key_forms import KeysForm
from curation.policies import current_policy
from curation.preferences import profile_of, set_keys
from curation.views.review import REVIEWERS
from mtf_site.roles import SignedInRequest, allow


@never_cache
@allow(*REVIEWERS, audit=False)
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: SignedInRequest) -> HttpResponse:
    profile = profile_of(request.user)
    if "reset" in request.POST:
        set_keys(request.user, keys={}, off=profile.keys_off)
        messages.success(request, _("All keys are as they were at first."))
        return redirect("profile-keys")
    form = KeysForm(request.POST or None, profile=profile)
    if form.is_valid():
        set_keys(request.user, keys=form.keys, off=form.cleaned_data["keys_off"])
        messages.success(request, _("Your keys are saved. Review pages that are open take them up when reloaded."))
        return redirect("profile-keys")
    context = {"form": form, "reasons": current_policy().reasons, "changed": bool(profile.keys)}
    return render(request, "curation/keys.html", context, status=400 if form.is_bound else 200)
