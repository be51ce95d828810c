"""The small mesh with a stream that analytics reads, by shared throughput or by fan-out."""

from tests.config.small_mesh import ANALYTICS, ANALYTICS_FILE, ORDERS, ORDERS_FILE, TEXTS

EVENTS = "  order-events: {description: One record per change.}\n"
APPROVAL = "{domain: analytics, until: 2027-09-30}"
WANTED = """\
  - stream: orders.order-events
    purpose: Follow orders as they change.
    until: 2027-06-30
    roles: [analysts]
"""
SHARED = f"""\
  order-events:
    description: One record per change.
    retention_hours: 168
    shared_with:
      - {APPROVAL}
"""
PERSONAL = SHARED.replace(
    "    shared_with", "    schema: {order_id: string, email: {type: string, pii: true}}\n    shared_with"
)
"""Its records have PII, and the approval says nothing of it."""
PERSONAL_APPROVED = PERSONAL.replace("analytics, until", "analytics, pii: true, until")
PERSONAL_WANTED = f"{WANTED}    pii: true\n"
STREAM = "acme-orders-order-events"
CONSUMER = "acme-analytics"
ORDERS_ACCOUNT, ANALYTICS_ACCOUNT = "222222222221", "333333333331"
STREAM_ARN = f"arn:aws:kinesis:eu-west-1:{ORDERS_ACCOUNT}:stream/{STREAM}"
ANALYSTS = f"arn:aws:iam::{ANALYTICS_ACCOUNT}:role/acme-analytics-analysts"


def stream_mesh(*, fan_out: bool = False, stream: str = SHARED, wanted: str = WANTED) -> dict[str, str]:
    """Its files; with `fan_out` both sides say so."""
    if fan_out:
        stream = stream.replace("analytics, until", "analytics, fan_out: true, until")
        wanted = f"{wanted}    fan_out: true\n"
    return {
        **TEXTS,
        ORDERS_FILE: ORDERS.replace(EVENTS, stream),
        ANALYTICS_FILE: f"{ANALYTICS}{wanted}",
    }
