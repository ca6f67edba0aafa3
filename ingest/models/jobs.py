from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import MD5
from django.utils.translation import gettext_lazy as _

from ingest.models.identities import Identity


class CrawlJob(models.Model):
    """An admin's order to look for pictures of identities in one source."""

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        PAUSED = "paused", _("paused")
        DONE = "done", _("done")
        CANCELLED = "cancelled", _("cancelled")

    LIVE = (State.RUNNING, State.PAUSED)  # what is not over

    source = models.CharField(max_length=30)
    identities = models.ManyToManyField(Identity, through="Discovery", related_name="crawl_jobs")
    parameters = models.JSONField(default=dict)
    allow_unproved = models.BooleanField(
        default=False, help_text=_("Let pictures whose licence is not proved be reviewed. They are never released.")
    )
    priority = models.SmallIntegerField(default=0, help_text=_("in the reviewers' queue; higher comes first"))
    is_trial = models.BooleanField(default=False, help_text=_("a few pictures, to see what a source brings"))
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="crawljob_finished_has_time",
                condition=Q(state__in=["running", "paused"], finished_at__isnull=True)
                | (~Q(state__in=["running", "paused"]) & Q(finished_at__isnull=False)),
            )
        ]

    def __str__(self) -> str:
        return str(_("crawl job %d")) % self.pk

    @property
    def is_over(self) -> bool:
        return self.state not in self.LIVE


