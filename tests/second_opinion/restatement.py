"""AWS's evaluation logic, restated as naively as can be, without anything of meshwright.

Written from https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html and the
pages that it names: of policies in one account and across accounts, of the elements of a policy and of
condition operators. `as_they` makes it answer as another evaluator does where that is known to differ.
"""

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from typing import Any

from tests.second_opinion.case import ALLOWED, DENIED, IMPLICIT, Case, Document
from tests.second_opinion.differences import (
    ARNS_ARE_TEXT,
    EVERYBODY_IS_NOT_THE_USER,
    NO_NOT_PRINCIPAL,
    NO_PATHS,
    NO_VARIABLES,
    NOT_UNEQUAL,
    ONE_NULL,
)


def judge(case: Case, as_they: Collection[str] = ()) -> str:
    """What the policies say together."""
    identity = [each for document in case.identity for each in statements(document)]
    limits = [statements(each) for each in (case.boundary, case.session) if each is not None]
    speak = [
        [each for each in layer if speaks_of(each, case, as_they)]
        for layer in (identity, *limits, statements(case.of_resource or {}))
    ]
    *own, of_resource = speak
    names = [(each, how_named(each, case, as_they)) for each in of_resource]
    denials = [each for layer in own for each in layer if each["Effect"] == "Deny"]
    denials += [each for each, named in names if named and each["Effect"] == "Deny"]
    if denials:
        return DENIED
    by_identity, *within = [any(each["Effect"] == "Allow" for each in layer) for layer in own]
    by_resource = {named for each, named in names if named and each["Effect"] == "Allow"}
    by_both = by_identity and all(within)
    if case.account != case.owner:
        return ALLOWED if by_both and by_resource else IMPLICIT
    if by_both and (by_resource or not case.action.startswith("kms:")):
        return ALLOWED
    if ":user/" in case.principal:
        unlimited = "itself" in by_resource or (
            "everybody" in by_resource and EVERYBODY_IS_NOT_THE_USER not in as_they
        )
        limited = "everybody" in by_resource
    else:
        unlimited, limited = False, bool(by_resource & {"itself", "everybody"})
    return ALLOWED if unlimited or (limited and all(within)) else IMPLICIT


def statements(document: Document) -> list[Document]:
    """Its statements, of which there may be one without a list."""
    found = document.get("Statement", [])
    version = document.get("Version", "2008-10-17")
    return [{**each, "Version": version} for each in (found if isinstance(found, list) else [found])]


def speaks_of(statement: Document, case: Case, as_they: Collection[str]) -> bool:
    """Whether it is about the action and the resource, and its conditions hold."""
    action = case.action.lower()
    if "Action" in statement:
        about = any(matches(action, each.lower()) for each in listed(statement["Action"]))
    else:
        about = not any(matches(action, each.lower()) for each in listed(statement["NotAction"]))
    if "Resource" in statement:
        on = any(
            is_like(case.resource, each, statement, case, as_they) for each in listed(statement["Resource"])
        )
    else:
        on = not any(
            is_like(case.resource, each, statement, case, as_they)
            for each in listed(statement["NotResource"])
        )
    return (
        about
        and on
        and all(
            holds(operator, case.context[key.lower()], listed(values), statement, case, as_they)
            for operator, keys in statement.get("Condition", {}).items()
            for key, values in keys.items()
        )
    )


def how_named(statement: Document, case: Case, as_they: Collection[str]) -> str:
    """As itself, as everybody or by its account; empty if it is not."""
    if "Principal" in statement:
        raw = statement["Principal"]
        return closest(["*"] if raw == "*" else listed(raw["AWS"]), case, as_they)
    if NO_NOT_PRINCIPAL in as_they:
        return ""
    raw = statement["NotPrincipal"]
    if case.boundary is not None and statement["Effect"] == "Deny":
        return "everybody"  # it denies whoever has a boundary, as the page on boundaries says
    return "" if closest(listed(raw["AWS"]), case, as_they) in ("itself", "everybody") else "everybody"


def closest(names: list[str], case: Case, as_they: Collection[str]) -> str:
    if NO_PATHS in as_they and ":role/" in case.principal:
        names = [case.principal if as_a_role(each) == as_a_role(case.principal) else each for each in names]
    for how, wanted in (
        ("itself", {case.principal}),
        ("everybody", {"*"}),
        ("account", {case.account, f"arn:aws:iam::{case.account}:root"}),
    ):
        if wanted & set(names):
            return how
    return ""


def as_a_role(arn: str) -> tuple[str, str]:
    """Its account, and its name without path."""
    return arn.partition(":role/")[0], arn.rpartition("/")[2]


