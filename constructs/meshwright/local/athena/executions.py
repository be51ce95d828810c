"""Runs queries, each in a thread, with duckdb."""

import logging
import re
import time
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from meshwright.local.athena.errors import QueryFailedError
from meshwright.local.athena.results import INSERTED, Result, fetched
from meshwright.local.athena.tables import QueryTable, resolve
from meshwright.local.clients import Clients
from meshwright.local.files.columns import text
from meshwright.local.glue.catalog import Catalog
from meshwright.local.lakeformation.access import Caller
from meshwright.local.lakeformation.lake import Lake
from meshwright.local.persistence.entries import Entries

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

log = logging.getLogger(__name__)
ENGINE = {"SelectedEngineVersion": "AUTO", "EffectiveEngineVersion": "Athena engine version 3"}
_UNKNOWN_COLUMN = re.compile(r'Referenced column "([^"]+)" not found|does not have a column named "([^"]+)"')


@dataclass(frozen=True, slots=True)
class Query:
    """What was asked for, and by whom."""

    text: str
    caller: Caller
    region: str
    work_group: str
    context: Mapping[str, str]
    parameters: tuple[str, ...]
    output: str
    """Where the result goes: an s3:// address of a folder."""
    encryption: Mapping[str, str] | None
    limit: int | None
    """Most bytes that it may read."""

    @property
    def database(self) -> str | None:
        return self.context.get("Database")


@dataclass
class Execution:
    query: Query
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    state: str = "QUEUED"
    reason: str | None = None
    submitted: float = field(default_factory=time.time)
    started: float | None = None
    completed: float | None = None
    scanned: int = 0
    result: Result | None = None
    inserted: int | None = None
    """How many rows an INSERT wrote."""
    connection: "DuckDBPyConnection | None" = None

    def __getstate__(self) -> dict[str, Any]:
        """What is kept of it: the connection can't be."""
        return {name: value for name, value in self.__dict__.items() if name != "connection"}

    @property
    def at(self) -> tuple[str, str, str]:
        """Where it is among the others."""
        return self.query.caller.account, self.query.region, self.id

    @property
    def location(self) -> str:
        suffix = "" if self.inserted is None else "-manifest"
        return f"{self.query.output.rstrip('/')}/{self.id}{suffix}.csv"

    @property
    def ended(self) -> bool:
        return self.state in ("SUCCEEDED", "FAILED", "CANCELLED")

    def end(self, state: str, reason: str | None = None) -> None:
        """The first end holds: a query that was stopped doesn't succeed any more."""
        if not self.ended:
            self.state, self.reason, self.completed = state, reason, time.time()

    def described(self) -> dict[str, Any]:
        """As GetQueryExecution returns it."""
        now = self.completed or time.time()
        started = self.started or now
        status: dict[str, Any] = {"State": self.state, "SubmissionDateTime": self.submitted}
        if self.completed is not None:
            status["CompletionDateTime"] = self.completed
        if self.reason is not None:
            status["StateChangeReason"] = self.reason
        if self.state == "FAILED":
            # Category 2: the user's mistake.
            status["AthenaError"] = {"ErrorCategory": 2, "Retryable": False, "ErrorMessage": self.reason}
        configuration: dict[str, Any] = {"OutputLocation": self.location}
        if self.query.encryption:
            configuration["EncryptionConfiguration"] = dict(self.query.encryption)
        return {
            "QueryExecutionId": self.id,
            "Query": self.query.text,
            "StatementType": "DML",
            "SubstatementType": "SELECT" if self.inserted is None else "INSERT",
            "ResultConfiguration": configuration,
            "ResultReuseConfiguration": {"ResultReuseByAgeConfiguration": {"Enabled": False}},
            "QueryExecutionContext": dict(self.query.context),
            "Status": status,
            "Statistics": {
                "EngineExecutionTimeInMillis": int((now - started) * 1000),
                "DataScannedInBytes": self.scanned,
                "TotalExecutionTimeInMillis": int((now - self.submitted) * 1000),
                "QueryQueueTimeInMillis": int((started - self.submitted) * 1000),
                "ServiceProcessingTimeInMillis": 0,
                "ResultReuseInformation": {"ReusedPreviousResult": False},
            },
            "WorkGroup": self.query.work_group,
            "EngineVersion": ENGINE,
            **({"ExecutionParameters": list(self.query.parameters)} if self.query.parameters else {}),
        }


