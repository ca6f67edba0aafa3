"""By what the quality pages are narrowed down: four filters that all share, and what each page asks for itself."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from curation.models import Policy
from curation.quality.behind import PATTERNS
from curation.quality.measures import MEASURES
from curation.vote_columns import FIELDS, MODES, VERDICTS
from ingest.models import CrawlJob, Identity

FIELD_LABELS = {
    "usable": _("Usable face"),
    "race": _("Perceived race"),
    "gender": _("Perceived gender"),
    "age": _("Age in the picture"),
}
SHARED = ("identity", "job", "policy", "since", "until")


class QualityFilter(forms.Form):
    identity = forms.CharField(label=_("Name, alias or Wikidata id"), required=False, max_length=200)
    job = forms.ModelChoiceField(CrawlJob.objects.none(), label=_("Crawl job"), required=False, empty_label=_("any"))
    policy = forms.ModelChoiceField(
        Policy.objects.none(), label=_("Policy"), required=False, empty_label=_("all"), to_field_name="version"
    )
    since = forms.DateField(label=_("Answered from"), required=False, widget=forms.DateInput({"type": "date"}))
    until = forms.DateField(label=_("Answered until"), required=False, widget=forms.DateInput({"type": "date"}))
    field = forms.ChoiceField(required=False, choices=[(name, FIELD_LABELS[name]) for name in FIELDS])
    measure = forms.ChoiceField(required=False, choices=list(MEASURES.items()))
    format = forms.ChoiceField(required=False, choices=[("csv", "CSV")])

    def __init__(self, data: Any) -> None:
        super().__init__(data, label_suffix="")
        self.fields["job"].queryset = CrawlJob.objects.defer("parameters")  # type: ignore[attr-defined]
        self.fields["policy"].queryset = (  # type: ignore[attr-defined]
            Policy.objects.filter(activated_at__isnull=False).order_by("-version")
        )

    def clean_identity(self) -> list[int]:
        """The identities of exactly that name, else those whose name, alias or Wikidata id fits."""
        words = self.cleaned_data["identity"].strip()
        if not words:
            return []
        named = Identity.objects.filter(name__iexact=words).order_by()
        known_as = Q(name__icontains=words) | Q(aliases__icontains=words) | Q(wikidata_id__iexact=words)
        found = list(named.values_list("pk", flat=True))
        found = found or list(Identity.objects.filter(known_as).order_by().values_list("pk", flat=True))
        if not found:
            raise forms.ValidationError(_("Nobody on the list is called that."))
        return found

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or {}
        since, until = asked.get("since"), asked.get("until")
        if since and until and since > until:
            self.add_error("until", _("This lies before the first day."))
        return asked

    @property
    def asked(self) -> dict[str, Any]:
        """What was filled in, by field."""
        known = self.cleaned_data if self.is_valid() else {}
        return {name: value for name, value in known.items() if value not in (None, "", [])}

    @property
    def is_narrowed(self) -> bool:
        return any(name in self.asked for name in SHARED)


class BehindFilter(QualityFilter):
    """Which faces stand behind a figure: all conditions hold at once."""

    first = forms.ModelChoiceField(User.objects.all(), required=False)
    second = forms.ModelChoiceField(User.objects.all(), required=False)
    said = forms.IntegerField(required=False, min_value=0, max_value=32_767)
    other = forms.IntegerField(required=False, min_value=0, max_value=32_767)
    reason = forms.SlugField(required=False, max_length=30)
    verdict = forms.ChoiceField(required=False, choices=[(verdict, verdict) for verdict in VERDICTS])
    mode = forms.ChoiceField(required=False, choices=[(mode, mode) for mode in MODES])
    pattern = forms.ChoiceField(required=False, choices=list(PATTERNS.items()))
    last_from = forms.DateField(required=False)
    last_until = forms.DateField(required=False)
    page = forms.IntegerField(required=False, min_value=1, max_value=99_999)
