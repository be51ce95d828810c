"""The files against the accounts: what must have been read of them, and what is refused."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from meshwright import deployed
from meshwright.access.state import AccountState, Database, LakeState, Unread
from meshwright.aws.inventory import Stack
from meshwright.aws.live import Live
from meshwright.aws.sessions import Sessions
from meshwright.deployed import Against, against_deployed, resolved
from meshwright.errors import UserError
from meshwright.project import examine
from tests.config.small_mesh import ANALYTICS_FILE, MESH_FILE, write_mesh

GOVERNANCE, ORDERS = "111111111111", "222222222221"
TODAY = date(2027, 1, 1)
FOUNDATION = (Stack("acme-orders-foundation", "CREATE_COMPLETE"),)
NO_LIST = Unread(ORDERS, "lakeformation:ListPermissions", "the caller is no administrator")
NO_STACKS = Unread(ORDERS, "cloudformation:DescribeStacks", "the caller is not allowed to")
NO_ROLE = Unread(ORDERS, "sts:AssumeRole", "the role does not exist")


def against(
    root: Path, live: Live, monkeypatch: pytest.MonkeyPatch, sessions: Sessions | None = None
) -> Against:
    monkeypatch.setattr(deployed, "read_live", lambda *_, **__: live)
    found = examine(root, environment=None, today=TODAY)
    mesh = resolved(found, environment=None, today=TODAY)
    return against_deployed(found, mesh, sessions or Sessions({}), today=TODAY)


def live_with(stacks: Mapping[str, tuple[Stack, ...]], *unread: Unread) -> Live:
    governance = AccountState(
        GOVERNANCE,
        databases={
            "acme_orders_sales": Database(
                parameters={"meshwright.domain": "orders", "meshwright.product": "sales"}
            )
        },
    )
    state = LakeState(accounts={GOVERNANCE: governance}, region="eu-west-1", unread=unread)
    return Live(state=state, streams={}, stacks=stacks)


@pytest.mark.parametrize(
    ("stacks", "unread"),
    [
        ({ORDERS: FOUNDATION}, NO_LIST),
        ({ORDERS: ()}, NO_STACKS),  # so there may be stacks
        ({}, NO_ROLE),
    ],
    ids=["in use", "stacks not read", "not entered"],
)
def test_what_may_be_relied_on_must_be_read(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    stacks: Mapping[str, tuple[Stack, ...]],
    unread: Unread,
) -> None:
    with pytest.raises(UserError) as raised:
        against(write_mesh(tmp_path), live_with(stacks, unread), monkeypatch)
    assert str(raised.value) == (
        "What is deployed can't be compared with, since not all of it can be read:\n"
        f"222222222221: {unread.call}: {unread.why}\n"
        "Allow these calls, or compare with a git ref instead."
    )


def test_an_account_without_a_stack_of_the_mesh_need_not_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = against(write_mesh(tmp_path), live_with({ORDERS: ()}, NO_LIST), monkeypatch)
    assert found.checked() is found.mesh


def test_what_to_accept_must_be_in_the_files_or_deployed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = against(write_mesh(tmp_path), live_with({}), monkeypatch)
    assert found.refusals(("orders.sales",)) == ()
    with pytest.raises(UserError, match=r"no product or stream `orders.sale` .* Did you mean `orders.sales`"):
        found.refusals(("orders.sale",))


def test_problems_of_the_files_are_listed_beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write_mesh(tmp_path)
    file = root / ANALYTICS_FILE
    file.write_text(file.read_text().replace("product: orders.sales", "product: orders.sale"))
    with pytest.raises(UserError) as raised:
        against(root, live_with({}), monkeypatch).checked()
    assert "orders has no product `sale`" in str(raised.value)


def test_without_a_mesh_there_is_nothing_to_compare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write_mesh(tmp_path)
    (root / MESH_FILE).write_text("mesh: acme\n")
    with pytest.raises(UserError, match="environments: the key `environments` is missing"):
        against(root, live_with({}), monkeypatch)
