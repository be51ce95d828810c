"""What must exist in an account before a mesh is deployed to it, made in the embedded AWS.

In AWS these are somebody else's: the IAM roles that a domain file only refers to, the principals that created
roles trust, the permissions boundary, and the function that posts alarms to a chat.
"""

import io
import json
import zipfile
from collections.abc import Iterator

from meshwright.aws.accounts import Account
from meshwright.mesh.model import Domain, Mesh
from meshwright.mesh.policies import DATA_POLICY, existing_role_policy
from meshwright.mesh.statements import Allow, identity_policy


def prepare(account: Account, *, mesh: Mesh, domain: Domain | None) -> tuple[str, ...]:
    """Make what is missing in one account; the names of what was made."""
    iam = account.client("iam")
    made = []
    if mesh.file.permissions_boundary:
        # Allows everything: whoever owns the real boundary decides on it, and none is evaluated here.
        statement = {"Sid": "StandsInForYours", "Effect": "Allow", "Action": "*", "Resource": "*"}
        try:
            iam.create_policy(
                PolicyName=mesh.file.permissions_boundary,
                PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
            )
            made.append(mesh.file.permissions_boundary)
        except iam.exceptions.EntityAlreadyExistsException:
            pass
    for arn in _referenced_roles(domain) if domain else ():
        path, _, name = arn.partition(":role")[2].rpartition("/")
        try:
            iam.create_role(
                RoleName=name,
                Path=f"{path}/",
                AssumeRolePolicyDocument=json.dumps(_trust(account.account)),
            )
            made.append(name)
        except iam.exceptions.EntityAlreadyExistsException:
            pass
    for name, allows in _policies(mesh, domain).items() if domain else ():
        # Also of roles from an earlier run: what the files ask of them may have changed since.
        iam.put_role_policy(
            RoleName=name, PolicyName=DATA_POLICY, PolicyDocument=json.dumps(identity_policy(allows))
        )
    return (*made, *(_chat(account, domain) if domain else ()))


def _chat(account: Account, domain: Domain) -> Iterator[str]:
    """Name of the function that posts alarms to a chat, if it had to be made. This one posts nothing."""
    monitoring = domain.file.monitoring
    if monitoring is None or monitoring.chat_webhook is None:
        return
    _, _, _, region, owner, _, name = monitoring.chat_webhook.split(":")[:7]
    if (region, owner) != (account.region, account.account):
        return
    functions, iam = account.client("lambda"), account.client("iam")
    try:
        functions.get_function(FunctionName=name)
        return
    except functions.exceptions.ResourceNotFoundException:
        pass
    trust = json.dumps(_trust(account.account))
    try:
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]
    except iam.exceptions.EntityAlreadyExistsException:
        role = iam.get_role(RoleName=name)["Role"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("index.py", "def handler(event, context):\n    print(event)\n")
    functions.create_function(
        FunctionName=name,
        Runtime="python3.12",
        Handler="index.handler",
        Role=role["Arn"],
        Code={"ZipFile": code.getvalue()},
    )
    yield name


def _referenced_roles(domain: Domain) -> tuple[str, ...]:
    """ARNs, whose paths count: a role of that name at another path is another principal."""
    existing = [role.arn for role in domain.roles.values() if not role.create]
    trusted = [
        arn
        for role in domain.roles.values()
        for arn in role.trusted_by
        if ":role/" in arn and arn.split(":")[4] == domain.account
    ]
    return (*existing, *trusted)


def _policies(mesh: Mesh, domain: Domain) -> dict[str, list[Allow]]:
    """What each role that the domain file only refers to must be allowed, by its name; keys may share one."""
    policies: dict[str, list[Allow]] = {}
    for role in domain.roles.values():
        if not role.create:
            allows = policies.setdefault(role.name, [])
            allows += [each for each in existing_role_policy(mesh, domain, role) if each not in allows]
    return policies


def _trust(account: str) -> dict[str, object]:
    principal = {"AWS": f"arn:aws:iam::{account}:root"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [statement]}
