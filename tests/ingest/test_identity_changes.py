import pytest
from django.contrib.auth.models import User

from ingest.identities import IdentityRefused, approve, import_identities
from ingest.identity_changes import edit, reactivate, retire, tidy_aliases
from ingest.identity_csv import read_identities_csv
from ingest.models import Identity, IdentityEvent, Tombstone
from ingest.tombstones import mark
from mtf_site.roles import Role
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> User:
    return factories.user(Role.ADMIN)


def history(identity: Identity) -> list[tuple[str, str]]:
    return list(identity.events.order_by("id").values_list("kind", "note"))


def test_import_and_approval_are_events(admin: User) -> None:
    import_identities(read_identities_csv("name\nAda\n"), approved_by=admin, basis="elected")
    assert history(Identity.objects.get()) == [("imported", "elected")]
    bo = factories.identity("Bo", state="proposed", approved_at=None, public_figure_basis="")
    approve(bo, by=admin, basis=" singer ")
    assert history(bo) == [("approved", "singer")]


def test_retiring_ends_what_waits_and_can_be_taken_back(admin: User) -> None:
    ada = factories.identity("Ada")
    job = factories.job([ada, factories.identity()])
    retire(ada, by=admin, why="asked us to")
    ada.refresh_from_db()
    assert ada.state == "retired"
    assert sorted(job.discoveries.values_list("state", flat=True)) == ["failed", "waiting"]
    assert job.discoveries.get(identity=ada).error == "Ada was retired."
    reactivate(ada, by=admin, why="changed her mind")
    ada.refresh_from_db()
    assert ada.state == "approved"
    assert history(ada) == [("retired", "asked us to"), ("reactivated", "changed her mind")]


def test_who_was_never_approved_is_proposed_again(admin: User) -> None:
    bo = factories.identity("Bo", state="proposed", approved_by=None, approved_at=None)
    retire(bo, by=admin, why="no")
    reactivate(bo, by=admin, why="yes")
    bo.refresh_from_db()
    assert bo.state == "proposed"


def test_what_does_not_fit_is_refused_and_leaves_no_event(admin: User) -> None:
    ada, retired = factories.identity("Ada"), factories.identity("Bo", state="retired")
    merged = factories.identity("Cy", state="merged", merged_into=ada)
    erased = factories.identity("Di", state="retired")
    Tombstone.objects.create(kind="identity", value=mark("Di"), reason="asked for")
    for act, says in (
        (lambda: retire(retired, by=admin, why="x"), "retired already"),
        (lambda: retire(ada, by=admin, why=" "), "Say why"),
        (lambda: reactivate(ada, by=admin, why="x"), "only a retired one"),
        (lambda: reactivate(erased, by=admin, why="x"), "erased"),
        (lambda: edit(merged, by=admin, aliases=[], about="", basis="x"), "merged into another"),
        (lambda: edit(ada, by=admin, aliases=[], about="", basis=" "), "on what basis"),
        (lambda: edit(ada, by=admin, aliases=["di"], about="", basis="x"), "erased"),
    ):
        with pytest.raises(IdentityRefused, match=says):
            act()
    assert not IdentityEvent.objects.exists()


def test_an_edit_says_what_was_and_what_is(admin: User) -> None:
    ada = factories.identity("Ada", aliases=["A."], public_figure_basis="mayor")
    assert edit(ada, by=admin, aliases=["A.", " The  Countess "], about="painter", basis="mayor")
    ada.refresh_from_db()
    assert (ada.aliases, ada.about) == (["A.", "The Countess"], "painter")
    assert history(ada) == [("edited", "aliases: “A.” → “A., The Countess”; about: nothing → “painter”")]
    assert not edit(ada, by=admin, aliases=["A.", "The Countess"], about="painter", basis="mayor")
    assert len(history(ada)) == 1


def test_aliases_are_tidied() -> None:
    assert tidy_aliases(["B", " a  b ", "b", "ADA", "", "A B"], "Ada") == ["B", "a b"]
