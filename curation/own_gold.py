"""How a reviewer fares on gold, for themselves: in bands and late, so that no single answer shows that it was gold."""

from collections.abc import Mapping
from datetime import timedelta

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from curation.accuracy import on_gold
from curation.models.claims import Question

LATE = timedelta(days=3)  # what is younger is not told of
FEWEST = 20  # answers to gold that a band rests on
BANDS: Mapping[float, str | Promise] = {0.95: _("nearly always"), 0.85: _("mostly"), 0.0: _("less often than hoped")}
NAMES: Mapping[str, str | Promise] = {Question.USABLE: _("faces"), Question.ATTRIBUTES: _("attributes")}


def bands(person: User) -> list[tuple[str | Promise, str | Promise]]:
    """(what was asked, how often it was right) for each question with enough answers that are old enough."""
    before = timezone.now() - LATE
    found = []
    for question, name in NAMES.items():
        told = [one.is_right for one in on_gold([person.pk], question) if one.annotation.received_at < before]
        if len(told) >= FEWEST:
            share = sum(told) / len(told)
            found.append((name, next(words for least, words in BANDS.items() if share >= least)))
    return found
