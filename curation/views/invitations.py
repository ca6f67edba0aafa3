"""Inviting somebody by a link, and joining by it."""

import logging

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.core.mail import send_mail
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from curation import invitations
from curation.models import Invitation
from curation.people_forms import InviteForm, JoinForm
from mtf_site.roles import Role, SignedInRequest, allow, has_role

A_PAGE = 50
log = logging.getLogger(__name__)


@never_cache
@allow(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: SignedInRequest) -> HttpResponse:
    """The link is in the answer to the form and nowhere else: the page, come again, does not have it."""
    form = InviteForm(request.POST if request.method == "POST" else None, label_suffix="")
    made: dict[str, object] = {}
    if form.is_valid():
        asked = form.cleaned_data
        invitation, token = invitations.invite(roles=asked["roles"], sent_to=asked["sent_to"], by=request.user)
        link = request.build_absolute_uri(reverse("invitation", args=[token]))
        made = {"made": invitation, "link": link, "sent": asked.get("send") and _send(invitation, link)}
        made["not_sent"] = asked.get("send") and not made["sent"]
        form = InviteForm(label_suffix="")
    waiting = invitations.open_invitations().select_related("created_by")
    context = {"form": form, "page": Paginator(waiting, A_PAGE).get_page(request.GET.get("page")), **made}
    context["may_change"] = has_role(request.user, Role.ADMIN)
    return render(request, "people/invite.html", context, status=400 if form.errors else 200)


def _send(invitation: Invitation, link: str) -> bool:
    """Whether the mail server took it. The link is on the page in any case."""
    text = render_to_string("people/invitation_email.txt", {"invitation": invitation, "link": link})
    try:
        return bool(send_mail(_("Your invitation to MTF Curator"), text, None, [invitation.sent_to]))
    except OSError as error:  # SMTPException is one
        log.warning("invitation %s was not sent: %s", invitation.pk, error)
        return False


@allow(Role.ADMIN, audit=False)
@require_POST
def withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    if invitations.withdraw(pk):
        messages.success(request, _("The invitation is withdrawn: its link opens nothing any more."))
    else:
        messages.warning(request, _("This invitation was used or withdrawn already."))
    return redirect("invite")


# ---- Joining


@never_cache
@sensitive_post_parameters("password1", "password2")
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    response = _join(request, token)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _join(request: HttpRequest, token: str) -> HttpResponse:
    invitation = invitations.find(token)
    if invitation is None:
        return _gone(request)
    if request.user.is_authenticated:
        return render(request, "people/join_signed_in.html", {"invitation": invitation})
    form = JoinForm(request.POST if request.method == "POST" else None, label_suffix="")
    if form.is_valid():
        try:
            user = invitations.accept(invitation, user=form.save(commit=False))
        except invitations.InvitationGone:
            return _gone(request)
        except IntegrityError:  # the same name came in at this moment
            form.add_error("username", _("A user with that username already exists."))
        else:
            login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
            messages.success(request, _("Welcome! Your account is made, and you are signed in."))
            return redirect("home")
    context = {"form": form, "invitation": invitation}
    return render(request, "people/join.html", context, status=400 if form.errors else 200)


def _gone(request: HttpRequest) -> HttpResponse:
    """One page for all that is wrong with a link, so that nobody learns which links there were."""
    return render(request, "people/join_gone.html", {"contact": settings.INGEST_CONTACT}, status=404)
