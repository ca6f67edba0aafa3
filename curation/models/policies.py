import secrets

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from curation.overlap import MOST_VOTES, Rule, is_sampled
from ingest.models.door import PASS, Kept

VOTES = [MinValueValidator(1), MaxValueValidator(MOST_VOTES)]


def new_sample_key() -> str:
    return secrets.token_hex(16)


def _overlap_is_whole(question: str) -> models.CheckConstraint:
    """Either a fixed number of answers, or all of a rule. A comparison with NULL would let it pass."""
    votes, sure, most, share = (f"{name}_{question}" for name in ("votes", "sure", "most", "full_share"))
    fixed = {f"{sure}__isnull": True, f"{most}__isnull": True, share: 0}
    bounds = {f"{sure}__gt": 0.5, f"{sure}__lt": 1, f"{most}__gte": models.F(votes), f"{most}__lte": MOST_VOTES}
    adaptive = Q(**{f"{sure}__isnull": False, f"{most}__isnull": False, f"{share}__range": (0, 1)}, **bounds)
    return models.CheckConstraint(name=f"policy_overlap_{question}", condition=Q(**fixed) | adaptive)


class Policy(models.Model):
    """How faces are judged. The newest activated version is in force; an activated one never changes.

    `reasons` is a list of {"code", "key", "label"};
    `fields` is a list of {"code", "label", "classes": [{"code", "label"}]}; a class of age may name the `band`
    (1 young, 2 old) that it stands in at export. `carry` says what becomes of answers given under `parent`: {field:
    {old code: new code, or null where it must be asked anew}}, codes as text; what it does not name stays as it is.

    A question gets `votes` answers; where `sure` is set, these are the fewest, and one more is asked as long as what
    they say is less probable than `sure`, up to `most`. `full_share` of all claims always get `most`; which ones is
    told by `sample_key`, that nobody needs to see.
    """

    version = models.PositiveIntegerField(unique=True)
    votes_usable = models.PositiveSmallIntegerField(default=2, validators=VOTES)
    votes_attributes = models.PositiveSmallIntegerField(default=2, validators=VOTES)
    sure_usable = models.FloatField(null=True, blank=True)
    sure_attributes = models.FloatField(null=True, blank=True)
    most_usable = models.PositiveSmallIntegerField(null=True, blank=True, validators=VOTES)
    most_attributes = models.PositiveSmallIntegerField(null=True, blank=True, validators=VOTES)
    full_share_usable = models.FloatField(default=0)
    full_share_attributes = models.FloatField(default=0)
    sample_key = models.CharField(max_length=32, default=new_sample_key, editable=False)
    blind_fields = ArrayField(models.CharField(max_length=20), default=list)
    reasons = models.JSONField()
    fields = models.JSONField()
    guideline = models.TextField()
    field_runs = models.BooleanField(default=False, help_text=_("ask one attribute in a run over many faces"))
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    carry = models.JSONField(default=dict, blank=True)
    note = models.TextField(blank=True, help_text=_("what changed, and why"))
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    activated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    activated_at = models.DateTimeField(null=True, blank=True, db_index=True)

    class Meta:
        verbose_name_plural = "policies"
        constraints = [
            models.CheckConstraint(
                name="policy_votes_in_range",
                condition=Q(votes_usable__range=(1, 9), votes_attributes__range=(1, 9)),
            ),
            _overlap_is_whole("usable"),
            _overlap_is_whole("attributes"),
        ]
        triggers = [
            Kept(
                name="activated_never_changes",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__activated_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return str(_("policy %d")) % self.version

    def votes(self, question: str) -> int:
        """How many independent answers a question needs (k); under a rule, the fewest."""
        return self.votes_usable if question == "usable" else self.votes_attributes

    def rule(self, question: str) -> Rule | None:
        """None where a question gets a fixed number of answers."""
        sure, most, share = (
            (self.sure_usable, self.most_usable, self.full_share_usable)
            if question == "usable"
            else (self.sure_attributes, self.most_attributes, self.full_share_attributes)
        )
        return None if sure is None or most is None else Rule(self.votes(question), sure, most, share)

    def gets_all(self, question: str, claim: int) -> bool:
        """Whether this claim is one of the share that gets all the answers a rule allows."""
        rule = self.rule(question)
        return rule is not None and is_sampled(self.sample_key, question, claim, rule.full_share)

    def places(self, question: str, claim: int) -> int:
        """How many answers a question of this claim is opened with."""
        rule = self.rule(question)
        return rule.wanted(full=self.gets_all(question, claim)) if rule else self.votes(question)


class GuidelinePicture(models.Model):
    """An example in a policy's guideline. It changes as little as its policy, once that is activated."""

    class Kind(models.TextChoices):
        GOOD = "good", _("accept")
        BAD = "bad", _("reject")
        NOTE = "note", _("remark")

    policy = models.ForeignKey(Policy, models.CASCADE, related_name="pictures")
    sha256 = models.CharField(max_length=64)
    kind = models.CharField(max_length=4, choices=Kind, default=Kind.NOTE)
    caption = models.CharField(max_length=300)
    place = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["place", "id"]
        triggers = [
            pgtrigger.Trigger(
                name="activated_never_changes",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=f"""
                    IF TG_OP <> 'INSERT' THEN{PASS}
                    END IF;
                    IF EXISTS (SELECT FROM curation_policy p WHERE p.activated_at IS NOT NULL
                               AND (TG_OP <> 'INSERT' AND p.id = OLD.policy_id
                                    OR TG_OP <> 'DELETE' AND p.id = NEW.policy_id)) THEN
                        RAISE EXCEPTION 'guideline picture: its policy is in use' USING ERRCODE = 'check_violation';
                    END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return self.caption


class Activation(models.Model):
    """What putting a policy in force does to claims that are there already: in the order of their ids, `after` being
    the last one that is done. It ends with `finished_at`; until then any worker goes on with it.
    """

    policy = models.OneToOneField(Policy, models.PROTECT, related_name="activation")
    heeds_open = models.BooleanField(default=False, help_text=_("open questions get as many answers as are wanted now"))
    total = models.PositiveIntegerField(help_text=_("claims to look at"))
    done = models.PositiveIntegerField(default=0)
    reopened = models.PositiveIntegerField(default=0, help_text=_("claims asked anew"))
    after = models.BigIntegerField(default=0)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="activation_done_within_total", condition=Q(done__lte=models.F("total")))
        ]
        indexes = [models.Index(fields=["policy"], name="activation_under_way", condition=Q(finished_at__isnull=True))]

    def __str__(self) -> str:
        return f"activation of {self.policy}"
