"""CloudFormation, the accounts, and what must hold whatever happens to the provider's function in between.

- After a success exactly what is declared is live, next to what others have; likewise at the end.
- What others have is never touched; what is declared and stays is never absent for a moment.
- A delivery of a request that is over changes nothing, and answers what was answered before.
- Each request is answered, once by each delivery that works on it, and with a success if all its faults pass.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from meshwright.provider.document import Grant
from tests.provider.lake_model import ACCOUNT, Model
from tests.soak.function import SECONDS, Clock, Event, Invocation, Paused
from tests.soak.resources import (
    FOREIGN_TAG,
    MORTAL,
    OTHER_READER,
    OTHERS,
    SHARED,
    Kind,
    Others,
    Properties,
    differences,
    documents,
    with_permissions,
    without,
)

ATTEMPTS = 3  # that Lambda makes of an event that fails, after these pauses in seconds
PAUSES = (0.0, 60.0, 120.0)
PATIENCE = 3600.0  # seconds for which CloudFormation waits for an answer
PASSING = ("answer lost", "concurrent", "internal", "not yet", "some entries fail", "throttled", "undone")
REFUSED = ("applied, yet refused", "refused")


@dataclass
class Trouble:
    """What goes wrong with one event: in its calls, in its answers, in its time, and by a duplicate."""

    faults: list[str] = field(default_factory=list)
    puts: list[str] = field(default_factory=list)
    seconds: float = SECONDS
    stops_at: int | None = None  # the call before which it stops, while a duplicate does everything
    late: bool = False  # it goes on only after other requests
    refuses: bool = field(init=False)  # a call

    def __post_init__(self) -> None:
        self.refuses = not set(REFUSED).isdisjoint(self.faults)

    @property
    def passes(self) -> bool:
        """Whether the event must succeed all the same: no call fails as often as it is tried."""
        return {*self.faults} <= {"none", *PASSING} and not self.puts and self.seconds == SECONDS


@dataclass
class State:
    """CloudFormation's view of one resource."""

    kind: Kind
    declared: Properties | None = None
    incarnation: int = 0
    settled: bool = True  # else something failed, and nobody brought it in order


@dataclass
class Sent:
    """A request, and what CloudFormation was told."""

    event: Event
    state: State
    answers: list[dict[str, Any]] = field(default_factory=list)
    followed: bool = False  # by another request of the resource
    remembered: bool = False  # surely, for nothing that was written after the answer was refused
    once: bool = False  # it was answered by the first delivery, and that ended

    @property
    def over(self) -> bool:
        return self.followed or self.remembered


