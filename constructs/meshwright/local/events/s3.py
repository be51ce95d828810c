"""Events of S3, which a bucket sends to the default bus of its account.

moto sends them to every bus, stops at the first target that it doesn't know, and has moments as numbers.
"""

import uuid
from typing import Any

import moto.s3.notifications
from moto.s3.models import FakeBucket
from moto.s3.notifications import S3NotificationEvent

from meshwright.local.events.delivery import Arrival, Delivery
from meshwright.local.events.event import moment

REASONS = {
    "s3:ObjectCreated:Put": "PutObject",
    "s3:ObjectCreated:Post": "POST Object",
    "s3:ObjectCreated:Copy": "CopyObject",
    "s3:ObjectCreated:CompleteMultipartUpload": "CompleteMultipartUpload",
    "s3:ObjectRemoved:Delete": "DeleteObject",
    "s3:ObjectRemoved:DeleteMarkerCreated": "DeleteObject",
}


def send_through(delivery: Delivery) -> None:
    """Has creations and deletions of objects delivered, of all buckets that tell of them. To be called once.

    The others are left out: moto tells of a new object's tags and access list too.
    """

    def send(account_id: str, bucket: FakeBucket, event_name: str, key: Any) -> None:
        if event_name not in REASONS:
            return
        bus = f"arn:aws:events:{bucket.region_name}:{bucket.account_id}:event-bus/default"
        delivery.put(Arrival(bus, object_event(bucket, S3NotificationEvent(event_name), key)))

    moto.s3.notifications._send_event_bridge_message = send


def object_event(bucket: FakeBucket, event_name: S3NotificationEvent, key: Any) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html"""
    thing = {"key": key.name, "size": key.size, "etag": key.etag.strip('"'), "sequencer": uuid.uuid4().hex}
    if bucket.is_versioned:
        thing["version-id"] = key.version_id
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": moto.s3.notifications._detail_type(event_name),
        "source": "aws.s3",
        "account": bucket.account_id,
        "time": moment(),
        "region": bucket.region_name,
        "resources": [bucket.arn],
        "detail": {
            "version": "0",
            "bucket": {"name": bucket.name},
            "object": thing,
            "reason": REASONS[event_name.value],
        },
    }
