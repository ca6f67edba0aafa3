"""The admin's view of the review: to look things up."""

from django.contrib import admin

from curation.models import Annotation, Claim, Policy, Release
from ingest.admin import ReadOnly


@admin.register(Policy)
class PolicyAdmin(ReadOnly):
    """Drafted and put in force on their own pages."""

    list_display = ("version", "votes_usable", "votes_attributes", "created_at", "activated_at")
    ordering = ("-version",)


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
