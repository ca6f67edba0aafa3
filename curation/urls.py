from django.urls import path, register_converter

from curation.views import agreement, balance, browse, disputes, files, home, identities, jobs, keys, releases, review


class Question:
    regex = "usable|attributes"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class Sha256(Question):
    regex = "[0-9a-f]{64}"


register_converter(Question, "question")
register_converter(Sha256, "sha256")

urlpatterns = [
    path("", home.page, name="home"),
    path("review/", review.page, {"question": "usable"}, name="review"),
    path("review/attributes/", review.page, {"question": "attributes"}, name="attributes"),
    path("review/sync/", review.sync, name="review-sync"),
    path("review/answer/", review.answer, name="review-answer"),
    path("review/identities/", review.identities, name="review-identities"),
    path("review/<question:question>/unskip/", review.unskip, name="review-unskip"),
    path("review/flags/<uuid:pk>/seen/", review.flag_seen, name="flag-seen"),
    path("profile/keys/", keys.page, name="profile-keys"),
    path("disputes/", disputes.page, name="disputes"),
    path("disputes/<int:claim>/<question:question>/", disputes.one, name="dispute"),
    path("disputes/<int:claim>/<question:question>/decide/", disputes.decide, name="dispute-decide"),
    path("disputes/<int:claim>/<question:question>/return/", disputes.ask_again, name="dispute-return"),
    path("disputes/quarantine/<int:pk>/", disputes.decide_quarantine, name="quarantine-decide"),
    path("disputes/flag/<uuid:pk>/", disputes.resolve_flag, name="flag-resolve"),
    path("jobs/<int:job_id>/", jobs.job, name="job"),
    path("jobs/<int:job_id>/progress/", jobs.job_progress, name="job-progress"),
    path("identities/", identities.page, name="identities"),
    path("identities/<int:identity_id>/", identities.one, name="identity"),
    path("identities/<int:identity_id>/retire/", identities.retire, name="identity-retire"),
    path("identities/<int:identity_id>/reactivate/", identities.reactivate, name="identity-reactivate"),
    path("identities/<int:identity_id>/edit/", identities.edit, name="identity-edit"),
    path("identities/<int:identity_id>/merge/", identities.merge, name="identity-merge"),
    path("candidates/", browse.candidates, name="candidates"),
    path("photos/", browse.photos, name="photos"),
    path("photos/<int:photo_id>/", browse.photo, name="photo-page"),
    path("balance/", balance.page, name="balance"),
    path("agreement/", agreement.page, name="agreement"),
    path("releases/", releases.page, name="releases"),
    path("crops/<sha256:sha256>.jpg", files.crop, name="crop"),
    path("photos/<sha256:sha256>.jpg", files.photo, name="photo"),
]
