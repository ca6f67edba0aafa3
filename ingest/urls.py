from django.urls import path

from ingest.views import identities, job_actions, job_new, jobs, licences, wikidata

urlpatterns = [
    path("identities/import/", identities.identity_import, name="identity-import"),
    path("identities/import/wikidata/", wikidata.wikidata_import, name="identity-import-wikidata"),
    path("identities/<int:identity_id>/approve/", identities.identity_approve, name="identity-approve"),
    path("jobs/", jobs.jobs, name="jobs"),
    path("licences/", licences.licences, name="licences"),
    path("licences/<int:candidate_id>/decide/", licences.licence_decide, name="licence-decide"),
    path("licences/evidence/<int:evidence_id>/", licences.licence_evidence, name="licence-evidence"),
    path("jobs/new/", job_new.job_new, name="job-new"),
    path("jobs/<int:job_id>/pause/", job_actions.job_pause, name="job-pause"),
    path("jobs/<int:job_id>/resume/", job_actions.job_resume, name="job-resume"),
    path("jobs/<int:job_id>/retry/", job_actions.job_retry, name="job-retry"),
    path("jobs/<int:job_id>/cancel/", job_actions.job_cancel, name="job-cancel"),
    path("jobs/<int:job_id>/whole/", job_actions.job_whole, name="job-whole"),
]
