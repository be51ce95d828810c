"""Glue Data Quality: rulesets and their evaluation runs, which moto lacks.

A run is handed to `evaluate`, outside the request that started it.
"""

import logging
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar

from moto.core.responses import ActionResult, BaseResponse, EmptyResult

from meshwright.local.identity import caller_role
from meshwright.local.lakeformation.errors import (
    AlreadyExistsError,
    EntityNotFoundError,
    InvalidInputError,
)
from meshwright.local.persistence.entries import Entries

log = logging.getLogger(__name__)

Table = Mapping[str, str]
"""DatabaseName, TableName and, where given, CatalogId."""


@dataclass
class Ruleset:
    """A named list of rules in DQDL."""

    name: str
    text: str
    description: str
    target: Table | None
    created: datetime
    modified: datetime

    def shown(self) -> dict[str, Any]:
        """As the API answers it."""
        return {
            "Name": self.name,
            "Ruleset": self.text,
            "Description": self.description,
            "TargetTable": self.target,
            "CreatedOn": self.created,
            "LastModifiedOn": self.modified,
        }


@dataclass(frozen=True)
class RuleResult:
    """What one rule came to: PASS, FAIL, or ERROR where it can't be evaluated."""

    rule: str
    result: str
    message: str = ""


@dataclass
class Run:
    """An evaluation of rulesets on one table."""

    run_id: str
    account: str
    region: str
    role: str
    table: Table
    rulesets: Mapping[str, str]
    """Their texts, by name."""
    started: datetime
    others: Mapping[str, Table] = field(default_factory=dict)
    """Other tables that the rules name, by alias."""
    metrics: bool = False
    """Whether CloudWatch is told how many rules passed."""
    status: str = "STARTING"
    error: str | None = None
    completed: datetime | None = None
    results: dict[str, tuple[str, Sequence[RuleResult]]] = field(default_factory=dict)
    """By result id: the ruleset's name, and what its rules came to."""


class EvaluationError(Exception):
    """A run that can't be made, in the words of its ErrorString."""


Evaluate = Callable[[Run, str, str], Sequence[RuleResult]]
"""Evaluates one ruleset, by its name and text; raises EvaluationError."""


