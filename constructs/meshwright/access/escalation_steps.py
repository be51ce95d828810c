"""The steps by which a principal comes to more than it may; see escalation.py."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from meshwright.access.decision import TableName
from meshwright.access.iam import Policy, Statement, resource_verdict
from meshwright.access.policies import Allowed, Use, both_allow, identity_allows, known_context
from meshwright.access.principals import PrincipalKind, account_of, principal_of
from meshwright.access.resources import Kind, Resource
from meshwright.access.state import AccountState, Grant, Identity, Key, LakeState

Change = Callable[[LakeState], LakeState]


class How(StrEnum):
    """The kinds of steps."""

    ASSUME = "assume"
    """Its own policies and the role's trust policy let it assume the role."""
    PASS_ROLE = "pass-role"  # noqa: S105 (no password)
    """It may hand the role to a service, and have that run code."""
    EDIT_TRUST = "edit-trust"
    """It may let itself assume the role."""
    NEW_KEY = "new-key"
    """It may make credentials of the user."""
    EDIT_POLICY = "edit-policy"
    """It may give itself, or a role that it acts as, any permission in IAM."""
    SETTINGS = "settings"
    """It may make itself an administrator of Lake Formation."""
    GRANT = "grant"
    """As an administrator it may grant itself the table."""
    BUCKET_POLICY = "bucket-policy"
    """It may let itself in to the bucket."""
    KEY_POLICY = "key-policy"
    """It may let itself use the key."""


@dataclass(frozen=True)
class Taken:
    """One step, with who takes it and what lets it."""

    how: How
    actor: str
    target: str
    """A role, user, bucket, key, account or table; of PASS_ROLE the role."""
    actions: tuple[str, ...]
    """Those of IAM that it takes."""
    becomes: str = ""
    """The principal that it can act as from then on."""
    change: Change | None = field(default=None, compare=False)
    statements: tuple[Statement, ...] = ()
    assumed: tuple[str, ...] = ()


PASSED_TO: Final = {
    "lambda.amazonaws.com": ("lambda:CreateFunction", "lambda:InvokeFunction"),
    "glue.amazonaws.com": ("glue:CreateJob", "glue:StartJobRun"),
    "ec2.amazonaws.com": ("ec2:RunInstances",),
    "emr-serverless.amazonaws.com": ("emr-serverless:StartJobRun",),
    "states.amazonaws.com": ("states:CreateStateMachine", "states:StartExecution"),
    "cloudformation.amazonaws.com": ("cloudformation:CreateStack",),
    "codebuild.amazonaws.com": ("codebuild:CreateProject", "codebuild:StartBuild"),
    "ecs-tasks.amazonaws.com": ("ecs:RegisterTaskDefinition", "ecs:RunTask"),
    "sagemaker.amazonaws.com": ("sagemaker:CreateNotebookInstance",),
    "datapipeline.amazonaws.com": ("datapipeline:CreatePipeline", "datapipeline:PutPipelineDefinition"),
    "airflow.amazonaws.com": ("airflow:CreateEnvironment",),
}
"""Services that run code, or make things, with a role that they were handed, and what it takes for that
(https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html).
"""
ON_ROLE: Final = ("iam:PutRolePolicy", "iam:AttachRolePolicy")
ON_USER: Final = ("iam:PutUserPolicy", "iam:AttachUserPolicy", "iam:AddUserToGroup")
ON_POLICIES: Final = ("iam:CreatePolicyVersion",)
OF_USER: Final = ("iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:UpdateLoginProfile")
OVER_OTHERS: Final = ("iam:PassRole", "iam:UpdateAssumeRolePolicy", *OF_USER)
EDITING: Final = ("s3:PutBucketPolicy", "kms:PutKeyPolicy", "kms:CreateGrant")
"""What policies of buckets and keys may let in to, so that these are edited."""
MOVING: Final = (
    *ON_ROLE,
    *ON_USER,
    *ON_POLICIES,
    *EDITING,
    "lakeformation:PutDataLakeSettings",
    "lakeformation:GrantPermissions",
)
"""What a step takes that is not one to another principal."""
EVERYTHING: Final = Policy((Statement(allow=True, actions=("*",), resources=("*",)),))
SELECT: Final = frozenset({"SELECT"})


def steps_of(state: LakeState, held: tuple[str, ...], table: TableName) -> Iterator[Taken]:
    """The steps that those principals may take towards the table, those to other principals first."""
    for actor in held:
        identity = _identity(state, actor)
        if identity is None or identity.policy is None:
            continue
        asked = _Asked(state, actor, identity)
        yield from asked.to_others()
        yield from asked.own_policy(held)
        yield from asked.in_lake_formation(table)
        yield from asked.in_storage(table)


