"""`meshwright local`: what is printed. The embedded AWS itself is tested in tests/local."""

from pathlib import Path

import pytest

from meshwright.cli import main
from meshwright.local import control
from meshwright.local.control import Embedded, Stack
from tests.config.small_mesh import write_mesh


class Running(Embedded):
    """An embedded AWS that answers without a process."""

    def stacks(self) -> tuple[Stack, ...]:
        return (
            Stack("222222222221", "eu-west-1", "acme-orders-foundation", "CREATE_COMPLETE"),
            Stack("111111111111", "eu-west-1", "acme-governance", "CREATE_COMPLETE"),
        )

    def accepted(self) -> tuple[str, ...]:
        return ("AWS::Logs::LogGroup",)

    def notes(self) -> tuple[str, ...]:
        return ("arn:…/charges: Nothing is delivered.",)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(write_mesh(tmp_path))
    return tmp_path


@pytest.fixture
def running(root: Path, monkeypatch: pytest.MonkeyPatch) -> Running:
    embedded = Running(port=5567, pid=42, wanted_port=5566, folder=Path(".meshwright"))
    monkeypatch.setattr(control, "up", lambda *_, **__: embedded)
    monkeypatch.setattr(control, "status", lambda *_: embedded)
    return embedded


def test_up_says_where_it_is_and_what_it_does_not_emulate(
    running: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["local", "up"]) == 0
    assert capsys.readouterr().out == (
        "Port 5566 is busy; using 5567.\n"
        "The embedded AWS answers at http://127.0.0.1:5567 (log: .meshwright/embedded-aws.log).\n"
        "Deployed without effect, because accepted and not emulated:\n"
        "  AWS::Logs::LogGroup\n"
        "arn:…/charges: Nothing is delivered.\n"
        'Work in one account of it:  eval "$(meshwright local env governance)"\n'
        "Stop it:                    meshwright local down\n"
    )


def test_status_lists_the_stacks_by_account(running: Running, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["local", "status"]) == 0
    assert capsys.readouterr().out.splitlines()[1:3] == [
        "  111111111111  eu-west-1  acme-governance  CREATE_COMPLETE",
        "  222222222221  eu-west-1  acme-orders-foundation  CREATE_COMPLETE",
    ]


def test_status_env_and_down_without_one(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["local", "status"]) == 1
    assert main(["local", "env", "orders"]) == 2
    assert main(["local", "down"]) == 0
    shown = capsys.readouterr()
    assert shown.out == (
        "The embedded AWS is not running. Start it: meshwright local up\nThe embedded AWS was not running.\n"
    )
    assert shown.err == "The embedded AWS is not running. Start it: meshwright local up\n"


ROLES = "arn:aws:iam::333333333331:role"
DEPLOYER = "arn:aws:iam::{0}:role/cdk-hnb659fds-cfn-exec-role-{0}-eu-west-1"


@pytest.mark.parametrize(
    ("arguments", "account", "role"),
    [
        (["orders"], "222222222221", DEPLOYER.format("222222222221")),
        (["222222222221"], "222222222221", DEPLOYER.format("222222222221")),
        (["governance"], "111111111111", DEPLOYER.format("111111111111")),
        (["analytics", "--role", "analysts"], "333333333331", f"{ROLES}/acme-analytics-analysts"),
        (["analytics", "--role", "Other"], "333333333331", "Other"),
    ],
)  # fmt: skip
def test_env_exports_one_account(
    running: Running,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    account: str,
    role: str,
) -> None:
    def environment(_: Embedded, account: str, region: str, *, role: str) -> dict[str, str]:
        return {"PATH": "/bin", "AWS_REGION": region, "AWS_ACCESS_KEY_ID": f"{account} it's {role}"}

    monkeypatch.setattr(control, "environment", environment)
    assert main(["local", "env", *arguments]) == 0
    assert capsys.readouterr().out == (
        f"export AWS_ACCESS_KEY_ID='{account} it'\"'\"'s {role}'\n"
        "export AWS_REGION=eu-west-1\n"
        "unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_ROLE_ARN AWS_WEB_IDENTITY_TOKEN_FILE\n"
    )


def test_env_of_an_unknown_account(running: Running, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["local", "env", "order"]) == 2
    assert capsys.readouterr().err == (
        "acme has no account `order` in dev. Use one of `governance`, `analytics`, `orders`.\n"
    )


@pytest.mark.parametrize("command", ["up", "demo"])
@pytest.mark.parametrize(
    ("port", "why"),
    [
        ("-3", "Input should be greater than or equal to 0"),
        ("65536", "Input should be less than or equal to 65535"),
        ("http", "Input should be a valid integer, unable to parse string as an integer"),
    ],
)
def test_a_port_that_is_none_starts_nothing(
    root: Path, command: str, port: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["local", command, "--port", port]) == 2
    assert capsys.readouterr().err.endswith(f"Error: Invalid value for '--port': {why}\n")
    assert not (root / ".meshwright").exists()
