"""By what the lists of identities, candidates and photos are narrowed down."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from curation.listing import SORTS
from ingest.attributes import GENDER, RACE
from ingest.models import Candidate, CrawlJob, Identity
from ingest.priority import PRIORITIES
from ingest.reasons import REASONS
from ingest.sentences import said
from ingest.sources import SOURCES

ANY = ("", _("any"))


class IdentityFilter(forms.Form):
    q = forms.CharField(label=_("Name, alias or Wikidata id"), required=False, max_length=200)
    state = forms.ChoiceField(label=_("State"), required=False, choices=[ANY, *Identity.State.choices])
    race = forms.ChoiceField(label=_("Claimed race"), required=False, choices=[ANY, *RACE.items()])
    gender = forms.ChoiceField(label=_("Claimed gender"), required=False, choices=[ANY, *GENDER.items()])
    priority = forms.ChoiceField(label=_("Priority"), required=False, choices=[ANY, *PRIORITIES.items()])
    sort = forms.ChoiceField(label=_("Sort by"), required=False, choices=list(SORTS.items()))

    @property
    def is_narrowed(self) -> bool:
        return any(self.cleaned_data.get(name) for name in ("q", "state", "race", "gender", "priority"))


class HitFilter(forms.Form):
    """What is asked of hits, be it the hits themselves or the photos that came of them."""

    q = forms.CharField(label=_("Words in address or title"), required=False, max_length=200)
    job = forms.ModelChoiceField(CrawlJob.objects.none(), label=_("Crawl job"), required=False, empty_label=_("any"))
    identity = forms.ModelChoiceField(
        Identity.objects.none(), label=_("Identity"), required=False, empty_label=_("any")
    )
    source = forms.ChoiceField(label=_("Source"), required=False)
    proof = forms.ChoiceField(
        label=_("Proof"), required=False, choices=[ANY, *(c for c in Candidate.Proof.choices if c[0])]
    )
    licence = forms.CharField(label=_("Licence"), required=False, max_length=60)
    host = forms.CharField(label=_("Host"), required=False, max_length=253)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].choices = [ANY, *((name, said(one.label, gettext)) for name, one in SOURCES.items())]  # type: ignore[attr-defined]
        self.fields["job"].queryset = CrawlJob.objects.defer("parameters")  # type: ignore[attr-defined]
        self.fields["identity"].queryset = Identity.objects.all()  # type: ignore[attr-defined]

    @property
    def asked(self) -> dict[str, Any]:
        """What was filled in, by field."""
        return {name: value for name, value in self.cleaned_data.items() if value} if self.is_valid() else {}


class CandidateFilter(HitFilter):
    state = forms.ChoiceField(label=_("State"), required=False, choices=[ANY, *Candidate.State.choices])
    refusal = forms.ChoiceField(label=_("Reason"), required=False)
    field_order = ["q", "identity", "job", "source", "refusal", "proof", "licence", "host", "state"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = str(self.data.get("refusal", ""))
        more = [(code, code)] if code.startswith("http_") and code not in REASONS else []
        self.fields["refusal"].choices = [ANY, *REASONS.items(), *more]  # type: ignore[attr-defined]


class PhotoFilter(HitFilter):
    FACES = [ANY, ("none", _("none")), ("one", _("one")), ("several", _("several"))]
    faces = forms.ChoiceField(label=_("Faces"), required=False, choices=FACES)
    view = forms.ChoiceField(required=False, choices=[("", _("grid")), ("table", _("table"))])

    @property
    def asked(self) -> dict[str, Any]:
        return {name: value for name, value in super().asked.items() if name != "view"}
