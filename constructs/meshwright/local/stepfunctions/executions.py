"""Runs of state machines, each in a thread of its own."""

import json
import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from moto.stepfunctions.models import Execution, StateMachine, stepfunctions_backends

from meshwright.local.clients import Clients
from meshwright.local.persistence.entries import Entries
from meshwright.local.stepfunctions.clock import Limit, OutOfTimeError
from meshwright.local.stepfunctions.definition import parsed
from meshwright.local.stepfunctions.failures import StateError, StoppedError
from meshwright.local.stepfunctions.history import History
from meshwright.local.stepfunctions.machine import Machine
from meshwright.local.stepfunctions.tasks import Tasks

log = logging.getLogger(__name__)


@dataclass
class Run:
    """What is kept of a run besides what moto does."""

    history: History
    account: str
    region: str
    at: tuple[str, Any] | None = None
    """The state that it is in, and that state's input."""


class Executions:
    """Those that run, and the histories of all. The executions themselves are moto's."""

    def __init__(self, clients: Clients, keeping: Callable[[], AbstractContextManager[Any]]) -> None:
        """Within `keeping()`, what is changed of moto's is kept."""
        self._clients, self._keeping = clients, keeping
        self.runs: Entries[str, Run] = Entries()
        """By ARN."""
        self._limits: dict[str, Limit] = {}
        self._closed = False

    def start(self, machine: StateMachine, execution: Execution) -> None:
        """Runs a machine as its definition and role are now; returns at once."""
        account = execution.execution_arn.split(":")[4]
        self.runs[execution.execution_arn] = Run(History(machine.roleArn), account, execution.region_name)
        self._go(machine, execution)

    def resume(self) -> None:
        """Goes on with the runs that had not ended when the last process did, each in its state."""
        for arn, run in self.runs.items():
            for machine in stepfunctions_backends[run.account][run.region].state_machines:
                for execution in machine.executions:
                    if execution.execution_arn == arn and execution.status == "RUNNING":
                        self._go(machine, execution)

    def stop(self, arn: str) -> None:
        """Stops a run; one that has ended, or is none of ours, stays as it is."""
        limit = self._limits.get(arn)
        if limit:
            limit.stop()

    def close(self) -> None:
        """Lets all runs end where they are."""
        self._closed = True
        for limit in list(self._limits.values()):
            limit.stop()

    def history(self, arn: str) -> list[dict[str, Any]]:
        """The events of a run so far, oldest first."""
        found = self.runs.get(arn)
        return found.history.events() if found else []

    def _go(self, machine: StateMachine, execution: Execution) -> None:
        definition = parsed(machine.definition)
        limit = Limit(seconds=definition.get("TimeoutSeconds"))
        self._limits[execution.execution_arn] = limit
        arguments = (definition, machine, execution, limit)
        threading.Thread(target=self._run, args=arguments, name=execution.name, daemon=True).start()

    def _run(
        self, definition: Mapping[str, Any], machine: StateMachine, execution: Execution, limit: Limit
    ) -> None:
        arn = execution.execution_arn
        kept: Run = self.runs[arn]
        given = json.loads(execution.execution_input)
        tasks = Tasks(
            self._clients.acting_as(machine.roleArn, execution.region_name),
            machine_arn=machine.arn,
            execution_arn=arn,
        )
        history = kept.history
        run = Machine(perform=tasks.perform, record=history.note, context=_context(machine, execution, given))
        start, data = kept.at or (None, given)
        if start is None:
            history.note("ExecutionStarted", {"input": given, "roleArn": machine.roleArn})

        def entering(name: str, data: Any) -> None:
            kept.at = name, data
            self.runs.touch(arn)
            self.runs.save()

        try:
            output = run.run(definition, data, limit, start=start, entering=entering)
            execution.output = json.dumps(output)
            self._end(execution, history, "SUCCEEDED", {"output": output})
        except StateError as error:
            execution.error, execution.cause = error.error, error.cause
            self._end(execution, history, "FAILED", {"error": error.error, "cause": error.cause})
        except OutOfTimeError:
            execution.error = "States.Timeout"
            self._end(execution, history, "TIMED_OUT", {"error": "States.Timeout"})
        except StoppedError:
            if not self._closed:
                self._end(execution, history, "ABORTED", {})
        except Exception as error:
            log.exception("the run %s", arn)
            execution.error, execution.cause = "States.Runtime", f"Failure of the embedded AWS: {error!r}"
            self._end(execution, history, "FAILED", {"error": execution.error, "cause": execution.cause})

    def _end(self, execution: Execution, history: History, status: str, details: Mapping[str, Any]) -> None:
        history.note(f"Execution{status.title().replace('_', '')}", details)
        run: Run = self.runs[execution.execution_arn]
        with self._keeping():
            stepfunctions_backends[run.account][run.region]  # so that it is kept
            execution.stop_date = datetime.now(UTC).replace(tzinfo=None)
            # Last, because whoever waits looks at it.
            execution.status = status
        log.info("%s %s %s", execution.execution_arn, status, execution.cause or "")


def _context(machine: StateMachine, execution: Execution, given: Any) -> dict[str, Any]:
    """https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html"""
    started = execution.start_date.replace(tzinfo=UTC).isoformat(timespec="milliseconds")
    return {
        "Execution": {
            "Id": execution.execution_arn,
            "Input": given,
            "Name": execution.name,
            "RoleArn": machine.roleArn,
            "StartTime": started.replace("+00:00", "Z"),
            "RedriveCount": 0,
        },
        "StateMachine": {"Id": machine.arn, "Name": machine.name},
    }
