"""What live accounts have published."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from meshwright.access.compiled import compile_state
from meshwright.access.resources import Kind, Resource, filter_on, table
from meshwright.access.state import AccountState, Database, Filter, Grant, LakeState, Table
from meshwright.access.stream_state import StreamConsumer
from meshwright.aws.deployed_reader import Stream
from meshwright.aws.inventory import Stack
from meshwright.aws.live import Live
from meshwright.aws.published import published_live
from meshwright.mesh.published import (
    Published,
    PublishedDomain,
    PublishedProduct,
    PublishedStream,
    PublishedTable,
    Reader,
    StreamReader,
)
from meshwright.project import load_mesh
from tests.config.small_mesh import TODAY, write_mesh
from tests.config.stream_mesh import CONSUMER, STREAM, STREAM_ARN, stream_mesh

GOVERNANCE, ORDERS, ANALYTICS = "111111111111", "222222222221", "333333333331"
SELECT = frozenset({"SELECT"})


def test_products_readers_and_streams_as_they_are_deployed(tmp_path: Path) -> None:
    mesh = load_mesh(write_mesh(tmp_path), environment="dev", today=date(2027, 1, 1))
    sales, lines = "acme_orders_sales", ("id", "day", "email")
    for_analytics = filter_on(GOVERNANCE, sales, "lines", "analytics")
    for_gone = filter_on(GOVERNANCE, sales, "lines", "gone")  # a domain without a file, still served
    for_nobody = filter_on(GOVERNANCE, sales, "orders", "analytics")  # granted to nobody any more
    email = Resource(GOVERNANCE, Kind.COLUMNS, (sales, "lines"), included=frozenset({"email"}))
    governance = AccountState(
        GOVERNANCE,
        databases={
            sales: Database(
                tables={
                    "lines": Table(
                        columns=lines,
                        # The domain was deployed to another account than the files now say.
                        location="acme-orders-products-222222222220/sales/lines",
                        format="parquet",
                        types=("string", "date", "string"),
                        partition_by=("day",),
                    ),
                    "orders": Table(columns=("id",), format="iceberg", types=("bigint",)),
                },
                parameters={
                    "meshwright.domain": "orders",
                    "meshwright.product": "sales",
                    "meshwright.status": "deprecated",
                    "meshwright.sunset": "2027-06-30",
                },
            ),
            "acme_old_stock": Database(
                parameters={
                    "meshwright.domain": "old",
                    "meshwright.product": "stock",
                    "meshwright.status": "deprecated",
                    "meshwright.sunset": "soon",
                }
            ),
            # A copy that somebody made, and a database of somebody else.
            "acme_copy": Database(parameters={"meshwright.domain": "orders", "meshwright.product": "sales"}),
            "other": Database(tables={"t": Table(columns=("id",), types=("string",))}),
        },
        filters={
            for_analytics: Filter(columns=frozenset({"day", "id"}), rows="day > '2027'"),
            for_gone: Filter(excluded=frozenset({"email"})),
            for_nobody: Filter(),
        },
        tags={email: {"sensitivity": "pii"}},
        grants=(
            Grant(ANALYTICS, for_analytics, SELECT, SELECT),
            Grant("999999999999", for_gone, SELECT, SELECT),
            Grant(ANALYTICS, table(GOVERNANCE, sales, "orders"), SELECT),
        ),
    )
    analyst = mesh.domains["analytics"].roles["analysts"].arn
    analytics = AccountState(ANALYTICS, grants=(Grant(analyst, for_analytics, SELECT),))
    live = Live(
        state=LakeState(
            accounts={GOVERNANCE: governance, ORDERS: AccountState(ORDERS), ANALYTICS: analytics},
            region="eu-west-1",
        ),
        streams={ORDERS: (Stream("acme-orders-order-events", 48, shards=None, consumers=("billing",)),)},
        stacks={
            ORDERS: (Stack("acme-orders-foundation", "UPDATE_COMPLETE"),),
            ANALYTICS: (Stack("acme-analytics-foundation", "CREATE_COMPLETE"),),
        },
    )
    assert published_live(live, mesh) == Published(
        domains={
            "analytics": PublishedDomain(account=ANALYTICS),
            "old": PublishedDomain(account="", products={"stock": PublishedProduct(tables={})}),
            "orders": PublishedDomain(
                account="222222222220",
                products={
                    "sales": PublishedProduct(
                        tables={
                            "lines": PublishedTable(
                                format="parquet",
                                columns={"id": "string", "day": "date", "email": "string"},
                                partition_by=("day",),
                                pii=frozenset({"email"}),
                                readers={
                                    "analytics": Reader(
                                        columns=("id", "day"), where="day > '2027'", roles=("analysts",)
                                    ),
                                    "gone": Reader(columns=("id", "day")),
                                },
                            ),
                            "orders": PublishedTable(
                                format="iceberg", columns={"id": "bigint"}, partition_by=None
                            ),
                        },
                        sunset=date(2027, 6, 30),
                    )
                },
                streams={
                    "order-events": PublishedStream(retention_hours=48, shards=None, consumers=("billing",))
                },
            ),
        },
        ends_known=False,
    )


def test_readers_of_a_stream_by_its_live_policy(tmp_path: Path) -> None:
    """By fan-out where the consumer's own consumer is registered; others are only known by their names."""
    root = write_mesh(tmp_path, stream_mesh(fan_out=True))
    mesh = load_mesh(root, environment=None, today=TODAY)
    state = compile_state(mesh)
    found = state.accounts[ORDERS].streams[STREAM]
    by_hand = StreamConsumer(f"{STREAM_ARN}/consumer/etl:1")
    stream = replace(found, consumers={**found.consumers, "etl": by_hand})
    live = Live(
        state=replace(
            state,
            accounts={**state.accounts, ORDERS: replace(state.accounts[ORDERS], streams={STREAM: stream})},
        ),
        streams={ORDERS: (Stream(STREAM, 168, shards=None, consumers=(CONSUMER, "etl"), state=stream),)},
        stacks={ORDERS: (Stack("acme-orders-foundation", "CREATE_COMPLETE"),)},
    )
    assert published_live(live, mesh).domains["orders"].streams == {
        "order-events": PublishedStream(
            retention_hours=168,
            consumers=("etl",),
            readers={"analytics": StreamReader(fan_out=True, roles=("analysts",))},
        )
    }
