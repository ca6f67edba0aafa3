"""The quality pages: who may open them, and what they show."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from curation import slow_figures
from curation.agreement import agreement
from curation.models import Figure
from mtf_site.roles import Role
from tests import factories
from tests.curation import releases as r
from tests.curation.quality_scenes import judged, make_large, rows_of, signed_in, text_of
from tests.curation.test_home_figures import backdate

pytestmark = pytest.mark.django_db

PAGES = [
    "quality",
    "quality-pairs",
    "quality-confusion",
    "quality-reasons",
    "quality-pace",
    "quality-identities",
    "quality-modes",
    "quality-faces",
]


@pytest.fixture
def admin() -> Client:
    return signed_in(Role.ADMIN)


@pytest.fixture
def people() -> list[User]:
    return [factories.user(Role.REVIEWER, username=name) for name in ("adam", "berta", "carl")]


# ---- Who, and with what


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("role", [Role.ADMIN, Role.ADJUDICATOR, Role.AUDITOR])
def test_quality_is_read_by_those_above_reviewers(name: str, role: Role, people: list[User]) -> None:
    judged(people, 2, differ=1)
    client = signed_in(role)
    assert client.get(reverse(name)).status_code == 200
    assert client.post(reverse(name)).status_code in (403, 405)


@pytest.mark.parametrize("name", PAGES)
def test_quality_is_closed_to_others(name: str) -> None:
    for roles in ((), (Role.REVIEWER,), (Role.RELEASE_MANAGER,)):
        assert signed_in(*roles).get(reverse(name)).status_code == 403
    assert Client().get(reverse(name))["Location"].startswith(reverse("login"))


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(
    "query",
    [{"identity": "Nobody"}, {"job": "999"}, {"policy": "77"}, {"since": "soon"},
     {"since": "2026-02-02", "until": "2026-02-01"}, {"field": "hair"}, {"format": "xls"}],
)  # fmt: skip
def test_a_filter_that_cannot_be_used_is_told(admin: Client, name: str, query: dict[str, str]) -> None:
    answer = admin.get(reverse(name), query)
    assert answer.status_code == 400
    assert "This filter cannot be used" in answer.content.decode()


@pytest.mark.parametrize("query", [{"first": "999"}, {"said": "x"}, {"pattern": "odd"}, {"page": "0"}])
def test_faces_behind_nothing_that_exists_are_refused(admin: Client, query: dict[str, str]) -> None:
    assert admin.get(reverse("quality-faces"), query).status_code == 400


@pytest.mark.parametrize("name", PAGES)
def test_without_answers_a_page_says_what_comes_next(admin: Client, name: str) -> None:
    text = text_of(admin, name)
    assert "Nobody has answered yet" in text
    assert reverse("people") in text


@pytest.mark.parametrize("name", PAGES)
def test_filters_that_leave_nothing_say_so(admin: Client, name: str, people: list[User]) -> None:
    judged(people, 1)
    assert "No answer fits" in text_of(admin, name, until="2001-01-01")


# ---- Figures


def test_the_overview_shows_what_the_pure_functions_say(admin: Client, people: list[User]) -> None:
    judged(people, 40, differ=6)
    items = [n for n in range(40) for _ in range(2)]
    labels = [code for n in range(40) for code in (1, 2 if n < 6 else 1)]
    found = agreement(items, ["a", "b"] * 40, labels, order=[0, 1, 2])
    rows = {(row["field"], row["measure"]): row for row in rows_of(admin, "quality") if not row["from"]}
    told = {"alpha": found.krippendorff_alpha, "kappa": found.fleiss_kappa, "ac1": found.gwet_ac1,
            "pi": found.scott_pi, "percent": found.percent_agreement}  # fmt: skip
    for measure, figure in told.items():
        row = rows["usable", measure]
        assert [float(row[key]) for key in ("value", "low", "high", "n")] == pytest.approx(
            [figure.value, figure.low, figure.high, 40], abs=1e-6
        )
        assert row["method"] == figure.method
    assert "all votes are for one and the same label" in rows["gender", "alpha"]["reason"]
    text = text_of(admin, "quality")
    assert f"{found.krippendorff_alpha.value:.2f}".replace("-", "−") in text
    assert "85.0 %" in text
    assert "not estimable: all votes are for one and the same label" in text


def test_agreement_over_time_puts_a_face_where_its_last_answer_came(admin: Client, people: list[User]) -> None:
    identity = factories.identity()
    for number in range(62):
        claim = r.claim(identity)
        first = r.vote(claim, people[0], 1)
        second = r.vote(claim, people[1], 2, verdict="accept" if number % 4 else "cannot_tell")
        backdate(first.pk, days=15)
        backdate(second.pk, days=14 if number < 31 else 0)
    moments = [row for row in rows_of(admin, "quality", measure="percent") if row["from"] and row["field"] == "usable"]
    assert [row["n"] for row in moments] == ["31", "31"]
    text = text_of(admin, "quality", measure="percent")
    assert '<polyline class="plot-line"' in text
    assert '<title id="trend-usable-title">Usable face: Same answer over time</title>' in text
    days = {"last_from": moments[0]["from"], "last_until": moments[0]["until"]}
    assert len(rows_of(admin, "quality-faces", field="usable", **days)) == 31


def test_the_interval_by_bootstrap_is_told_of_everything_alone(admin: Client, people: list[User]) -> None:
    judged(people, 40, differ=6)
    assert "α by bootstrap over items, 2,000 resamples" in text_of(admin, "quality")
    assert "bootstrap" not in text_of(admin, "quality", policy=1)


def test_a_worker_counts_the_interval_by_bootstrap_of_a_large_installation(
    admin: Client, people: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    judged(people, 40, differ=6)
    make_large(monkeypatch)
    assert "bootstrap" not in text_of(admin, "quality")
    slow_figures.count()
    assert set(Figure.objects.get(name="resampled").value) == {"usable", "race", "gender", "age"}
    assert "resamples: " in text_of(admin, "quality")
    assert f"counted {timezone.now():%-d %b}" in text_of(admin, "quality")


def test_pairs_are_a_matrix_with_thin_cells_greyed(admin: Client, people: list[User]) -> None:
    judged(people[:2], 31, differ=3)
    judged(people[1:], 2)
    text = text_of(admin, "quality-pairs")
    assert text.count('class="thin"') == 2
    assert "fewer than 30 faces in common" in text
    rows = {(row["a"], row["b"]): row for row in rows_of(admin, "quality-pairs")}
    assert rows["adam", "berta"]["n"] == "31"
    assert float(rows["adam", "berta"]["percent"]) == pytest.approx(28 / 31)
    assert rows["berta", "carl"]["reason"] == "both gave one and the same label throughout, so chance alone would agree"
    link = f"field=usable&amp;first={people[0].pk}&amp;second={people[1].pk}"
    assert link in text
    behind: dict[str, str | int] = {"field": "usable", "first": people[0].pk, "second": people[1].pk}
    assert len(rows_of(admin, "quality-faces", **behind)) == 31
    assert len(rows_of(admin, "quality-faces", **behind, pattern="differ")) == 3


def test_confusion_names_both_answers_in_words(admin: Client, people: list[User]) -> None:
    judged(people, 10)
    rows = {(row["one_says"], row["another_says"]): row for row in rows_of(admin, "quality-confusion", field="race")}
    assert rows["Black", "White"]["comparisons"] == "5"
    assert float(rows["Black", "White"]["share_of_row"]) == pytest.approx(5 / 15)
    text = text_of(admin, "quality-confusion", field="race")
    assert 'field=race&amp;said=3&amp;other=4"><b>33.3 %</b><span>5</span>' in text
    assert "Most often taken for each other" in text
    assert "Class by class" in text
    assert float(rows["Black", "Black"]["share_of_row"]) == pytest.approx(10 / 15)
    assert float(rows["Black", "Black"]["low"]) < 10 / 15 < float(rows["Black", "Black"]["high"])
    assert rows["Black", "White"]["low"] == ""
    assert len(rows_of(admin, "quality-faces", field="race", said=3, other=4)) == 5
    assert len(rows_of(admin, "quality-faces", field="race", said=3, other=3)) == 5


def test_rejects_are_counted_by_reviewer_and_reason(admin: Client, people: list[User]) -> None:
    claims = judged(people, 40, differ=20)
    r.vote(claims[0], people[2], 3, verdict="relabel", relabel_to=factories.identity())
    rows = {row["reviewer"]: row for row in rows_of(admin, "quality-reasons")}
    assert (rows["berta"]["answers"], rows["berta"]["refused"], rows["berta"]["wrong_person"]) == ("40", "20", "20")
    assert (rows["carl"]["refused"], rows["carl"]["someone_else"]) == ("1", "1")
    assert rows["all together"]["answers"] == "81"
    text = text_of(admin, "quality-reasons")
    assert "▲" in text  # berta refuses surely more than the others
    assert "wrong person" in text
    assert len(rows_of(admin, "quality-faces", first=people[1].pk, reason="wrong_person")) == 20
    assert len(rows_of(admin, "quality-faces", verdict="relabel")) == 1


def test_pace_marks_who_cannot_have_looked(admin: Client, people: list[User]) -> None:
    now, identity = timezone.now(), factories.identity()
    for number in range(60):
        claim = r.claim(identity)
        r.vote(claim, people[0], 1, shown_at=now - timedelta(seconds=2), decided_at=now)
        no = {"verdict": "cannot_tell"} if number % 3 == 0 else {}
        r.vote(claim, people[1], 2, shown_at=now - timedelta(milliseconds=120), decided_at=now, **no)
    rows = {row["reviewer"]: row for row in rows_of(admin, "quality-pace")}
    assert rows["adam"]["seconds_median"] == "2.000000"
    assert rows["berta"]["too_fast_share"] == "1.000000"
    assert "fast" in rows["berta"]["marks"]
    assert set(rows["adam"]["marks"].split()) == {"agrees", "one_key"}
    text = text_of(admin, "quality-pace")
    assert "2 reviewers to look at" in text
    assert '<svg class="spark"' in text
    assert len(rows_of(admin, "quality-faces", first=people[1].pk, pattern="fast")) == 60
    assert len(rows_of(admin, "quality-faces", first=people[0].pk, pattern="alone")) == 20


def test_pace_of_few_answers_is_shown_as_saying_nothing(admin: Client, people: list[User]) -> None:
    now, identity = timezone.now(), factories.identity()
    for _ in range(20):
        r.vote(r.claim(identity), people[1], 1, shown_at=now - timedelta(milliseconds=120), decided_at=now)
    text = text_of(admin, "quality-pace")
    assert "No pattern that asks for a look" in text
    assert 'class="n few"' in text
    assert "too few answers to say" in text
    for _ in range(40):
        r.vote(r.claim(identity), people[1], 1, shown_at=now - timedelta(milliseconds=120), decided_at=now)
    text = text_of(admin, "quality-pace")
    assert 'class="n odd"' in text
    assert "too few answers to say" not in text


def test_identities_come_in_the_order_of_what_is_sure(admin: Client, people: list[User]) -> None:
    judged(people, 1, identity=factories.identity("Once"), differ=1)
    judged(people, 20, identity=factories.identity("Often"), differ=14)
    judged(people, 5, identity=factories.identity("Never"))
    rows = rows_of(admin, "quality-identities")
    assert [(row["identity"], row["faces"], row["differ"]) for row in rows] == [
        ("Often", "20", "14"),
        ("Once", "1", "1"),
    ]
    text = text_of(admin, "quality-identities")
    assert text.index("Often") < text.index("Once")
    assert "Never" not in text
    assert len(rows_of(admin, "quality-faces", field="usable", pattern="differ", identity="Often")) == 14


def test_modes_compare_the_grid_with_face_by_face(admin: Client, people: list[User]) -> None:
    identity = factories.identity()
    for number in range(20):
        claim = r.claim(identity)
        no = {"verdict": "cannot_tell"} if number % 2 else {}
        r.vote(claim, people[0], 1, mode="grid" if number < 10 else "single")
        r.vote(claim, people[1], 2, mode="grid", **no)
    rows = {row["who"]: row for row in rows_of(admin, "quality-modes")}
    assert (rows["*"]["single_answers"], rows["*"]["grid_answers"]) == ("10", "30")
    assert float(rows["*"]["grid_accepted"]) == pytest.approx(20 / 30)
    text = text_of(admin, "quality-modes")
    assert "10 faces that two answered so" in text  # both in a grid
    assert "50.0 %" in text  # across
    assert "Nobody answered face by face here" not in text
