from django.urls import path

from ingest.views import identities, job_actions, job_new, jobs

urlpatterns = [
    path("identities/", identities.identities, name="identities"),
    path("identities/import/", identities.identity_import, name="identity-import"),
    path("identities/<int:identity_id>/approve/", identities.identity_approve, name="identity-approve"),
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs/new/", job_new.job_new, name="job-new"),
    path("jobs/<int:job_id>/pause/", job_actions.job_pause, name="job-pause"),
    path("jobs/<int:job_id>/resume/", job_actions.job_resume, name="job-resume"),
    path("jobs/<int:job_id>/retry/", job_actions.job_retry, name="job-retry"),
    path("jobs/<int:job_id>/cancel/", job_actions.job_cancel, name="job-cancel"),
    path("jobs/<int:job_id>/whole/", job_actions.job_whole, name="job-whole"),
]
