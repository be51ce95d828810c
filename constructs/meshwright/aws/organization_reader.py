"""What an organization keeps its accounts from: service and resource control policies; and VPC endpoints.

Only the organization's management account, or one that it delegated to, may read its policies
(https://docs.aws.amazon.com/organizations/latest/userguide/orgs_delegate_policies.html).
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from meshwright.access.further_state import Endpoint
from meshwright.access.iam import Policy, Statement, parse_policy
from meshwright.aws.calls import Calls

PARENTS = "organizations:ListParents"
CALLS = frozenset(
    {
        "organizations:DescribeOrganization",
        PARENTS,
        "organizations:ListPoliciesForTarget",
        "organizations:DescribePolicy",
        "ec2:DescribeVpcEndpoints",
        "lakeformation:ListRLSPolicies",
        "lakeformation:ListRLSPolicyAttachments",
    }
)
"""What they tell can only take access away."""
NO_ORGANIZATION = ("AWSOrganizationsNotInUseException",)
NOT_ENABLED = ("PolicyTypeNotEnabledException",)
GONE = ("ChildNotFoundException", "TargetNotFoundException", "AccountNotFoundException")
SERVICE, RESOURCE = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"
EVERYTHING = Statement(allow=True, actions=("*",), resources=("*",))
ENDPOINTS_OF = ("s3", "kms", "glue", "lakeformation", "kinesis-streams")
ACTIONS_OF = {"kinesis-streams": "kinesis"}


@dataclass(frozen=True, slots=True)
class Controls:
    """The policies of an organization on one account."""

    limits: tuple[Policy, ...] = ()
    """Service control policies, one for each level, without levels that allow everything."""
    control: Policy | None = None
    """Resource control policies, all together."""


def read_controls(calls: Calls, accounts: Iterable[str]) -> dict[str, Controls]:
    """By account; nothing where there is no organization. The management account has no limits
    (https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html).
    """
    answer = calls.one("organizations", "describe_organization", absent=NO_ORGANIZATION)
    if not answer:
        return {}
    management = answer["Organization"].get("MasterAccountId")
    reader, listed = _Reader(calls), [each for each in accounts if each != management]
    if not listed:
        return {}
    first = reader.controls(listed[0])  # who may not read one account's may read none's
    if calls.failed(PARENTS):
        return {}
    return dict(zip(listed, (first, *calls.each(reader.controls, listed[1:])), strict=True))


@dataclass(frozen=True)
class _Reader:
    """Levels that accounts have in common are read once."""

    calls: Calls
    _above: dict[str, str | None] = field(default_factory=dict)
    _attached: dict[tuple[str, str], Policy] = field(default_factory=dict)
    _documents: dict[str, Policy] = field(default_factory=dict)

    def controls(self, account: str) -> Controls:
        levels = list(self._levels(account))
        limits = (self._at(level, SERVICE) for level in levels)
        resources = [one for level in levels for one in self._at(level, RESOURCE).statements]
        denying = tuple(each for each in resources if not each.allow)
        return Controls(
            tuple(each for each in limits if each.statements and not _allows_everything(each)),
            Policy(denying) if denying else None,
        )

    def _levels(self, account: str) -> Iterator[str]:
        """The account, its units, the root."""
        at: str | None = account
        while at is not None:
            yield at
            if at not in self._above:
                answer = self.calls.one("organizations", "list_parents", ChildId=at, about=at, absent=GONE)
                parents = (answer or {}).get("Parents") or []
                self._above[at] = parents[0]["Id"] if parents else None
            at = self._above[at]

    def _at(self, level: str, kind: str) -> Policy:
        """All policies of that kind at that level together."""
        if (level, kind) not in self._attached:
            listed = self.calls.listing(
                "organizations",
                "list_policies_for_target",
                "Policies",
                TargetId=level,
                Filter=kind,
                about=level,
                absent=(*GONE, *NOT_ENABLED),
            )
            documents = [self._document(each) for each in listed]
            statements = tuple(one for each in documents for one in each.statements)
            self._attached[level, kind] = Policy(statements)
        return self._attached[level, kind]

    def _document(self, listed: Mapping[str, Any]) -> Policy:
        number = listed["Id"]
        if number not in self._documents:
            answer = self.calls.one("organizations", "describe_policy", PolicyId=number, about=number)
            text = ((answer or {}).get("Policy") or {}).get("Content")
            # One that could not be read, which is noted, is taken to allow.
            self._documents[number] = parse_policy(json.loads(text)) if text else Policy((EVERYTHING,))
        return self._documents[number]


def _allows_everything(policy: Policy) -> bool:
    wide = any(
        each.allow and "*" in each.actions and "*" in each.resources and not each.conditions
        for each in policy.statements
    )
    return wide and all(each.allow for each in policy.statements)


def read_endpoints(calls: Calls) -> tuple[Endpoint, ...]:
    """The account's VPC endpoints of services on the way to data whose policies do not allow everything."""
    found = []
    for each in calls.listing("ec2", "describe_vpc_endpoints", "VpcEndpoints"):
        name = (each.get("ServiceName") or "").rpartition(".")[2]
        text = each.get("PolicyDocument")
        policy = parse_policy(json.loads(text)) if text else Policy((EVERYTHING,))
        if name in ENDPOINTS_OF and not _allows_everything(policy):
            found.append(Endpoint(each["VpcEndpointId"], ACTIONS_OF.get(name, name), policy))
    return tuple(sorted(found, key=lambda each: each.id))