def others_of(state: LakeState, principal: str) -> Iterator[Taken]:
    """The steps to other principals alone."""
    identity = _identity(state, principal)
    if identity is not None and identity.policy is not None:
        yield from _Asked(state, principal, identity).to_others()


def _identity(state: LakeState, principal: str) -> Identity | None:
    return state.account(account_of(principal) or "").identities.get(principal)


@dataclass(frozen=True)
class _Asked:
    state: LakeState
    actor: str
    identity: Identity

    @property
    def account(self) -> AccountState:
        return self.state.account(account_of(self.actor) or "")

    def may(self, action: str, resource: str, **context: str) -> Allowed:
        """By its own policies."""
        owner = resource.split(":")[4] if resource.count(":") >= 5 else ""
        known = {**known_context(self.state, self.actor, owner), **context}
        return identity_allows(self.actor, self.identity, action, resource, known)

    def first(self, actions: tuple[str, ...], resource: str) -> tuple[str, Allowed] | None:
        """The first of these actions that it may."""
        for action in actions:
            found = self.may(action, resource)
            if found.fault is None:
                return action, found
        return None

    def to_others(self) -> Iterator[Taken]:
        """To roles that let it in, of all accounts, and to others of its own account."""
        named = self.state.letting_in
        for name in (self.actor, self.account.account, "*"):
            for role in named.get(name, ()):
                if role != self.actor:
                    yield from self._assume(role)
        policy = self.identity.policy
        if policy is None or not any(policy.resources_on(each) for each in OVER_OTHERS):
            return
        for arn, other in self.account.identities.items():
            if arn == self.actor:
                continue
            if principal_of(arn).kind is PrincipalKind.USER:
                yield from self._user(arn)
            else:
                yield from self._pass(arn, other)
                yield from self._edit_trust(arn)

    def _assume(self, role: str) -> Iterator[Taken]:
        account = self.state.account(account_of(role) or "")
        use = Use("sts:AssumeRole", role, account.account, account.identities[role].trust)
        found = both_allow(
            use, self.actor, self.identity, known_context(self.state, self.actor, account.account)
        )
        if found.fault is None:
            yield self._taken(How.ASSUME, role, ("sts:AssumeRole",), found, becomes=role)

    def _pass(self, role: str, other: Identity) -> Iterator[Taken]:
        for service, actions in PASSED_TO.items():
            if other.trust is None or not _trusts(other.trust, service):
                continue
            passed = self.may("iam:PassRole", role, **{"iam:passedtoservice": service})
            if passed.fault is not None:
                continue
            needed = [self.may(each, self._any(each)) for each in actions]
            if all(each.fault is None for each in needed):
                found = _together(passed, *needed)
                yield self._taken(How.PASS_ROLE, role, ("iam:PassRole", *actions), found, becomes=role)
                return

    def _any(self, action: str) -> str:
        """Some resource of its account that the action may make."""
        service = action.partition(":")[0]
        return f"arn:{self.state.partition}:{service}:{self.state.region}:{self.account.account}:any/any"

    def _edit_trust(self, role: str) -> Iterator[Taken]:
        found = self.may("iam:UpdateAssumeRolePolicy", role)
        if found.fault is None:
            yield self._taken(How.EDIT_TRUST, role, ("iam:UpdateAssumeRolePolicy",), found, becomes=role)

    def _user(self, user: str) -> Iterator[Taken]:
        found = self.first(OF_USER, user)
        if found is not None:
            yield self._taken(How.NEW_KEY, user, (found[0],), found[1], becomes=user)

    def own_policy(self, held: tuple[str, ...]) -> Iterator[Taken]:
        """Of itself, or of one that it can act as: within the boundary, which stays."""
        policies = f"arn:{self.state.partition}:iam::{self.account.account}:policy/any"
        for principal in held:
            identity = _identity(self.state, principal)
            if account_of(principal) != self.account.account or identity is None:
                continue
            if identity.policy == EVERYTHING:
                continue
            user = principal_of(principal).kind is PrincipalKind.USER
            found = self.first(ON_USER if user else ON_ROLE, principal) or self.first(ON_POLICIES, policies)
            if found is not None:
                changed = replace(identity, policy=EVERYTHING)
                change = _entry(self.account.account, "identities", principal, changed)
                yield self._taken(How.EDIT_POLICY, principal, (found[0],), found[1], change=change)

    def in_lake_formation(self, table: TableName) -> Iterator[Taken]:
        """Settings are changed by IAM's leave alone; administrators may grant themselves what they administer
        (https://docs.aws.amazon.com/lake-formation/latest/dg/implicit-permissions.html).
        """
        number = self.account.account
        if self.actor not in self.account.settings.admins:
            action = "lakeformation:PutDataLakeSettings"
            found = self.may(action, "*")
            if found.fault is None:
                settings = self.account.settings
                admins = replace(settings, admins=settings.admins | {self.actor})
                change = _replaced(number, settings=admins)
                yield self._taken(How.SETTINGS, number, (action,), found, change=change)
        elif number == table.catalog:
            action = "lakeformation:GrantPermissions"
            found = self.may(action, "*")
            resource = Resource(table.catalog, Kind.TABLE, (table.database, table.table))
            grant = Grant(self.actor, resource, SELECT)
            if found.fault is None and grant not in self.account.grants:
                change = _replaced(number, grants=(*self.account.grants, grant))
                yield self._taken(How.GRANT, str(table), (action,), found, change=change)

    def in_storage(self, table: TableName) -> Iterator[Taken]:
        """The policy of the table's bucket, and of its key."""
        catalog = self.state.account(table.catalog)
        found = catalog.databases.get(table.database)
        held = found.tables.get(table.table) if found else None
        if held is None:
            return
        bucket = held.location.partition("/")[0]
        owner = self.state.bucket_owners.get(bucket)
        if owner is not None:
            yield from self._bucket(owner, bucket)
            key = self.state.account(owner).bucket_keys.get(bucket)
            if key is not None and (known := self.state.key(key)) is not None:
                yield from self._key(key, known)

    def _bucket(self, owner: str, bucket: str) -> Iterator[Taken]:
        policy = self.state.account(owner).buckets[bucket]
        arn = f"arn:{self.state.partition}:s3:::{bucket}"
        action = "s3:PutBucketPolicy"
        found = both_allow(
            Use(action, arn, owner, policy, self.state.account(owner).control),
            self.actor,
            self.identity,
            known_context(self.state, self.actor, owner),
        )
        let_in = _let_in(policy, self.actor, "s3:*")
        if found.fault is None and let_in != policy:
            change = _entry(owner, "buckets", bucket, let_in)
            yield self._taken(How.BUCKET_POLICY, bucket, (action,), found, change=change)

    def _key(self, arn: str, key: Key) -> Iterator[Taken]:
        owner = arn.split(":")[4]
        for action in ("kms:PutKeyPolicy", "kms:CreateGrant"):
            found = both_allow(
                Use(action, arn, owner, key.lets, self.state.account(owner).control),
                self.actor,
                self.identity,
                known_context(self.state, self.actor, owner),
            )
            let_in = replace(key, policy=_let_in(key.policy, self.actor, "kms:*"))
            if found.fault is None and let_in != key:
                change = _entry(owner, "keys", arn, let_in)
                yield self._taken(How.KEY_POLICY, arn, (action,), found, change=change)
                return

    def _taken(
        self,
        how: How,
        target: str,
        actions: tuple[str, ...],
        found: Allowed,
        *,
        becomes: str = "",
        change: Change | None = None,
    ) -> Taken:
        return Taken(how, self.actor, target, actions, becomes, change, found.statements, found.assumed)


def _trusts(trust: Policy, service: str) -> bool:
    return resource_verdict(
        trust, "sts:AssumeRole", "", {}, principal=f"service:{service}", account=""
    ).allowed


def _together(*answers: Allowed) -> Allowed:
    return Allowed(
        None,
        tuple(dict.fromkeys(one for each in answers for one in each.statements)),
        tuple(dict.fromkeys(text for each in answers for text in each.assumed)),
    )


def _let_in(policy: Policy | None, principal: str, actions: str) -> Policy:
    """The policy with one more statement, and without its denials, as it may be rewritten."""
    statement = Statement(allow=True, actions=(actions,), resources=("*",), principals=(principal,))
    kept = tuple(each for each in (policy.statements if policy else ()) if each.allow and each != statement)
    return Policy((*kept, statement))


def _entry(account: str, name: str, key: str, value: object) -> Change:
    def change(state: LakeState) -> LakeState:
        held = state.account(account)
        return _replaced(account, **{name: {**getattr(held, name), key: value}})(state)

    return change


def _replaced(account: str, **values: object) -> Change:
    def change(state: LakeState) -> LakeState:
        changed = replace(state.account(account), **values)  # type: ignore[arg-type]
        return replace(state, accounts={**state.accounts, account: changed})

    return change
