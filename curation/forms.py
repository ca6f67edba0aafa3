"""What adjudicators send."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from curation.adjudication import Decision
from curation.models import Annotation, Claim, Policy
from curation.models.claims import Question
from ingest.models import Identity

V = Annotation.Verdict
CANNOT_TELL = "0"


class DecisionForm(forms.Form):
    """`earlier` is the decision that the adjudicator had before them: nobody overrules one they have not seen."""

    note = forms.CharField(
        label=_("Why"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 2, "placeholder": _("optional")}),
    )
    unclear = forms.BooleanField(label=_("The guideline leaves this open"), required=False)
    earlier = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, claim: Claim, policy: Policy, earlier: Annotation | None) -> None:
        known = {"earlier": earlier.pk, "note": earlier.note, "unclear": earlier.guideline_unclear} if earlier else {}
        super().__init__(data, initial=known, label_suffix="")
        self.claim, self.policy, self.decided = claim, policy, earlier

    @property
    def is_stale(self) -> bool:
        return bool(self.cleaned_data["earlier"] != (self.decided.pk if self.decided else None))

    @property
    def said(self) -> dict[str, Any]:
        """What every decision may carry."""
        return {"note": self.cleaned_data["note"], "unclear": self.cleaned_data["unclear"]}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("unclear") and not data.get("note"):
            self.add_error("note", _("Say what the guideline leaves open: whoever writes it reads this."))
        return data


class UsableForm(DecisionForm):
    answer = forms.ChoiceField(widget=forms.RadioSelect, error_messages={"required": _("Choose an answer.")})
    identity = forms.CharField(label=_("Who it is"), required=False, max_length=300)

    def __init__(self, data: Any = None, **known: Any) -> None:
        super().__init__(data, **known)
        self.fields["answer"].choices = self._choices()  # type: ignore[attr-defined]
        self.people = _people_but(self.claim.identity_id)
        if self.decided:
            self.initial["answer"] = self._answer_of(self.decided)
            named = [name for name, pk in self.people.items() if pk == self.decided.relabel_to_id]
            self.initial["identity"] = named[0] if named else ""

    def _choices(self) -> list[tuple[str, Any]]:
        rejects = [(f"{V.REJECT}:{r['code']}", r["label"].removesuffix(" …")) for r in self.policy.reasons]
        last = [(V.RELABEL.value, _("someone else on the list")), (V.CANNOT_TELL.value, _("cannot tell"))]
        return [(V.ACCEPT.value, _("accept")), *rejects, *last]

    @staticmethod
    def _answer_of(decision: Annotation) -> str:
        return f"{decision.verdict}:{decision.reason}" if decision.reason else decision.verdict

    def choices(self) -> list[dict[str, Any]]:
        """The radio buttons as the page draws them."""
        chosen = self["answer"].value()
        tones = {V.ACCEPT: "good", V.REJECT: "bad"}
        return [
            {"value": v, "label": label, "tone": tones.get(v.partition(":")[0]), "chosen": v == chosen}  # type: ignore[call-overload]
            for v, label in self._choices()
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        answer = data.get("answer", "")
        if answer == V.RELABEL and data.get("identity", "") not in self.people:
            self.add_error("identity", _("Choose an approved person from the list."))
        if answer == f"{V.REJECT}:other" and not data.get("note"):
            self.add_error("note", _("“Other” wants a few words."))
        return data

    def decision(self) -> Decision:
        data = self.cleaned_data
        verdict, _colon, reason = data["answer"].partition(":")
        identity = self.people[data["identity"]] if verdict == V.RELABEL else None
        return Decision(self.claim.pk, Question.USABLE, verdict, reason, identity, **self.said)


def _people_but(identity: int) -> dict[str, int]:
    """What one may type → the approved identity; a name that two share is told apart by its slug."""
    approved = Identity.objects.filter(state=Identity.State.APPROVED).exclude(pk=identity)
    people = list(approved.order_by("name", "id").values_list("pk", "name", "slug"))
    shared = Counter(name for _pk, name, _slug in people)
    return {name if shared[name] == 1 else f"{name} ({slug})": pk for pk, name, slug in people}


class AttributesForm(DecisionForm):
    def __init__(self, data: Any = None, *, asked: Sequence[str], required: bool, **known: Any) -> None:
        super().__init__(data, **known)
        self.asked = [field for field in self.policy.fields if field["code"] in asked]
        for field in self.asked:
            self.fields[field["code"]] = forms.TypedChoiceField(
                label=field["label"], choices=_classes(field), coerce=int, empty_value=None, required=required,
                widget=forms.RadioSelect, initial=getattr(self.decided, field["code"], None),
                error_messages={"required": _("This field wants an answer.")},
            )  # fmt: skip

    def groups(self) -> list[dict[str, Any]]:
        """The fields as the page draws them: a row of chips each."""
        return [
            {
                "code": field["code"],
                "label": field["label"],
                "errors": self[field["code"]].errors,
                "choices": [
                    {"value": v, "label": label, "chosen": str(self[field["code"]].value()) == v}
                    for v, label in _classes(field)
                ],
            }
            for field in self.asked
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors and all(data.get(field["code"]) is None for field in self.asked):
            raise forms.ValidationError(_("Answer at least one field."))
        return data

    def decision(self) -> Decision:
        values = {field["code"]: self.cleaned_data[field["code"]] for field in self.asked}
        return Decision(self.claim.pk, Question.ATTRIBUTES, V.ATTRIBUTES, **self.said, **values)


def _classes(field: dict[str, Any]) -> list[tuple[str, Any]]:
    return [*((str(c["code"]), c["label"]) for c in field["classes"]), (CANNOT_TELL, _("cannot tell"))]


class AlarmForm(forms.Form):
    """What becomes of an alarm. `seen` is the decision that the adjudicator had before them."""

    release = forms.TypedChoiceField(
        choices=[("1", _("release into the queue")), ("0", _("keep out for good"))],
        coerce=lambda value: value == "1",
        error_messages={"required": _("Release it or keep it out.")},
    )
    note = forms.CharField(label=_("Why"), required=False, max_length=2000, widget=forms.Textarea({"rows": 3}))
    seen = forms.ChoiceField(choices=[("", "undecided"), ("kept_out", "kept out")], required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("release") is False and not data.get("note"):
            self.add_error("note", _("Keeping a face out for good wants a few words."))
        return data


class FlagForm(forms.Form):
    answer = forms.CharField(
        label=_("Answer to the reviewer"),
        max_length=2000,
        widget=forms.Textarea({"rows": 2}),
        error_messages={"required": _("Say something: the reviewer reads it on their start page.")},
    )


class StandForm(forms.Form):
    """`values` are those that the adjudicator had before them."""

    note = forms.CharField(
        label=_("Why both stand"),
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": _("Letting a contradiction stand wants a few words.")},
    )
    values = forms.CharField(widget=forms.HiddenInput)
