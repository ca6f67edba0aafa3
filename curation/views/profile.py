"""What people set for themselves: names, looks, language; and what they say of themselves, if they like."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from curation.models import Demographics, Profile
from curation.people import profile_of
from curation.policies import current_policy
from curation.profile_forms import AboutForm, NamesForm, WorkForm
from mtf_site.roles import SignedInRequest

YEAR = 365 * 24 * 3600


@login_not_required
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Django's, and the person's colours come along to this browser."""
    response = auth.LoginView.as_view(redirect_authenticated_user=True)(request)
    if request.method == "POST" and request.user.is_authenticated:
        theme = Profile.objects.filter(user=request.user).values_list("theme", flat=True).first()
        _keep(response, "theme", theme or Profile.Theme.SYSTEM)
    return response


def _keep(response: HttpResponseBase, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=YEAR, samesite="Lax", httponly=True, secure=settings.SESSION_COOKIE_SECURE)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: SignedInRequest) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    profile = profile_of(request.user)
    names = NamesForm(data, instance=request.user, label_suffix="")
    initial = {"language": translation.get_language()}
    work = WorkForm(data, instance=profile, initial=initial, label_suffix="")
    if data is not None and all([names.is_valid(), work.is_valid()]):
        return _saved(request, names, work)
    if data is not None:
        request.user.refresh_from_db()  # the bar shows what is kept, not what was typed
    context = {"names": names, "work": work}
    return render(request, "people/profile.html", context, status=400 if names.errors or work.errors else 200)


def _saved(request: SignedInRequest, names: NamesForm, work: WorkForm) -> HttpResponse:
    names.save()
    profile = work.save()
    language = work.cleaned_data["language"]
    with translation.override(language):
        messages.success(request, _("Your profile is saved."))
    response = redirect("profile")
    _keep(response, "theme", profile.theme)
    _keep(response, settings.LANGUAGE_COOKIE_NAME, language)
    return response


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def about(request: SignedInRequest) -> HttpResponse:
    known = Demographics.objects.filter(user=request.user).first()
    if request.method == "POST" and request.POST.get("do") == "delete":
        Demographics.objects.filter(user=request.user).delete()
        messages.success(request, _("What you had said of yourself is deleted."))
        return redirect("profile-about")
    instance = known or Demographics(user=request.user)
    data = request.POST if request.method == "POST" else None
    form = AboutForm(data, instance=instance, policy=current_policy(), label_suffix="")
    if form.is_valid():
        form.save()
        messages.success(request, _("Thank you. This is saved, and counts in sums only."))
        return redirect("profile-about")
    context = {"form": form, "known": known}
    return render(request, "people/about.html", context, status=400 if form.errors else 200)
