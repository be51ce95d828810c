"""What a Task state calls: APIs of this embedded AWS, as the role of the state machine.

https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from meshwright.local.cloudformation.handler import typed
from meshwright.local.stepfunctions.answers import api_case, plain, sdk_case
from meshwright.local.stepfunctions.clock import Limit
from meshwright.local.stepfunctions.failures import StateError, unknown

Client = Callable[[str], Any]
SERVICES = {"eventbridge": "events", "emrserverless": "emr-serverless", "sfn": "stepfunctions"}
"""Services whose name in a resource is another than boto3's."""
ERRORS = {
    "cloudwatch": "CloudWatch",
    "cloudwatchlogs": "CloudWatchLogs",
    "dynamodb": "DynamoDb",
    "emrserverless": "EmrServerless",
    "eventbridge": "EventBridge",
}
"""Prefixes of error names, where they aren't the service's name with one capital."""
POLL_SECONDS = 5
"""Of the state machine's time, between two looks at a job."""


class Tasks:
    """The work of Task states, with the clients of one role."""

    def __init__(self, client: Client, *, machine_arn: str, execution_arn: str) -> None:
        self._client, self._origin = client, [machine_arn, execution_arn]

    def perform(self, resource: str, parameters: Any, limit: Limit) -> Any:
        """The result of a resource; raises StateError."""
        name = resource.partition(":states:::")[2]
        if not name:
            raise unknown(f"the resource {resource}")
        if name.startswith("aws-sdk:"):
            _, service, action = name.split(":", 2)
            return self._sdk(service, action, parameters)
        match name:
            case "events:putEvents":
                return self._put_events(parameters)
            case "athena:startQueryExecution.sync":
                return self._query(parameters, limit)
            case "athena:startQueryExecution":
                return self._sdk("athena", "startQueryExecution", parameters)
            case "emr-serverless:startJobRun.sync":
                return self._job(parameters, limit)
            case "emr-serverless:startJobRun":
                return self._sdk("emrserverless", "startJobRun", parameters)
            case "sns:publish":
                return self._sdk("sns", "publish", parameters)
            case "sqs:sendMessage":
                return self._sdk("sqs", "sendMessage", parameters)
            case "lambda:invoke":
                return self._sdk("lambda", "invoke", parameters)
            case "states:startExecution":
                return self._sdk("sfn", "startExecution", parameters)
        raise unknown(f"the resource {resource}")

    def _sdk(self, service: str, action: str, parameters: Mapping[str, Any]) -> Any:
        """One call of an API, whose parameters and answer begin with capitals whatever the API's do."""
        client = self._client(SERVICES.get(service, service))
        prefix = ERRORS.get(service, service.capitalize())
        operation = action[0].upper() + action[1:]
        method = {api: name for name, api in client.meta.method_to_api_mapping.items()}.get(operation)
        if method is None:
            raise StateError("States.Runtime", f"The service {service} has no action {action}.")
        model = client.meta.service_model.operation_model(operation)
        try:
            given = api_case(parameters, model.input_shape)
            answer = getattr(client, method)(**typed(given, model.input_shape))
        except ClientError as error:
            code = error.response["Error"]["Code"]
            suffix = "" if code.endswith("Exception") else "Exception"
            raise StateError(
                f"{prefix}.{code}{suffix}", error.response["Error"].get("Message", "")
            ) from error
        except (BotoCoreError, ValueError) as error:
            raise StateError("States.Runtime", str(error)) from error
        answer.pop("ResponseMetadata", None)
        return plain(sdk_case(answer, model.output_shape))

    def _put_events(self, parameters: Mapping[str, Any]) -> Any:
        """Details may be objects, and the events name the run that they come from.

        https://docs.aws.amazon.com/step-functions/latest/dg/connect-eventbridge.html
        """
        entries = []
        for entry in parameters["Entries"]:
            detail = entry["Detail"]
            text = detail if isinstance(detail, str) else json.dumps(detail)
            resources = [*entry.get("Resources", []), *self._origin]
            entries.append({**entry, "Detail": text, "Resources": resources})
        answer = self._sdk("eventbridge", "putEvents", {"Entries": entries})
        if answer.get("FailedEntryCount"):
            raise StateError("EventBridge.FailedEntry", json.dumps(answer))
        return answer

    def _query(self, parameters: Mapping[str, Any], limit: Limit) -> Any:
        """https://docs.aws.amazon.com/step-functions/latest/dg/connect-athena.html"""
        started = self._sdk("athena", "startQueryExecution", parameters)
        found = {"QueryExecutionId": started["QueryExecutionId"]}

        def look() -> tuple[str, Any]:
            answer = self._sdk("athena", "getQueryExecution", found)
            return answer["QueryExecution"]["Status"]["State"], answer

        return self._until_done(look, "SUCCEEDED", ("FAILED", "CANCELLED"), limit)

    def _job(self, parameters: Mapping[str, Any], limit: Limit) -> Any:
        """https://docs.aws.amazon.com/step-functions/latest/dg/connect-emr-serverless.html"""
        # The API demands a token; Step Functions makes one where none is given.
        given = {"ClientToken": self._origin[1][-64:], **parameters}
        started = self._sdk("emrserverless", "startJobRun", given)
        found = {key: started[key] for key in ("ApplicationId", "JobRunId")}

        def look() -> tuple[str, Any]:
            answer = self._sdk("emrserverless", "getJobRun", found)
            return answer["JobRun"]["State"], answer["JobRun"]

        return self._until_done(look, "SUCCESS", ("FAILED", "CANCELLED"), limit)

    def _until_done(
        self, look: Callable[[], tuple[str, Any]], good: str, bad: tuple[str, ...], limit: Limit
    ) -> Any:
        while True:
            state, answer = look()
            if state == good:
                return answer
            if state in bad:
                raise StateError("States.TaskFailed", json.dumps(answer))
            limit.sleep(POLL_SECONDS)
