from django.urls import path, register_converter

from curation.views import (
    answers,
    balance,
    browse,
    contradictions,
    disputes,
    exclusions,
    faces,
    files,
    freezings,
    gold,
    grid,
    home,
    identities,
    invitations,
    jobs,
    keys,
    leases,
    pauses,
    people,
    policies,
    practice,
    profile,
    quality,
    releases,
    review,
    sheet,
    unclear,
)


class Question:
    regex = "usable|attributes"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class Contradicted(Question):
    regex = "race|gender"


class Sha256(Question):
    regex = "[0-9a-f]{64}"


register_converter(Question, "question")
register_converter(Contradicted, "contradicted")
register_converter(Sha256, "sha256")

urlpatterns = [
    path("review/sync/", review.sync, name="review-sync"),  # once an answer: nothing else is looked at before it
    path("", home.page, name="home"),
    path("review/", review.page, {"question": "usable"}, name="review"),
    path("review/attributes/", review.page, {"question": "attributes"}, name="attributes"),
    path("review/grid/", grid.page, name="grid"),
    path("review/grid/next/", grid.following, name="grid-next"),
    path("review/grid/answer/", grid.answer, name="grid-answer"),
    path("review/grid/undo/", grid.undo, name="grid-undo"),
    path("review/practice/", practice.page, {"question": "usable"}, name="practice"),
    path("review/practice/attributes/", practice.page, {"question": "attributes"}, name="practice-attributes"),
    path("review/practice/<question:question>/end/", practice.end, name="practice-end"),
    path("review/heartbeat/", leases.heartbeat, name="review-heartbeat"),
    path("review/leave/", leases.leave, name="review-leave"),
    path("review/answer/", review.answer, name="review-answer"),
    path("review/identities/", review.identities, name="review-identities"),
    path("review/<question:question>/unskip/", review.unskip, name="review-unskip"),
    path("review/flags/<uuid:pk>/seen/", review.flag_seen, name="flag-seen"),
    path("review/<question:question>/paused/", pauses.paused, name="paused"),
    path("profile/keys/", keys.page, name="profile-keys"),
    path("disputes/", disputes.page, name="disputes"),
    path("disputes/<int:claim>/<question:question>/", disputes.one, name="dispute"),
    path("disputes/<int:claim>/<question:question>/decide/", disputes.decide, name="dispute-decide"),
    path("disputes/<int:claim>/<question:question>/return/", disputes.ask_again, name="dispute-return"),
    path("disputes/quarantine/<int:pk>/", disputes.decide_quarantine, name="quarantine-decide"),
    path("disputes/flag/<uuid:pk>/", disputes.resolve_flag, name="flag-resolve"),
    path("disputes/contradictions/", contradictions.page, name="contradictions"),
    path("disputes/contradictions/<int:identity>/<contradicted:field>/", contradictions.one, name="contradiction"),
    path(
        "disputes/contradictions/<int:identity>/<contradicted:field>/stand/",
        contradictions.stand,
        name="contradiction-stand",
    ),
    path(
        "disputes/contradictions/<int:identity>/<contradicted:field>/again/",
        contradictions.again,
        name="contradiction-again",
    ),
    path("disputes/unclear/", unclear.page, name="unclear"),
    path("jobs/<int:job_id>/", jobs.job, name="job"),
    path("jobs/<int:job_id>/priority/", jobs.job_priority, name="job-priority"),
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
    path("faces/", faces.page, name="faces"),
    path("faces/<int:face_id>/", faces.one, name="face"),
    path("faces/requeue/", faces.requeue, name="faces-requeue"),
    path("faces/requeue/<int:pk>/", faces.requeue_progress, name="requeue"),
    path("faces/requeue/<int:pk>/cancel/", faces.requeue_cancel, name="requeue-cancel"),
    path("answers/", answers.page, name="answers"),
    path("answers/<uuid:pk>/take-back/", answers.take_back, name="answer-take-back"),
    path("balance/", balance.page, name="balance"),
    path("gold/", gold.page, name="gold"),
    path("gold/choose/", gold.choose, name="gold-choose"),
    path("gold/reviewers/", gold.reviewers, name="gold-reviewers"),
    path("gold/<int:pk>/retire/", gold.retire, name="gold-retire"),
    path("quality/", quality.page, {"name": "quality"}, name="quality"),
    path("quality/pairs/", quality.page, {"name": "quality-pairs"}, name="quality-pairs"),
    path("quality/confusion/", quality.page, {"name": "quality-confusion"}, name="quality-confusion"),
    path("quality/rejects/", quality.page, {"name": "quality-reasons"}, name="quality-reasons"),
    path("quality/pace/", quality.page, {"name": "quality-pace"}, name="quality-pace"),
    path("quality/identities/", quality.page, {"name": "quality-identities"}, name="quality-identities"),
    path("quality/modes/", quality.page, {"name": "quality-modes"}, name="quality-modes"),
    path("quality/faces/", quality.faces, name="quality-faces"),
    path("policies/", policies.page, name="policies"),
    path("policies/new/", policies.new, name="policy-new"),
    path("policies/<int:version>/", policies.one, name="policy"),
    path("policies/<int:version>/edit/", policies.edit, name="policy-edit"),
    path("policies/<int:version>/delete/", policies.delete, name="policy-delete"),
    path("policies/<int:version>/compare/", policies.compare, name="policy-compare"),
    path("policies/<int:version>/activate/", policies.activate, name="policy-activate"),
    path("policies/<int:version>/progress/", policies.progress, name="policy-progress"),
    path("releases/", releases.page, name="releases"),
    path("releases/sheet/", sheet.page, name="release-sheet"),
    path("releases/order/", releases.order, name="release-order"),
    path("releases/orders/<int:pk>/", freezings.page, name="freezing"),
    path("releases/orders/<int:pk>/progress/", freezings.progress, name="freezing-progress"),
    path("releases/orders/<int:pk>/cancel/", freezings.cancel, name="freezing-cancel"),
    path("releases/compare/", releases.compare, name="release-compare"),
    path("releases/<str:version>/", releases.one, name="release"),
    path("releases/<str:version>/download/", releases.download, name="release-download"),
    path("releases/<str:version>/papers/<path:path>", releases.paper, name="release-paper"),
    path("people/", people.page, name="people"),
    path("people/annotators/", people.annotators, name="annotators"),
    path("people/invite/", invitations.invite, name="invite"),
    path("people/invite/<int:pk>/withdraw/", invitations.withdraw, name="invitation-withdraw"),
    path("people/<int:pk>/", people.one, name="person"),
    path("people/<int:pk>/roles/", people.roles, name="person-roles"),
    path("people/<int:pk>/deactivate/", people.deactivate, name="person-deactivate"),
    path("people/<int:pk>/reactivate/", people.reactivate, name="person-reactivate"),
    path("people/<int:pk>/limit/", people.limit, name="person-limit"),
    path("people/<int:pk>/excuse/", people.excuse, name="person-excuse"),
    path("people/<int:pk>/release/", people.release, name="leases-release"),
    path("people/<int:pk>/accuracy/", pauses.accuracy, name="accuracy"),
    path("people/<int:pk>/pause/", pauses.pause, name="person-pause"),
    path("people/<int:person_id>/pauses/<int:pk>/lift/", pauses.lift, name="pause-lift"),
    path("people/<int:pk>/exclude/", exclusions.exclude, name="exclude"),
    path("people/<int:person_id>/exclusions/<int:pk>/", exclusions.exclusion, name="exclusion"),
    path("invitation/<str:token>/", invitations.join, name="invitation"),
    path("login/", profile.sign_in, name="login"),
    path("profile/", profile.page, name="profile"),
    path("profile/about/", profile.about, name="profile-about"),
    path("crops/<sha256:sha256>.jpg", files.crop, name="crop"),
    path("guideline/<sha256:sha256>.jpg", files.guideline, name="guideline-picture"),
    path("photos/<sha256:sha256>.jpg", files.photo, name="photo"),
]
