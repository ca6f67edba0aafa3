import pytest
from django.db import DatabaseError, transaction

from curation import activation, reopening, tasks
from curation.activation_preview import preview
from curation.adjudication import Decision, decide
from curation.models import Activation, Claim, Consensus, GuidelinePicture, Policy, Reopening, Slot
from curation.policies import current_policy
from mtf_site.roles import Role
from tests import factories
from tests.curation import policy_scenes as p
from tests.curation import scenes

pytestmark = pytest.mark.django_db
STAYS = {"age": {"1": "4", "2": None}}  # young is "30–49" now, old is asked anew


@pytest.fixture
def in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is small enough to be done at once."""
    monkeypatch.setattr(activation, "AT_ONCE", 0)
    monkeypatch.setattr(activation, "BATCH", 1)


def finer(**changes: object) -> Policy:
    return p.draft(fields=p.fields(age=p.BANDS), **changes)


def settled(claim: Claim) -> dict[str, str]:
    return dict(claim.consensus.filter(state="settled").exclude(field="usable").values_list("field", "value"))


def test_a_policy_in_force_and_its_pictures_never_change() -> None:
    made = p.draft()
    picture = GuidelinePicture.objects.create(policy=made, sha256="a" * 64, caption="sharp")
    p.put_in_force(made)
    for change in (
        lambda: Policy.objects.filter(pk=made.pk).update(note="other"),
        lambda: Policy.objects.filter(pk=made.pk).delete(),
        lambda: GuidelinePicture.objects.filter(pk=picture.pk).update(caption="other"),
        lambda: GuidelinePicture.objects.filter(pk=picture.pk).delete(),
        lambda: GuidelinePicture.objects.create(policy=made, sha256="b" * 64, caption="one more"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert [one.caption for one in made.pictures.all()] == ["sharp"]


def test_settled_fields_stay_with_the_new_code_or_are_asked_anew() -> None:
    people = factories.reviewers(2)
    young, old = p.judged(people, 1, 1), p.judged(people, 2, 2)
    draft = finer()
    seen = preview(draft, STAYS, heeds_open=False)
    assert (seen.stay, seen.renamed, seen.reopen, seen.reopened_claims, seen.total) == (5, 1, 1, 1, 2)
    row = p.put_in_force(draft, STAYS)
    assert settled(young) == {"race": "3", "gender": "1", "age": "4"}
    assert settled(old) == {"race": "3", "gender": "1"}
    assert (scenes.waits(young, "attributes"), scenes.waits(old, "attributes")) == (0, 2)
    assert Reopening.objects.values_list("claim", "fields", "cause", "policy").get() == (
        old.pk, ["age"], "policy", draft.pk,
    )  # fmt: skip
    assert (row.done, row.reopened, row.finished_at is not None) == (2, 1, True)
    assert current_policy() == draft


def test_what_is_asked_anew_is_settled_by_new_answers() -> None:
    people = factories.reviewers(2)
    claim = p.judged(people, 1, 1)
    p.age_bands()
    for person in people:
        scenes.say(person, claim, "attributes", age=4)
    assert settled(claim) == {"race": "3", "gender": "1", "age": "4"}
    assert scenes.state(claim) == "accepted"


def test_a_code_may_be_asked_anew_under_a_narrower_label() -> None:
    people = factories.reviewers(2)
    claim = p.judged(people, 1, 1)
    narrower = [{"code": 1, "label": "18–29"}, {"code": 2, "label": "50+"}, {"code": 3, "label": "30–49", "band": 1}]
    p.put_in_force(p.draft(fields=p.fields(age=narrower)), {"age": {"1": None, "2": "2"}})
    assert "age" not in settled(claim)
    for person in people:
        scenes.say(person, claim, "attributes", age=1)
    tasks.apply_policies()
    assert (settled(claim)["age"], tasks.ask_missed()) == ("1", 0)


def test_classes_that_are_merged_settle_what_was_disputed() -> None:
    claim = p.judged(factories.reviewers(2), 1, 2)
    assert scenes.consensus(claim, "age")[0] == "disputed"
    merged = [{"code": 3, "label": "of age", "band": 1}]
    p.put_in_force(p.draft(fields=p.fields(age=merged)), {"age": {"1": "3", "2": "3"}})
    assert (settled(claim)["age"], Reopening.objects.count()) == ("3", 0)


def test_a_minority_does_not_win_because_the_majority_is_asked_anew() -> None:
    p.put_in_force(p.draft(votes_usable=3, votes_attributes=3))
    claim = p.judged(factories.reviewers(3), 1, 1, 2)
    p.put_in_force(finer(), {"age": {"1": None, "2": "5"}})
    assert ("age" in settled(claim), scenes.waits(claim, "attributes")) == (False, 3)


def test_an_adjudicated_class_that_is_asked_anew_is_open_again() -> None:
    claim = p.judged(factories.reviewers(2), 1, 2)
    judge = factories.user(Role.ADJUDICATOR)
    decide(Decision(claim.pk, "attributes", "attributes", age=1), adjudicator=judge, policy=current_policy())
    p.put_in_force(finer(), {"age": {"1": None, "2": "5"}})
    assert ("age" in settled(claim), scenes.waits(claim, "attributes")) == (False, 2)


def test_an_adjudicated_class_with_a_new_code_stays() -> None:
    claim = p.judged(factories.reviewers(2), 1, 2)
    judge = factories.user(Role.ADJUDICATOR)
    decide(Decision(claim.pk, "attributes", "attributes", age=1), adjudicator=judge, policy=current_policy())
    p.put_in_force(finer(), {"age": {"1": "3", "2": None}})
    assert (settled(claim)["age"], Reopening.objects.count()) == ("3", 0)


def test_an_open_question_with_an_answer_that_fell_silent_begins_anew() -> None:
    people = factories.reviewers(2)
    claim = p.judged(people, 1)
    draft = finer()
    assert preview(draft, p.ANEW, heeds_open=False).open_anew == 1
    p.put_in_force(draft, p.ANEW)
    assert Reopening.objects.get().fields == [], "all of them"
    for person in people:
        scenes.say(person, claim, "attributes", **p.BLACK_WOMAN, age=3)
    assert settled(claim) == {"race": "3", "gender": "1", "age": "3"}


def test_the_first_question_is_never_reopened() -> None:
    claim = p.judged(factories.reviewers(2), 1, 1)
    p.age_bands()
    assert scenes.state(claim) == "accepted"
    assert not Reopening.objects.filter(question="usable").exists()


def test_twice_run_is_once_done() -> None:
    claim = p.judged(factories.reviewers(2), 1, 1)
    draft = finer()
    first = p.put_in_force(draft, p.ANEW)
    assert p.put_in_force(draft, p.ANEW) == first
    tasks.apply_policies()
    assert (tasks.ask_missed(), Reopening.objects.count(), scenes.waits(claim, "attributes")) == (0, 1, 2)


@pytest.mark.usefixtures("in_batches")
def test_large_work_follows_in_batches_and_goes_on_where_it_was_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    people = factories.reviewers(2)
    faces = [p.judged(people, 1, 1) for _ in range(3)]
    row = p.put_in_force(finer(), p.ANEW)
    assert (row.total, row.done, row.finished_at) == (3, 0, None)

    def dies(claims: list[int], **_: object) -> int:
        if claims == [faces[1].pk]:
            raise KeyboardInterrupt
        return reopening.reopen(claims=claims, **_)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(activation, "reopen", dies)
        with pytest.raises(KeyboardInterrupt):
            activation.go_on(row.pk)
    row.refresh_from_db()
    assert (row.done, Reopening.objects.count()) == (1, 1)
    tasks.apply_policies()
    row.refresh_from_db()
    assert (row.done, row.reopened, row.finished_at is not None) == (3, 3, True)
    assert sorted(Reopening.objects.values_list("claim", flat=True)) == [face.pk for face in faces]


@pytest.mark.usefixtures("in_batches")
def test_two_workers_do_not_do_the_same_batch() -> None:
    p.judged(factories.reviewers(2), 1, 1)
    row = p.put_in_force(finer(), p.ANEW)
    stale = Activation.objects.get(pk=row.pk)
    assert activation.go_on(row.pk)
    assert not activation._batch(stale, [1], {})


@pytest.mark.usefixtures("in_batches")
def test_the_next_policy_waits_until_the_last_one_is_applied() -> None:
    p.judged(factories.reviewers(2), 1, 1)
    p.put_in_force(finer(), p.ANEW)
    with pytest.raises(activation.ActivationRefused, match="still being applied"):
        p.put_in_force(p.draft())


def test_an_answer_under_a_policy_that_was_just_replaced_is_asked_anew() -> None:
    people = factories.reviewers(2)
    claim = p.judged(people, 1, 1)
    p.put_in_force(finer(), {"age": {"1": "3", "2": None}})
    first = Policy.objects.get(version=1)
    again = p.judged(people)
    for person in people:  # from a page that still shows the policy before
        scenes.say(person, again, "attributes", policy=first, **p.BLACK_WOMAN, age=2)
    assert ("age" in settled(again), tasks.ask_missed(), tasks.ask_missed()) == (False, 1, 0)
    assert (scenes.waits(again, "attributes"), "age" in settled(claim)) == (2, True)


# ---- k


def test_more_answers_are_wanted_of_new_questions_only() -> None:
    claim, done = scenes.claim(), scenes.accepted()
    p.put_in_force(p.draft(votes_usable=3))
    assert (claim.slots.count(), scenes.waits(scenes.claim())) == (2, 3)
    assert scenes.state(done) == "accepted"


def test_more_answers_are_wanted_of_open_questions_when_asked_for() -> None:
    claim, done = scenes.claim(), scenes.accepted()
    scenes.say(factories.reviewer(), claim)
    draft = p.draft(votes_usable=3)
    seen = preview(draft, {}, heeds_open=True)
    assert (seen.raised, seen.lowered, seen.total) == (1, 0, 1)
    p.put_in_force(draft, heeds_open=True)
    assert (scenes.waits(claim), scenes.waits(done), scenes.state(done)) == (2, 0, "accepted")


def test_fewer_answers_settle_open_questions_only_when_asked_for() -> None:
    p.put_in_force(p.draft(votes_usable=3))
    claim = scenes.claim()
    for person in factories.reviewers(2):
        scenes.say(person, claim)
    p.put_in_force(p.draft(votes_usable=2))
    assert scenes.state(claim) == "open"


def test_fewer_answers_settle_what_has_enough_of_them() -> None:
    p.put_in_force(p.draft(votes_usable=3))
    claim, begun = scenes.claim(), scenes.claim()
    for person in factories.reviewers(2):
        scenes.say(person, claim)
    draft = p.draft(votes_usable=2)
    seen = preview(draft, {}, heeds_open=True)
    assert (seen.raised, seen.lowered) == (0, 2)
    p.put_in_force(draft, heeds_open=True)
    assert (scenes.state(claim), scenes.waits(claim, "attributes"), scenes.waits(begun)) == ("accepted", 2, 2)


def test_one_more_vote_that_was_asked_for_is_left_alone() -> None:
    claim = scenes.claim()
    slot = claim.slots.order_by("-number")[0]
    Slot.objects.create(claim=claim, identity=claim.identity, question="usable", number=3, block=1, shuffle=1)
    draft = p.draft(votes_usable=1)
    assert (slot.number, preview(draft, {}, heeds_open=True).lowered) == (2, 0)
    p.put_in_force(draft, heeds_open=True)
    assert claim.slots.count() == 3


# ---- What is refused


def test_a_class_that_changed_must_be_mapped() -> None:
    with pytest.raises(activation.ActivationRefused, match="Say of every class"):
        p.put_in_force(finer(), {"age": {"1": None}})
    assert current_policy().version == 1


def test_a_draft_of_an_older_version_is_refused() -> None:
    old = p.draft()
    p.put_in_force(p.draft())
    with pytest.raises(activation.ActivationRefused, match="Another version"):
        p.put_in_force(old)


def test_an_age_class_without_a_band_is_refused() -> None:
    bare = [{"code": 3, "label": "18–29"}]
    with pytest.raises(activation.ActivationRefused, match="The age class 3, “18–29”, must say"):
        p.put_in_force(p.draft(fields=p.fields(age=bare)), p.ANEW)


def test_nothing_is_left_of_an_activation_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    p.judged(factories.reviewers(2), 1, 1)
    draft = finer()
    with monkeypatch.context() as patch:
        patch.setattr(activation, "reopen", _fails)
        with pytest.raises(RuntimeError):
            p.put_in_force(draft, p.ANEW)
    draft.refresh_from_db()
    assert (draft.activated_at, Activation.objects.count(), Reopening.objects.count()) == (None, 0, 0)
    assert Consensus.objects.get(field="age").value == "1"
    p.put_in_force(draft, {"age": {"1": "3", "2": "5"}})
    assert Consensus.objects.get(field="age").value == "3", "no map is remembered of what was rolled back"


def _fails(**_: object) -> int:
    raise RuntimeError
