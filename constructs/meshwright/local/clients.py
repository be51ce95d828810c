"""boto3 clients of the embedded AWS itself, one set per role, for its CloudFormation."""

import threading
from collections.abc import Callable
from typing import Any

import boto3
import botocore.session
from botocore.config import Config

_lock = threading.RLock()
_loader = botocore.session.get_session().get_component("data_loader")
"""Shared, so that each service model is read once."""


class Clients:
    """Clients that act as a role, against one endpoint."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._made: dict[tuple[str, str, str], Any] = {}
        self._sessions: dict[tuple[str, str], Any] = {}

    def acting_as(self, role_arn: str, region: str) -> Callable[[str], Any]:
        """A function that returns the client of a service."""

        def client(service: str) -> Any:
            key = (role_arn, region, service)
            if key not in self._made:
                with _lock:
                    if key not in self._made:
                        self._made[key] = self._client(self._session(role_arn, region), service)
            return self._made[key]

        return client

    def _session(self, role_arn: str, region: str) -> Any:
        if (role_arn, region) not in self._sessions:
            keys = self.credentials(role_arn, "AWSCloudFormation")
            self._sessions[role_arn, region] = boto3.Session(
                aws_access_key_id=keys["AccessKeyId"],
                aws_secret_access_key=keys["SecretAccessKey"],
                aws_session_token=keys["SessionToken"],
                region_name=region,
                botocore_session=_botocore_session(),
            )
        return self._sessions[role_arn, region]

    def credentials(self, role_arn: str, session_name: str) -> dict[str, str]:
        """Temporary credentials of a role: what sts.assume_role answers."""
        with _lock:
            if ("", "sts") not in self._sessions:
                session = boto3.Session(
                    aws_access_key_id="embedded",
                    aws_secret_access_key="embedded",  # noqa: S106
                    region_name="us-east-1",
                    botocore_session=_botocore_session(),
                )
                self._sessions["", "sts"] = self._client(session, "sts")
            sts = self._sessions["", "sts"]
        answer = sts.assume_role(RoleArn=role_arn, RoleSessionName=session_name[:64].ljust(2, "-"))
        keys: dict[str, str] = answer["Credentials"]
        return keys

    def _client(self, session: Any, service: str) -> Any:
        config = Config(retries={"total_max_attempts": 1}, max_pool_connections=20)
        return session.client(service, endpoint_url=self._endpoint, config=config)


def _botocore_session() -> Any:
    session = botocore.session.Session()
    session.register_component("data_loader", _loader)
    return session
