"""Step Functions' API where moto's doesn't run anything, so that runs are real."""

import json
from typing import Any, ClassVar

from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult, EmptyResult
from moto.stepfunctions.models import stepfunctions_backends
from moto.stepfunctions.responses import StepFunctionResponse as MotoStepFunctions

from meshwright.local.identity import lets_assume
from meshwright.local.stepfunctions.definition import parsed
from meshwright.local.stepfunctions.executions import Executions


class InvalidDefinitionError(JsonRESTError):
    def __init__(self, message: str) -> None:
        super().__init__("InvalidDefinition", f"Invalid State Machine Definition: '{message}'")


class InvalidExecutionInputError(JsonRESTError):
    def __init__(self, message: str) -> None:
        super().__init__("InvalidExecutionInput", f"Invalid State Machine Execution Input: '{message}'")


class AccessDeniedError(JsonRESTError):
    def __init__(self, message: str) -> None:
        super().__init__("AccessDeniedException", message)


class StepFunctionsResponse(MotoStepFunctions):
    """State machines, tags and the list of executions are moto's."""

    executions: ClassVar[Executions]

    def create_state_machine(self) -> ActionResult:
        _check(self._get_param("definition"))
        _check_role(self._get_param("roleArn"))
        return super().create_state_machine()

    def update_state_machine(self) -> ActionResult:
        if self._get_param("definition"):
            _check(self._get_param("definition"))
        if self._get_param("roleArn"):
            _check_role(self._get_param("roleArn"))
        return super().update_state_machine()

    def validate_state_machine_definition(self) -> ActionResult:
        try:
            _check(self._get_param("definition"))
        except InvalidDefinitionError as error:
            problem = {"severity": "ERROR", "code": "SCHEMA_VALIDATION_FAILED", "message": error.message}
            return ActionResult({"result": "FAIL", "diagnostics": [problem]})
        return ActionResult({"result": "OK", "diagnostics": []})

    def start_execution(self) -> ActionResult:
        """Runs it, unless a run of that name and input is going on already, which is then answered."""
        text = self._get_param("input", if_none="{}")
        try:
            json.loads(text)
        except ValueError as error:
            raise InvalidExecutionInputError(str(error)) from error
        arn = self._get_param("stateMachineArn")
        backend = stepfunctions_backends[arn.split(":")[4]][self.region]
        machine = backend.describe_state_machine(arn)
        before = {each.execution_arn for each in machine.executions}
        execution = backend.start_execution(arn, self._get_param("name"), text)
        if execution.execution_arn not in before:
            self.executions.start(machine, execution)
        return ActionResult({"executionArn": execution.execution_arn, "startDate": execution.start_date})

    def stop_execution(self) -> ActionResult:
        arn = self._get_param("executionArn")
        execution = self.stepfunction_backend.describe_execution(arn)
        self.executions.stop(arn)
        if execution.status == "RUNNING":
            execution.stop()
            execution.error, execution.cause = self._get_param("error"), self._get_param("cause")
        return ActionResult({"stopDate": execution.stop_date})

    def get_execution_history(self) -> ActionResult:
        arn = self._get_param("executionArn")
        self.stepfunction_backend.describe_execution(arn)
        events: list[dict[str, Any]] = self.executions.history(arn)
        if self._get_param("reverseOrder"):
            events.reverse()
        return ActionResult({"events": events})

    def delete_state_machine(self) -> ActionResult:
        """Its runs are stopped. One that isn't there counts as deleted."""
        arn = self._get_param("stateMachineArn")
        for machine in self.stepfunction_backend.state_machines:
            if machine.arn == arn:
                for execution in machine.executions:
                    self.executions.stop(execution.execution_arn)
        super().delete_state_machine()
        return EmptyResult()


def _check(definition: str) -> None:
    try:
        parsed(definition)
    except ValueError as error:
        raise InvalidDefinitionError(str(error)) from error


def _check_role(arn: str) -> None:
    """https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html"""
    if not lets_assume(arn, "states.amazonaws.com"):
        raise AccessDeniedError(
            "Neither the global service principal states.amazonaws.com, nor the regional one is authorized "
            "to assume the provided role."
        )
