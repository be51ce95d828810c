"""What moto 5.2.5 does otherwise than AWS on our path, put right in place.

Each fix is a function named after the fault; `tests/local/test_moto_fixes.py` shows that moto still has it.
"""

import base64
import contextlib
import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import moto.awslambda.models
import moto.backends
import moto.core.responses
from moto.awslambda.exceptions import InvalidParameterValueException, LambdaClientError
from moto.awslambda.models import LambdaFunction
from moto.cloudtrail.responses import CloudTrailResponse
from moto.core.exceptions import JsonRESTError
from moto.core.responses import BaseResponse
from moto.iam.access_control import PermissionResult
from moto.iam.exceptions import MalformedPolicyDocument
from moto.iam.models import AWSManagedPolicy, IAMBackend
from moto.kms.models import KmsBackend
from moto.s3.exceptions import S3ClientError
from moto.s3.models import FakeBucket, PublicAccessBlock, S3Backend

from meshwright.local.identity import principal_exists
from meshwright.local.lambdas.logs import keep_the_last_events_of_functions
from meshwright.local.lambdas.refusals import RefusedError, check_code, check_configuration

Invoke = Callable[[LambdaFunction, Any], tuple[str, bool, str]]
"""Runs a function with an event; returns the payload, whether it failed, and the log."""
Start = Callable[[str, Any], object]
"""Runs a function, by ARN, in the background."""


def apply(*, invoke: Invoke, start: Start) -> None:
    """Installs every fix. To be called once, before the server answers its first request."""
    bucket_policies_are_not_evaluated()
    logging_target_needs_no_policy()
    new_buckets_are_closed()
    aws_managed_policies_load_one_by_one()
    policies_name_existing_principals()
    functions_run_in_subprocesses(invoke, start)
    functions_are_checked()
    keep_the_last_events_of_functions()
    unknown_operations_are_refused_at_once()
    cloudtrail_is_empty()
    services_are_looked_up_once()


def bucket_policies_are_not_evaluated() -> None:
    """moto applies a Deny whatever its Condition: a TLS-only policy makes the whole bucket unreadable."""

    def neutral(self: FakeBucket, action: str, resource: str) -> Any:
        return PermissionResult.NEUTRAL

    FakeBucket.get_permission = neutral  # type: ignore[method-assign]


def logging_target_needs_no_policy() -> None:
    """moto refuses a logging target without a bucket policy; S3 doesn't look at the policy then.

    The policy is often made after the source bucket, because it names that one.
    """

    def permitted(target_bucket: FakeBucket, target_prefix: str | None) -> bool:
        return True

    FakeBucket._log_permissions_enabled_policy = staticmethod(permitted)  # type: ignore[method-assign]


def new_buckets_are_closed() -> None:
    """moto leaves a new bucket without a block of public access, and with access control lists
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html).
    """
    create_bucket = S3Backend.create_bucket

    def closed(self: S3Backend, *arguments: Any, **named: Any) -> FakeBucket:
        made = create_bucket(self, *arguments, **named)
        made.public_access_block = PublicAccessBlock(*(True,) * 4)
        made.ownership_rule = "BucketOwnerEnforced"  # type: ignore[assignment]
        return made

    S3Backend.create_bucket = closed  # type: ignore[method-assign]


def aws_managed_policies_load_one_by_one() -> None:
    """moto knows either none of AWS's managed policies or loads 1,400 of them for each account."""
    attach, available = IAMBackend.attach_role_policy, dict[str, Any]()

    def attach_role_policy(self: IAMBackend, policy_arn: str, role_name: str) -> None:
        aws = bool(policy_arn) and policy_arn.startswith("arn:aws:iam::aws:policy/")
        if aws and policy_arn not in self.managed_policies:
            if not available:
                from moto.iam.aws_managed_policies import aws_managed_policies_data

                available.update(json.loads(aws_managed_policies_data))
            name = policy_arn.rsplit("/", 1)[-1]
            if name in available:
                policy = AWSManagedPolicy.from_data(name, self.account_id, self.region_name, available[name])
                self.managed_policies[policy.arn] = policy
        attach(self, policy_arn, role_name)

    IAMBackend.attach_role_policy = attach_role_policy  # type: ignore[method-assign]


