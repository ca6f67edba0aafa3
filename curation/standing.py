"""What every call of a reviewer's screen needs to know, read together with their session: no statement of its own."""

from django.http import HttpRequest

from curation.models import Policy
from curation.policies import IN_FORCE, current_policy, policy_of_row
from mtf_site.sessions import SessionStore, read_along

POLICY = "policy in force"


def read_with_sessions() -> None:
    read_along(POLICY, IN_FORCE)


def policy_in_force(request: HttpRequest) -> Policy:
    company = request.session.company if isinstance(request.session, SessionStore) else None
    rows = company.along[POLICY] if company else []
    return policy_of_row(rows[0]) if rows else current_policy()
