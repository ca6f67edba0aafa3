"""Every page that lists something asks the database as often for 300 rows as for one."""

import re
from collections.abc import Callable

import pytest
from django.urls import resolve
from pytest_django import Settings

from curation import practice
from mtf_site.roles import Role
from tests import factories
from tests.curation import practice_scenes, rows, scenes
from tests.curation.disputes_scenes import MAKE, dispute, disputed_attributes
from tests.curation.test_contradictions import ticked
from tests.curation.test_home import answered_flag
from tests.e2e.visits import VISITS
from tests.ingest import test_query_counts as ingest
from tests.query_counts import Page, costs_the_same, me

pytestmark = pytest.mark.django_db
ADJUDICATOR, RELEASE_MANAGER, REVIEWER = Role.ADJUDICATOR, Role.RELEASE_MANAGER, Role.REVIEWER

DISPUTES = [
    *(Page(f"/disputes/?list={name}", 16, make, ADJUDICATOR, pages=12) for name, make in MAKE.items()),
    Page("/disputes/?list=decided", 13, rows.decided, ADJUDICATOR),
    Page("/disputes/{.pk}/usable/?names=1", 20, rows.discussed, ADJUDICATOR, dispute),
    Page("/disputes/?list=decided", 13, rows.decided, ADJUDICATOR, before=True),
    Page("/disputes/?list=attributes", 16, disputed_attributes, ADJUDICATOR, before=True),
    Page("/disputes/{.pk}/usable/?names=1", 20, rows.discussed, ADJUDICATOR, dispute, before=True),
    Page("/disputes/{.pk}/attributes/", 21, rows.discussed_attributes, ADJUDICATOR, disputed_attributes),
    Page("/disputes/contradictions/", 22, rows.torn, ADJUDICATOR, pages=25),
    Page("/disputes/contradictions/{.pk}/race/", 6, rows.one_side, ADJUDICATOR, rows.torn),
    Page("/disputes/unclear/", 14, ticked, ADJUDICATOR, pages=12),
    Page("/disputes/unclear/?earlier=1", 14, rows.unclear_before, ADJUDICATOR, rows.earlier_policy),
]
FACES = [
    Page("/faces/", 17, rows.judged),
    Page("/faces/?state=accepted", 17, rows.judged),
    Page("/faces/?q=person", 19, rows.judged),
    Page("/faces/?progress=done", 15, rows.judged),
    Page("/faces/?mode=single", 15, rows.judged),
    Page("/faces/?size=l&sort=name", 15, rows.judged),
    Page("/faces/", 17, rows.judged, before=True),
    Page("/faces/", 17, rows.requeued),
    Page("/faces/{.face_id}/", 18, rows.discussed, about=scenes.claim),
    Page("/faces/{.face_id}/?names=1", 19, rows.discussed, ADJUDICATOR, scenes.claim),
    Page("/faces/{.face_id}/", 18, rows.discussed, about=scenes.claim, before=True),
    Page("/faces/requeue/?all=1", 11, rows.judged),
    Page("/faces/requeue/?all=1&question=attributes", 11, rows.judged),
    Page("/candidates/", 7, rows.waiting),
    Page("/candidates/?state=done", 7, rows.waiting),
    Page("/photos/", 9, rows.waiting),
    Page("/photos/?view=table", 9, rows.waiting),
    Page("/photos/{.pk}/", 14, rows.found_too, about=factories.photo),
]
OWN = [
    Page("/answers/", 5, rows.answered, REVIEWER, me, pages=6),
    Page("/answers/", 5, rows.answered, REVIEWER, me, before=True),
    Page("/answers/?pace=1", 13, rows.answered_gold, REVIEWER, me),
    Page("/answers/?list=flags", 4, answered_flag, REVIEWER, me),
    Page("/review/usable/paused/", 16, rows.missed, REVIEWER, rows.paused),
]
IDENTITIES = [
    Page("/identities/", 8, rows.waiting),
    Page("/identities/?sort=yield", 8, rows.waiting),
    Page("/identities/?q=person", 8, rows.waiting),
    Page("/identities/{.pk}/", 14, rows.brought, about=factories.identity),
    Page("/identities/{.pk}/merge/?q=person", 4, rows.somebody_else, about=factories.identity),
    Page("/jobs/{.pk}/", 16, rows.hit_of, about=factories.job),
    Page("/jobs/{.pk}/progress/", 16, rows.hit_of, about=factories.job),
    Page("/balance/", 10, rows.lacking, about=rows.targets),
]
PEOPLE = [
    Page("/people/", 10, rows.at_work),
    Page("/people/?q=user", 10, factories.reviewer),
    Page("/people/annotators/", 5, rows.about_themselves, sums=True),
    Page("/people/invite/", 4, rows.invited),
    Page("/people/{.pk}/", 14, rows.happened_to, about=rows.colleague),
    Page("/people/{.pk}/limit/", 7, rows.happened_to, about=rows.colleague),
    Page("/people/{.pk}/limit/?q=person", 4, rows.somebody_else, about=rows.colleague),
    Page("/people/{.pk}/accuracy/", 14, rows.gold_of, about=factories.reviewer),
    Page("/people/{.pk}/exclude/", 7, rows.both_said, about=factories.reviewer, post={"do": "look"}, sums=True),
    Page("/people/{0.reviewer_id}/exclusions/{0.pk}/", 4, rows.still_to_set_aside, about=rows.set_aside, sums=True),
]
RULES = [
    Page("/policies/", 12, rows.versions, pages=13),
    Page("/policies/{.version}/", 8, rows.pictured, about=rows.finer_ages),
    Page("/policies/{.version}/edit/", 7, rows.pictured, about=rows.finer_ages, rows=40),  # as many as it takes
    Page("/policies/{.version}/activate/", 10, rows.judged, about=rows.finer_ages, sums=True),
    Page("/gold/", 9, rows.gold_answered, pages=12),
    Page("/gold/?order=missed", 9, rows.gold_answered),
    Page("/gold/?question=attributes", 9, rows.known_attributes),
    Page("/gold/{.pk}/retire/", 6, rows.on_gold, about=rows.gold_item, sums=True),
    Page("/gold/reviewers/", 11, rows.gold_answered, pages=6),
    Page("/releases/", 11, rows.released, RELEASE_MANAGER),
    Page("/releases/{.version}/", 5, rows.released, RELEASE_MANAGER, rows.frozen),
    Page("/releases/compare/?from={0.version}&to={0.version}", 9, rows.released, RELEASE_MANAGER, rows.frozen),
]
QUALITY = [
    Page("/quality/", 14, rows.differently_judged, about=rows.two, sums=True),
    Page("/quality/pairs/", 13, rows.differently_judged, about=rows.two, sums=True),
    Page("/quality/pairs/", 13, rows.differently_judged, rows=25),  # a square of all reviewers
    Page("/quality/confusion/", 12, rows.differently_judged, about=rows.two, sums=True),
    Page("/quality/rejects/", 13, rows.differently_judged),
    Page("/quality/pace/", 13, rows.differently_judged),
    Page("/quality/identities/", 13, rows.differently_judged),
    Page("/quality/modes/", 13, rows.differently_judged, about=rows.two, sums=True),
    Page("/quality/faces/?pattern=differ", 15, rows.differently_judged),
    Page("/quality/faces/?pattern=differ&field=race", 15, rows.differently_judged, before=True),
]
HOME = [
    Page("/", 10, rows.work, REVIEWER),
    Page("/", 19, rows.work, ADJUDICATOR, sums=True),
    Page("/", 22, rows.work, sums=True),
    Page("/", 10, rows.work, RELEASE_MANAGER, sums=True),
]
REVIEW = [
    Page("/review/", 13, rows.waiting, REVIEWER),
    Page("/review/attributes/", 13, rows.accepted, REVIEWER),
    Page("/review/grid/", 23, rows.waiting, REVIEWER, factories.identity),
    Page("/review/grid/next/", 19, rows.waiting, REVIEWER, factories.identity),
]


