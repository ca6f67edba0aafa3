from django.urls import path

from ingest.views import identities, jobs

urlpatterns = [
    path("identities/import/", identities.identity_import, name="identity-import"),
    path("identities/<int:identity_id>/approve/", identities.identity_approve, name="identity-approve"),
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs/new/", jobs.job_new, name="job-new"),
    path("jobs/<int:job_id>/cancel/", jobs.job_cancel, name="job-cancel"),
]
