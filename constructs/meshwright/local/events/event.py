"""An event as rules see it, and what of it a target gets."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

Event = Mapping[str, Any]
"""The envelope.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html
"""


def envelope(
    entry: Mapping[str, Any], *, event_id: str, account: str, region: str, time: str
) -> dict[str, Any]:
    """An entry of PutEvents, with what EventBridge adds; `account` is the sender's, whatever the bus's."""
    return {
        "version": "0",
        "id": event_id,
        "detail-type": entry["DetailType"],
        "source": entry["Source"],
        "account": account,
        "time": time,
        "region": region,
        "resources": list(entry.get("Resources", [])),
        "detail": json.loads(entry["Detail"]),
    }


def moment(given: Any = None) -> str:
    """As the envelope has it: seconds, in UTC. `given` is in seconds since 1970, or text; None: now."""
    if isinstance(given, str):
        return given
    time = datetime.now(UTC) if given is None else datetime.fromtimestamp(float(given), UTC)
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def target_input(target: Mapping[str, Any], event: Event) -> str:
    """What a target is sent: its own Input, a part of the event, a filled-in template, or the event.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
    """
    if "Input" in target:
        return str(target["Input"])
    if "InputPath" in target:
        return json.dumps(at(target["InputPath"], event))
    if "InputTransformer" in target:
        paths = target["InputTransformer"].get("InputPathsMap", {})
        values = {name: at(path, event) for name, path in paths.items()}
        return _filled(target["InputTransformer"]["InputTemplate"], values)
    return json.dumps(event)


def at(path: str, event: Any) -> Any:
    """The value at a path such as `$.detail.product`; None if there is none."""
    for name in re.findall(r"[^.$]+", path):
        event = event.get(name) if isinstance(event, Mapping) else None
    return event


def _filled(template: str, values: Mapping[str, Any]) -> str:
    """Text stands as it is inside quotation marks, and gets them elsewhere; other values stand as JSON."""

    def replaced(match: re.Match[str]) -> str:
        if match[2] not in values:
            return match[0]
        value, quoted = values[match[2]], template[: match.start()].replace('\\"', "").count('"') % 2
        if quoted:
            return match[1] + (value if isinstance(value, str) else json.dumps(value))
        return match[1] + json.dumps(value)

    return re.sub(r"()<([A-Za-z0-9_-]+)>", replaced, template)
