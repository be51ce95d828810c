"""Random histories of a grants document against a model of Lake Formation with injected faults.

CloudFormation deploys, rolls back, skips rollbacks, deletes and retains; calls fail, are throttled, or kill
the function; events are delivered twice; other parties grant, and principals are deleted by hand. After every
single change of the model the invariants are checked, and after every success that exactly the declared state
holds.
"""

import itertools
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError, HTTPClientError
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from tests.provider.lake_model import ACCOUNT, Crash, Model

from meshwright.provider.calls import Calls
from meshwright.provider.document import Document, Grant, Tag, parse
from meshwright.provider.errors import ProviderError
from meshwright.provider.handler import dispatch, failed_id
from meshwright.provider.request import Outcome
from meshwright.provider.resources import Resource

DATABASE = Resource(ACCOUNT, "database", ("sales",))
TABLE = Resource(ACCOUNT, "table", ("sales", "orders"))
FILTERS = [Resource(ACCOUNT, "filter", ("sales", "orders", name)) for name in ("analytics", "payments")]
PRINCIPALS = ["333333333331", "333333333332", "arn:aws:iam::111111111111:role/Analyst"]
MORTAL = "arn:aws:iam::111111111111:role/Mortal"
PERMISSIONS = {
    DATABASE: ["DESCRIBE", "ALTER"],
    TABLE: ["SELECT", "DESCRIBE"],
    FILTERS[0]: ["SELECT"],
    FILTERS[1]: ["SELECT"],
}
# Another party's later grants, never declared here, next to ours on the same resources and principals.
FOREIGN = [
    Grant(TABLE, PRINCIPALS[0], "INSERT"),
    Grant(TABLE, PRINCIPALS[2], "DELETE"),
    Grant(DATABASE, PRINCIPALS[1], "DROP"),
    Grant(DATABASE, "444444444444", "DESCRIBE"),
    Grant(FILTERS[0], "444444444444", "SELECT"),
]
FAULTS = [
    "crash before",
    "crash after",
    "concurrent",
    "throttled",
    "internal",
    "answer lost",
    "some entries fail",
]
STACK = f"arn:aws:cloudformation:eu-west-1:{ACCOUNT}:stack/acme-orders-share/8b2f"
GOOD_ID = "acme-orders-share/Grants"

Properties = dict[str, Any]


@st.composite
def documents(draw: st.DrawFn) -> Properties:
    """Random properties over a universe small enough for documents to overlap."""
    filters = {}
    for resource in FILTERS:
        if draw(st.booleans()):
            cells: dict[str, Any] = {}
            if draw(st.booleans()):
                cells["Columns"] = draw(st.sampled_from([["order_id"], ["order_id", "total"]]))
            if draw(st.booleans()):
                cells["Rows"] = "country = 'DE'"
            filters[str(resource)] = cells
    grants: dict[str, dict[str, list[str]]] = {}
    for resource, permissions in PERMISSIONS.items():
        if resource.kind == "filter" and str(resource) not in filters:
            continue
        for principal in draw(st.lists(st.sampled_from([*PRINCIPALS, MORTAL]), unique=True)):
            some = draw(st.lists(st.sampled_from(permissions), min_size=1, unique=True))
            option = draw(st.sampled_from(["", " with grant option"]))
            grants.setdefault(str(resource), {}).setdefault(", ".join(some) + option, []).append(principal)
    tags = {}
    if value := draw(st.sampled_from(["", "orders", "payments"])):
        tags[str(DATABASE)] = {"domain": value}
    return {"Tags": tags, "Filters": filters, "Grants": grants}


def without(properties: Properties, principal: str) -> Properties:
    """The document after its owner noticed that the principal is gone."""
    kept = {
        resource: {
            names: [one for one in principals if one != principal] for names, principals in entries.items()
        }
        for resource, entries in properties["Grants"].items()
    }
    return {**properties, "Grants": kept}


