"""Runs of state machines, each in a thread of its own."""

import json
import logging
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from moto.stepfunctions.models import Execution, StateMachine

from meshwright.local.clients import Clients
from meshwright.local.stepfunctions.clock import Limit, OutOfTimeError
from meshwright.local.stepfunctions.definition import parsed
from meshwright.local.stepfunctions.failures import StateError, StoppedError
from meshwright.local.stepfunctions.history import History
from meshwright.local.stepfunctions.machine import Machine
from meshwright.local.stepfunctions.tasks import Tasks

log = logging.getLogger(__name__)


class Executions:
    """Those that run, and the histories of all. The executions themselves are moto's."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._limits: dict[str, Limit] = {}
        self._histories: dict[str, History] = {}

    def start(self, machine: StateMachine, execution: Execution) -> None:
        """Runs a machine as its definition and role are now; returns at once."""
        definition = parsed(machine.definition)
        limit = Limit(seconds=definition.get("TimeoutSeconds"))
        history = History(machine.roleArn)
        self._limits[execution.execution_arn] = limit
        self._histories[execution.execution_arn] = history
        arguments = (definition, machine, execution, limit, history)
        threading.Thread(target=self._run, args=arguments, name=execution.name, daemon=True).start()

    def stop(self, arn: str) -> None:
        """Stops a run; one that has ended, or is none of ours, stays as it is."""
        limit = self._limits.get(arn)
        if limit:
            limit.stop()

    def close(self) -> None:
        """Stops all."""
        for limit in list(self._limits.values()):
            limit.stop()

    def history(self, arn: str) -> list[dict[str, Any]]:
        """The events of a run so far, oldest first."""
        found = self._histories.get(arn)
        return found.events() if found else []

    def _run(
        self,
        definition: Mapping[str, Any],
        machine: StateMachine,
        execution: Execution,
        limit: Limit,
        history: History,
    ) -> None:
        given = json.loads(execution.execution_input)
        tasks = Tasks(
            self._clients.acting_as(machine.roleArn, execution.region_name),
            machine_arn=machine.arn,
            execution_arn=execution.execution_arn,
        )
        run = Machine(perform=tasks.perform, record=history.note, context=_context(machine, execution, given))
        history.note("ExecutionStarted", {"input": given, "roleArn": machine.roleArn})
        try:
            output = run.run(definition, given, limit)
            execution.output = json.dumps(output)
            self._end(execution, history, "SUCCEEDED", {"output": output})
        except StateError as error:
            execution.error, execution.cause = error.error, error.cause
            self._end(execution, history, "FAILED", {"error": error.error, "cause": error.cause})
        except OutOfTimeError:
            execution.error = "States.Timeout"
            self._end(execution, history, "TIMED_OUT", {"error": "States.Timeout"})
        except StoppedError:
            self._end(execution, history, "ABORTED", {})
        except Exception as error:
            log.exception("the run %s", execution.execution_arn)
            execution.error, execution.cause = "States.Runtime", f"Failure of the embedded AWS: {error!r}"
            self._end(execution, history, "FAILED", {"error": execution.error, "cause": execution.cause})

    def _end(self, execution: Execution, history: History, status: str, details: Mapping[str, Any]) -> None:
        history.note(f"Execution{status.title().replace('_', '')}", details)
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
