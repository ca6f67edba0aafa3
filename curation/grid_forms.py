"""What comes in with a grid: the claims that a browser has on hand, and a grid answered without scripts."""

import uuid
from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from curation.models.claims import Question

MANY = 200


class HaveForm(forms.Form):
    """`have`: claim numbers, with commas between."""

    have = forms.RegexField(regex=r"^\d{1,18}(,\d{1,18})*$", required=False, max_length=4000)

    def clean_have(self) -> list[int]:
        numbers = [int(word) for word in self.cleaned_data["have"].split(",") if word]
        if len(numbers) > MANY:
            raise forms.ValidationError(_("That is more than a browser can have on hand."))
        return numbers


class PlainGridForm(forms.Form):
    """A grid as a plain form: for each `claim` a field `answer-<claim>` and an `id-<claim>`."""

    shown_at = forms.CharField(required=False, max_length=40)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        self.claims = [number for number in data.getlist("claim")[:MANY] if number.isdecimal()]

    def clean(self) -> dict[str, Any]:
        if not self.claims:
            raise forms.ValidationError(_("There is no face in this grid."))
        return self.cleaned_data

    def entries(self) -> list[dict[str, Any]]:
        """As a script would send them; one moment for all, by which an undo finds them together."""
        now = timezone.now().isoformat()
        times = {"shown_at": self.cleaned_data["shown_at"] or now, "decided_at": now}
        return [self._entry(claim, self.data, times) for claim in self.claims]

    @staticmethod
    def _entry(claim: str, data: Mapping[str, str], times: dict[str, str]) -> dict[str, Any]:
        verdict, _colon, reason = data.get(f"answer-{claim}", "").partition(":")
        known = {"id": data.get(f"id-{claim}", ""), "claim": claim, "question": Question.USABLE}
        if verdict == "skip":
            return {"kind": "skip", **known}
        return {"kind": "answer", **known, "verdict": verdict, "reason": reason, "mode": "grid", **times}


def undo_entry(target: uuid.UUID) -> dict[str, str]:
    return {"kind": "undo", "id": str(uuid.uuid4()), "target": str(target)}
