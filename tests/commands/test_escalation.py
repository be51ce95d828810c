"""`meshwright escalation`: what it prints, and how it ends."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from meshwright.access.compiled import compile_state
from meshwright.access.iam import parse_policy
from meshwright.access.state import Identity, LakeState, Unread
from meshwright.commands import escalation as command
from meshwright.errors import UserError
from tests.config.small_mesh import TODAY, write_mesh

ORDERS, ANALYTICS = "222222222221", "333333333331"
SPY = f"arn:aws:iam::{ORDERS}:role/Spy"
ENGINEERS = f"arn:aws:iam::{ORDERS}:role/acme-orders-engineers"
GHOST = f"arn:aws:iam::{ORDERS}:role/Ghost"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_mesh(tmp_path)


def run(root: Path, target: str | None = None, *, output: str = "text", live: bool = False) -> int:
    return command.escalation(
        root=root,
        environment="dev",
        target=target,
        live=live,
        local=False,
        role_name=None,
        output=output,
        today=TODAY,
    )


@pytest.fixture
def with_spy(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """The accounts as declared, with a role whom the engineers' trust policy lets in."""

    def read(mesh: object, *_: object, **__: object) -> LakeState:
        state = compile_state(mesh)  # type: ignore[arg-type]
        account = state.accounts[ORDERS]
        trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": SPY}}
        identities = {
            **account.identities,
            ENGINEERS: replace(account.identities[ENGINEERS], trust=parse_policy({"Statement": trust})),
            SPY: Identity(policy=parse_policy({})),
            GHOST: Identity(),
        }
        accounts = {**state.accounts, ORDERS: replace(account, identities=identities)}
        return replace(
            state, accounts=accounts, unchecked=(Unread(ORDERS, "ec2:DescribeVpcEndpoints", "no"),)
        )

    monkeypatch.setattr(command, "state_of", read)
    return read


def test_by_the_files_there_is_no_chain(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(root) == 0
    out = capsys.readouterr().out
    assert out.startswith("No chain of at most 4 steps, by the files: ")
    assert "Not looked at: code of functions" in out
    assert "cdk-" not in out


@pytest.mark.usefixtures("with_spy")
def test_a_chain_in_the_accounts(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(root, "orders.sales.orders", live=True) == 1
    out = capsys.readouterr().out
    assert " ".join(out.split()).startswith(
        f"{SPY} could come to read orders.sales.orders (internal): all 5 columns, with the personal data"
    )
    assert "  1. " + SPY + " assumes orders.engineers (acme-orders-engineers): its" in out
    assert "  2. orders.engineers (acme-orders-engineers) reads it" in out
    assert "1 chain of at most 4 steps, by the accounts: " in out
    assert f"their policies are not known: orders.analysts (OrdersAnalyst), {GHOST}" in " ".join(out.split())
    assert f"Not read: account {ORDERS} (orders), ec2:DescribeVpcEndpoints: no." in " ".join(out.split())


@pytest.mark.usefixtures("with_spy")
def test_a_chain_for_programs(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(root, SPY, live=True, output="json") == 1
    found = json.loads(capsys.readouterr().out)
    assert {each["table"] for each in found["chains"]} == {"orders.sales.orders", "orders.sales.lines"}
    for each in found["chains"]:
        assert (each["principal"], each["reader"]) == (SPY, ENGINEERS)
        [step] = each["steps"]
        assert (step["how"], step["actor"], step["target"]) == ("assume", SPY, ENGINEERS)
        assert step["actions"] == ["sts:AssumeRole"]


@pytest.mark.usefixtures("with_spy")
def test_a_chain_in_markdown(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(root, SPY, live=True, output="markdown") == 1
    out = capsys.readouterr().out
    assert out.startswith("**2 chains of at most 4 steps, by the accounts: 1 principal and 2 tables.**")
    assert "\n### arn:aws:iam::" in out


@pytest.mark.usefixtures("with_spy")
def test_a_role_of_which_nothing_is_known(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(root, GHOST, live=True) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert out.startswith("No chain of at most 4 steps, by the accounts: 0 principals and 2 tables.")
    assert f"Not looked at, as their policies are not known: {GHOST}." in out


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("nobody", "There is no role `nobody` in dev."),
        ("orders.sales.nothing", "orders.sales has no table `nothing`."),
        (f"arn:aws:iam::{ORDERS}:role/Nobody", f"There is no arn:aws:iam::{ORDERS}:role/Nobody among"),
    ],
)
def test_what_is_not_there(root: Path, target: str, says: str) -> None:
    with pytest.raises(UserError) as error:
        run(root, target)
    assert str(error.value).startswith(says)


def test_a_role_to_read_nothing_with(root: Path) -> None:
    with pytest.raises(UserError, match="--role-name is the role to read the accounts with"):
        command.escalation(
            root=root,
            environment="dev",
            target=None,
            live=False,
            local=False,
            role_name="Auditor",
            output="text",
            today=TODAY,
        )
