"""Questions that want one more answer than was planned, and that no reviewer who is there may answer any more.

The place stays in the queue: whoever joins, or brings back what they skipped, is served it. Until then an adjudicator
may decide. A query says so, and nothing is stored, for it changes with the people and not with the answers.
"""

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q, QuerySet

from curation.models import DisputeView, Pause, Profile, Skip, Slot
from curation.models.votes import DOUBTED
from mtf_site.roles import Role

ANSWERS = Q(annotation__isnull=False) | ~Q(purpose=Slot.Purpose.VOTE)


def nobody_left() -> QuerySet[Slot]:
    """One row a claim and question: the first of the places that wait in vain. Planned ones are not looked at."""
    doubted = Slot.objects.filter(waiting=True, purpose=Slot.Purpose.VOTE, why__in=DOUBTED)
    earlier = doubted.filter(claim=OuterRef("claim"), question=OuterRef("question"), number__lt=OuterRef("number"))
    return doubted.filter(~Exists(earlier), ~Exists(_may_be_asked()))


def _may_be_asked() -> QuerySet[User]:
    """Active reviewers whom the queue would serve the outer slot, or who hold it: see `leases.IS_FREE`.

    Adjudicators may review as well, but are not waited for: it is theirs to decide.
    """
    here = {"claim": OuterRef(OuterRef("claim")), "question": OuterRef(OuterRef("question"))}
    answered = Slot.objects.filter(ANSWERS, **here, round=OuterRef(OuterRef("round")), reviewer=OuterRef("pk"))
    people = User.objects.filter(is_active=True, groups__name=Role.REVIEWER)
    limits = Profile.limited_to.through.objects.filter(profile__user=OuterRef("pk"))
    return people.filter(
        ~Exists(limits) | Exists(limits.filter(identity=OuterRef(OuterRef("identity")))),
        ~Exists(answered),
        ~Exists(Skip.objects.filter(**here, reviewer=OuterRef("pk"))),
        ~Exists(DisputeView.objects.filter(**here, adjudicator=OuterRef("pk"))),
        ~Exists(Pause.objects.filter(reviewer=OuterRef("pk"), question=here["question"], ended_at=None)),
    )
