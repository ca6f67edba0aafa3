"""What an admin types about people, and what an invited person does."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import UserCreationForm
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from curation.browse_forms import ANY
from curation.exclusions import Range
from curation.models.claims import Question
from ingest.models import Identity
from mtf_site.roles import Role

ROLES = [
    (Role.REVIEWER, _("reviewer: judges faces")),
    (Role.ADJUDICATOR, _("adjudicator: decides where reviewers differ")),
    (Role.ADMIN, _("admin: identities, crawl jobs, people, policies")),
    (Role.RELEASE_MANAGER, _("release manager: freezes and writes releases")),
    (Role.AUDITOR, _("auditor: reads everything, changes nothing")),
]
STAYS = _("Stays in the history, with your name and the time.")


class PeopleFilter(forms.Form):
    q = forms.CharField(label=_("Name or address"), required=False, max_length=200)
    role = forms.ChoiceField(label=_("Role"), required=False, choices=[ANY, *Role.choices])
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[ANY, ("active", _("active")), ("inactive", _("deactivated"))]
    )


class RolesForm(forms.Form):
    roles = forms.MultipleChoiceField(
        label=_("Roles"), choices=ROLES, required=False, widget=forms.CheckboxSelectMultiple
    )
    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=2000, help_text=_("If there is one to keep.")
    )


class WhyForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=2000, widget=forms.Textarea({"rows": 3}), help_text=STAYS
    )  # fmt: skip


class LimitForm(forms.Form):
    identities = forms.ModelMultipleChoiceField(
        Identity.objects.none(), required=False, error_messages={"invalid_choice": _("This identity is not there.")}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["identities"].queryset = Identity.objects.all()  # type: ignore[attr-defined]


class InviteForm(forms.Form):
    sent_to = forms.CharField(
        label=_("For whom"), max_length=200, help_text=_("A name or an address, to tell invitations apart.")
    )
    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=ROLES,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one role.")},
    )
    send = forms.BooleanField(label=_("Also send the link to this address"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not settings.HAS_MAIL:
            del self.fields["send"]

    def clean(self) -> None:
        if self.cleaned_data.get("send"):
            try:
                validate_email(self.cleaned_data.get("sent_to", ""))
            except ValidationError:
                self.add_error("sent_to", _("To send the link, type an e-mail address."))


class JoinForm(UserCreationForm):  # type: ignore[type-arg]  # generic for the type checker only
    full_name = forms.CharField(label=_("Full name"), required=False, max_length=150, help_text=_("If you like."))
    field_order = ["username", "full_name", "password1", "password2"]

    class Meta:
        model = User
        fields = ("username",)

    def save(self, commit: bool = True) -> User:
        """The first name holds all of it: where a name parts is not ours to say."""
        self.instance.first_name = self.cleaned_data["full_name"]
        saved: User = super().save(commit=commit)
        return saved


def _minute() -> forms.DateTimeInput:
    return forms.DateTimeInput({"type": "datetime-local", "step": 60}, "%Y-%m-%dT%H:%M")


class ExclusionForm(forms.Form):
    question = forms.ChoiceField(
        label=_("Answers to"), required=False, choices=[("", _("both questions")), *Question.choices]
    )
    since = forms.DateTimeField(
        label=_("From"), required=False, widget=_minute(), help_text=_("UTC. Empty: from the first answer.")
    )
    until = forms.DateTimeField(
        label=_("To"), required=False, widget=_minute(), help_text=_("UTC. Empty: up to now.")
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Reason"), max_length=2000, widget=forms.Textarea({"rows": 3}), help_text=STAYS, required=False
    )

    def clean(self) -> None:
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if until and until > timezone.now():
            self.add_error("until", _("This time is still to come: answers are set aside up to now at most."))
        if since and since > (until or timezone.now()):
            self.add_error("since", _("This is after the end of the time."))

    def require_reason(self) -> bool:
        """Asked for only when it is done, not to look at what would happen."""
        if self.is_valid() and not self.cleaned_data["reason"].strip():
            self.add_error("reason", _("Say why: the decision is kept with its reason."))
        return self.is_valid()

    def range_of(self, person: User) -> Range:
        asked = self.cleaned_data
        return Range(person, asked["question"], asked["since"], asked["until"] or timezone.now())
