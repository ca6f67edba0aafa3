"""Drafts of a policy: begun as a copy of the one in force, changed as often as one likes, thrown away."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max

from curation.models import GuidelinePicture, Policy
from curation.policies import activated, current_policy


@transaction.atomic
def save(draft: Policy | None, values: Mapping[str, Any], pictures: Sequence[Mapping[str, Any]], *, by: User) -> Policy:
    """A new draft of the policy in force where there is none to change."""
    made = _begin(values, by) if draft is None else _change(draft, values)
    made.pictures.all().delete()
    GuidelinePicture.objects.bulk_create(
        GuidelinePicture(policy=made, sha256=one["sha256"], kind=one["kind"], caption=one["caption"], place=place)
        for place, one in enumerate(pictures)
    )
    return made


def _begin(values: Mapping[str, Any], by: User) -> Policy:
    """With its parent's key: what gets all answers under the one does so under the other."""
    parent = current_policy()
    Policy.objects.select_for_update(of=("self",), no_key=True).get(pk=parent.pk)  # one number after the other
    newest = Policy.objects.aggregate(newest=Max("version"))["newest"]
    return Policy.objects.create(version=newest + 1, parent=parent, author=by, sample_key=parent.sample_key, **values)


def _change(draft: Policy, values: Mapping[str, Any]) -> Policy:
    for name, value in values.items():
        setattr(draft, name, value)
    draft.save(update_fields=[*values])
    return draft


def delete(draft: Policy) -> None:
    draft.delete()


def compare_with_newest(draft: Policy) -> None:
    """What was put in force since the draft was begun is its parent from now on."""
    draft.parent = current_policy()
    draft.save(update_fields=["parent"])


def codes_taken(parent: Policy) -> dict[str, dict[int, str]]:
    """Field → code → label of classes of earlier versions that `parent` has no longer: never to be used again."""
    taken: dict[str, dict[int, str]] = {}
    for policy in activated().filter(version__lte=parent.version).order_by("version"):
        for field in policy.fields:
            known = taken.setdefault(field["code"], {})
            known |= {row["code"]: row["label"] for row in field["classes"]}
    for field in parent.fields:
        for row in field["classes"]:
            taken.get(field["code"], {}).pop(row["code"], None)
    return taken
