from django.urls import path, register_converter

from curation.views import files, review


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
    path("review/", review.page, {"question": "usable"}, name="review"),
    path("review/attributes/", review.page, {"question": "attributes"}, name="attributes"),
    path("review/sync/", review.sync, name="review-sync"),
    path("review/answer/", review.answer, name="review-answer"),
    path("review/identities/", review.identities, name="review-identities"),
    path("review/<question:question>/unskip/", review.unskip, name="review-unskip"),
    path("crops/<sha256:sha256>.jpg", files.crop, name="crop"),
    path("photos/<sha256:sha256>.jpg", files.photo, name="photo"),
]
