"""The dashboard of the mesh, in the governance account: which domains' accounts stand out.

Its graphs are queries that run when somebody looks at it, over the accounts linked to the governance account
by CloudWatch's cross-account observability. No domain is named in it, so that it is the same for a thousand
domains as for one, and a domain that joins changes nothing in the governance account.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Unified-Cross-Account.html
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from meshwright.markdown import without_html
from meshwright.mesh.declared import Declared
from meshwright.mesh.model import Mesh
from meshwright.mesh.parts.dashboards import Graph, body, titles

SHOWN: Final = 10
"""Lines of a graph: the highest ones."""


class Query(NamedTuple):
    """A graph, and what it asks for."""

    title: str
    what: str
    """Function and metric."""
    of: str
    """The namespace, with the dimensions of the metric where there are several sets of them."""
    by: str = ""
    """The dimensions shown beside the account."""


QUERIES: Final = (
    Query("Records written to streams", "SUM(IncomingRecords)", 'SCHEMA("AWS/Kinesis", StreamName)'),
    Query(
        "Streams whose readers are furthest behind (milliseconds)",
        'MAX("GetRecords.IteratorAgeMilliseconds")',
        'SCHEMA("AWS/Kinesis", StreamName)',
        "StreamName",
    ),
    Query(
        "Readers by fan-out that are furthest behind (milliseconds)",
        'MAX("SubscribeToShardEvent.MillisBehindLatest")',
        'SCHEMA("AWS/Kinesis", ConsumerName, StreamName)',
        "ConsumerName, StreamName",
    ),
    Query(
        "Oldest records that wait for delivery (seconds)",
        'MAX("DeliveryToS3.DataFreshness")',
        'SCHEMA("AWS/Firehose", DeliveryStreamName)',
        "DeliveryStreamName",
    ),
    Query(
        "Oldest records that wait for delivery to Iceberg tables (seconds)",
        'MAX("DeliveryToIceberg.DataFreshness")',
        'SCHEMA("AWS/Firehose", DeliveryStreamName)',
        "DeliveryStreamName",
    ),
    Query(
        "Runs of pipelines that failed",
        "SUM(ExecutionsFailed)",
        'SCHEMA("AWS/States", StateMachineArn)',
        "StateMachineArn",
    ),
    Query(
        "Quality rules that failed", 'SUM("glue.data.quality.rules.failed")', '"Glue Data Quality"', "Ruleset"
    ),
)


def resources(mesh: Mesh) -> Iterator[Declared]:
    """The dashboard, with mesh.yaml's `monitoring` and unless that says `dashboard: false`."""
    monitoring = mesh.file.monitoring
    if monitoring is None or not monitoring.dashboard:
        return
    graphs = [*(_graph(mesh, query) for query in QUERIES), _provider(mesh)]
    yield Declared(
        key="dashboard",
        type="AWS::CloudWatch::Dashboard",
        name=mesh.name,
        properties={
            "DashboardName": mesh.name,
            "DashboardBody": body(heading=_heading(mesh), alarms=(), graphs=graphs),
        },
        shown=titles(graphs),
    )


def _heading(mesh: Mesh) -> str:
    return "\n\n".join(
        [
            f"# {mesh.name}",
            *([without_html(mesh.file.description)] if mesh.file.description else []),
            "Of all accounts that share their metrics with this one; the ten highest of each kind.",
        ]
    )


def _graph(mesh: Mesh, query: Query) -> Graph:
    by = f"AWS.AccountId, {query.by}" if query.by else "AWS.AccountId"
    function = query.what.partition("(")[0]
    return _asked(
        mesh,
        query.title,
        f"SELECT {query.what} FROM {query.of} "  # noqa: S608
        f"GROUP BY {by} ORDER BY {function}() DESC LIMIT {SHOWN}",
    )


def _provider(mesh: Mesh) -> Graph:
    """Runs of the Lake Formation provider that failed: a deployment that did not finish."""
    query = (
        'SELECT SUM(Errors) FROM SCHEMA("AWS/Lambda", FunctionName) '  # noqa: S608
        f"WHERE FunctionName = '{mesh.names.provider}' "
        f"GROUP BY AWS.AccountId ORDER BY SUM() DESC LIMIT {SHOWN}"
    )
    return _asked(mesh, "Failed runs of the Lake Formation provider", query)


def _asked(mesh: Mesh, title: str, query: str) -> Graph:
    """A graph of a Metrics Insights query.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-metrics-insights-querylanguage.html
    """
    return Graph(title=title, lines=(({"expression": query, "id": "q1", "label": ""},),), region=mesh.region)
