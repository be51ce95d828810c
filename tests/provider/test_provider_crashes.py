"""One rich change, killed before and after every single call of it in turn, then delivered again."""

import copy
from typing import Any

import pytest
from tests.provider.lake_model import ACCOUNT, Crash, Model

from meshwright.provider.calls import Calls
from meshwright.provider.document import Document, Grant, Tag, parse
from meshwright.provider.handler import dispatch

DATABASE, TABLE = f"{ACCOUNT}:database/sales", f"{ACCOUNT}:table/sales/orders"
KEPT, GOING, COMING = (f"{ACCOUNT}:filter/sales/orders/{name}" for name in ("kept", "going", "coming"))
A, B, C = "333333333331", "333333333332", "333333333333"
OLD: dict[str, Any] = {
    "Tags": {DATABASE: {"domain": "orders", "product": "sales"}},
    "Filters": {KEPT: {"Columns": ["a"]}, GOING: {}},
    "Grants": {
        DATABASE: {"DESCRIBE with grant option": [A, B]},
        TABLE: {"SELECT, DESCRIBE": [A], "DESCRIBE": [C]},
        KEPT: {"SELECT with grant option": [B]},
        GOING: {"SELECT": [C]},
    },
}
NEW: dict[str, Any] = {
    "Tags": {DATABASE: {"domain": "payments"}},
    "Filters": {KEPT: {"Columns": ["a", "b"], "Rows": "a > 1"}, COMING: {}},
    "Grants": {
        DATABASE: {"DESCRIBE": [A], "ALTER, DESCRIBE with grant option": [B]},
        TABLE: {"DESCRIBE, INSERT": [A]},
        KEPT: {"SELECT with grant option": [B]},
        COMING: {"SELECT": [A, C]},
    },
}


def deliver(model: Model, kind: str, properties: dict[str, Any], request: str) -> None:
    event = {
        "RequestType": kind,
        "ResourceType": "Custom::LakeFormationGrants",
        "StackId": f"arn:aws:cloudformation:eu-west-1:{ACCOUNT}:stack/acme-orders-share/8b2f",
        "LogicalResourceId": "Grants",
        "RequestId": request,
        "PhysicalResourceId": "acme-orders-share/Grants",
        "ResourceProperties": properties,
    }
    calls = Calls(client=model.client, remaining=lambda: 1e6, sleep=lambda _: None, log=lambda _: None)
    dispatch(event, calls)


def prepared() -> tuple[Model, Document]:
    """The model with OLD applied next to another party's grant and tag, and those two."""
    model = Model()
    model.tag_keys = {"domain": {"orders"}, "product": {"sales"}, "cost": {"blue"}}
    [row] = parse({"Grants": {TABLE: {"SELECT": [C]}}}).grants
    [tag] = parse({"Tags": {DATABASE: {"cost": "blue"}}}).tags
    foreign = Document(grants=frozenset({row}), tags=frozenset({tag}))
    model.grants, model.tags = set(foreign.grants), set(foreign.tags)
    deliver(model, "Create", OLD, "create")
    return model, foreign


def expected(properties: dict[str, Any], foreign: Document) -> tuple[set[Grant], set[Tag], Any]:
    declared = parse(properties)
    return set(declared.grants | foreign.grants), set(declared.tags | foreign.tags), declared.filters


def calls_of(properties: dict[str, Any], kind: str = "Update") -> int:
    model, _ = prepared()
    model.calls.clear()
    deliver(model, kind, properties, "count")
    return len(model.calls)


@pytest.mark.parametrize("fault", ["crash before", "crash after"])
@pytest.mark.parametrize("ending", ["retry", "rollback", "delete"])
def test_a_crash_at_any_call_is_recovered_from(fault: str, ending: str) -> None:
    number = calls_of(NEW)
    assert number > 20
    for position in range(number):
        model, foreign = prepared()
        staying = parse(OLD).grants & parse(NEW).grants
        lost: list[Any] = []

        def watch(
            model: Model = model, keep: frozenset[Grant] = staying | foreign.grants, lost: list[Any] = lost
        ) -> None:
            lost.extend(keep - model.grants)

        model.watch = watch
        model.faults = ["none"] * position + [fault]
        with pytest.raises(Crash):
            deliver(model, "Update", NEW, "update")
        if ending == "delete":
            model.watch = lambda: None
            deliver(model, "Delete", NEW, "delete")
            assert model.records == {}
        else:
            final = NEW if ending == "retry" else OLD
            request = "update" if ending == "retry" else "rollback"
            deliver(model, "Update", final, request)
        properties = {"retry": NEW, "rollback": OLD, "delete": {}}[ending]
        assert (model.grants, model.tags, model.filters) == expected(properties, foreign), f"call {position}"
        assert lost == []
        once = copy.deepcopy((model.grants, model.tags, model.filters))
        if ending == "retry":
            deliver(model, "Update", NEW, "again")  # nothing is left to do
            assert (model.grants, model.tags, model.filters) == once
