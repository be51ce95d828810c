"""CloudFormation's API, in place of moto's: requests that change stacks."""

import uuid
from typing import Any, ClassVar
from urllib.parse import unquote, urlparse

from moto.cloudformation.exceptions import CloudFormationError, ValidationError
from moto.core.responses import ActionResult, BaseResponse, EmptyResult
from moto.s3.models import s3_backends

from meshwright.local.cloudformation.intrinsics import TemplateError
from meshwright.local.cloudformation.model import ChangeSet, Stack
from meshwright.local.cloudformation.service import CloudFormation, Request
from meshwright.local.identity import caller_role


class ChangeSetNotFoundError(CloudFormationError):
    code = "ChangeSetNotFound"


class AlreadyExistsError(CloudFormationError):
    code = "AlreadyExistsException"


class InvalidChangeSetStatusError(CloudFormationError):
    code = "InvalidChangeSetStatus"


class StackResponse(BaseResponse):
    """What the read and the write operations share."""

    service: ClassVar[CloudFormation]

    def __init__(self) -> None:
        super().__init__(service_name="cloudformation")
        self.automated_parameter_parsing = True

    def call_action(self) -> Any:
        try:
            return super().call_action()
        except TemplateError as error:
            status, headers, body = self.serialized(ActionResult(ValidationError(message=str(error))))
            return status, headers, body

    def stack(self, *, or_none: bool = False) -> Any:
        name = self._get_param("StackName")
        if not name:
            raise ValidationError(message="StackName is needed.")
        found = self.service.store.find(name, self.current_account, self.region)
        if found is None and not or_none:
            raise ValidationError(name)
        return found

    def change_set(self) -> tuple[Stack, ChangeSet]:
        """Looked up in its stack: the cdk CLI gives the change sets of all stacks the same name."""
        name, stack_name = self._get_param("ChangeSetName"), self._get_param("StackName")
        if stack_name:
            stacks = [self.stack()]
        else:
            stacks = list(self.service.store.all(self.current_account, self.region))
        for stack in stacks:
            for change_set in stack.change_sets.values():
                if name == change_set.change_set_id or (stack_name and name == change_set.name):
                    return stack, change_set
        raise ChangeSetNotFoundError(f"ChangeSet [{name}] does not exist")

    def saved(self, stack: Stack) -> EmptyResult:
        """Keeps a stack that a request changed."""
        stack.save(stack, None)
        return EmptyResult()

    def role(self) -> str:
        return self._get_param("RoleARN") or caller_role(self.access_key, self.current_account)


