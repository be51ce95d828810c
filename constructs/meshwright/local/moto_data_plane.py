"""What moto 5.2.5 lacks of budgets, dashboards, schedules and EMR Serverless, put right as in `moto_fixes`.

`tests/local/test_moto_data_plane.py` shows that moto still lacks it.
"""

import json
from typing import Any
from urllib.parse import unquote

import moto.emrserverless.urls
from moto.budgets.exceptions import NotFoundException
from moto.budgets.models import BudgetsBackend
from moto.budgets.responses import BudgetsResponse
from moto.cloudwatch.models import CloudWatchBackend
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import unix_time
from moto.emrserverless.models import EMRServerlessBackend, JobRun, emrserverless_backends
from moto.emrserverless.responses import EMRServerlessResponse
from moto.scheduler.exceptions import ValidationException
from moto.scheduler.models import Schedule

from meshwright.local.identity import lets_assume

NO_SPARK = "Not run: the embedded AWS has no Spark. It counts as successful, so that the rest can be tried."
"""`stateDetails` of every job run."""
KEPT = {
    "architecture": "architecture",
    "imageConfiguration": "image_configuration",
    "interactiveConfiguration": "interactive_configuration",
    "monitoringConfiguration": "monitoring_configuration",
    "runtimeConfiguration": "runtime_configuration",
    "schedulerConfiguration": "scheduler_configuration",
    "workerTypeSpecifications": "worker_type_specifications",
}
"""Settings of an application that moto drops, and the attributes that its answers are made of."""


def apply() -> None:
    """Installs every fix. To be called once, before the server answers its first request."""
    budgets_can_be_updated()
    dashboards_can_be_tagged()
    applications_keep_their_settings()
    applications_can_be_tagged()
    jobs_say_that_they_did_not_run()
    schedules_need_a_role_that_lets_them()


def notes() -> list[str]:
    """What `local status` says of jobs that count as successful, though nothing ran."""
    backends = [each for regions in list(emrserverless_backends.values()) for each in regions.values()]
    count = sum(len(runs) for backend in backends for runs in backend.job_runs.values())
    runs = "1 Spark job was" if count == 1 else f"{count} Spark jobs were"
    return [f"{runs} not run, and count as successful: the embedded AWS has no Spark."] if count else []


def budgets_can_be_updated() -> None:
    """moto lacks UpdateBudget, and fails to list the notifications of a budget that isn't there."""

    def update_budget(self: BudgetsResponse) -> str:
        account, given = self._get_param("AccountId"), self._get_param("NewBudget")
        backend: BudgetsBackend = self.backend
        backend.describe_budget(account, given["BudgetName"])
        budget = backend.budgets[account][given["BudgetName"]]
        budget.budget = {"TimePeriod": budget.budget["TimePeriod"], **given, "LastUpdatedTime": unix_time()}
        return json.dumps({})

    def describe_subscribers_for_notification(self: BudgetsResponse) -> str:
        account, name = self._get_param("AccountId"), self._get_param("BudgetName")
        self.backend.describe_budget(account, name)
        wanted = self._get_param("Notification")
        for each in self.backend.budgets[account][name].notifications:
            if each.details == wanted:
                return json.dumps({"Subscribers": each.subscribers})
        raise NotFoundException("Unable to find the notification.")

    BudgetsResponse.update_budget = update_budget  # type: ignore[attr-defined]
    BudgetsResponse.describe_subscribers_for_notification = (  # type: ignore[attr-defined]
        describe_subscribers_for_notification
    )


def dashboards_can_be_tagged() -> None:
    """moto tags alarms only."""
    tag = CloudWatchBackend.tag_resource

    def tag_resource(self: CloudWatchBackend, arn: str, tags: dict[str, str]) -> None:
        if arn in [each.arn for each in self.dashboards.values()]:
            self.tagger.tag_resource(arn, self.tagger.convert_dict_to_tags_input(tags))
        else:
            tag(self, arn, tags)

    CloudWatchBackend.tag_resource = tag_resource  # type: ignore[method-assign]


def applications_keep_their_settings() -> None:
    """moto drops some settings of an application, its release on an update, and has it started at once.

    A new application is CREATED, and starts with its first job
    (https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/applications.html).
    """
    create, update = EMRServerlessResponse.create_application, EMRServerlessResponse.update_application

    def keep(response: EMRServerlessResponse, identifier: str) -> Any:
        application = response.emrserverless_backend.applications[identifier]
        for name, attribute in KEPT.items():
            given = response._get_param(name)
            if given is not None:
                setattr(application, attribute, given)
        return application

    def create_application(self: EMRServerlessResponse) -> ActionResult:
        answer = create(self)
        made: Any = answer.result
        keep(self, made["applicationId"]).state = "CREATED"
        return answer

    def update_application(self: EMRServerlessResponse) -> ActionResult:
        answer = update(self)
        application = keep(self, self._get_param("applicationId"))
        application.release_label = self._get_param("releaseLabel") or application.release_label
        return answer

    EMRServerlessResponse.create_application = create_application  # type: ignore[method-assign]
    EMRServerlessResponse.update_application = update_application  # type: ignore[method-assign]


def applications_can_be_tagged() -> None:
    """moto takes the tags of a new application, and doesn't route the operations on them."""

    def tags(response: EMRServerlessResponse) -> dict[str, str]:
        identifier = unquote(response.uri.split("?")[0]).rsplit("/", 1)[-1]
        return response.emrserverless_backend.get_application(identifier).tags

    def list_tags_for_resource(self: EMRServerlessResponse) -> ActionResult:
        return ActionResult({"tags": tags(self)})

    def tag_resource(self: EMRServerlessResponse) -> ActionResult:
        tags(self).update(self._get_param("tags"))
        return EmptyResult()

    def untag_resource(self: EMRServerlessResponse) -> ActionResult:
        for key in self.querystring["tagKeys"]:
            tags(self).pop(key, None)
        return EmptyResult()

    for operation in (list_tags_for_resource, tag_resource, untag_resource):
        setattr(EMRServerlessResponse, operation.__name__, operation)
    moto.emrserverless.urls.url_paths["{0}/tags/(?P<resourceArn>.+)$"] = EMRServerlessResponse.dispatch


def jobs_say_that_they_did_not_run() -> None:
    """moto's job runs succeed without a word."""
    start = EMRServerlessBackend.start_job_run

    def start_job_run(self: EMRServerlessBackend, *args: Any, **kwargs: Any) -> JobRun:
        run = start(self, *args, **kwargs)
        run.state_details = NO_SPARK
        return run

    EMRServerlessBackend.start_job_run = start_job_run  # type: ignore[method-assign]


def schedules_need_a_role_that_lets_them() -> None:
    """moto takes any role for a schedule; EventBridge Scheduler must be allowed to assume it.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html#setting-up-execution-role
    """
    validate = Schedule.validate_target

    def validate_target(target: dict[str, Any]) -> dict[str, Any]:
        if not lets_assume(target["RoleArn"], "scheduler.amazonaws.com"):
            raise ValidationException(
                "The execution role you provide must allow AWS EventBridge Scheduler to assume the role."
            )
        return validate(target)

    Schedule.validate_target = staticmethod(validate_target)  # type: ignore[method-assign]
