"""Target: events of CloudFormation to the provider, each of which must be answered once, and well.

An input is an event in JSON, or a list of them, that are delivered one after another to the accounts of
`tests.provider.lake_model`, on simulated time.
"""

import contextlib
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

from meshwright.provider.calls import Calls
from meshwright.provider.handler import RESERVED, respond
from meshwright.provider.response import LIMIT, Answer
from tests.fuzz.fault import FaultError, in_time
from tests.fuzz.mutation import tree_mutated
from tests.provider.lake_model import Client, Model
from tests.soak.function import CALL, SECONDS, Clock, Event, simulated

SUFFIX = ".json"
SECRET = "X-Amz-Signature"
"""Of the ResponseURL, which is never logged."""
ECHOED = ("StackId", "RequestId", "LogicalResourceId")
LONGEST_ID = 1024
"""Bytes of a physical id, https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html"""


def seeds() -> dict[str, bytes]:
    return {}


@contextlib.contextmanager
def opened() -> Iterator[Callable[[bytes], None]]:
    yield run


def run(data: bytes) -> None:
    try:
        given = json.loads(data)
    except (ValueError, RecursionError):
        return  # Lambda takes no other payload
    clock, model = Clock(), Model()
    model.databases = {"shared_a", "shared_b"}
    model.tag_keys = {"domain": {"orders", "payments"}}
    model.page = 1000
    with simulated(clock, 0), in_time():
        for event in given if isinstance(given, list) else [given]:
            if isinstance(event, dict) and answerable(event):
                deliver(model, clock, event)


def answerable(event: Event) -> bool:
    url = event.get("ResponseURL")
    return isinstance(url, str) and url.startswith("https://") and url.isascii() and url.isprintable()


def deliver(model: Model, clock: Clock, event: Event) -> None:
    end, answers, log = clock.now + SECONDS, list[bytes](), list[str]()

    def sleep(seconds: float) -> None:
        if seconds < 0 or clock.now >= end + SECONDS:
            raise FaultError("sleeps on and on")
        clock.now += seconds

    def fault(service: str, operation: str) -> str:
        clock.now += CALL
        return model.fault(service, operation)

    def calls(remaining: Callable[[], float]) -> Calls:
        return Calls(
            client=lambda service: Client(model, service, fault),
            remaining=remaining,
            sleep=sleep,
            log=log.append,
        )

    answer = Answer(event, sleep=sleep)
    answer._put = answers.append  # type: ignore[method-assign]
    work = calls(lambda: -1.0 if answer.sent else end - clock.now - RESERVED)
    respond(event, work, closing=calls(lambda: end - clock.now), answer=answer)
    if len(answers) != 1:
        raise FaultError(f"{len(answers)} answers")
    check(event, answers[0])
    if told(event, "".join(log)):
        raise FaultError("the log has the ResponseURL")


def check(event: Event, content: bytes) -> None:
    def refuse(constant: str) -> None:
        raise FaultError(f"the answer has {constant}, which is no JSON")

    answer = json.loads(content, parse_constant=refuse)
    own = len(json.dumps([event.get(name) for name in (*ECHOED, "PhysicalResourceId")]))
    if len(content) >= LIMIT and own < LIMIT // 2:
        raise FaultError("the answer is longer than CloudFormation takes")
    if answer["Status"] not in ("SUCCESS", "FAILED"):
        raise FaultError("the answer has no status")
    if answer["Status"] == "FAILED" and not answer["Reason"]:
        raise FaultError("the answer gives no reason")
    physical_id = answer["PhysicalResourceId"]
    if not isinstance(physical_id, str) or not physical_id:
        raise FaultError("the answer has no physical id")
    if len(physical_id.encode(errors="replace")) > LONGEST_ID and own < LONGEST_ID:
        raise FaultError("the answer has a physical id that is too long")
    for name in ECHOED:
        if isinstance(event.get(name), str) and answer[name] != event[name]:
            raise FaultError(f"the answer has another {name}")
    if not all(isinstance(value, str) for pair in answer["Data"].items() for value in pair):
        raise FaultError("the answer has data that are no texts")
    if told(event, content.decode()):
        raise FaultError("the answer has the ResponseURL")


def told(event: Event, text: str) -> bool:
    """Whether the text has the secret of the ResponseURL, and from there."""
    rest = {name: value for name, value in event.items() if name != "ResponseURL"}
    return SECRET in text and SECRET not in json.dumps(rest)


def mutated(chance: random.Random, corpus: list[bytes], odd: list[Any]) -> bytes:
    tree = tree_mutated(chance, json.loads(chance.choice(corpus)), json.loads(chance.choice(corpus)), odd)
    return json.dumps(tree).encode()