class World:
    """CloudFormation's view of one resource, the model behind it, and whose each live atom is."""

    def __init__(self, foreign: frozenset[Grant]) -> None:
        self.model = Model()
        self.model.tag_keys = {"domain": {"unassigned"}, "cost": {"blue"}}
        self.model.grants = set(foreign | options_with_permissions(foreign))
        self.model.tags = {Tag(DATABASE, "cost", "blue")}
        self.foreign = frozenset(self.model.grants)
        self.current: Properties | None = None  # what CloudFormation believes is applied
        self.answered: list[dict[str, Any]] = []
        self.ids = itertools.count()
        self.problems: list[str] = []

    def event(self, kind: str, properties: Properties, **more: Any) -> dict[str, Any]:
        return {
            "RequestType": kind,
            "ResourceType": "Custom::LakeFormationGrants",
            "StackId": STACK,
            "LogicalResourceId": "Grants",
            "RequestId": f"request-{next(self.ids)}",
            "ResourceProperties": {"ServiceToken": "arn:aws:lambda:::function", **properties},
            **more,
        }

    def deliver(self, what: Mapping[str, Any], faults: list[str]) -> Outcome | None:
        """The outcome, None for FAILED; a killed function is started again with the same event."""
        model = self.model
        declared = Document() if what["RequestType"] == "Delete" else parse(document_of(what))
        staying = declared.grants & model.grants
        before = frozenset(model.grants)
        tags = declared.tags & model.tags
        filters = set(declared.filters) & set(model.filters)

        def watch() -> None:
            if lost := self.foreign - model.grants:
                self.problems.append(f"another party lost {sorted(map(str, lost))}")
            if gap := staying - model.grants:
                self.problems.append(f"absent for a moment: {sorted(map(str, gap))}")
            if before - model.grants and declared.grants - model.grants:
                self.problems.append("something was revoked before everything was granted")
            if tags - model.tags or filters - set(model.filters):
                self.problems.append("a declared tag or filter was absent for a moment")

        model.watch, model.faults = watch, list(faults)
        for _ in range(50):
            calls = Calls(
                client=model.client, remaining=lambda: 1e6, sleep=lambda _: None, log=lambda _: None
            )
            try:
                outcome = dispatch(what, calls)
                event(f"{what['RequestType']} succeeded")
                return outcome
            except Crash:
                event("crash")
            except (ProviderError, ClientError, HTTPClientError):
                event(f"{what['RequestType']} failed")
                return None
            finally:
                model.watch = lambda: None
                watch()
        raise AssertionError("the faults never ended")

    def deploy(self, properties: Properties, faults: list[str], after: str) -> None:
        """An update or create; `after` says what CloudFormation does if it fails."""
        if self.current is None:
            what = self.event("Create", properties)
        else:
            old = {"PhysicalResourceId": GOOD_ID, "OldResourceProperties": self.current}
            what = self.event("Update", properties, **old)
        before = self.current
        if self.deliver(what, faults):
            self.answered.append(what)
            self.current = properties
            self.check(properties)
        elif "refused" not in faults:
            self.problems.append(f"failed although every fault was passing: {faults}")
        elif after == "skipped":
            return  # UPDATE_ROLLBACK_FAILED and continued, or a delete that failed: nothing is undone
        elif before is None:
            undo = self.event("Delete", properties, PhysicalResourceId=failed_id(what))
            assert self.deliver(undo, [])
            self.answered.clear()
            self.check({})
        else:
            if faults[0] != "refused":  # else the record was out of reach, and cannot know the request later
                self.answered.append(what)
            back = {"PhysicalResourceId": GOOD_ID, "OldResourceProperties": properties}
            undo = self.event("Update", before, **back)
            assert self.deliver(undo, [])
            self.answered.append(undo)
            self.check(before)

    def remove(self, faults: list[str]) -> None:
        if self.current is None:
            return
        what = self.event("Delete", self.current, PhysicalResourceId=GOOD_ID)
        if self.deliver(what, faults):
            self.answered.clear()
            self.check({})
        self.current = None  # or DELETE_FAILED, and the resource retained

    def check(self, properties: Properties) -> None:
        declared = parse(properties)
        expected = declared.grants | self.foreign
        live = frozenset(self.model.grants)
        mortal = MORTAL in self.model.dead
        if mortal:  # a row of a deleted principal cannot be revoked; it opens nothing
            live = frozenset(atom for atom in live if atom.principal != MORTAL)
            expected = frozenset(atom for atom in expected if atom.principal != MORTAL)
        # The permission under another party's grant option is not ours to take, even if we granted it first.
        expected |= options_with_permissions(expected)
        if live != expected:
            surplus, missing = sorted(map(str, live - expected)), sorted(map(str, expected - live))
            self.problems.append(f"not exact: surplus {surplus}, missing {missing}")
        wanted = dict(declared.filters)
        if any(atom.resource == FILTERS[0] for atom in self.foreign) and FILTERS[0] in self.model.filters:
            wanted.setdefault(FILTERS[0], self.model.filters[FILTERS[0]])
        if self.model.filters != wanted:
            self.problems.append(f"filters {self.model.filters} instead of {wanted}")
        if self.model.tags != declared.tags | {Tag(DATABASE, "cost", "blue")}:
            self.problems.append(f"tags {self.model.tags} instead of {declared.tags} and another's")


