"""The product's settings with one page more: the bare view that the review's calls are compared with."""

from mtf_site.settings import *  # noqa: F403

ROOT_URLCONF = "bench._review_urls"
