"""What each part is charged for: quantities a month, worked out from how AWS bills it.

A day counts 365 / 12 = 30.4167 times, an hour 730 times.
"""

from collections.abc import Mapping

from meshwright.cost import processing, storage, streams, watching
from meshwright.cost.assumptions import assumed
from meshwright.mesh.parts.landing import partitioned
from meshwright.mesh.parts.partition_machine import definition
from tests.cost.building import ANALYTICS, MESH, ORDERS, edited, mesh_of, quantities

LINES = "format: parquet, columns: {order_id: string}"
DAILY = "format: parquet, partition_by: [day], columns: {order_id: string, day: date}"
STREAM = "order-events: {description: One record per change., retention_hours: 72}"
READER = """\
consumes:
  - {stream: orders.order-events, purpose: To count them., roles: [analysts]}
"""


def of_streams(
    stream: str, *assume: str, lines: str = LINES, analytics: str = ANALYTICS
) -> dict[str, Mapping[str, str]]:
    mesh = mesh_of(orders=edited(ORDERS, (STREAM, stream), (LINES, lines)), analytics=analytics)
    items = streams.items(mesh, mesh.domains["orders"], assumed(assume))
    return {f"{each.part} {each.resource}": quantities(each) for each in items}


def test_an_on_demand_stream_with_two_readers_delivers_into_parquet() -> None:
    """Firehose is one reader. It bills each record of 1 KB as 5 KB; 300 seconds are 8760 objects a month.

    Each object is an event, and four states that register its partition.
    """
    stream = (
        "order-events: {description: A change., lands_in: {table: sales.lines, partitions: record}, "
        "shared_with: [{domain: analytics}]}"
    )
    assert of_streams(stream, lines=DAILY, analytics=ANALYTICS + READER) == {
        "streams order-events": {
            "kinesis-on-demand-stream": "730.0000 fixed",
            "kinesis-on-demand-in": "30.4167",
            "kinesis-on-demand-out": "60.8333",
        },
        "delivery order-events": {
            "firehose-in": "152.0833",
            "firehose-conversion": "152.0833",
            "firehose-partitioning": "30.4167",
            "firehose-partitioned-objects": "8.7600",
            "states-transition": "35.0400",
            "event": "0.0088",
            "s3-put": "8.7600",
        },
    }


def test_by_the_time_of_arrival_nothing_is_partitioned_dynamically() -> None:
    stream = "order-events: {description: A change., lands_in: {table: sales.lines, buffer_seconds: 60}}"
    delivery = of_streams(stream, "record_kb=5", lines=DAILY)["delivery order-events"]
    assert delivery == {
        "firehose-in": "30.4167",
        "firehose-conversion": "30.4167",
        "states-transition": "175.2000",
        "event": "0.0438",
        "s3-put": "43.8000",
    }


def test_in_a_table_without_partitions_there_is_none_to_register() -> None:
    stream = "order-events: {description: A change., lands_in: sales.lines}"
    delivery = of_streams(stream, "record_kb=5")["delivery order-events"]
    assert delivery == {"firehose-in": "30.4167", "firehose-conversion": "30.4167", "s3-put": "8.7600"}


def test_the_states_that_register_a_partition_are_counted() -> None:
    """All but the one of a failure."""
    stream = "order-events: {description: A change., lands_in: sales.lines}"
    mesh = mesh_of(orders=edited(ORDERS, (STREAM, stream), (LINES, DAILY)))
    [landing] = partitioned(mesh.domains["orders"])
    states = definition(mesh, mesh.domains["orders"], landing)["States"]
    assert len([each for each in states.values() if each["Type"] != "Fail"]) == streams.STATES_OF_A_FILE


def test_into_an_iceberg_table_records_count_as_they_are() -> None:
    stream = "order-events: {description: A change., lands_in: sales.orders}"
    delivery = of_streams(stream)["delivery order-events"]
    assert delivery == {"firehose-iceberg": "30.4167", "s3-put": "8.7600"}


def test_retention_is_paid_after_the_first_day_and_less_after_the_first_week() -> None:
    """1 GB a day for 336 hours: days 2 to 7 are 6 GB, days 8 to 14 are 7 GB."""
    stream = "order-events: {description: A change., retention_hours: 336}"
    assert of_streams(stream)["streams order-events"] == {
        "kinesis-on-demand-stream": "730.0000 fixed",
        "kinesis-on-demand-in": "30.4167",
        "kinesis-on-demand-week": "6.0000",
        "kinesis-long-term": "7.0000",
    }


def test_a_provisioned_stream_with_a_fan_out_consumer() -> None:
    """Two shards: 1460 hours. 30.4167 GB in records of 1 KB are 31.8942 million PUT units."""
    stream = (
        "order-events: {description: A change., shards: 2, retention_hours: 48, "
        "shared_with: [{domain: analytics, fan_out: true}]}"
    )
    reader = edited(READER, ("roles: [analysts]", "roles: [analysts], fan_out: true"))
    assert of_streams(stream, analytics=ANALYTICS + reader) == {
        "streams order-events": {
            "kinesis-shard": "1460.0000 fixed",
            "kinesis-shard-week": "1460.0000 fixed",
            "kinesis-fan-out-shard": "1460.0000 fixed",
            "kinesis-put": "31.8942",
            "kinesis-fan-out": "30.4167",
        }
    }