NO_LISTS = {
    # A form, or a question, about one thing
    "answer-take-back", "identity-approve", "identity-edit", "identity-import",
    "identity-import-wikidata", "identity-reactivate", "identity-retire", "job-cancel", "pause-lift",
    "person-deactivate", "person-excuse", "person-pause", "person-reactivate", "policy-delete", "policy-new", "requeue",
    # What is said once of a release, or of its order
    "freezing", "release-paper", "release-sheet",
    # One's own account
    "profile", "profile-about", "profile-keys", "invitation", "login", "password_change", "password_change_done",
    "password_reset", "password_reset_complete", "password_reset_confirm", "password_reset_done",
}  # fmt: skip
PAGES = [*DISPUTES, *FACES, *OWN, *IDENTITIES, *PEOPLE, *RULES, *QUALITY, *HOME, *REVIEW]


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_a_page_costs_the_same_however_much_it_shows(page: Page) -> None:
    costs_the_same(page)


def test_whatever_is_no_list_is_named() -> None:
    """Whoever adds a page adds a line to the tables, or its name here."""
    urls = [re.sub(r"{.*?}", "1", page.url).split("?")[0] for page in [*PAGES, *ingest.PAGES]]
    assert VISITS.keys() - {resolve(url).url_name for url in urls} == NO_LISTS | {
        "practice",
        "practice-attributes",
    }  # counted below


@pytest.mark.parametrize(
    ("url", "queries", "known"),
    [("/review/practice/", 10, scenes.accepted), ("/review/practice/attributes/", 11, practice_scenes.perceived)],
    ids=["usable", "attributes"],
)
def test_practice_costs_the_same_however_many_are_known(
    settings: Settings, url: str, queries: int, known: Callable[..., object]
) -> None:
    settings.PRACTICE_ITEMS = 10
    enough = [known() for _ in range(practice.FEWEST)]
    assert enough
    costs_the_same(Page(url, queries, known, REVIEWER, one=True))