def holds(
    operator: str,
    given: str | list[str] | None,
    wanted: list[str],
    statement: Document,
    case: Case,
    as_they: Collection[str],
) -> bool:
    if operator == "Null":
        answers = ["true" if given is None else "false"]
        return bool(set(answers) & {each.lower() for each in (wanted[:1] if ONE_NULL in as_they else wanted)})
    qualifier, _, name = operator.rpartition(":")
    if name.endswith("IfExists"):
        if given is None:
            return True
        name = name[: -len("IfExists")]
    negated = "Not" in name
    values = [] if given is None else given if isinstance(given, list) else [given]

    def one_of(value: str) -> bool:
        return any(same(name.replace("Not", ""), value, each, statement, case, as_they) for each in wanted)

    def passes(value: str) -> bool:
        if negated and NOT_UNEQUAL in as_they and name.startswith(("Numeric", "Date")):
            return all(comparable(name, value, each) for each in wanted) and not one_of(value)
        return one_of(value) != negated

    if qualifier == "ForAllValues":
        return all(passes(each) for each in values)
    if qualifier == "ForAnyValue":
        return any(passes(each) for each in values)
    return passes(values[0]) if values else negated


def same(
    name: str, value: str, wanted: str, statement: Document, case: Case, as_they: Collection[str]
) -> bool:
    if name in ("StringLike", "ArnLike", "ArnEquals"):
        whole = name == "StringLike" or ARNS_ARE_TEXT in as_they
        return is_like(value, wanted, statement, case, as_they, whole=whole)
    if name.startswith("String"):
        text = as_text(wanted, statement, case, as_they)
        if text is None:
            return False
        return value.lower() == text.lower() if name.endswith("IgnoreCase") else value == text
    if name == "Bool":
        return value.lower() == wanted.lower()
    try:
        if name == "IpAddress":
            return ip_address(value) in ip_network(wanted, strict=False)
        convert: Callable[[str], Any] = float if name.startswith("Numeric") else moment
        one, other = convert(value), convert(wanted)
    except ValueError:
        return False
    order = name.removeprefix("Numeric").removeprefix("Date")
    return {
        "Equals": one == other,
        "LessThan": one < other,
        "LessThanEquals": one <= other,
        "GreaterThan": one > other,
        "GreaterThanEquals": one >= other,
    }[order]


def comparable(name: str, value: str, wanted: str) -> bool:
    try:
        for each in (value, wanted):
            float(each) if name.startswith("Numeric") else moment(each)
    except ValueError:
        return False
    return True


def moment(text: str) -> datetime:
    if text.isdigit() and len(text) > 4:
        return datetime.fromtimestamp(int(text), UTC)
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def is_like(
    value: str,
    pattern: str,
    statement: Document,
    case: Case,
    as_they: Collection[str],
    *,
    whole: bool = True,
) -> bool:
    """Whether the value is like the pattern; of an ARN part by part, unless it is looked at as a whole."""
    if whole:
        tokens = with_values(pattern, statement, case, as_they)
        return tokens is not None and tokens_match(list(value), tokens)
    if pattern.count(":") < 5:
        return is_like(value, pattern, statement, case, as_they)
    if value.count(":") < 5:
        return False
    parts = zip(value.split(":", 5), split_arn(pattern), strict=True)
    return all(is_like(one, other, statement, case, as_they) for one, other in parts)


def split_arn(pattern: str) -> list[str]:
    """The six parts of an ARN; a colon inside of a variable parts nothing."""
    found, inside = [""], False
    for place, sign in enumerate(pattern):
        inside = (inside or pattern[place : place + 2] == "${") and pattern[place - 1 : place] != "}"
        if sign == ":" and not inside and len(found) < 6:
            found.append("")
        else:
            found[-1] += sign
    return found


def with_values(
    pattern: str, statement: Document, case: Case, as_they: Collection[str]
) -> list[tuple[str, bool]] | None:
    """Its characters, each with whether it is a wildcard; None where a variable has no value."""
    variables = statement["Version"] == "2012-10-17" and NO_VARIABLES not in as_they
    found: list[tuple[str, bool]] = []
    rest = pattern
    while rest:
        if variables and rest.startswith("${") and "}" in rest:
            name, rest = rest[2:].split("}", 1)
            if name in ("*", "?", "$"):
                found.append((name, False))
                continue
            value = case.context[name.lower()]
            if value is None:
                return None
            assert isinstance(value, str)
            found += [(sign, False) for sign in value]
            continue
        found.append((rest[0], rest[0] in "*?"))
        rest = rest[1:]
    return found


def as_text(text: str, statement: Document, case: Case, as_they: Collection[str]) -> str | None:
    tokens = with_values(text, statement, case, as_they)
    return None if tokens is None else "".join(sign for sign, _ in tokens)


def matches(value: str, pattern: str) -> bool:
    return tokens_match(list(value), [(sign, sign in "*?") for sign in pattern])


def tokens_match(value: list[str], pattern: list[tuple[str, bool]]) -> bool:
    if not pattern:
        return not value
    (sign, wild), rest = pattern[0], pattern[1:]
    if wild and sign == "*":
        return any(tokens_match(value[start:], rest) for start in range(len(value) + 1))
    return bool(value) and (wild or value[0] == sign) and tokens_match(value[1:], rest)


def listed(raw: Any) -> list[str]:
    """A text or a list of them, with booleans as text."""
    return [
        str(each).lower() if isinstance(each, bool) else str(each)
        for each in (raw if isinstance(raw, list) else [raw])
    ]