class World:
    def __init__(self, kinds: list[Kind], preexisting: frozenset[Grant], *, page: int) -> None:
        self.clock = Clock()
        self.model = Model()
        self.model.page = page
        self.model.tag_keys = {"domain": {"unassigned"}, "cost": {"blue"}}
        self.model.grants = set(with_permissions(preexisting))
        self.model.tags = {FOREIGN_TAG}
        self.model.databases = set(SHARED)
        self.model.settings = {
            "DataLakeAdmins": [{"DataLakePrincipalIdentifier": OTHERS}],
            "ReadOnlyAdmins": [{"DataLakePrincipalIdentifier": OTHER_READER}],
            "Parameters": {"SET_CONTEXT": "TRUE"},
        }
        self.others = Others(frozenset(self.model.grants), [OTHERS], [OTHER_READER])
        self.states = [State(kind) for kind in kinds]
        self.sent: list[Sent] = []
        self.paused: list[tuple[Paused, Sent]] = []
        self.problems: list[str] = []

    def deploy(
        self, state: State, properties: Properties, trouble: Trouble, *, after: str = "rollback"
    ) -> None:
        """A create or an update; `after` says what follows a failure."""
        if MORTAL in self.model.dead:
            properties = without(properties, MORTAL)
        before, passes = state.declared, trouble.passes
        sent = self._request(state, "Create" if before is None else "Update", properties, before)
        if self._ask(sent, trouble, new=properties):
            state.declared, state.settled = properties, True
            self.check()
            return
        state.settled = False
        if passes:
            self.problems.append(f"failed although every fault passed: {sent.answers}")
        if after == "skipped":  # UPDATE_ROLLBACK_FAILED and continued, or a create that failed and was kept
            return
        if before is None:
            physical_id = sent.answers[0]["PhysicalResourceId"] if sent.answers else "acme-made-up-1ABC"
            back = self._request(state, "Delete", properties, None, physical_id)
        else:
            back = self._request(state, "Update", before, properties)
        if not self._ask(back, Trouble(), new=before):
            self.problems.append(f"the rollback failed: {back.answers}")
        state.settled = True
        self.check()

    def remove(self, state: State, trouble: Trouble, *, whole_stack: bool = False) -> None:
        """Where the delete fails, the resource is kept."""
        if state.declared is None:
            return
        passes = trouble.passes
        sent = self._request(state, "Delete", state.declared, None)
        state.settled = self._ask(sent, trouble, new=None)
        state.declared = None
        if passes and not state.settled:
            self.problems.append(f"a delete failed although every fault passed: {sent.answers}")
        if whole_stack:
            for one in self.states:
                one.incarnation += one.kind.stack == state.kind.stack and one.declared is None
        self.check()

    def duplicate(self, sent: Sent, trouble: Trouble) -> None:
        """Deliver a request again."""
        if not sent.over:
            self._deliver(sent, trouble)
            return
        count, comparable = len(sent.answers), trouble.passes and sent.remembered and sent.once
        self.model.watch = lambda: self.problems.append(f"a duplicate changed something: {sent.event}")
        self._deliver(sent, trouble)
        known, new = sent.answers[:count], sent.answers[count:]
        if comparable and (len(new) != 1 or not any(map(partial(_same, new[0]), known))):
            self.problems.append(f"a duplicate was answered with {new} after {known}")

    def finish(self, paused: Paused, sent: Sent) -> None:
        """Let a delivery that was stopped go on."""
        if sent.over:
            self.model.watch = lambda: self.problems.append(f"too late, it changed something: {sent.event}")
        if not paused.finish():
            self._deliver(sent, Trouble(), attempts=ATTEMPTS - 1)

    def kill(self, *, forgets: bool) -> None:
        """Somebody deletes a role; the owners of documents that name it take it out."""
        if MORTAL in self.model.dead:
            return
        self.model.kill(MORTAL, forgets=forgets)
        for state in self.states:
            if state.declared is not None and "Grants" in state.declared:
                self.deploy(state, state.declared, Trouble())

    def drift(self, number: int) -> None:
        """Somebody takes away one of our grants."""
        ours = sorted(self.model.grants - self.others.grants)
        if ours:
            atom = ours[number % len(ours)]
            option = Grant(atom.resource, atom.principal, atom.permission, grantable=True)
            if option not in self.others.grants:
                self.model.grants -= {atom, option}
                for state in self.states:
                    state.settled = state.settled and state.kind.type != "Custom::LakeFormationGrants"

    def grant(self, atom: Grant) -> None:
        """Another party grants."""
        if atom.resource.kind != "filter" or atom.resource in self.model.filters:
            self.model.grants.add(atom)
            self.others.grants |= {atom}

    def commit(self) -> None:
        """An engine writes to the table."""
        for table in self.model.tables.values():
            table["VersionId"] = str(int(table["VersionId"]) + 1)
            table["Parameters"]["metadata_location"] = f"s3://{table['VersionId']}"

    def invite(self, sender: str) -> None:
        arn = f"arn:aws:ram:::{len(self.model.invitations)}"
        self.model.invitations.append(
            {
                "resourceShareInvitationArn": arn,
                "senderAccountId": sender,
                "status": "PENDING",
                "resourceShareName": "LakeFormation-V4-1",
            }
        )

    def check(self) -> None:
        """That everything is as declared, unless something failed that nobody brought in order."""
        self.model.watch = lambda: None
        if all(state.settled for state in self.states):
            self.problems += differences(self.model, self._declared(), self.others)

    def _declared(self, *, but: State | None = None) -> dict[Kind, Properties]:
        return {one.kind: one.declared for one in self.states if one.declared is not None and one is not but}

    def _request(
        self,
        state: State,
        what: str,
        properties: Properties,
        old: Properties | None,
        physical_id: str | None = None,
    ) -> Sent:
        stack = f"stack/{state.kind.stack}/{state.incarnation}"
        event: Event = {
            "RequestType": what,
            "ResourceType": state.kind.type,
            "StackId": f"arn:aws:cloudformation:eu-west-1:{ACCOUNT}:{stack}",
            "LogicalResourceId": state.kind.logical_id,
            "RequestId": f"request-{len(self.sent)}",
            "ResourceProperties": {"ServiceToken": "arn:aws:lambda:::function", **properties},
        }
        if what != "Create":
            event["PhysicalResourceId"] = physical_id or state.kind.good_id
        if what == "Update":
            event["OldResourceProperties"] = old
        for one in self.sent:
            one.followed = one.followed or one.state is state
        self.sent.append(Sent(event, state))
        return self.sent[-1]

    def _ask(self, sent: Sent, trouble: Trouble, *, new: Properties | None) -> bool:
        """Whether CloudFormation was answered with a success."""
        self.model.watch = self._guard(sent.state, new)
        lost = len(trouble.puts) + sum(fault.startswith("crash") for fault in trouble.faults)
        if trouble.stops_at is None:
            self._deliver(sent, trouble)
        else:
            paused = Paused(self._invocation(sent, trouble), trouble.stops_at)
            self._deliver(sent, Trouble())
            if trouble.late:
                self.paused.append((paused, sent))
            else:
                self.finish(paused, sent)
        if not sent.answers:
            self.clock.now += PATIENCE
            if lost < ATTEMPTS:
                self.problems.append(f"never answered: {sent.event}")
        return bool(sent.answers) and sent.answers[0]["Status"] == "SUCCESS"

    def _guard(self, state: State, new: Properties | None) -> Callable[[], None]:
        """What must hold after each single change on the way from what a resource declares to `new`."""
        model = self.model
        target = documents({state.kind: new} if new is not None else {})
        rest = self._declared(but=state)
        others = documents(rest)
        before = frozenset(model.grants)
        staying = (target.grants | others.grants) & before | self.others.grants
        tags = (target.tags | others.tags) & model.tags | {FOREIGN_TAG}
        filters = {*target.filters, *others.filters} & model.filters.keys()
        table = ("sales", "orders")
        kept = any(kind.type == "Custom::IcebergTable" for kind in (*rest, *([state.kind] if new else [])))
        tables = {table} & model.tables.keys() if kept else set()

        def guard() -> None:
            if gap := staying - model.grants:
                self.problems.append(f"absent for a moment: {sorted(map(str, gap))}")
            if before - model.grants and target.grants - model.grants:
                self.problems.append("something was revoked before everything was granted")
            if tags - model.tags or filters - model.filters.keys() or tables - model.tables.keys():
                self.problems.append("a tag, filter or table was absent for a moment")
            admins = [one["DataLakePrincipalIdentifier"] for one in model.settings["DataLakeAdmins"]]
            if OTHERS not in admins or model.settings["Parameters"].get("SET_CONTEXT") != "TRUE":
                self.problems.append("another party's setting was lost")

        return guard

    def _deliver(self, sent: Sent, trouble: Trouble, *, attempts: int = ATTEMPTS) -> None:
        """What Lambda does with an event: it runs the function, and again if that fails."""
        new = not sent.answers
        for pause in PAUSES[-attempts:]:
            self.clock.now += pause
            if self._invocation(sent, trouble).run():
                sent.remembered = sent.remembered or not trouble.refuses
                sent.once = sent.once or (new and not pause and len(sent.answers) == 1)
                return

    def _invocation(self, sent: Sent, trouble: Trouble) -> Invocation:
        arrived: list[bytes] = []

        def put(event: Event, content: bytes) -> None:
            fault = trouble.puts.pop(0) if trouble.puts else "none"
            if fault != "lost":
                sent.answers.append(json.loads(content))
            if fault != "none":
                raise OSError(fault)
            arrived.append(content)
            if len(arrived) > 1:
                self.problems.append(f"answered twice: {arrived}")

        return Invocation(
            self.model, self.clock, sent.event, trouble.faults, put=put, seconds=trouble.seconds
        )


def _same(answer: dict[str, Any], other: dict[str, Any]) -> bool:
    """But for the reason, which a late duplicate does not repeat."""
    return all(answer[name] == other[name] for name in ("Status", "PhysicalResourceId", "Data"))
