"""A request that is delivered again: late, at the same time, or after a crash; for each custom resource."""

import random
from types import SimpleNamespace
from typing import Any

import pytest
from tests.provider.lake_model import ACCOUNT, Crash, Model
from tests.soak.resources import KINDS, SHARED, Kind
from tests.soak.world import Trouble, World

from meshwright.provider import delivery
from meshwright.provider.calls import Calls
from meshwright.provider.errors import ProviderError
from meshwright.provider.handler import dispatch
from meshwright.provider.packed import unpack
from meshwright.provider.request import Outcome

GRANTS, _, SETTINGS, _, TABLE, SHARES = KINDS
EACH = pytest.mark.parametrize("kind", [GRANTS, SETTINGS, TABLE, SHARES], ids=lambda kind: kind.logical_id)
Event = dict[str, Any]


def event(kind: Kind, what: str, request: str, *, stack: str = "1", seed: int = 1) -> Event:
    properties = kind.declare(random.Random(seed))  # noqa: S311
    return {
        "RequestType": what,
        "ResourceType": kind.type,
        "StackId": f"arn:aws:cloudformation:eu-west-1:{ACCOUNT}:stack/{kind.stack}/{stack}",
        "LogicalResourceId": kind.logical_id,
        "RequestId": request,
        "ResourceProperties": properties,
        **({} if what == "Create" else {"PhysicalResourceId": kind.good_id}),
    }


def deliver(model: Model, what: Event, **more: Any) -> Outcome:
    calls = Calls(client=model.client, remaining=lambda: 1e6, sleep=lambda _: None, log=lambda _: None)
    return dispatch(what, calls, **more)


@pytest.fixture
def model() -> Model:
    found = Model()
    found.tag_keys = {"domain": {"unassigned"}}
    found.databases = set(SHARED)
    return found


def refuse_changes(model: Model) -> None:
    def watch() -> None:
        raise AssertionError("something was changed")

    model.watch = watch


@EACH
def test_a_late_duplicate_changes_nothing_and_is_answered_alike(kind: Kind, model: Model) -> None:
    first = [
        event(kind, what, f"{what} 1", seed=seed) for seed, what in enumerate(["Create", "Update", "Delete"])
    ]
    again = event(kind, "Create", "Create 2", stack="2", seed=3)
    answers = [deliver(model, one).physical_id for one in first]
    refuse_changes(model)
    assert [deliver(model, one).physical_id for one in first] == answers
    model.watch = lambda: None
    deliver(model, again)
    refuse_changes(model)
    assert [deliver(model, one).physical_id for one in first] == answers
    assert model.invitations == []


@EACH
def test_a_duplicate_is_answered_with_the_same_data(kind: Kind, model: Model) -> None:
    create = event(kind, "Create", "1")
    outcome = deliver(model, create)
    assert deliver(model, create) == Outcome(physical_id=outcome.physical_id, data=outcome.data)


def test_the_late_duplicate_of_a_failed_update_does_not_undo_the_rollback(model: Model) -> None:
    deliver(model, event(GRANTS, "Create", "1", seed=1))
    model.faults_of["list_permissions"] = ["refused"]
    update = event(GRANTS, "Update", "2", seed=2)
    with pytest.raises(ProviderError, match="Could not list"):
        deliver(model, update)
    deliver(model, event(GRANTS, "Update", "3", seed=1))
    refuse_changes(model)
    with pytest.raises(ProviderError, match="Request 2 was already answered as failed: Could not list"):
        deliver(model, update)


@EACH
def test_what_crashed_before_it_was_answered_is_worked_on_again(kind: Kind, model: Model) -> None:
    create = event(kind, "Create", "1")

    def crash(result: Any) -> bool:
        raise Crash

    with pytest.raises(Crash):
        deliver(model, create, tell=crash)
    told: list[Any] = []
    assert deliver(model, create, tell=lambda result: not told.append(result)) == told[0]
    assert deliver(model, create, tell=lambda result: not told.append(result)) == told[1]
    assert told[0].data == told[1].data


@EACH
def test_what_was_answered_and_not_remembered_is_over_once_another_request_followed(
    kind: Kind, model: Model
) -> None:
    create = event(kind, "Create", "1")

    def answer_and_crash(result: Any) -> bool:
        raise Crash

    with pytest.raises(Crash):
        deliver(model, create, tell=answer_and_crash)
    deliver(model, event(kind, "Delete", "2"))
    refuse_changes(model)
    with pytest.raises(
        ProviderError, match="Request 1 was already answered as failed: another request follow"
    ):
        deliver(model, create)


@EACH
@pytest.mark.parametrize("late", [False, True], ids=["at once", "after the delete"])
def test_of_two_deliveries_at_a_time_the_second_works_and_the_first_gives_way(kind: Kind, late: bool) -> None:
    for stops_at in range(0, 30, 3):
        world = World([kind], frozenset(), page=2)
        properties = kind.declare(random.Random(stops_at))  # noqa: S311
        world.deploy(world.states[0], properties, Trouble(stops_at=stops_at, late=late))
        world.remove(world.states[0], Trouble())
        while world.paused:
            world.finish(*world.paused.pop())
        world.check()
        assert world.problems == []
        assert world.model.records == {}


def test_what_is_remembered_stays_small_and_goes_with_time(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SimpleNamespace(time=lambda: 1.8e9)
    monkeypatch.setattr(delivery, "time", clock)
    model.page = 1000
    kinds = [Kind(SHARES.type, f"acme-{number}-access", "Shares", SHARES.declare) for number in range(80)]
    for number in range(2):
        for kind in kinds:
            deliver(model, event(kind, "Create", f"{number}"))
            deliver(model, event(kind, "Update", f"{number} again"))
    assert len(model.parameters) <= delivery.SHELVES
    assert max(map(len, model.parameters.values())) <= 4096
    clock.time = lambda: 1.8e9 + delivery.KEPT + 1
    for kind in kinds:
        deliver(model, event(kind, "Create", "late"))
    assert sum(len(unpack(value)) for value in model.parameters.values()) == len(kinds)


def test_a_shelf_holds_no_more_than_its_newest_requests(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "MOST", 3)
    monkeypatch.setattr(delivery, "LIMIT", 400)
    requests = [event(SHARES, "Update", str(number)) for number in range(60)]
    for one in requests:
        deliver(model, one)
    assert len(model.parameters) == 3
    assert max(map(len, model.parameters.values())) <= 400
    model.calls.clear()
    deliver(model, requests[-1])
    assert model.calls.count("put_parameter") == 1  # that it is at work, and not that it is over


@EACH
def test_a_crash_is_made_good_even_if_the_clock_was_set_back_since(
    kind: Kind, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SimpleNamespace(time=lambda: 1.8e9)
    monkeypatch.setattr(delivery, "time", clock)
    create = event(kind, "Create", "1")
    model.faults = ["none", "none", "crash after"]
    with pytest.raises(Crash):
        deliver(model, create)
    clock.time = lambda: 1.7e9
    deliver(model, create)
    assert not [name for name in model.parameters if "/at-work/" in name]


@EACH
def test_a_claim_need_not_be_seen_by_who_made_it(kind: Kind, model: Model) -> None:
    """Parameter Store may answer from before."""
    model.watch = lambda: [model.parameters.pop(name) for name in [*model.parameters] if "/at-work/" in name]
    deliver(model, event(kind, "Create", "1"))
    assert not [name for name in model.parameters if "/at-work/" in name]
