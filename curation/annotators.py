"""Who the annotators are, all together: what each said of themselves is read here, and shown of nobody."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from curation.models import Demographics, Policy, Slot
from curation.policies import class_labels
from curation.suppression import Shown, withhold

NOT_SAID = "not_said"
OTHERWISE = {"own": _("I describe myself otherwise"), NOT_SAID: _("I prefer not to say")}
AGES: Mapping[str, str] = {"18-29": "18–29", "30-39": "30–39", "40-49": "40–49", "50-59": "50–59", "60+": "60+"}
REGIONS: Mapping[str, str | Promise] = {
    "africa": _("Africa"),
    "east_asia": _("East Asia"),
    "south_asia": _("South Asia"),
    "southeast_asia": _("South-east Asia"),
    "west_asia": _("Central and West Asia"),
    "europe": _("Europe"),
    "north_america": _("North America"),
    "latin_america": _("Latin America and the Caribbean"),
    "oceania": _("Oceania"),
}
FIELDS: Mapping[str, str | Promise] = {
    "gender": _("Gender"),
    "race": _("Race"),
    "age": _("Age"),
    "region": _("Region where you grew up"),
}
HEADINGS: Mapping[str, str | Promise] = {**FIELDS, "region": _("Region")}


def vocabulary(policy: Policy) -> dict[str, dict[str, str | Promise]]:
    """What can be said, by field: race and gender in the words in which faces are judged."""
    labels = class_labels(policy)
    judged = {name: {c: words for c, words in labels[name].items() if c != "0"} for name in ("gender", "race")}
    said: dict[str, Mapping[str, str | Promise]] = {**judged, "age": AGES, "region": REGIONS}
    return {name: {**said[name], **(OTHERWISE if name in judged else {NOT_SAID: OTHERWISE[NOT_SAID]})} for name in said}


@dataclass(frozen=True)
class Table:
    heading: str | Promise
    rows: list[tuple[str | Promise, int]]
    withheld: list[str | Promise]


def tables(policy: Policy) -> tuple[int, list[Table]]:
    """How many people have an answer that counts, and a table a field over them; never two fields together."""
    counted = Slot.objects.filter(reviewer=OuterRef("pk"), purpose=Slot.Purpose.VOTE, annotation__isnull=False)
    people = list(User.objects.filter(Exists(counted)).values_list("pk", flat=True))
    said = list(Demographics.objects.filter(user__in=people).values_list(*FIELDS))
    words = vocabulary(policy)
    given = {name: [row[place] for row in said] for place, name in enumerate(FIELDS)}
    return len(people), [_table(name, words[name], given[name], len(people)) for name in FIELDS]


def _table(name: str, words: Mapping[str, str | Promise], said: list[str], people: int) -> Table:
    """Who said nothing is counted with those who prefer not to say."""
    given = Counter(value if value in words else NOT_SAID for value in said)
    given[NOT_SAID] += people - len(said)
    shown: Shown = withhold({value: given[value] for value in words})
    labels = {**words, NOT_SAID: _("not said")}
    return Table(HEADINGS[name], [(labels[v], n) for v, n in shown.counts.items()], [labels[v] for v in shown.withheld])
