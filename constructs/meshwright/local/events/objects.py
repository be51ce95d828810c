"""New objects as events on the default bus, for buckets that are set to announce them.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
"""

import uuid
from datetime import UTC, datetime
from typing import Any

from moto.s3 import notifications
from moto.s3.models import FakeBucket, FakeKey

from meshwright.local.events.delivery import Arrival, Delivery

REASONS = {
    "s3:ObjectCreated:Put": "PutObject",
    "s3:ObjectCreated:Post": "POST Object",
    "s3:ObjectCreated:Copy": "CopyObject",
    "s3:ObjectCreated:CompleteMultipartUpload": "CompleteMultipartUpload",
}
"""Why there is a new object, in the words of the event."""


def announce(delivery: Delivery) -> None:
    """From now on S3 tells `delivery` of new objects; moto would only know targets that it has itself."""

    def send(account_id: str, bucket: FakeBucket, event_name: str, key: FakeKey) -> None:
        if event_name in REASONS:
            bus = f"arn:aws:events:{bucket.region_name}:{account_id}:event-bus/default"
            delivery.put(Arrival(bus, created(account_id, bucket, key, reason=REASONS[event_name])))

    notifications._send_event_bridge_message = send


def created(account: str, bucket: FakeBucket, key: FakeKey, *, reason: str) -> dict[str, Any]:
    """The event of a new object."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Object Created",
        "source": "aws.s3",
        "account": account,
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": bucket.region_name,
        "resources": [f"arn:aws:s3:::{bucket.name}"],
        "detail": {
            "version": "0",
            "bucket": {"name": bucket.name},
            "object": {
                "key": key.name,
                "size": key.size,
                "etag": key.etag.replace('"', ""),
                "sequencer": f"{key.last_modified.timestamp():.6f}".replace(".", ""),
                **({"version-id": key.version_id} if key.version_id else {}),
            },
            "request-id": uuid.uuid4().hex[:16].upper(),
            "requester": account,
            "source-ip-address": "127.0.0.1",
            "reason": reason,
        },
    }