class JobEvent(models.Model):
    """What was done to a crawl job, when and by whom. Append-only; nobody's name where it came to its end by itself."""

    class Kind(models.TextChoices):
        STARTED = "started", _("started")
        PAUSED = "paused", _("paused")
        RESUMED = "resumed", _("resumed")
        RETRIED = "retried", _("failed ones tried again")
        REOPENED = "reopened", _("reopened")
        CANCELLED = "cancelled", _("cancelled")
        PRIORITY = "priority", _("priority changed")
        FINISHED = "finished", _("finished")

    job = models.ForeignKey(CrawlJob, models.CASCADE, related_name="events")
    kind = models.CharField(max_length=10, choices=Kind)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="jobevent_says_by_whom", condition=Q(kind__in=["finished", "reopened"]) | Q(by__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return f"{self.job} {self.kind}"


class Discovery(models.Model):
    """What one crawl job still has to ask, or has found, for one identity."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    job = models.ForeignKey(CrawlJob, models.CASCADE, related_name="discoveries")
    identity = models.ForeignKey(Identity, models.PROTECT, related_name="discoveries")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    hits = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0, help_text=_("hits that an earlier crawl had found already"))
    error = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "discoveries"
        constraints = [models.UniqueConstraint(fields=["job", "identity"], name="discovery_once_per_identity")]
        indexes = [models.Index(fields=["id"], name="discovery_waiting", condition=Q(state="waiting"))]

    def __str__(self) -> str:
        return f"discovery {self.pk} of {self.job}"


class HostOf(models.Func):
    """The host, and port if one is written, of an http address; NULL for anything else."""

    function = "substring"
    template = "%(function)s(%(expressions)s from '^https?://([^/?#]{1,255})')"
    output_field = models.CharField()


class Candidate(models.Model):
    """A hit: an image URL with its page and evidence, and how far it has come."""

    class State(models.TextChoices):
        FOUND = "found", _("found")  # waits for its licence to be checked
        LICENSED = "licensed", _("licence checked")  # waits to be fetched
        FETCHED = "fetched", _("fetched")  # waits for detection
        HELD = "held", _("waits for a person")  # what was said of its licence contradicts itself
        DONE = "done", _("done")
        REFUSED = "refused", _("refused")
        FAILED = "failed", _("failed")

    class Proof(models.TextChoices):
        NONE = "", _("not looked at")
        PROVED = "proved", _("proved")
        UNPROVED = "unproved", _("unproved")

    PENDING = (State.FOUND, State.LICENSED, State.FETCHED)

    job = models.ForeignKey(CrawlJob, models.CASCADE, related_name="candidates")
    identity = models.ForeignKey(Identity, models.PROTECT, related_name="candidates")
    source = models.CharField(max_length=30)
    image_url = models.TextField()
    url_key = models.CharField(max_length=64, help_text=_("sha256 of the normalised image URL"))
    page_url = models.TextField(blank=True)
    title = models.TextField(blank=True)
    creator = models.TextField(blank=True)
    claimed_licence = models.TextField(blank=True, help_text=_("what the source or the order says, before proof"))
    query = models.TextField(blank=True)
    query_filter = models.CharField(max_length=100, blank=True)
    rank = models.PositiveIntegerField(default=0)
    evidence = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.FOUND)
    refusal = models.CharField(max_length=40, blank=True, help_text=_("code of the reason, when refused or failed"))
    detail = models.TextField(blank=True)
    proof = models.CharField(max_length=10, choices=Proof, blank=True, default="")
    licence = models.CharField(max_length=60, blank=True, help_text=_("SPDX identifier the evidence came to"))
    photo = models.ForeignKey("ingest.Photo", models.PROTECT, null=True, blank=True, related_name="candidates")
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["identity", "url_key"], name="candidate_once_per_identity_and_url"),
            models.CheckConstraint(
                name="candidate_refusal_has_reason",
                condition=~Q(state__in=["refused", "failed", "held"]) | ~Q(refusal=""),
            ),
            models.CheckConstraint(
                name="candidate_fetched_has_photo",
                condition=~Q(state__in=["fetched", "done"]) | Q(photo__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["identity", "state"], name="candidate_by_identity_state"),
            models.Index(fields=["refusal", "id"], name="candidate_by_refusal", condition=~Q(refusal="")),
            models.Index(fields=["state", "refusal"], name="candidate_by_state"),
            models.Index(fields=["licence", "id"], name="candidate_by_licence", condition=~Q(licence="")),
            models.Index(HostOf("image_url"), "id", name="candidate_by_host"),
            models.Index(fields=["id"], name="candidate_held", condition=Q(state="held")),
            models.Index(
                fields=["id"], name="candidate_pending", condition=Q(state__in=["found", "licensed", "fetched"])
            ),
            models.Index(fields=["finished_at"], name="candidate_done_lately", condition=Q(state="done")),
            models.Index(
                fields=["job", "finished_at"], name="candidate_settled_lately", condition=Q(finished_at__isnull=False)
            ),
            # A job's page counts from this index alone, every two seconds, over a hundred thousand candidates.
            models.Index(
                fields=["job", "state", "refusal", "photo"], include=["identity"], name="candidate_counted_by_job"
            ),
            # The sweeper asks every other second who is due, while many may wait for their turn at a host.
            models.Index(
                fields=["state", "claimed_until"],
                name="candidate_due",
                condition=Q(state__in=["found", "licensed", "fetched"]),
            ),
        ]

    def __str__(self) -> str:
        return f"candidate {self.pk}"


class LicenceEvidence(models.Model):
    """Who said which licence, where and when. Append-only; several for one candidate."""

    class Kind(models.TextChoices):
        FILTER = "filter", _("search filter")
        ORDER = "order", _("given with the order")
        API = "api", _("the source’s licence API")
        PAGE = "page", _("the source page")
        EMBEDDED = "embedded", _("written in the file")
        SELLER = "seller", _("sign that the picture is sold")
        DECISION = "decision", _("a person’s decision")

    candidate = models.ForeignKey(Candidate, models.CASCADE, related_name="licence_evidence")
    kind = models.CharField(max_length=10, choices=Kind)
    says = models.CharField(max_length=60, help_text=_("SPDX identifier, or NOASSERTION"))
    licence_url = models.TextField(blank=True)
    place = models.CharField(
        max_length=60, blank=True, help_text=_("where in the page, answer or file: “a rel=license”, “EXIF Copyright”")
    )
    words = models.TextField(blank=True, help_text=_("as they stand there, or a decision’s reason"))
    seen_at_url = models.TextField(blank=True)
    snapshot_sha256 = models.CharField(max_length=64, blank=True, help_text=_("of what said so, as received"))
    snapshot_file = models.CharField(max_length=120, blank=True, help_text=_("name in the default storage"))
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    seen_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "licence evidence"
        constraints = [
            # By their hashes: addresses may be longer than a row of an index.
            models.UniqueConstraint(
                *("candidate", "kind", "place", "says"),
                *(MD5("licence_url"), MD5("seen_at_url")),
                name="evidence_once_per_place",
                condition=~Q(kind="decision"),
            ),
            models.CheckConstraint(
                name="evidence_decision_is_complete",
                condition=~Q(kind="decision") | (Q(decided_by__isnull=False) & ~Q(words="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.says} ({self.kind})"