class RulesetOperations(BaseResponse):
    """The operations; state is shared by all accounts, and kept apart by their number and Region."""

    rulesets: ClassVar[Entries[tuple[str, str], dict[str, Ruleset]]] = Entries()
    runs: ClassVar[Entries[str, Run]] = Entries()
    evaluate: ClassVar[Evaluate]

    @property
    def _mine(self) -> dict[str, Ruleset]:
        mine: dict[str, Ruleset] = self.rulesets.setdefault((self.current_account, self.region), {})
        return mine

    def create_data_quality_ruleset(self) -> ActionResult:
        name, now = self._get_param("Name"), datetime.now(UTC)
        if name in self._mine:
            raise AlreadyExistsError(f"Ruleset {name} already exists.")
        self._mine[name] = Ruleset(
            name=name,
            text=self._get_param("Ruleset"),
            description=self._get_param("Description", ""),
            target=self._get_param("TargetTable"),
            created=now,
            modified=now,
        )
        arn = f"arn:aws:glue:{self.region}:{self.current_account}:dataQualityRuleset/{name}"
        self.glue_backend.tag_resource(arn, self._get_param("Tags") or {})  # type: ignore[attr-defined]
        return ActionResult({"Name": name})

    def get_data_quality_ruleset(self) -> ActionResult:
        return ActionResult(self._ruleset(self._get_param("Name")).shown())

    def list_data_quality_rulesets(self) -> ActionResult:
        return ActionResult({"Rulesets": [each.shown() for each in self._mine.values()]})

    def update_data_quality_ruleset(self) -> ActionResult:
        found = self._ruleset(self._get_param("Name"))
        found.text = self._get_param("Ruleset") or found.text
        found.description = self._get_param("Description", found.description)
        found.modified = datetime.now(UTC)
        return ActionResult(found.shown())

    def delete_data_quality_ruleset(self) -> ActionResult:
        del self._mine[self._ruleset(self._get_param("Name")).name]
        return EmptyResult()

    def start_data_quality_ruleset_evaluation_run(self) -> ActionResult:
        names, options = self._get_param("RulesetNames"), self._get_param("AdditionalRunOptions") or {}
        others = self._get_param("AdditionalDataSources") or {}
        run = Run(
            run_id=f"dqrun-{uuid.uuid4().hex}",
            account=self.current_account,
            region=self.region,
            role=self._role(self._get_param("Role")),
            table=_table(self._get_param("DataSource")),
            others={alias: _table(source) for alias, source in others.items()},
            metrics=bool(options.get("CloudWatchMetricsEnabled")),
            rulesets={name: self._ruleset(name).text for name in names},
            started=datetime.now(UTC),
        )
        self.runs[run.run_id] = run
        threading.Thread(target=self._work, args=(run,), daemon=True).start()
        return ActionResult({"RunId": run.run_id})

    def get_data_quality_ruleset_evaluation_run(self) -> ActionResult:
        run = self.runs.get(self._get_param("RunId"))
        if run is None or (run.account, run.region) != (self.current_account, self.region):
            raise EntityNotFoundError("There is no such run.")
        answer = {
            "RunId": run.run_id,
            "DataSource": {"GlueTable": run.table},
            "Role": run.role,
            "Status": run.status,
            "StartedOn": run.started,
            "CompletedOn": run.completed,
            "RulesetNames": list(run.rulesets),
            "ResultIds": list(run.results),
            "ErrorString": run.error,
        }
        return ActionResult({key: value for key, value in answer.items() if value is not None})

    def get_data_quality_result(self) -> ActionResult:
        wanted = self._get_param("ResultId")
        found = self._result(wanted)
        if found is None:
            raise EntityNotFoundError(f"There is no result {wanted}.")
        return ActionResult(found)

    def batch_get_data_quality_result(self) -> ActionResult:
        found = {wanted: self._result(wanted) for wanted in self._get_param("ResultIds")}
        return ActionResult(
            {
                "Results": [each for each in found.values() if each],
                "ResultsNotFound": [wanted for wanted, each in found.items() if each is None],
            }
        )

    def _result(self, result_id: str) -> dict[str, Any] | None:
        for run in self.runs.values():
            if result_id in run.results and run.account == self.current_account:
                name, rules = run.results[result_id]
                passed = sum(1 for each in rules if each.result == "PASS")
                return {
                    "ResultId": result_id,
                    "Score": passed / len(rules) if rules else 1.0,
                    "DataSource": {"GlueTable": run.table},
                    "RulesetName": name,
                    "StartedOn": run.started,
                    "CompletedOn": run.completed,
                    "RulesetEvaluationRunId": run.run_id,
                    "RuleResults": [
                        {
                            "Name": f"Rule_{number}",
                            "Description": each.rule,
                            "EvaluationMessage": each.message,
                            "Result": each.result,
                        }
                        for number, each in enumerate(rules, 1)
                    ],
                }
        return None

    def _ruleset(self, name: str) -> Ruleset:
        found = self._mine.get(name)
        if found is None:
            raise EntityNotFoundError(f"Ruleset {name} not found.")
        return found

    def _role(self, given: str) -> str:
        """Given as an ARN or a name; of this account."""
        own = caller_role(self.access_key, self.current_account)
        return given if given.startswith("arn:") else f"{own.split(':role/')[0]}:role/{given}"

    def _work(self, run: Run) -> None:
        run.status = "RUNNING"
        try:
            for name, text in run.rulesets.items():
                results = type(self).evaluate(run, name, text)
                run.results[f"dqresult-{uuid.uuid4().hex}"] = (name, results)
        except EvaluationError as error:
            run.error = str(error)
        except Exception as error:
            log.exception("the run %s", run.run_id)
            run.error = f"Failure of the embedded AWS: {error!r}"
        run.completed = datetime.now(UTC)
        run.status = "FAILED" if run.error else "SUCCEEDED"
        self.runs.touch(run.run_id)
        self.runs.save()

    @classmethod
    def resume(cls) -> None:
        """Ends the runs that were under way when the last process ended."""
        for run in cls.runs.values():
            if run.completed is None:
                run.status, run.completed = "FAILED", datetime.now(UTC)
                run.error = "The embedded AWS ended during the run. Start it again."
                cls.runs.touch(run.run_id)
        cls.runs.save()


def _table(source: Mapping[str, Any] | None) -> Table:
    """The table of a data source, which must be one of the caller's own catalog."""
    table: Table | None = (source or {}).get("GlueTable")
    if not table:
        raise InvalidInputError("The embedded AWS evaluates rules on a GlueTable only.")
    return table
