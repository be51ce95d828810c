"""Clients of the embedded AWS that the tests share."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3

from meshwright.local import control

REGION = "eu-west-1"
SESSION = boto3.Session()
"""One for all clients, because each session reads the service models anew."""
ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Aws:
    """Clients of an embedded AWS; credentials of a role work even if IAM doesn't know it."""

    embedded: control.Embedded
    _clients: dict[tuple[str, str, str], Any] = field(default_factory=dict)

    def client(self, service: str, account: str, role: str = control.ADMIN_ROLE) -> Any:
        """A client, made once: that takes longer than most calls."""
        key = (service, account, role)
        if key not in self._clients:
            self._clients[key] = self._client(*key)
        return self._clients[key]

    def _client(self, service: str, account: str, role: str) -> Any:
        environment = control.environment(self.embedded, account, REGION, role=role)
        return SESSION.client(
            service,
            aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=environment["AWS_SESSION_TOKEN"],
            region_name=REGION,
            endpoint_url=environment["AWS_ENDPOINT_URL"],
        )

    def role(self, account: str, name: str, service: str | None = None) -> str:
        """Makes an IAM role, which its account may assume or else a service, and returns its ARN."""
        principal = {"Service": service} if service else {"AWS": account}
        trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        made = self.client("iam", account).create_role(RoleName=name, AssumeRolePolicyDocument=document)
        arn: str = made["Role"]["Arn"]
        return arn
