"""Puts the parts of the embedded AWS together and in moto's place."""

import hashlib
import json
import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import fields
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import moto.athena.urls
import moto.cloudformation.urls
import moto.firehose.urls
import moto.glue.urls
import moto.kinesis.urls
import moto.lakeformation.urls
import moto.ram.urls
from moto.awslambda.models import LambdaFunction, lambda_backends
from moto.core.exceptions import JsonRESTError
from moto.sqs.models import sqs_backends

from meshwright.local import moto_data_plane, moto_fixes
from meshwright.local.athena.api import AthenaResponse
from meshwright.local.athena.executions import Executions
from meshwright.local.clients import Clients, Serve
from meshwright.local.cloudformation.archive import Archive
from meshwright.local.cloudformation.calls import Calls
from meshwright.local.cloudformation.custom_resource import CustomResources
from meshwright.local.cloudformation.model import (
    Change,
    ChangeSet,
    Deployed,
    Event,
    Output,
    Resource,
    Stack,
    Store,
    Work,
)
from meshwright.local.cloudformation.read_api import CloudFormationResponse
from meshwright.local.cloudformation.service import CloudFormation
from meshwright.local.firehose import api as firehose
from meshwright.local.firehose.deliveries import Deliveries
from meshwright.local.glue.api import GlueResponse
from meshwright.local.identity import new_session
from meshwright.local.kinesis.api import KinesisResponse
from meshwright.local.lakeformation import api as lakeformation
from meshwright.local.lakeformation.keys import Key
from meshwright.local.lakeformation.lake import Grant, Lake, Share
from meshwright.local.lambdas.invocations import Invocations
from meshwright.local.lambdas.runner import Function, Runner
from meshwright.local.operations import Operation
from meshwright.local.persistence.keeper import Keeper, damage
from meshwright.local.persistence.store import FILE
from meshwright.local.ram import api as ram
from meshwright.local.resources.registry import ACCEPTED, Registry
from meshwright.local.running import Running
from meshwright.local.states import STATE

log = logging.getLogger(__name__)
KEPT = (Change, ChangeSet, Deployed, Event, Grant, Key, Output, Resource, Share, Stack, Work)
"""Classes of ours whose objects are kept. A state is read only where they have the same fields."""
ABOUT = {
    "moto": metadata.version("moto"),
    "fields": hashlib.sha256(
        repr([(c.__name__, [f.name for f in fields(c)]) for c in KEPT]).encode()
    ).hexdigest(),
}


