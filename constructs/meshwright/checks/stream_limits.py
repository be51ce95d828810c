"""What AWS allows of shared streams: registered consumers, sizes of a stream's policy and of its key's."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from meshwright.config.domain_file import DomainFile
from meshwright.config.loading import Files
from meshwright.config.problems import Finding
from meshwright.errors import UserError
from meshwright.mesh.model import Domain, Mesh, resolve
from meshwright.mesh.place import place_in
from meshwright.mesh.storage_policies import data_key_policy
from meshwright.mesh.stream_policies import agreed_on, key_use_for_streams, stream_policy

CONSUMERS = 20
"""https://docs.aws.amazon.com/kinesis/latest/APIReference/API_RegisterStreamConsumer.html"""
STREAM_POLICY = 20 * 1024
"""Bytes: https://docs.aws.amazon.com/streams/latest/dev/controlling-access.html"""
KEY_POLICY = 32 * 1024
"""Bytes: https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html"""
OTHER_USERS = 1024
"""Bytes of the key's policy that are left to services which use it, such as those of alarms."""


def check(files: Files) -> Iterator[Finding]:
    """Streams with more readers than can be let in.

    Requests and approvals that have ended count too: renewing one should not be what breaks a deployment.
    """
    if files.mesh is None:
        return
    for name, file in files.domains.items():
        if not any(stream.shared_with for stream in file.streams.values()):
            continue
        for environment in file.accounts:
            mesh = _mesh(files, name, environment)
            if mesh is not None and name in mesh.domains:
                yield from _too_much(files, mesh, mesh.domains[name])


def _mesh(files: Files, name: str, environment: str) -> Mesh | None:
    """The domain and those that it shares its streams with, before any end; None for another's mistake."""
    if files.mesh is None or environment not in files.mesh.environments:
        return None
    shared = {each.domain for stream in files.domains[name].streams.values() for each in stream.shared_with}
    chosen: Mapping[str, DomainFile] = {
        each: _streams_alone(files.domains[each], name) for each in {name, *shared} & files.domains.keys()
    }
    try:
        return resolve(files.mesh, chosen, environment=environment, today=date.min)
    except UserError:
        return None


def _streams_alone(file: DomainFile, producer: str) -> DomainFile:
    asked = [each for _, each in file.stream_requests() if each.stream.startswith(f"{producer}.")]
    return file.model_copy(update={"consumes": asked})


def _too_much(files: Files, mesh: Mesh, domain: Domain) -> Iterator[Finding]:
    file, where = files.paths[domain.name], f"in {mesh.environment}"
    for stream in domain.file.streams:
        path = ("streams", stream, "shared_with")
        agreed = agreed_on(mesh, domain.name, stream)
        fanned = [each.consumer for each in agreed if each.fan_out]
        if len(fanned) > CONSUMERS:
            what = f"{len(fanned)} domains read it by fan-out {where}; a stream can have {CONSUMERS}"
            fix = "Take `fan_out` from some of them: they then share the stream's throughput."
            yield Finding(file, path, "too-many-consumers", what, fix)
        policy = stream_policy(mesh, domain, stream)
        if policy is not None and (size := _bytes(policy)) > STREAM_POLICY:
            roles = sum(len(each.roles) for each in agreed)
            what = (
                f"its {roles} reading roles make a policy of {size:,} bytes {where}; Kinesis takes "
                f"{STREAM_POLICY:,}"
            )
            fix = "Share it with fewer domains, or let them read with fewer roles."
            yield Finding(file, path, "policy-too-long", what, fix)
    if (size := _key_bytes(mesh, domain)) > KEY_POLICY:
        roles = sum(len(each.roles) for each in mesh.streams_by_producer.get(domain.name, ()))
        what = (
            f"its streams have {roles} reading roles in all, which makes the policy of the domain's key "
            f"{size:,} bytes long {where}; KMS takes {KEY_POLICY:,}"
        )
        fix = "Share fewer streams, or let other domains read them with fewer roles."
        yield Finding(file, ("streams",), "policy-too-long", what, fix, at_key=True)


def _key_bytes(mesh: Mesh, domain: Domain) -> int:
    """Of the key's policy, which other parts of the file have their say in: they may contradict it still."""
    policy = data_key_policy(
        place_in(mesh.region, account=domain.account),
        registration_role_arn=mesh.names.registration_role_arn(mesh.governance_account),
        bucket_names=[mesh.names.bucket(domain.name, domain.account, "products")],
        others=key_use_for_streams(mesh, domain),
    )
    return _bytes(policy) + OTHER_USERS


def _bytes(policy: Mapping[str, Any]) -> int:
    return len(json.dumps(policy, separators=(",", ":")).encode())
