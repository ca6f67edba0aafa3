"""The list of crawl jobs. A job's own page also counts what waits for review: see curation."""

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ingest.forms import JobFilter
from ingest.identities import approved
from ingest.jobs import label_of
from ingest.models import CrawlJob, Discovery
from ingest.progress import Tally, faces_by_job, tallies_by_job
from ingest.sentences import said
from ingest.sources import label_of_source
from mtf_site.roles import Role, allow, has_role

PAGE = 25


@allow(Role.ADMIN)
@require_safe
def jobs(request: HttpRequest) -> HttpResponse:
    form = JobFilter(request.GET)
    page = Paginator(_wanted(form), PAGE).get_page(request.GET.get("page"))
    counts = list(CrawlJob.objects.values_list("state", "source").annotate(n=Count("pk")).order_by())
    may_start = has_role(request.user, Role.ADMIN)
    context = {
        "page": page,
        "rows": _rows(page),
        "total": sum(n for _, _, n in counts),
        "states": [(state, label, _sum(counts, 0, state)) for state, label in CrawlJob.State.choices],
        "sources": [
            (name, said(label_of_source(name), _), _sum(counts, 1, name)) for name in sorted({row[1] for row in counts})
        ],
        "chosen": form.cleaned_data if form.is_valid() else {},
        "may_start": may_start,
        "looks_only": not may_start,
        "nobody": not counts and not approved().exists(),
    }
    return render(request, "ingest/jobs.html", context)


def _wanted(form: JobFilter) -> QuerySet[CrawlJob]:
    """Nothing for a filter that makes no sense."""
    if not form.is_valid():
        return CrawlJob.objects.none()
    chosen = {name: value for name, value in form.cleaned_data.items() if value}
    return CrawlJob.objects.defer("parameters").select_related("started_by").filter(**chosen)


def _sum(counts: list[tuple[str, str, int]], column: int, value: str) -> int:
    return sum(row[2] for row in counts if row[column] == value)


def _rows(page: "Page[CrawlJob]") -> list[dict[str, object]]:
    """The page's jobs, each with its label and its figures: three queries, however many jobs there are."""
    ids = [job.pk for job in page.object_list]
    asked = Discovery.objects.filter(job__in=ids).values("job")
    failed = Q(state=Discovery.State.FAILED)
    people = {row["job"]: row for row in asked.annotate(all=Count("pk"), failed=Count("pk", filter=failed)).order_by()}
    tallies = tallies_by_job(ids)
    faces = faces_by_job(ids)
    return [
        {
            "job": job,
            "label": label_of(job),
            "people": people.get(job.pk, {}),
            "tally": tallies.get(job.pk, Tally()),
            "faces": faces.get(job.pk, 0),
        }
        for job in page.object_list
    ]