def test_a_record_of_thirty_kb_is_two_put_units() -> None:
    """30.4167 GB are 1.063140 million records of 30 KB."""
    found = of_streams("order-events: {description: A change., shards: 1}", "record_kb=30")
    assert found["streams order-events"]["kinesis-put"] == "2.1263"


def test_products_by_storage_class() -> None:
    """100 GB in objects of 64 MB are 1600 objects; the younger 20 percent of an archive 320."""
    found = {}
    for name in ("hot", "standard", "archive"):
        mesh = mesh_of(orders=edited(ORDERS, ("storage: archive", f"storage: {name}")))
        *_, product = storage.items(mesh, mesh.domains["orders"], assumed())
        assert product.resource == "product sales"
        found[product.detail] = quantities(product)
    assert found == {
        "hot": {"s3-standard": "100.0000"},
        "standard": {
            "s3-tiering-frequent": "50.0000",
            "s3-tiering-infrequent": "50.0000",
            "s3-tiering-monitoring": "1.6000",
        },
        "archive": {
            "s3-tiering-frequent": "10.0000",
            "s3-tiering-infrequent": "10.0000",
            "s3-tiering-monitoring": "0.3200",
            "s3-glacier-instant": "80.0000",
            "s3-glacier-instant-read": "10.0000",
        },
    }


PIPELINE = """\
compute: {spark: {architecture: x86_64}, sql: {}}
pipelines:
  nightly:
    description: Corrects orders.
    schedule: cron(0 3 * * ? *)
    steps:
      correct: {spark: scripts/correct.py}
      lines: {sql: SELECT 1, after: [correct]}
      check: {quality: sales.orders, after: [correct]}
    refreshes: [sales]
"""


def of_processing(orders: str, *assume: str) -> dict[str, Mapping[str, str]]:
    mesh = mesh_of(orders=orders)
    items = processing.items(mesh, mesh.domains["orders"], assumed(assume))
    return {f"{each.part} {each.resource}": quantities(each) for each in items}


def test_a_nightly_pipeline() -> None:
    """30.4167 runs: 11 transitions each; 20 minutes of 12 vCPUs and 48 GB; 5 DPUs for 5 minutes; a metric."""
    assert of_processing(ORDERS + PIPELINE) == {
        "queries SQL": {"athena-scan": "0.6083"},
        "pipelines nightly": {
            "states-transition": "0.3346",
            "scheduler-invocation": "0.0000",
            "event": "0.0000",
            "metric": "1.0000",
            "emr-serverless-vcpu-x86_64": "121.6667",
            "emr-serverless-memory-x86_64": "486.6667",
            "athena-scan": "0.0304",
            "glue-dpu": "12.6736",
        },
    }


def test_a_pipeline_runs_for_each_refresh_that_triggers_it() -> None:
    """Two products, twice a day: 121.6667 runs with 5 transitions."""
    pipeline = """\
pipelines:
  totals:
    description: Totals.
    triggered_by: [payments.ledger, customers.profiles]
    steps: {wait: {wait_for: customers.profiles}}
"""
    found = of_processing(ORDERS + pipeline, "refreshes_per_day=2")
    assert found == {"pipelines totals": {"states-transition": "0.6083"}}


def test_rules_are_evaluated_on_their_schedule() -> None:
    """730 evaluations with 5 DPUs for 5 minutes; without a schedule there is one a day: 30.4167."""
    rules = "columns: {order_id: string}, quality: {rules: [{not_null: order_id}]"
    orders = edited(
        ORDERS,
        (
            "iceberg, columns: {order_id: string}",
            f"iceberg, {rules}, schedule: rate(1 hour)}}",
        ),
        ("parquet, columns: {order_id: string}", f"parquet, {rules}}}"),
    )
    assert of_processing(orders) == {
        "quality rules of sales.orders": {"metric": "2.0000 fixed", "glue-dpu": "304.1667"},
        "quality rules of sales.lines": {"metric": "2.0000 fixed", "glue-dpu": "12.6736"},
    }


def test_rules_that_a_pipeline_evaluates_cost_there() -> None:
    rules = "iceberg, columns: {order_id: string}, quality: {rules: [{not_null: order_id}]}"
    orders = edited(ORDERS, ("iceberg, columns: {order_id: string}", rules))
    found = of_processing(orders + PIPELINE)
    assert found["quality rules of sales.orders"] == {"metric": "2.0000 fixed"}
    assert found["pipelines nightly"]["glue-dpu"] == "12.6736"


def test_the_trail_of_the_mesh() -> None:
    found = {}
    for events in ("true", "false"):
        trail = f"audit_trail: {{retention_days: 365, data_events: {events}}}\n"
        items = list(watching.of_the_mesh(mesh_of(MESH + trail), assumed()))
        found[events] = {each.resource: quantities(each) for each in items}
    assert found == {
        "true": {"audit trail": {"kms-key": "1.0000 fixed", "trail-data-event": "10.0000"}},
        "false": {"audit trail": {"kms-key": "1.0000 fixed"}},
    }


def test_an_assumption_of_nothing_is_charged_nothing() -> None:
    mesh = mesh_of()
    key, raw, *_ = storage.items(mesh, mesh.domains["orders"], assumed(["kms_requests=0", "raw_gb=0"]))
    assert quantities(key) == {"kms-key": "1.0000 fixed"}
    assert raw.charges == ()
