"""The licence policy that this installation follows: MTF_LICENCE_POLICY."""

from django.conf import settings

from ingest.licences import Judgement, Policy, load_policy


def policy_in_force() -> Policy:
    """PolicyError with a sentence where it cannot be read; the system check says so before that."""
    return load_policy(settings.LICENCE_POLICY)


def judge(spdx: str | None) -> Judgement:
    """What the policy in force says of one licence."""
    return policy_in_force().judge(spdx)
