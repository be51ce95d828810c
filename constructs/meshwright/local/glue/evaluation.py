"""Evaluates rulesets on the tables of the embedded catalog, as the role of the run sees them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from botocore.exceptions import ClientError

from meshwright.local.athena.errors import QueryFailedError
from meshwright.local.athena.tables import QueryTable, resolve
from meshwright.local.clients import Clients
from meshwright.local.glue.catalog import Catalog
from meshwright.local.glue.rulesets import EvaluationError, RuleResult, Run, Table
from meshwright.local.lakeformation.access import Caller
from meshwright.local.lakeformation.lake import Lake
from meshwright.mesh.quality.parser import parse_rule
from meshwright.mesh.quality.tokens import DqdlError, tokens
from meshwright.quality.outcomes import Data, Outcome

PRIMARY = "primary"
"""Name in duckdb of the table that a ruleset is about."""
RESULTS = {"pass": "PASS", "fail": "FAIL", "not evaluated": "ERROR"}
METRICS = {"rules.passed": ("PASS",), "rules.failed": ("FAIL", "ERROR")}


@dataclass(frozen=True)
class Evaluator:
    """Rules that only Glue evaluates come to ERROR, which isn't a pass."""

    clients: Clients
    lakes: Callable[[str], Lake]
    lock: AbstractContextManager[Any]
    """Held while the catalog is looked at, because requests change it."""

    def __call__(self, run: Run, name: str, text: str) -> Sequence[RuleResult]:
        """What the rules of one ruleset come to. Raises EvaluationError."""
        import duckdb

        from meshwright.local.athena.files import load
        from meshwright.quality.judging import judge

        rules = list(split(text))
        with self.lock:
            catalog = Catalog(self.lakes(run.region), Caller(run.account, run.role))
            given = {PRIMARY: run.table, **run.others}
            try:
                tables = {alias: _resolved(catalog, table) for alias, table in given.items()}
            except QueryFailedError as error:
                raise EvaluationError(str(error)) from error

        def s3_as(role_arn: str) -> Any:
            return self.clients.acting_as(role_arn, run.region)("s3")

        primary = tables[PRIMARY]
        data = Data(
            table=PRIMARY,
            types={each.name: each.type.name for each in (*primary.columns, *primary.partition_columns)},
            others={alias: alias for alias in run.others},
        )
        with TemporaryDirectory(prefix="meshwright-") as folder, duckdb.connect() as connection:
            try:
                load(connection, tables.items(), s3_as=s3_as, limit=None, folder=Path(folder))
                results = [_result(rule, judge(connection, parse_rule(rule), data)) for rule in rules]
            except (QueryFailedError, ClientError, DqdlError, duckdb.Error) as error:
                raise EvaluationError(str(error)) from error
        if run.metrics:
            self._publish(run, name, results)
        return results

    def _publish(self, run: Run, name: str, results: Sequence[RuleResult]) -> None:
        """https://docs.aws.amazon.com/glue/latest/dg/data-quality-alerts.html"""
        dimensions = {
            "CatalogId": run.account,
            "Database": run.table["DatabaseName"],
            "Ruleset": name,
            "Table": run.table["TableName"],
        }
        self.clients.acting_as(run.role, run.region)("cloudwatch").put_metric_data(
            Namespace="Glue Data Quality",
            MetricData=[
                {
                    "MetricName": f"glue.data.quality.{metric}",
                    "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
                    "Value": sum(1 for each in results if each.result in counted),
                }
                for metric, counted in METRICS.items()
            ],
        )


def split(text: str) -> Iterator[str]:
    """The rules of a document such as `Rules = [ RowCount > 1, IsComplete "a" ]`. Raises EvaluationError."""
    try:
        found = list(tokens(text))
    except DqdlError as error:
        raise EvaluationError(str(error)) from error
    if [each.text for each in found[:3]] != ["Rules", "=", "["] or found[-2].text != "]":
        raise EvaluationError("The embedded AWS evaluates documents of one section, `Rules = [ … ]`.")
    depth, start = 0, found[2].offset + 1
    for each in found[3:-1]:
        if each.kind == "sign" and each.text in "([":
            depth += 1
        elif each.kind == "sign" and each.text in ")]" and depth:
            depth -= 1
        elif each.kind == "sign" and each.text in ",]" and not depth:
            if rule := text[start : each.offset].strip():
                yield rule
            start = each.offset + 1


def _resolved(catalog: Catalog, table: Table) -> QueryTable:
    return resolve(catalog, table["DatabaseName"], table["TableName"])


def _result(rule: str, outcome: Outcome) -> RuleResult:
    message = outcome.note
    if outcome.broken:
        message = f"{outcome.broken} rows break it" + (f"; {message}" if message else "")
    return RuleResult(rule, RESULTS[outcome.result], message)
