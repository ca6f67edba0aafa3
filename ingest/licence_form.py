"""What an admin decides about a picture whose licence contradicts itself."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ingest.decisions import Decision, newest
from ingest.licence_policy import judge
from ingest.licences import NO_ASSERTION, licence_name, needs_attribution, read_licence
from ingest.models import Candidate, LicenceEvidence
from ingest.sentences import said

TAKE, REFUSE = "take", "refuse"
OTHER = "other"


class LicenceForm(forms.Form):
    """One candidate's decision; `seen` is the newest evidence that the admin had before them."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    action = forms.ChoiceField(choices=[(TAKE, TAKE), (REFUSE, REFUSE)])
    other = forms.CharField(
        label=_("Another licence"),
        required=False,
        max_length=200,
        help_text=_("SPDX id, or the licence’s address."),
    )
    creator = forms.CharField(label=_("Creator to name"), required=False, max_length=300)
    reason = forms.CharField(
        label=_("Why"),
        max_length=2000,
        widget=forms.Textarea({"rows": 2}),
        error_messages={"required": _("Say why: the decision is kept with your name and this reason.")},
    )

    def __init__(self, data: Any = None, *, candidate: Candidate, evidence: Sequence[LicenceEvidence]) -> None:
        initial = {"seen": newest(evidence), "creator": candidate.creator}
        super().__init__(data, initial=initial, auto_id=f"id_{candidate.pk}_%s", label_suffix="")
        named = {one.says for one in evidence} - {NO_ASSERTION}
        said = sorted(spdx for spdx in named if judge(spdx).verdict != "refuse")
        choices = [("", _("choose …")), *((spdx, licence_name(spdx)) for spdx in said), (OTHER, _("another …"))]
        self.fields["licence"] = forms.ChoiceField(label=_("Take as"), required=False, choices=choices)

    def choices_asked(self) -> list[forms.BoundField]:
        """What belongs to taking it, in one line of the page."""
        return [self[name] for name in ("licence", "other", "creator")]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("action") != TAKE:
            return data
        spdx = self._taken(data)
        if spdx and needs_attribution(spdx) and not data.get("creator"):
            words = _("%(licence)s asks that the creator is named.") % {"licence": licence_name(spdx)}
            self.add_error("creator", words)
        return data | {"take": spdx}

    def _taken(self, data: dict[str, Any]) -> str:
        chosen = data.get("licence", "")
        field = "other" if chosen == OTHER else "licence"
        try:
            spdx = read_licence(data.get("other", "")) if chosen == OTHER else chosen
        except ValueError as error:
            self.add_error(field, ValidationError(said(error, gettext)))
            return ""
        if not spdx:
            self.add_error(field, _("Say under which licence it is taken."))
            return ""
        if judge(spdx).verdict == "refuse":
            words = _("The licence policy refuses %(licence)s: nobody here can take it.")
            self.add_error(field, words % {"licence": licence_name(spdx)})
            return ""
        return str(spdx)

    def decision(self, by: Any) -> Decision:
        data = self.cleaned_data
        return Decision(take=data.get("take", ""), reason=data["reason"], by=by, creator=data["creator"])
