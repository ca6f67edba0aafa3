from django.urls import path

from ingest.views import identities, jobs, licences, wikidata

urlpatterns = [
    path("identities/", identities.identities, name="identities"),
    path("identities/import/", identities.identity_import, name="identity-import"),
    path("identities/import/wikidata/", wikidata.wikidata_import, name="identity-import-wikidata"),
    path("identities/<int:identity_id>/approve/", identities.identity_approve, name="identity-approve"),
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs/new/", jobs.job_new, name="job-new"),
    path("jobs/<int:job_id>/cancel/", jobs.job_cancel, name="job-cancel"),
    path("licences/", licences.licences, name="licences"),
    path("licences/<int:candidate_id>/decide/", licences.licence_decide, name="licence-decide"),
    path("licences/evidence/<int:evidence_id>/", licences.licence_evidence, name="licence-evidence"),
]