@dataclass
class Executions:
    clients: Clients
    lakes: Callable[[str], Lake]
    lock: AbstractContextManager[Any]
    """Held while the catalog is looked at, because requests change it."""
    of: Entries[tuple[str, str, str], Execution] = field(default_factory=Entries)
    """By account, region and id, oldest first."""
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(4, "athena"))

    def start(self, query: Query) -> Execution:
        execution = Execution(query)
        self.of[execution.at] = execution
        self._pool.submit(self._run, execution)
        return execution

    def stop(self, execution: Execution) -> None:
        execution.end("CANCELLED", "Query cancelled by user")
        if execution.connection is not None:
            execution.connection.interrupt()

    def resume(self) -> None:
        """Ends what ran when the last process ended; it is not run again, since it may have written rows."""
        for execution in self.of.values():
            if not execution.ended:
                execution.end("FAILED", "The embedded AWS ended during the query. Run it again.")
                self.of.touch(execution.at)
        self.of.save()

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _run(self, execution: Execution) -> None:
        if execution.ended:
            return
        execution.state, execution.started = "RUNNING", time.time()
        try:
            execution.result = self._result(execution)
            self._store(execution, execution.result)
            execution.end("SUCCEEDED")
        except QueryFailedError as error:
            execution.end(error.state, str(error))
        except ClientError as error:
            failure = error.response["Error"]
            execution.end("FAILED", f"{failure.get('Message')} (Error Code: {failure.get('Code')})")
        except Exception as error:
            log.exception("query %s", execution.id)
            execution.end("FAILED", f"GENERIC_INTERNAL_ERROR: {error}")
        self.of.touch(execution.at)
        self.of.save()

    def _result(self, execution: Execution) -> Result:
        # Here, because most of what the embedded AWS does needs neither a parser nor a query engine.
        import duckdb

        from meshwright.local.athena.files import load
        from meshwright.local.athena.insert import collected, stored
        from meshwright.local.athena.statement import understood

        query = execution.query
        statement = understood(query.text, database=query.database, parameters=query.parameters)
        with self.lock:
            catalog = Catalog(self.lakes(query.region), query.caller)
            tables = [(alias, resolve(catalog, *name)) for name, alias in statement.tables.items()]
            target = _writable(resolve(catalog, *statement.into, "INSERT")) if statement.into else None

        def s3_as(role_arn: str) -> Any:
            return self.clients.acting_as(role_arn, query.region)("s3")

        with (
            TemporaryDirectory(prefix="meshwright-") as folder,
            duckdb.connect(config={"autoload_known_extensions": "false", "threads": "1"}) as connection,
        ):
            execution.connection = connection
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute("SET integer_division = true")
            execution.scanned = load(connection, tables, s3_as=s3_as, limit=query.limit, folder=Path(folder))
            # From here on it's the user's statement that runs: it must reach nothing but these tables.
            connection.execute(f"SET allowed_directories = [{text(folder)}]")
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
            try:
                if target is None or statement.into is None:
                    return fetched(connection, statement.sql)
                execution.inserted = collected(connection, statement.sql, target, statement.into_columns)
                glue = self.clients.acting_as(query.caller.principal, query.region)("glue")
                files = stored(
                    connection,
                    target,
                    s3=s3_as(target.role_arn),
                    glue=glue,
                    database=statement.into[0],
                    folder=Path(folder),
                )
                return Result((INSERTED,), (), tuple(files))
            except duckdb.InterruptException as error:
                raise QueryFailedError("Query cancelled by user") from error
            except duckdb.Error as error:
                raise QueryFailedError(_as_athena_says(str(error))) from error
            finally:
                execution.connection = None

    def _store(self, execution: Execution, result: Result) -> None:
        """Puts the result where the caller may: with its own permissions, as Athena does."""
        query = execution.query
        bucket, _, key = execution.location.removeprefix("s3://").partition("/")
        encryption: dict[str, str] = {}
        if query.encryption and query.encryption["EncryptionOption"] == "SSE_KMS":
            encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": query.encryption["KmsKey"]}
        s3 = self.clients.acting_as(query.caller.principal, query.region)("s3")
        s3.put_object(Bucket=bucket, Key=key, Body=result.csv(), ContentType="text/csv", **encryption)


def _writable(table: QueryTable) -> QueryTable:
    if table.format != "parquet":
        raise QueryFailedError(
            f"NOT_SUPPORTED: the embedded AWS writes to parquet tables only; {table.name} is {table.format}."
        )
    return table


def _as_athena_says(message: str) -> str:
    unknown = _UNKNOWN_COLUMN.search(message)
    if unknown:
        return (
            f"COLUMN_NOT_FOUND: Column '{unknown[1] or unknown[2]}' cannot be resolved or requester is not "
            "authorized to access requested resources"
        )
    return f"GENERIC_USER_ERROR: {message.splitlines()[0]}"
