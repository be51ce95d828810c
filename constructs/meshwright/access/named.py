"""Whom the Principal or NotPrincipal of a policy's statement names.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from enum import IntEnum


class Named(IntEnum):
    """How a resource's policy names a principal, each more closely than the one before."""

    NOT = 0
    ACCOUNT = 1
    """By its account."""
    EVERYBODY = 2
    """As everybody."""
    ITSELF = 3
    """By the ARN of the role or user."""
    SESSION = 4
    """By the ARN of one session of the role."""


SPARED = "a session of {} is spared with its role by NotPrincipal"
ACCOUNT_NOT_SPARED = "NotPrincipal spares {} though it does not list its account"
ONE_SESSION = "the session of {} has the name {}"
OTHER_SESSION = "the session of {} has another name than {}, which is denied"


def named_by(
    principals: tuple[str, ...],
    not_principals: tuple[str, ...],
    *,
    allow: bool,
    principal: str,
    account: str,
    bounded: bool,
) -> tuple[Named, tuple[str, ...]]:
    """How a statement of a resource's policy names the principal, and what is assumed for that.

    `allow`: its effect; `bounded`: whether the principal has a permissions boundary.

    Of a Deny with NotPrincipal: NOT for whom it spares. It never spares a principal with a boundary
    (https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html), nor a role by its
    account alone, and may not without it
    (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html).
    """
    if not not_principals:
        return _closest(principals, principal, account, ONE_SESSION if allow else OTHER_SESSION)
    named, _ = _closest(not_principals, principal, account, ONE_SESSION)
    if named < Named.EVERYBODY or (bounded and not allow):
        return Named.EVERYBODY, ()
    if named is Named.EVERYBODY or allow or principal == account:
        return Named.NOT, ()
    if not any(_is(each, principal, account) is Named.ACCOUNT for each in not_principals):
        return Named.NOT, (ACCOUNT_NOT_SPARED.format(principal),)
    if named is Named.ITSELF and ":role/" in principal:
        return Named.NOT, (SPARED.format(principal),)
    return Named.NOT, ()


def _closest(
    listed: tuple[str, ...], principal: str, account: str, text: str
) -> tuple[Named, tuple[str, ...]]:
    """How the principal is listed; where only sessions of it are, the text of what is assumed then."""
    found, sessions = Named.NOT, list[str]()
    for each in listed:
        how = _is(each, principal, account)
        if how is Named.SESSION:
            sessions.append(each.rpartition("/")[2])
        else:
            found = max(found, how)
    if sessions and found < Named.EVERYBODY:
        return Named.SESSION, (text.format(principal, " or ".join(sessions)),)
    return found, ()


def _is(listed: str, principal: str, account: str) -> Named:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html"""
    if listed == principal:
        return Named.ITSELF
    if listed == "*":
        return Named.EVERYBODY
    if account and (listed == account or _is_root(listed, account)):
        return Named.ITSELF if principal == account else Named.ACCOUNT
    if ":assumed-role/" in listed and ":role/" in principal:
        of, _, role = listed.rpartition("/")[0].partition(":assumed-role/")
        if of.endswith(f":sts::{account}") and role == principal.rpartition("/")[2]:
            return Named.SESSION
    return Named.NOT


def _is_root(listed: str, account: str) -> bool:
    return listed.endswith(f"::{account}:root") and listed.startswith("arn:")
