"""IAM roles and users of one account: who may assume them, and what their policies say."""

import json
from collections.abc import Iterable, Mapping
from threading import Lock
from typing import Any

from meshwright.access.iam import Policy, parse_policy
from meshwright.access.state import Identity
from meshwright.aws.calls import Calls

MISSING = ("NoSuchEntity", "NoSuchEntityException")
KINDS = {"role": "Role", "user": "User"}
OF_SERVICES = "/aws-service-role/"


def read_identities(calls: Calls, arns: Iterable[str]) -> dict[str, Identity]:
    """Those of the roles and users that exist; one that could not be read counts as existing, but unknown."""
    known = sorted({arn for arn in arns if _kind(arn) in KINDS})
    reader = _Reader(calls)
    found = calls.each(reader.identity, known)
    return {arn: identity for arn, identity in zip(known, found, strict=True) if identity is not None}


def read_everyone(calls: Calls) -> dict[str, Identity]:
    """All roles and users of the account; those that services made for themselves are left out.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
    """
    reader = _Reader(calls)

    def details(kind: str, result: str) -> list[Any]:
        return calls.listing("iam", "get_account_authorization_details", result, Filter=[kind], about=kind)

    reader.know(details("LocalManagedPolicy", "Policies"))
    groups = {
        each["GroupName"]: reader.detailed(each, "Group") for each in details("Group", "GroupDetailList")
    }
    found = {}
    for each in details("Role", "RoleDetailList"):
        if not each["Path"].startswith(OF_SERVICES):
            found[each["Arn"]] = reader.identity_of(each, reader.detailed(each, "Role"))
    for each in details("User", "UserDetailList"):
        policies = [
            reader.detailed(each, "User"),
            *(groups.get(name) for name in each.get("GroupList") or ()),
        ]
        found[each["Arn"]] = reader.identity_of(each, _united(policies))
    return found


def _united(policies: Iterable[Policy | None]) -> Policy | None:
    """All together; None if one of them is not known."""
    listed = list(policies)
    known = [policy for policy in listed if policy is not None]
    if len(known) < len(listed):
        return None
    return Policy(tuple(statement for policy in known for statement in policy.statements))


def _kind(arn: str) -> str:
    return arn.split(":", 5)[-1].partition("/")[0]


class _Reader:
    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._managed: dict[str, Policy | None] = {}
        self._asking: dict[str, Lock] = {}

    def identity(self, arn: str) -> Identity | None:
        kind, name = _kind(arn), arn.rpartition("/")[2]
        by_name = {f"{KINDS[kind]}Name": name}
        answer = self._calls.one("iam", f"get_{kind}", about=name, absent=MISSING, **by_name)
        if answer is None:
            return Identity()
        if not answer or answer[KINDS[kind]]["Arn"] != arn:  # of that name, but at another path
            return None
        return self.identity_of(answer[KINDS[kind]], self._together(kind, name))

    def _together(self, kind: str, name: str) -> Policy | None:
        """All identity policies, a user's groups' too; None if one of them is not known."""
        holders = [(kind, name)]
        if kind == "user":
            groups = self._calls.whole("iam", "list_groups_for_user", "Groups", about=name, UserName=name)
            if groups is None:
                return None
            holders += [("group", each["GroupName"]) for each in groups]
        return _united(policy for holder in holders for policy in self._policies(*holder))

    def know(self, policies: Iterable[Mapping[str, Any]]) -> None:
        """Managed policies that need not be asked for one by one."""
        for each in policies:
            for version in each.get("PolicyVersionList") or ():
                if version.get("IsDefaultVersion"):
                    self._managed[each["Arn"]] = _policy(version["Document"])

    def detailed(self, shape: Mapping[str, Any], kind: str) -> Policy | None:
        """The policies in a detail of a role, user or group, inline and attached."""
        inline = [_policy(each["PolicyDocument"]) for each in shape.get(f"{kind}PolicyList") or ()]
        attached = [self._document(each["PolicyArn"]) for each in shape.get("AttachedManagedPolicies") or ()]
        return _united([*inline, *attached])

    def identity_of(self, shape: Mapping[str, Any], policy: Policy | None) -> Identity:
        """A role or user as it is described, with that policy."""
        boundary = (shape.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn")
        trust = shape.get("AssumeRolePolicyDocument")
        return Identity(
            policy=policy,
            boundary=self._document(boundary) if boundary else None,
            boundary_name=boundary.rpartition("/")[2] if boundary else "",
            trust=_policy(trust) if trust else None,
        )

    def _policies(self, kind: str, name: str) -> list[Policy | None]:
        """Inline and attached policies; None among them for each that is not known."""
        by_name = {f"{kind.capitalize()}Name": name}
        whole = self._calls.whole
        inline = whole("iam", f"list_{kind}_policies", "PolicyNames", about=name, **by_name)
        attached = whole("iam", f"list_attached_{kind}_policies", "AttachedPolicies", about=name, **by_name)
        if inline is None or attached is None:
            return [None]
        found: list[Policy | None] = []
        for policy in inline:
            answer = self._calls.one(
                "iam", f"get_{kind}_policy", about=f"{policy} of {name}", PolicyName=policy, **by_name
            )
            found.append(_policy(answer["PolicyDocument"]) if answer else None)
        return found + [self._document(each["PolicyArn"]) for each in attached]

    def _document(self, arn: str) -> Policy | None:
        """The version in force of a managed policy; asked for once, though roles are read side by side."""
        with self._asking.setdefault(arn, Lock()):
            if arn not in self._managed:
                self._managed[arn] = self._managed_policy(arn)
            return self._managed[arn]

    def _managed_policy(self, arn: str) -> Policy | None:
        described = self._calls.one("iam", "get_policy", about=arn, PolicyArn=arn)
        if not described:
            return None
        version = described["Policy"]["DefaultVersionId"]
        answer = self._calls.one("iam", "get_policy_version", about=arn, PolicyArn=arn, VersionId=version)
        return _policy(answer["PolicyVersion"]["Document"]) if answer else None


def _policy(document: Mapping[str, Any]) -> Policy:
    return parse_policy(document, text=json.dumps(document))