def policies_name_existing_principals() -> None:
    """moto takes any principal in a bucket, key or trust policy; AWS refuses one that doesn't exist."""
    put_bucket_policy, create_key, put_key_policy = (
        S3Backend.put_bucket_policy,
        KmsBackend.create_key,
        KmsBackend.put_key_policy,
    )
    create_role, update_trust = IAMBackend.create_role, IAMBackend.update_assume_role_policy

    def checked_bucket_policy(self: S3Backend, bucket_name: str, policy: bytes) -> None:
        if dead_principals(policy):
            raise S3ClientError("MalformedPolicy", "Invalid principal in policy")
        put_bucket_policy(self, bucket_name, policy)

    def check_key_policy(policy: str | None) -> None:
        if policy and dead_principals(policy):
            raise JsonRESTError(
                "MalformedPolicyDocumentException",
                "Policy contains a statement with one or more invalid principals.",
            )

    def checked_create_key(self: KmsBackend, policy: str | None, *args: Any, **kwargs: Any) -> Any:
        check_key_policy(policy)
        return create_key(self, policy, *args, **kwargs)

    def checked_key_policy(self: KmsBackend, key_id: str, policy: str) -> None:
        check_key_policy(policy)
        put_key_policy(self, key_id, policy)

    def check_trust(policy: str) -> None:
        dead = dead_principals(policy)
        if dead:
            raise MalformedPolicyDocument(f'Invalid principal in policy: "AWS":"{dead[0]}"')

    def checked_create_role(
        self: IAMBackend, role_name: str, assume_role_policy_document: str, *args: Any, **kwargs: Any
    ) -> Any:
        check_trust(assume_role_policy_document)
        return create_role(self, role_name, assume_role_policy_document, *args, **kwargs)

    def checked_trust(self: IAMBackend, role_name: str, policy_document: str) -> None:
        check_trust(policy_document)
        update_trust(self, role_name, policy_document)

    S3Backend.put_bucket_policy = checked_bucket_policy  # type: ignore[method-assign]
    KmsBackend.create_key = checked_create_key  # type: ignore[method-assign]
    KmsBackend.put_key_policy = checked_key_policy  # type: ignore[method-assign]
    IAMBackend.create_role = checked_create_role  # type: ignore[method-assign]
    IAMBackend.update_assume_role_policy = checked_trust  # type: ignore[method-assign]


def functions_run_in_subprocesses(invoke: Invoke, start: Start) -> None:
    """moto runs functions in Docker; here the deployed asset runs in a subprocess."""

    def run(self: LambdaFunction, body: str, request_headers: Any, response_headers: Any) -> str | bytes:
        event = json.loads(body) if body else {}
        kind = request_headers.get("x-amz-invocation-type", "RequestResponse")
        if kind == "Event":
            start(self.function_arn, event)
        if kind != "RequestResponse":
            return ""
        payload, failed, log = invoke(self, event)
        if failed:
            response_headers["x-amz-function-error"] = "Unhandled"
        # Lambda returns the last 4 KB.
        response_headers["x-amz-log-result"] = base64.b64encode(log.encode()[-4096:]).decode()
        return payload.encode()

    LambdaFunction.invoke = run  # type: ignore[method-assign]