def options_with_permissions(atoms: frozenset[Grant]) -> frozenset[Grant]:
    return frozenset(Grant(one.resource, one.principal, one.permission) for one in atoms if one.grantable)


def document_of(what: Mapping[str, Any]) -> Properties:
    return {name: value for name, value in what["ResourceProperties"].items() if name != "ServiceToken"}


PREEXISTING = [
    Grant(resource, principal, permission, grantable)
    for resource in (DATABASE, TABLE)
    for permission in PERMISSIONS[resource]
    for principal in PRINCIPALS
    for grantable in (False, True)
]
faults = st.lists(st.sampled_from(["none"] * 6 + FAULTS), max_size=11)
refusals = st.tuples(st.integers(0, 15), faults).map(lambda pair: [*["none"] * pair[0], "refused", *pair[1]])
deploys = st.tuples(
    st.just("deploy"), documents(), st.one_of(faults, refusals), st.sampled_from(["rollback", "skipped"])
)
steps = st.one_of(
    deploys,
    deploys,
    deploys,
    st.tuples(st.just("remove"), st.one_of(faults, refusals)),
    st.tuples(st.just("duplicate"), st.integers(0, 100), faults),
    st.tuples(st.just("foreign"), st.sampled_from(FOREIGN)),
    st.tuples(st.just("kill"), st.booleans()),
    st.tuples(st.just("drift"), st.integers(0, 100)),
)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.frozensets(st.sampled_from(PREEXISTING), max_size=4),
    st.lists(steps, min_size=2, max_size=9),
    documents(),
)
def test_whatever_happens_the_declared_state_holds_exactly_and_nothing_else_is_touched(
    preexisting: frozenset[Grant], history: list[tuple[Any, ...]], last: Properties
) -> None:
    world = World(preexisting)
    for step in [*history, ("deploy", last, [], "rollback")]:
        event(step[0])
        match step:
            case ("deploy", properties, some, after):
                if MORTAL in world.model.dead:
                    properties = without(properties, MORTAL)
                world.deploy(properties, some, after)
            case ("remove", some):
                world.remove(some)
            case ("duplicate", which, some) if world.answered:
                before = world.model.document()
                world.deliver(world.answered[which % len(world.answered)], some)
                if world.model.document() != before:
                    world.problems.append("a duplicate changed something")
            case ("foreign", atom):
                exists = atom.resource.kind != "filter" or atom.resource in world.model.filters
                if exists and atom not in world.foreign:
                    world.model.grants.add(atom)
                    world.foreign |= {atom}
            case ("kill", forgets) if MORTAL not in world.model.dead:
                world.model.kill(MORTAL, forgets=forgets)
                if world.current is not None:  # its owner removes it from the files, which is the next deploy
                    world.deploy(without(world.current, MORTAL), [], "rollback")
            case ("drift", which):
                ours = sorted(world.model.grants - world.foreign)
                if ours:
                    atom = ours[which % len(ours)]
                    option = Grant(atom.resource, atom.principal, atom.permission, grantable=True)
                    if option not in world.foreign:
                        world.model.grants -= {atom, option}
        assert world.problems == []
