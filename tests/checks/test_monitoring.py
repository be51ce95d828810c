# ruff: noqa: E501 (whole lines of output)
"""Where a domain's alarms can go."""

from pathlib import Path

import pytest

from tests.config.small_mesh import (
    ORDERS_FILE,
    Case,
    edited,
    said_about,
    write_mesh,
)

ROLES = "roles:\n  engineers"


def monitoring(function: str) -> str:
    return f"monitoring: {{chat_webhook: {function}}}\n{ROLES}"


CASES = (
    Case(
        "a function of an account of the domain",
        ORDERS_FILE,
        ROLES,
        monitoring("arn:aws:lambda:eu-west-1:222222222222:function:post"),
        (),
    ),
    Case(
        "a function of another account",
        ORDERS_FILE,
        ROLES,
        monitoring("arn:aws:lambda:eu-west-1:999999999999:function:post"),
        (
            "domains/orders.yaml:5:28: monitoring.chat_webhook: the function is in account 999999999999, which is not an account of this domain. Name a function of one of the domain's own accounts.",
        ),
    ),
    Case(
        "a function of another Region",
        ORDERS_FILE,
        ROLES,
        monitoring("arn:aws:lambda:us-east-1:222222222221:function:post"),
        (
            "domains/orders.yaml:5:28: monitoring.chat_webhook: the function is in us-east-1, but the mesh of dev is in eu-west-1. Name a function of that Region.",
        ),
    ),
    Case(
        "a function of another partition",
        ORDERS_FILE,
        ROLES,
        monitoring("arn:aws-cn:lambda:eu-west-1:222222222221:function:post"),
        (
            "domains/orders.yaml:5:28: monitoring.chat_webhook: eu-west-1 is in the partition aws, not in aws-cn. Begin it with arn:aws:lambda:eu-west-1:",
        ),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_said(case: Case, tmp_path: Path) -> None:
    root = write_mesh(tmp_path, edited(case.file, case.old, case.new))
    assert said_about(root) == case.lines