def functions_are_checked() -> None:
    """moto takes any bytes as code and any configuration; Lambda refuses what could never run.

    What moto raises as ValueError, about code in S3, or lets pass, code that is not given, is said as Lambda
    does.
    """
    models: Any = moto.awslambda.models
    make, update, set_code = (
        LambdaFunction.__init__,
        LambdaFunction.update_configuration,
        LambdaFunction._set_function_code,
    )

    def checked(content: Callable[[Any], tuple[bytes, int, str, str]]) -> Any:
        def limited(source: Any) -> tuple[bytes, int, str, str]:
            found = content(source)
            with _refusals():
                check_code(found[0])
            return found

        return limited

    def checked_make(
        self: LambdaFunction, account_id: str, spec: dict[str, Any], *args: Any, **kwargs: Any
    ) -> None:
        given = _given(spec)
        with _refusals():
            check_configuration(given)
        make(self, account_id, given, *args, **kwargs)

    def checked_update(self: LambdaFunction, config_updates: dict[str, Any]) -> dict[str, Any]:
        given = _given(config_updates)
        with _refusals():
            check_configuration(given)
        return update(self, given)

    def checked_code(self: LambdaFunction, updated_spec: dict[str, Any]) -> None:
        if not {"ZipFile", "ImageUri"} & set(updated_spec) and not {"S3Bucket", "S3Key"} <= set(updated_spec):
            raise InvalidParameterValueException("Please provide a source for function code.")
        try:
            set_code(self, updated_spec)
        except ValueError as error:
            raise InvalidParameterValueException(str(error.args[-1])) from error

    models._zipfile_content = checked(models._zipfile_content)
    models._s3_content = checked(models._s3_content)
    LambdaFunction.__init__ = checked_make  # type: ignore[method-assign]
    LambdaFunction.update_configuration = checked_update  # type: ignore[method-assign]
    LambdaFunction._set_function_code = checked_code  # type: ignore[method-assign]


def _given(spec: dict[str, Any]) -> dict[str, Any]:
    """Without what is null, which means not there; with the variables of an environment, as moto expects."""
    given = {name: value for name, value in spec.items() if value is not None}
    if "Environment" in given:
        given["Environment"] = {
            **given["Environment"],
            "Variables": given["Environment"].get("Variables") or {},
        }
    return given


@contextlib.contextmanager
def _refusals() -> Iterator[None]:
    """Raises what is refused as moto's own error."""
    try:
        yield
    except RefusedError as error:
        raise LambdaClientError(error.code, str(error)) from error


def unknown_operations_are_refused_at_once() -> None:
    """moto answers 500 to an operation that it lacks, which SDKs repeat for up to half a minute."""
    call_action = BaseResponse.call_action

    def refused(self: BaseResponse) -> Any:
        try:
            return call_action(self)
        except NotImplementedError as error:
            body = json.dumps({"__type": "NotImplementedException", "message": str(error)})
            return 400, {"Content-Type": "application/x-amz-json-1.1"}, body

    BaseResponse.call_action = refused  # type: ignore[method-assign]


def cloudtrail_is_empty() -> None:
    """The cdk CLI looks in CloudTrail for the cause of a failed deployment; moto lacks LookupEvents."""

    def lookup_events(self: CloudTrailResponse) -> str:
        return json.dumps({"Events": []})

    CloudTrailResponse.lookup_events = lookup_events  # type: ignore[attr-defined]


def services_are_looked_up_once() -> None:
    """moto lists its own folder and the methods of a service at every request: half of the time it takes."""
    services = tuple(moto.backends.list_of_moto_modules())
    moto.backends.list_of_moto_modules = lambda: services
    responses: Any = moto.core.responses
    responses.method_names_from_class = cache(responses.method_names_from_class)


def dead_principals(policy: str | bytes | None) -> list[str]:
    """ARNs of IAM roles and users in a policy that don't exist."""
    try:
        document = json.loads(policy or "{}")
    except ValueError:
        return []
    return [arn for arn in _aws_principals(document) if _is_iam(arn) and not principal_exists(arn)]


def _is_iam(arn: str) -> bool:
    parts = arn.split(":", 5)
    return len(parts) == 6 and parts[2] == "iam" and parts[5].startswith(("role/", "user/"))


def _aws_principals(document: Any) -> Iterator[str]:
    """Those of a policy, which need not be one."""
    statements = document.get("Statement", []) if isinstance(document, dict) else []
    for statement in statements if isinstance(statements, list) else [statements]:
        for key in ("Principal", "NotPrincipal"):
            principal = statement.get(key) if isinstance(statement, dict) else None
            named = principal.get("AWS", []) if isinstance(principal, dict) else []
            listed = named if isinstance(named, list) else [named]
            yield from (arn for arn in listed if isinstance(arn, str))
