"""What the evaluator of ministack says of cases: a program for the environment that it is installed in.

A case is a line of JSON on the standard input, its answer a line of the output. It is given what its server
would find: the ARN of a role's session, and the values of condition keys.
"""

import json
import sys
from typing import Any

from ministack.core.iam_evaluator import (
    EvalContext,
    combine_resource_policy,
    evaluate,
    parse_policy_document,
)

ANSWERS = {"Allow": "allowed", "Deny": "denied", "ImplicitDeny": "implicitly denied"}


def theirs(case: dict[str, Any]) -> str:
    account, kind = case["principal"].split(":")[4], case["principal"].split(":")[5].partition("/")[0]
    session = f"arn:aws:sts::{account}:assumed-role/{case['principal'].rpartition('/')[2]}/session"
    context = EvalContext(
        principal_arn=session if kind == "role" else case["principal"],
        principal_type="AssumedRole" if kind == "role" else "User",
        principal_account=account,
        action=case["action"],
        resource_arn=case["resource"],
        region="eu-west-1",
        service_context={key: value for key, value in case["context"].items() if value is not None},
    )
    limits = [
        [parse_policy_document(each)] for each in (case["boundary"], case["session"]) if each is not None
    ]
    identity = evaluate(context, [parse_policy_document(each) for each in case["identity"]], *limits)
    found = combine_resource_policy(
        identity,
        context,
        case["of_resource"],
        case["owner"],
        required=case["action"].startswith("kms:"),
        limits=tuple(limits),
    )
    return ANSWERS[found.decision]


if __name__ == "__main__":
    for line in sys.stdin:
        print(theirs(json.loads(line)))