class ChangeResponse(StackResponse):
    """Operations that create, change and delete."""

    def create_change_set(self) -> ActionResult:
        kind, stack = self._get_param("ChangeSetType", "UPDATE"), self.stack(or_none=True)
        name, token = self._get_param("ChangeSetName"), self._get_param("ClientToken")
        for made in stack.change_sets.values() if stack and token else ():
            if (made.name, made.token) == (name, token):
                return ActionResult({"Id": made.change_set_id, "StackId": stack.stack_id})
        if stack is None and kind == "UPDATE":
            raise ValidationError(message=f"Stack [{self._get_param('StackName')}] does not exist")
        if stack and kind == "CREATE" and stack.status != "REVIEW_IN_PROGRESS":
            raise ValidationError(
                message=f"Stack [{stack.name}] already exists and cannot be created again with the "
                f"changeSet [{name}]."
            )
        if stack:
            self._check_updatable(stack)
        if stack and any(c.name == name for c in stack.change_sets.values()):
            raise AlreadyExistsError(
                f"ChangeSet {name} cannot be created due to a mismatch with existing attribute Template"
            )
        new = stack is None
        stack = stack or self.service.store.add(
            name=self._get_param("StackName"), account=self.current_account, region=self.region
        )
        try:
            change_set = self.service.plan(
                stack,
                self._request(stack),
                kind=kind,
                name=name,
                description=self._get_param("Description"),
                on_failure=self._get_param("OnStackFailure"),
                token=token,
            )
        except TemplateError:
            if new:
                self.service.store.remove(stack)
            raise
        if new:
            stack.event(status="REVIEW_IN_PROGRESS", reason="User Initiated")
        self.saved(stack)
        return ActionResult({"Id": change_set.change_set_id, "StackId": stack.stack_id})

    def execute_change_set(self) -> ActionResult:
        named = self.stack(or_none=True) if self._get_param("StackName") else None
        if named and self._repeats(named):
            return EmptyResult()
        stack, change_set = self.change_set()
        if change_set.execution != "AVAILABLE":
            raise InvalidChangeSetStatusError(
                f"ChangeSet [{change_set.change_set_id}] cannot be executed in its current status of "
                f"[{change_set.status}]"
            )
        stack.rollback_disabled = (
            bool(self._get_param("DisableRollback")) or change_set.on_failure == "DO_NOTHING"
        )
        request = Request(
            account=stack.account,
            region=stack.region,
            role_arn=change_set.role_arn or self.role(),
            name=stack.name,
            text=change_set.text,
            parameters=change_set.parameters,
            tags=change_set.tags,
        )
        change_set.execution = "EXECUTE_IN_PROGRESS"
        self.service.deploy(stack, request, kind=change_set.kind, token=self._get_param("ClientRequestToken"))
        return EmptyResult()

    def delete_change_set(self) -> ActionResult:
        try:
            stack, change_set = self.change_set()
        except ChangeSetNotFoundError:
            return EmptyResult()
        del stack.change_sets[change_set.change_set_id]
        return self.saved(stack)

    def create_stack(self) -> ActionResult:
        name, found = self._get_param("StackName"), self.stack(or_none=True)
        if found and self._repeats(found):
            return ActionResult({"StackId": found.stack_id})
        if found:
            raise AlreadyExistsError(f"Stack [{name}] already exists")
        store = self.service.store
        stack = store.add(name=name, account=self.current_account, region=self.region)
        stack.protected = bool(self._get_param("EnableTerminationProtection"))
        stack.rollback_disabled = bool(self._get_param("DisableRollback")) or (
            self._get_param("OnFailure") == "DO_NOTHING"
        )
        try:
            self._deploy(stack, "CREATE")
        except (TemplateError, CloudFormationError):
            store.remove(stack)
            raise
        return ActionResult({"StackId": stack.stack_id})

    def update_stack(self) -> ActionResult:
        stack = self.stack()
        if self._repeats(stack):
            return ActionResult({"StackId": stack.stack_id})
        self._check_updatable(stack)
        stack.rollback_disabled = bool(self._get_param("DisableRollback"))
        self._deploy(stack, "UPDATE")
        return ActionResult({"StackId": stack.stack_id})

    def delete_stack(self) -> ActionResult:
        stack = self.stack(or_none=True)
        if stack is None or stack.status in ("DELETE_IN_PROGRESS", "DELETE_COMPLETE"):
            return EmptyResult()
        if stack.protected:
            raise ValidationError(
                message=f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled"
            )
        retain = tuple(self._get_param("RetainResources", []))
        token = self._get_param("ClientRequestToken")
        self.service.delete(stack, role_arn=self.role(), retain=retain, token=token)
        return EmptyResult()

    def update_termination_protection(self) -> ActionResult:
        stack = self.stack()
        stack.protected = bool(self._get_param("EnableTerminationProtection"))
        self.saved(stack)
        return ActionResult({"StackId": stack.stack_id})

    def set_stack_policy(self) -> ActionResult:
        stack = self.stack()
        stack.policy = self._get_param("StackPolicyBody")
        return self.saved(stack)

    def _repeats(self, stack: Stack) -> bool:
        """Whether the request is one that was taken before, sent again since its answer was lost.

        https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ExecuteChangeSet.html
        """
        token = self._get_param("ClientRequestToken")
        known = (stack.work.token if stack.work else None, *(event.token for event in stack.events))
        return token is not None and token in known

    def _deploy(self, stack: Stack, kind: str) -> None:
        token = self._get_param("ClientRequestToken") or str(uuid.uuid4())
        self.service.deploy(stack, self._request(stack), kind=kind, token=token)

    def _check_updatable(self, stack: Stack) -> None:
        if stack.busy or stack.status in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED"):
            raise ValidationError(
                message=f"Stack:{stack.stack_id} is in {stack.status} state and can not be updated."
            )

    def _request(self, stack: Stack) -> Request:
        parameters: list[dict[str, Any]] = self._get_param("Parameters", [])
        tags = self._get_param("Tags")
        if not all("ParameterKey" in parameter for parameter in parameters):
            raise ValidationError(message="Each parameter needs a ParameterKey.")
        if not all({"Key", "Value"} <= tag.keys() for tag in tags or ()):
            raise ValidationError(message="Each tag needs a Key and a Value.")
        return Request(
            account=stack.account,
            region=stack.region,
            role_arn=self.role(),
            name=stack.name,
            text=self.template_text(stack),
            parameters={p["ParameterKey"]: p["ParameterValue"] for p in parameters if "ParameterValue" in p},
            previous=tuple(p["ParameterKey"] for p in parameters if p.get("UsePreviousValue")),
            tags=None if tags is None else {tag["Key"]: tag["Value"] for tag in tags},
        )

    def template_text(self, stack: Stack | None) -> str:
        body: str | None = self._get_param("TemplateBody")
        url = self._get_param("TemplateURL")
        if body:
            return body
        if url:
            return read_template(url)
        if stack and self._get_param("UsePreviousTemplate"):
            return stack.deployed.text
        raise ValidationError(message="Either Template URL or Template Body must be specified.")


def read_template(url: str) -> str:
    """A template from S3, by a URL of either style, of this server or of AWS.

    Straight from moto's store: the request that needs it holds the lock that a request to S3 would wait for.
    """
    try:
        parsed = urlparse(url)
    except ValueError as error:
        raise ValidationError(message=f"TemplateURL is none: {error}") from None
    host, path = parsed.hostname or "", unquote(parsed.path.lstrip("/"))
    virtual = ".s3." in host or ".s3-" in host
    bucket, key = (host.split(".s3")[0], path) if virtual else path.partition("/")[::2]
    partition, account = s3_backends.bucket_accounts.get(bucket, ("aws", ""))
    found = s3_backends[account][partition].get_object(bucket, key) if account else None
    if found is None:
        raise ValidationError(message=f"S3 error: no object {key} in bucket {bucket}")
    text: str = found.value.decode(errors="replace")
    return text