class Services:
    """Everything that lives as long as the server."""

    def __init__(
        self,
        *,
        endpoint: str,
        serve: Serve,
        folder: Path,
        organization: str | None,
        unwritable: Callable[[Exception], None],
    ) -> None:
        self.endpoint = endpoint
        self.lock = threading.Lock()
        """Held by whoever is in moto, which isn't thread-safe, or looks at its state."""
        self.clients = Clients(serve, self.credentials)
        self.keeper = Keeper(folder / STATE / FILE, about=ABOUT, unwritable=unwritable)
        self.runner = Runner(
            folder=folder / "lambda",
            find=deployed_function,
            environment=self._function_environment,
            write_log=self._write_log,
        )
        self.calls = Calls(self.keeper)
        self.custom = CustomResources(
            invoke=self.runner.start, base_url=f"{endpoint}/_meshwright/response/", calls=self.calls
        )
        self.registry = Registry(self.custom)
        self.cloudformation = CloudFormation(
            clients=self.clients,
            handler=self.registry.handler,
            store=Store(Archive(self.keeper, self.calls)),
        )
        CloudFormationResponse.service = self.cloudformation
        moto.cloudformation.urls.url_paths = {"{0}/$": CloudFormationResponse.dispatch}
        self._organization, self._lakes = organization is not None, dict[str, Lake]()
        self.deliveries = Deliveries(self.clients, firehose.sources)
        self.executions = Executions(self.clients, self.lake, self.lock)
        AthenaResponse.executions = self.executions
        _install(self.lake)
        self.invocations = Invocations(self.runner.start)
        moto_fixes.apply(invoke=self._invoke, start=self.invocations.take)
        moto_data_plane.apply()
        self.running = Running(
            self.clients,
            lakes=self.lake,
            lock=self.lock,
            organization=self._organization,
            keeper=self.keeper,
        )
        self.keeper.keep("firehose/", self.deliveries.read_to)
        self.keeper.keep("query/", self.executions.of)
        self.keeper.keep("invocation/", self.invocations.pending)
        for region in self.keeper.names_below("lake/"):
            self.lake(region)
        self.keeper.restore()

    def resume(self) -> None:
        """Goes on with what was under way when the last process ended. To be called once all is set up.

        Raises DamagedError.
        """
        with damage():
            self.cloudformation.resume()
            self.invocations.resume()
            self.executions.resume()
            self.running.resume()
            self.deliveries.wake()

    def lake(self, region: str) -> Lake:
        """Lake Formation's state in a region."""
        if region not in self._lakes:
            lake = Lake(region, organization=self._organization)
            for name, entries in lake.kept().items():
                self.keeper.keep(f"lake/{region}/{name}/", entries)
            self._lakes[region] = lake
        return self._lakes[region]

    def credentials(self, role_arn: str, session: str) -> dict[str, str]:
        """New credentials of a role, which needn't exist."""
        with self.lock, self.keeper.operation(Operation("sts", "AssumeRole", changes=True)):
            return new_session(role_arn, session)

    def status(self) -> dict[str, Any]:
        """What `local status` tells: the stacks, the types that were accepted without effect, and notes."""
        return {
            "stacks": [
                {"account": s.account, "region": s.region, "name": s.name, "status": s.status}
                for s in self.cloudformation.store.everywhere()
                if s.status != "DELETE_COMPLETE"
            ],
            "accepted": sorted(
                {
                    resource.type
                    for stack in self.cloudformation.store.everywhere()
                    for resource in list(stack.resources.values())
                    if resource.type in ACCEPTED
                }
            ),
            "notes": [*firehose.notes(), *moto_data_plane.notes(), *self.keeper.notes()],
        }

    def close(self) -> None:
        # First, so that nothing is kept of what fails because the rest ends.
        self.keeper.close()
        self.running.close()
        self.executions.close()
        self.runner.close()

    def _invoke(self, function: LambdaFunction, event: Any) -> tuple[str, bool, str]:
        outcome = self.runner.invoke(description(function), event)
        return outcome.payload, outcome.error is not None, outcome.log

    def _function_environment(self, function: Function) -> dict[str, str]:
        keys = self.credentials(function.role_arn, function.name)
        return {
            "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
            "AWS_SESSION_TOKEN": keys["SessionToken"],
            "AWS_REGION": function.region,
            "AWS_DEFAULT_REGION": function.region,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def _write_log(self, function: Function, stream: str, text: str) -> None:
        """To the function's log group, as Lambda does; a failure to log is no failure of the function."""
        try:
            logs = self.clients.acting_as(function.role_arn, function.region)("logs")
            for create, names in (
                (logs.create_log_group, {"logGroupName": function.log_group}),
                (logs.create_log_stream, {"logGroupName": function.log_group, "logStreamName": stream}),
            ):
                try:
                    create(**names)
                except logs.exceptions.ResourceAlreadyExistsException:
                    continue
            stamp = _milliseconds()
            lines = [{"timestamp": stamp, "message": line} for line in text.splitlines() if line]
            logs.put_log_events(logGroupName=function.log_group, logStreamName=stream, logEvents=lines)
        except Exception:
            log.exception("the log of %s", function.name)


def _install(lakes: Callable[[str], Lake]) -> None:
    """Puts our Lake Formation, Glue, RAM, Firehose and Athena in the place of moto's."""
    lakeformation.LakeFormationResponse.lakes = staticmethod(lakes)
    GlueResponse.lakes = staticmethod(lakes)
    ram.RamResponse.lakes = staticmethod(lakes)
    moto.lakeformation.urls.url_paths = {
        f"{{0}}/{path}$": lakeformation.LakeFormationResponse.dispatch for path in lakeformation.PATHS
    }
    moto.glue.urls.url_paths = {"{0}/$": GlueResponse.dispatch}
    moto.kinesis.urls.url_paths = {"{0}/$": KinesisResponse.dispatch}
    moto.firehose.urls.url_paths = {"{0}/$": firehose.FirehoseResponse.dispatch}
    moto.athena.urls.url_paths = {"{0}/$": AthenaResponse.dispatch}
    routed = [*moto.ram.urls.url_paths, *(f"{{0}}/{path}$" for path in ram.PATHS)]
    moto.ram.urls.url_paths = dict.fromkeys(routed, ram.RamResponse.dispatch)


def queue_wait(url: str, region: str) -> int:
    """How many seconds a queue has its readers wait for messages, by its URL."""
    account, _, name = url.rpartition("/")
    queue = sqs_backends[account.rpartition("/")[2]][region].queues.get(name)
    return int(getattr(queue, "receive_message_wait_time_seconds", 0))


def deployed_function(arn: str) -> Function:
    """Raises LookupError if there is none of that ARN."""
    parts = unquote(arn).split(":")
    try:
        return description(lambda_backends[parts[4]][parts[3]].get_function(arn))
    except (JsonRESTError, KeyError, IndexError) as error:
        raise LookupError(arn) from error


def description(function: LambdaFunction) -> Function:
    """moto's function as the runner takes it."""
    return Function(
        arn=function.function_arn,
        name=function.function_name,
        account=function.account_id,
        region=function.region,
        role_arn=function.role,
        handler=function.handler or "",
        timeout=int(function.timeout),
        memory=int(function.memory_size),
        environment=json.loads(json.dumps(function.environment_vars)),
        code=getattr(function, "code_bytes", b""),  # moto takes a function without code
    )


def _milliseconds() -> int:
    return int(time.time() * 1000)
