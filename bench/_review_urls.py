from django.http import HttpRequest, JsonResponse
from django.urls import include, path

from curation.models import Claim


def bare(request: HttpRequest, pk: int) -> JsonResponse:
    """What no signed-in page of this application can do without: session, user, and one SELECT."""
    return JsonResponse({"state": Claim.objects.values_list("state", flat=True).get(pk=pk)})


urlpatterns = [path("bare/<int:pk>/", bare), path("", include("mtf_site.urls"))]
