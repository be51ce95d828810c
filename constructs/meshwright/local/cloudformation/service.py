"""CloudFormation's decisions around a deployment: change sets, stack states, and starting the work."""

import logging
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from meshwright.local.clients import Clients
from meshwright.local.cloudformation.changes import changes
from meshwright.local.cloudformation.deployment import Deployment
from meshwright.local.cloudformation.handler import HandlerError, ResourceType
from meshwright.local.cloudformation.intrinsics import Scope, TemplateError
from meshwright.local.cloudformation.model import ChangeSet, Deployed, Stack, Store, Work
from meshwright.local.cloudformation.template import Resolved, parameter_values, parse, resolved

NO_CHANGES = (
    "The submitted information didn't contain changes. Submit different information to create a change set."
)
NO_UPDATES = "No updates are to be performed."

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Request:
    """What a caller asks for a stack; None keeps what the stack has."""

    account: str
    region: str
    role_arn: str
    """The role that deploys: the one given, else the caller's."""
    name: str
    text: str
    parameters: Mapping[str, str]
    previous: tuple[str, ...] = ()
    """Parameters that keep their value."""
    tags: Mapping[str, str] | None = None


@dataclass
class CloudFormation:
    """All of CloudFormation but its wire format. Errors are TemplateError, for the caller to report."""

    clients: Clients
    handler: Callable[[str], ResourceType]
    store: Store

    def plan(self, stack: Stack, request: Request, *, kind: str, name: str, **more: Any) -> ChangeSet:
        """A change set; with status FAILED if there is nothing to change."""
        target, template = self._target(stack, request)
        deployed = stack.deployed
        found = changes(
            old=deployed.body.get("Resources", {}),
            resources=stack.resources,
            new=template,
            immutable=lambda kind: self.handler(kind).immutable,
            tags_changed=target.tags != deployed.tags,
        )
        change_set = ChangeSet(
            change_set_id=f"arn:aws:cloudformation:{stack.region}:{stack.account}:changeSet/{name}/{uuid.uuid4()}",
            name=name,
            kind=kind,
            text=target.text,
            body=target.body,
            parameters=target.parameters,
            values=target.values,
            tags=target.tags,
            role_arn=request.role_arn,
            changes=found,
            **more,
        )
        same = (target.body, target.values, target.tags) == (deployed.body, deployed.values, deployed.tags)
        if kind == "UPDATE" and (same or self._nothing(found, stack, target)):
            change_set.status, change_set.execution = "FAILED", "UNAVAILABLE"
            change_set.reason = NO_CHANGES if same else NO_UPDATES
        stack.change_sets[change_set.change_set_id] = change_set
        return change_set

    def deploy(self, stack: Stack, request: Request, *, kind: str, token: str | None = None) -> None:
        """Starts to create or update a stack; returns at once.

        Raises TemplateError if the template is wrong or, for an update, if nothing would change.
        """
        target, template = self._target(stack, request)
        same = (target.body, target.values, target.tags) == (
            stack.deployed.body,
            stack.deployed.values,
            stack.deployed.tags,
        )
        if kind == "UPDATE" and same:
            raise TemplateError(NO_UPDATES)
        stack.role_arn = request.role_arn
        stack.change_sets.clear()
        self._start(stack, Work(kind=kind, token=token, target=target), template)

    def delete(self, stack: Stack, *, role_arn: str, retain: tuple[str, ...], token: str | None) -> None:
        """Starts to delete a stack; returns at once."""
        stack.role_arn = stack.role_arn or role_arn
        self._start(stack, Work(kind="DELETE", token=token, retain=retain), None)

    def resume(self) -> None:
        """Goes on with the deployments that were under way when the process ended."""
        for stack in self.store.everywhere():
            work = stack.work
            if not stack.busy or work is None:
                continue
            template = None
            if work.kind != "DELETE":
                template = self._resolved(stack, work.target.body, work.target.values, stack.role_arn or "")
            log.info("going on with %s of %s", stack.status, stack.name)
            self._work_on(self._deployment(stack, work, template, resumed=True))

    def _target(self, stack: Stack, request: Request) -> tuple[Deployed, Resolved]:
        body = parse(request.text)
        self._check_types(stack, body)
        client = self.clients.acting_as(request.role_arn, request.region)
        deployed = stack.deployed
        given = dict(request.parameters)
        for name in request.previous:
            if name in deployed.parameters:
                given[name] = deployed.parameters[name]
            elif name not in deployed.values:
                raise TemplateError(
                    f"Invalid input for parameter key {name}. Cannot specify usePreviousValue "
                    "as true for a parameter key not in the previous template"
                )

        values = parameter_values(body, given, lambda name: _parameter(client, name))
        template = self._resolved(stack, body, values, request.role_arn)
        tags = deployed.tags if request.tags is None else dict(request.tags)
        return Deployed(text=request.text, body=body, parameters=given, values=values, tags=tags), template

    def _resolved(
        self, stack: Stack, body: Mapping[str, Any], values: Mapping[str, Any], role_arn: str
    ) -> Resolved:
        client = self.clients.acting_as(role_arn, stack.region)

        def reference(text: str) -> str:
            service, _, name = text.partition(":")
            if not service.startswith("ssm"):
                raise TemplateError(f"Dynamic references to {service} are not emulated.")
            return _parameter(client, name.split(":")[0])

        def exported(name: str) -> str:
            exports = self.store.exports(stack.account, stack.region)
            if name not in exports:
                raise TemplateError(f"No export named {name} found.")
            return exports[name][1].value

        pseudo = {
            "AWS::AccountId": stack.account,
            "AWS::Region": stack.region,
            "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::StackName": stack.name,
            "AWS::StackId": stack.stack_id,
            "AWS::NotificationARNs": [],
        }
        return resolved(body, Scope({**pseudo, **values}, exported=exported, resolve=reference))

    def _check_types(self, stack: Stack, body: Mapping[str, Any]) -> None:
        unknown, moved = [], []
        for name, resource in body["Resources"].items():
            deployed = stack.resources.get(name)
            if deployed and deployed.type != resource["Type"]:
                moved.append(name)
            try:
                self.handler(resource["Type"])
            except HandlerError:
                unknown.append(resource["Type"])
        if unknown:
            raise TemplateError(
                f"Template format error: Unrecognized resource types: [{', '.join(sorted(set(unknown)))}]. "
                "The embedded AWS doesn't emulate them."
            )
        if moved:
            raise TemplateError(
                "Update of resource type is not permitted. The new template modifies resource type of the "
                f"following resources: [{', '.join(moved)}]"
            )

    def _nothing(self, found: tuple[Any, ...], stack: Stack, target: Deployed) -> bool:
        return not found and target.body.get("Outputs") == stack.deployed.body.get("Outputs")

    def _start(self, stack: Stack, work: Work, template: Resolved | None) -> None:
        with stack.lock:
            if stack.busy:
                raise TemplateError(
                    f"Stack:{stack.stack_id} is in {stack.status} state and can not be updated."
                )
            deployment = self._deployment(stack, work, template)
            deployment.begin()
        self._work_on(deployment)

    def _deployment(
        self, stack: Stack, work: Work, template: Resolved | None, *, resumed: bool = False
    ) -> Deployment:
        return Deployment(
            stack=stack,
            work=work,
            handler=self.handler,
            client=self.clients.acting_as(stack.role_arn or "", stack.region),
            template=template,
            resumed=resumed,
        )

    def _work_on(self, deployment: Deployment) -> None:
        stack, work = deployment.stack, deployment.work

        def guarded() -> None:
            try:
                deployment.run()
            except Exception as error:
                log.exception("deployment of %s", stack.name)
                stack.work = None
                stack.event(
                    status=f"{work.kind}_FAILED", reason=f"Internal failure of the embedded AWS: {error!r}"
                )

        threading.Thread(target=guarded, name=f"deploy-{stack.name}", daemon=True).start()


def _parameter(client: Callable[[str], Any], name: str) -> str:
    try:
        return str(client("ssm").get_parameter(Name=name)["Parameter"]["Value"])
    except Exception as error:
        raise TemplateError(
            f"Unable to fetch parameters [{name}] from parameter store for this account."
        ) from error
