"""EventBridge's API where moto's lacks an operation or delivers otherwise than AWS."""

import json
import logging
import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

from moto.events.exceptions import ValidationException
from moto.events.models import EventBus
from moto.events.responses import EventsHandler

from meshwright.local.events.delivery import Arrival, Delivery, find_bus
from meshwright.local.events.event import envelope, moment
from meshwright.local.identity import caller_role

MOST_ENTRIES = 10

log = logging.getLogger(__name__)


class EventsResponse(EventsHandler):
    """The rules, buses and their policies are moto's."""

    delivery: ClassVar[Delivery]

    def put_events(self) -> str:
        """Takes each entry, or says why not; what is taken is delivered afterwards.

        https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
        """
        entries = self._get_param("Entries")
        if len(entries) > MOST_ENTRIES:
            raise ValidationException("Member must have length less than or equal to 10")
        results = [self._put(entry) for entry in entries]
        failed = sum(1 for each in results if "ErrorCode" in each)
        return json.dumps({"FailedEntryCount": failed, "Entries": results})

    def update_event_bus(self) -> tuple[str, dict[str, Any]]:
        """Settings that are left out are taken away."""
        bus = self.events_backend.describe_event_bus(self._get_param("Name"))
        bus.description = self._get_param("Description") or None
        bus.kms_key_identifier = self._get_param("KmsKeyIdentifier") or None
        bus.dead_letter_config = self._get_param("DeadLetterConfig")
        answer = {"Arn": bus.arn, "Name": bus.name, "Description": bus.description}
        return self._create_response({key: value for key, value in answer.items() if value})

    def _put(self, entry: Mapping[str, Any]) -> dict[str, str]:
        for key in ("Source", "DetailType", "Detail"):
            if not entry.get(key):
                reason = f"Parameter {key} is not valid. Reason: {key} is a required argument."
                return {"ErrorCode": "InvalidArgument", "ErrorMessage": reason}
        try:
            detail = json.loads(entry["Detail"])
        except ValueError:
            detail = None
        if not isinstance(detail, dict):
            return {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}
        bus = self._bus(entry.get("EventBusName") or "default")
        if bus is None:
            # AWS answers as if all were well.
            log.warning("there is no event bus %s: an event to it is lost", entry["EventBusName"])
            return {"EventId": str(uuid.uuid4())}
        event = envelope(
            entry,
            event_id=str(uuid.uuid4()),
            account=self.current_account,
            region=self.region,
            time=moment(entry.get("Time")),
        )
        principal = caller_role(self.access_key, self.current_account)
        if not self.delivery.admits(bus, event, principal=principal):
            reason = (
                f"User: {principal} is not authorized to perform: events:PutEvents on resource: {bus.arn}"
                " because no resource-based policy allows the events:PutEvents action"
            )
            return {"ErrorCode": "AccessDeniedException", "ErrorMessage": reason}
        self.delivery.put(Arrival(bus.arn, event))
        return {"EventId": event["id"]}

    def _bus(self, name: str) -> EventBus | None:
        """By name in the caller's account, or by ARN in any."""
        local = f"arn:aws:events:{self.region}:{self.current_account}:event-bus/{name}"
        return find_bus(name if name.startswith("arn:") else local)
