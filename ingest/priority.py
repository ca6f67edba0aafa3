"""How soon reviewers are asked about what belongs to an identity or a crawl job."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PRIORITIES: dict[int, str | Promise] = {-1: _("later"), 0: _("normal"), 1: _("sooner"), 2: _("first")}


def in_words(priority: int) -> str:
    return str(PRIORITIES.get(priority, priority))
