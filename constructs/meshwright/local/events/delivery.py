"""From a bus to the targets of its rules, one event after the other, in a thread of its own."""

import logging
import queue
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from moto.events.models import EventBus, Rule, events_backends
from moto.events.utils import EventMessageType

from meshwright.local.clients import Clients
from meshwright.local.events.event import Event, target_input
from meshwright.local.events.policy import may_put
from meshwright.local.persistence.entries import Entries

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Arrival:
    """An event on a bus."""

    bus_arn: str
    event: Event
    carried: bool = False
    """By a rule from another bus. No rule carries it any further."""


class Delivery:
    """The worker. It calls the targets through the API, as the rule's role where it has one."""

    def __init__(self, clients: Clients, *, lock: threading.Lock, organization: bool) -> None:
        self._clients, self._lock, self._organization = clients, lock, organization
        self.pending: Entries[str, Arrival] = Entries()
        """Events that are not delivered yet, by a name of each; oldest first."""
        self._queue: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def put(self, arrival: Arrival) -> None:
        """Takes an event; returns before it is delivered."""
        name = str(uuid.uuid4())
        self.pending[name] = arrival
        self._deliver_soon(name)

    def resume(self) -> None:
        """Goes on with what was not delivered when the last process ended."""
        for name in list(self.pending):
            self._deliver_soon(name)

    def _deliver_soon(self, name: str) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="events", daemon=True)
            self._thread.start()
        self._queue.put(name)

    def close(self) -> None:
        self._queue.put(None)

    def admits(self, bus: EventBus, event: Event, *, principal: str, rule: str | None = None) -> bool:
        """Whether a bus takes the event: its own account's always, another's if its policy says so."""
        if principal.split(":")[4] == bus.account_id:
            return True
        return may_put(
            bus.policy,
            bus_arn=bus.arn,
            principal=principal,
            event=event,
            organization=self._organization,
            rule=rule,
        )

    def _work(self) -> None:
        while (name := self._queue.get()) is not None:
            arrival = self.pending[name]
            with self._lock:
                bus = find_bus(arrival.bus_arn)
                rules = [rule for rule in bus.rules.values() if matches(rule, arrival.event)] if bus else []
                targets = [(rule, target) for rule in rules for target in rule.targets]
            for rule, target in targets:
                self._deliver(arrival, rule, target)
            del self.pending[name]
            self.pending.save()

    def _deliver(self, arrival: Arrival, rule: Rule, target: Mapping[str, Any]) -> None:
        arn = target["Arn"]
        service = arn.split(":")[2]
        try:
            if service == "events":
                self._carry(arrival, rule, target)
            elif service in SENDERS:
                role = target.get("RoleArn") or f"arn:aws:iam::{arn.split(':')[4]}:role/events.amazonaws.com"
                client = self._clients.acting_as(role, arn.split(":")[3])
                SENDERS[service](client, arn, target_input(target, arrival.event))
            else:
                log.warning("%s: the embedded AWS doesn't deliver events to %s", rule.arn, arn)
                return
        except Exception:
            log.exception("%s: event %s didn't reach %s", rule.arn, arrival.event["id"], arn)
            return
        log.info("%s: event %s to %s", rule.arn, arrival.event["id"], arn)

    def _carry(self, arrival: Arrival, rule: Rule, target: Mapping[str, Any]) -> None:
        """To another bus, unless a rule has carried the event already.

        Events that a rule receives from another account are not sent to a third one, nor from a second bus
        of one account to a third (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html).
        """
        bus = find_bus(target["Arn"])
        if bus is None:
            raise LookupError(f"there is no bus {target['Arn']}")
        if arrival.carried:
            raise PermissionError("a rule brought it here, and it is carried once only")
        principal = target.get("RoleArn") or f"arn:aws:iam::{rule.account_id}:root"
        if not self.admits(bus, arrival.event, principal=principal, rule=rule.arn):
            raise PermissionError(f"the policy of {bus.arn} doesn't let {principal} put it there")
        self.put(Arrival(bus.arn, arrival.event, carried=True))


def find_bus(arn: str) -> EventBus | None:
    """The bus of an ARN, in whatever account."""
    _, _, _, region, account, name = arn.split(":", 5)
    buses: dict[str, EventBus] = events_backends[account][region].event_buses
    return buses.get(name.removeprefix("event-bus/"))


def matches(rule: Rule, event: Event) -> bool:
    """Whether the rule is on, and its pattern the event's; a rule with a schedule alone matches none."""
    on, pattern = rule.state == "ENABLED", rule.event_pattern
    return on and bool(pattern.get_pattern()) and pattern.matches_event(cast(EventMessageType, event))


def _start(client: Callable[[str], Any], arn: str, text: str) -> None:
    client("stepfunctions").start_execution(stateMachineArn=arn, input=text)


def _publish(client: Callable[[str], Any], arn: str, text: str) -> None:
    client("sns").publish(TopicArn=arn, Message=text)


def _send(client: Callable[[str], Any], arn: str, text: str) -> None:
    account, name = arn.split(":")[4:6]
    sqs = client("sqs")
    sqs.send_message(
        QueueUrl=sqs.get_queue_url(QueueName=name, QueueOwnerAWSAccountId=account)["QueueUrl"],
        MessageBody=text,
    )


SENDERS: dict[str, Callable[[Callable[[str], Any], str, str], None]] = {
    "states": _start,
    "sns": _publish,
    "sqs": _send,
}
