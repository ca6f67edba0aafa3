"""The admin's view of what came in: to look things up. What changes them has a page or a command of its own."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from ingest.models import Candidate, CrawlJob, Face, Identity, IdentityEvent, Photo


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]  # generic for the type checker only
    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Identity)
class IdentityAdmin(ReadOnly):
    list_display = ("name", "state", "approved_by", "approved_at", "wikidata_id")
    list_filter = ("state",)
    list_select_related = ("approved_by",)
    search_fields = ("name", "slug", "wikidata_id")


@admin.register(CrawlJob)
class CrawlJobAdmin(ReadOnly):
    list_display = ("id", "source", "state", "started_by", "created_at", "finished_at")
    list_filter = ("state", "source")
    list_select_related = ("started_by",)
    search_fields = ("=id", "error")


@admin.register(Candidate)
class CandidateAdmin(ReadOnly):
    list_display = ("id", "identity", "source", "state", "refusal", "proof", "licence", "image_url")
    list_filter = ("state", "proof", "source")
    list_select_related = ("identity",)
    search_fields = ("image_url", "page_url", "identity__name")


@admin.register(Photo)
class PhotoAdmin(ReadOnly):
    list_display = ("id", "sha256", "mime", "width", "height", "taken_at", "created_at")
    list_filter = ("mime",)
    search_fields = ("sha256",)


@admin.register(Face)
class FaceAdmin(ReadOnly):
    list_display = ("id", "photo", "crop_side", "crop_sha256", "created_at")
    list_select_related = ("photo",)
    search_fields = ("crop_sha256", "photo__sha256")


@admin.register(IdentityEvent)
class IdentityEventAdmin(ReadOnly):
    list_display = ("identity", "kind", "by", "at", "note")
    list_filter = ("kind",)
    list_select_related = ("identity", "by")
    search_fields = ("identity__name", "note")
