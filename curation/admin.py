"""The admin's view of the review: to look things up, and to draft and activate policies."""

from typing import Any

from django import forms
from django.contrib import admin
from django.forms import model_to_dict
from django.http import HttpRequest

from curation.models import Annotation, Claim, Policy, Release
from curation.policies import check_fields, check_reasons, current_policy
from ingest.admin import ReadOnly

LATER = ("parent", "carry", "author", "activated_by")


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for the type checker only
    def clean_reasons(self) -> Any:
        return _checked(check_reasons, self.cleaned_data["reasons"])

    def clean_fields(self) -> Any:
        return _checked(check_fields, self.cleaned_data["fields"])


def _checked(check: Any, value: Any) -> Any:
    try:
        check(value)
    except ValueError as error:
        raise forms.ValidationError(str(error)) from error
    return value


@admin.register(Policy)
class PolicyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """One with `activated_at` is in force, and never changes."""

    form = PolicyForm
    exclude = LATER
    list_display = ("version", "votes_usable", "votes_attributes", "created_at", "activated_at")
    ordering = ("-version",)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A draft begins as a copy of what is in force."""
        known = model_to_dict(current_policy(), exclude=["id", "activated_at", *LATER])
        newest = Policy.objects.order_by("-version").values_list("version", flat=True)[0]
        return known | {"version": newest + 1, "blind_fields": ",".join(known["blind_fields"])}

    def has_change_permission(self, request: HttpRequest, obj: Policy | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.activated_at is None)

    def has_delete_permission(self, request: HttpRequest, obj: Policy | None = None) -> bool:
        return super().has_delete_permission(request, obj) and obj is not None and obj.activated_at is None


@admin.register(Claim)
class ClaimAdmin(ReadOnly):
    list_display = ("id", "identity", "face", "origin", "state", "created_at")
    list_filter = ("state", "origin")
    list_select_related = ("identity", "face")
    search_fields = ("=id", "identity__name", "face__crop_sha256")


@admin.register(Annotation)
class AnnotationAdmin(ReadOnly):
    list_display = ("id", "claim", "question", "reviewer", "verdict", "reason", "mode", "late", "received_at")
    list_filter = ("question", "verdict", "mode", "late")
    list_select_related = ("claim", "reviewer")
    search_fields = ("=id", "=claim__id", "reviewer__username")


@admin.register(Release)
class ReleaseAdmin(ReadOnly):
    list_display = ("version", "selection", "faces_count", "frozen_by", "frozen_at", "digest")
    list_select_related = ("frozen_by",)
    search_fields = ("version", "digest")
