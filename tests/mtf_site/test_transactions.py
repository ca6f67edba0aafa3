import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from mtf_site.prepared import Call
from mtf_site.roles import Role
from mtf_site.transactions import Steps

ADD = "INSERT INTO auth_group (name) VALUES (%(name)s)"
LINK = "INSERT INTO auth_user_groups (user_id, group_id) VALUES (987654321, 987654321)"  # checked at the end


def add(name: str) -> list[Call]:
    return [(ADD, {"name": name})]


def names() -> list[str]:
    return sorted(Group.objects.exclude(name__in=Role.values).values_list("name", flat=True))


@pytest.mark.django_db(transaction=True)
class TestAlone:
    def test_a_transaction_of_two_steps_is_two_messages(self) -> None:
        with CaptureQueriesContext(connection) as queries, Steps() as steps:
            steps.step(add("one"))
            steps.commit(add("two"))
        assert len(queries) == 2
        assert names() == ["one", "two"]
        assert not connection.in_atomic_block

    def test_a_transaction_of_one_step_is_one_message(self) -> None:
        with CaptureQueriesContext(connection) as queries, Steps() as steps:
            steps.commit([*add("one"), ("SELECT 1", {})])
        assert len(queries) == 1
        assert names() == ["one"]

    def test_what_is_not_committed_is_gone(self) -> None:
        with Steps() as steps:
            steps.step(add("one"))
        assert names() == []

    def test_an_error_undoes_all_and_the_connection_goes_on(self) -> None:
        with Steps() as steps:
            steps.step(add("one"))
            with pytest.raises(IntegrityError):
                steps.step(add("one"))
        assert names() == []
        assert not connection.in_atomic_block

    def test_what_only_the_end_checks_undoes_all_as_well(self) -> None:
        with Steps() as steps:
            steps.step(add("one"))
            with pytest.raises(IntegrityError):
                steps.commit([(LINK, {})])
        assert names() == []
        with Steps() as steps:
            steps.commit(add("after"))
        assert names() == ["after"]

    def test_blocks_of_django_may_stand_between(self) -> None:
        heard: list[list[str]] = []
        with Steps() as steps:
            steps.step(add("one"))
            with transaction.atomic():
                Group.objects.create(name="two")
                transaction.on_commit(lambda: heard.append(names()))
            with pytest.raises(IntegrityError), transaction.atomic():
                Group.objects.create(name="two")
            assert heard == []
            steps.commit(add("three"))
        assert heard == [["one", "three", "two"]]

    def test_what_was_to_follow_the_commit_does_not_follow_its_failure(self) -> None:
        heard: list[int] = []
        with Steps() as steps:
            steps.step(add("one"))
            transaction.on_commit(lambda: heard.append(1))
        with transaction.atomic():
            Group.objects.create(name="two")
        assert heard == []

    def test_a_lost_connection_is_replaced(self) -> None:
        with pytest.raises(Exception, match=r"terminat|closed|lost"), Steps() as steps:
            steps.step([("SELECT pg_terminate_backend(pg_backend_pid())", {})])
        assert names() == []


@pytest.mark.django_db(transaction=True)
class TestWithinAnother:
    def test_it_is_a_savepoint(self) -> None:
        with transaction.atomic():
            Group.objects.create(name="before")
            with CaptureQueriesContext(connection) as queries, Steps() as steps:
                steps.step(add("one"))
                steps.commit(add("two"))
            assert len(queries) == 2
            with Steps() as steps:
                steps.step(add("gone"))
            with pytest.raises(IntegrityError), Steps() as steps:
                steps.step(add("one"))
            assert names() == ["before", "one", "two"]
        assert names() == ["before", "one", "two"]

    def test_what_is_around_it_may_be_undone(self) -> None:
        with transaction.atomic():
            with Steps() as steps:
                steps.commit(add("one"))
            transaction.set_rollback(True)
        assert names() == []
