"""What balance is reckoned from: targets, accepted faces by consensus, and approved identities with their yield."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from curation.balance import Cell, Prospect, Tally
from curation.models import BalanceTarget, Policy
from curation.policies import age_bands
from curation.yields import yields
from ingest.identities import approved

# One row for each identity and consensus, so that persons can be counted over any cells.
ACCEPTED = """
WITH judged AS (
    SELECT k.id, k.identity_id,
           max(c.value) FILTER (WHERE c.field = 'race') AS race,
           max(c.value) FILTER (WHERE c.field = 'gender') AS gender,
           max(c.value) FILTER (WHERE c.field = 'age') AS age
    FROM curation_claim k
    LEFT JOIN curation_consensus c ON c.claim_id = k.id AND c.state = 'settled' AND c.field <> 'usable'
    WHERE k.state = 'accepted'
      AND NOT EXISTS (SELECT 1 FROM curation_quarantine q
                      WHERE q.face_id = k.face_id AND q.decision IN ('', 'kept_out'))
    GROUP BY k.id, k.identity_id
)
SELECT j.identity_id, i.claimed_race, i.claimed_gender, j.race::int, j.gender::int, j.age::int, count(*)
FROM judged j JOIN ingest_identity i ON i.id = j.identity_id
GROUP BY j.identity_id, i.claimed_race, i.claimed_gender, j.race, j.gender, j.age
"""


def tallies(policy: Policy) -> list[Tally]:
    """Finer classes of age count in their band."""
    with connection.cursor() as cursor:
        cursor.execute(ACCEPTED)
        rows: list[Any] = cursor.fetchall()
    bands = age_bands(policy)
    return [Tally(row[0], (row[1], row[2]), (row[3], row[4], bands.get(row[5], row[5])), row[6]) for row in rows]


def targets() -> dict[Cell, int]:
    return {(row.race, row.gender, row.age): row.wanted for row in BalanceTarget.objects.all()}


@transaction.atomic
def save_targets(wanted: Mapping[Cell, int]) -> None:
    """All cells at once; none is kept for a cell in which nothing is wanted."""
    BalanceTarget.objects.select_for_update().filter(wanted=0).delete()
    rows = [BalanceTarget(race=r, gender=g, age=a, wanted=n) for (r, g, a), n in wanted.items()]
    BalanceTarget.objects.bulk_create(
        rows, update_conflicts=True, update_fields=["wanted"], unique_fields=["race", "gender", "age"]
    )
    BalanceTarget.objects.filter(wanted=0).delete()


def prospects() -> list[Prospect]:
    """Approved identities of whom a race and a gender are claimed."""
    people = approved().values_list("pk", "claimed_race", "claimed_gender")
    groups = {pk: (race, gender) for pk, race, gender in people if race and gender}
    return [
        Prospect(
            identity=pk,
            group=groups[pk],
            accepted=counts.accepted,
            judged=counts.accepted + counts.rejected,
            photos_left=max(settings.MAX_PHOTOS - counts.photos, 0),
        )
        for pk, counts in yields(list(groups)).items()
    ]
