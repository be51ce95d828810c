"""What is made in an account of the embedded AWS before a mesh is deployed to it."""

from pathlib import Path
from typing import Any

import pytest

from meshwright.aws.accounts import Account
from meshwright.local import control
from meshwright.local.prepare import prepare
from meshwright.mesh.model import Mesh
from meshwright.project import load_mesh
from tests.config.small_mesh import ORDERS_FILE, TODAY, edited, write_mesh
from tests.embedded import REGION, Aws

READS = ["lakeformation:GetDataAccess", "glue:GetTable"]
WRITES = [*READS, "glue:UpdateTable"]
ROLES = """\
roles:
  engineers: {create: true, trusted_by: ["arn:aws:iam::222222222221:role/Jobs"]}
  analysts: OrdersAnalyst
"""


def mesh_in(root: Path, roles: str, account: str) -> Mesh:
    """The small mesh with these roles of orders, whose only account is `account`."""
    before = "roles:\n  engineers: {create: true}\n  analysts: OrdersAnalyst\n"
    texts = edited(ORDERS_FILE, before, roles)
    text = texts[ORDERS_FILE].replace("222222222221", account)
    texts[ORDERS_FILE] = text.replace(', prod: "222222222222"', "")
    return load_mesh(write_mesh(root, texts), environment=None, today=TODAY)


def made_in(aws: Aws, mesh: Mesh) -> tuple[str, ...]:
    orders = mesh.domains["orders"]
    variables = control.environment(aws.embedded, orders.account, REGION)
    account = Account(account=orders.account, region=REGION, environment=variables)
    return prepare(account, mesh=mesh, domain=orders)


def actions(iam: Any, role: str) -> dict[str, list[str]]:
    """By inline policy of the role, which of WRITES it allows."""
    found = {}
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        allowed = [action for each in document["Statement"] for action in each["Action"]]
        found[name] = [action for action in WRITES if action in allowed]
    return found


def test_stand_ins_for_existing_roles_may_read_the_catalog_and_trusted_ones_nothing(
    aws: Aws, tmp_path: Path, account: Any
) -> None:
    mesh = mesh_in(tmp_path, ROLES, account())
    iam = aws.client("iam", mesh.domains["orders"].account)
    assert made_in(aws, mesh) == ("OrdersAnalyst", "Jobs")
    assert actions(iam, "OrdersAnalyst") == {"data": READS}
    assert actions(iam, "Jobs") == {}


def test_a_role_named_by_its_arn_is_made_at_its_path(aws: Aws, tmp_path: Path, account: Any) -> None:
    here = account()
    arn = f"arn:aws:iam::{here}:role/team/OrdersAnalyst"
    mesh = mesh_in(tmp_path, f"roles:\n  analysts: {arn}\n", here)
    assert made_in(aws, mesh) == ("OrdersAnalyst",)
    assert aws.client("iam", here).get_role(RoleName="OrdersAnalyst")["Role"]["Arn"] == arn


@pytest.mark.parametrize("key", ["analysts", "engineers"])
def test_a_later_run_gives_the_same_role_what_the_files_ask_now(
    aws: Aws, tmp_path: Path, account: Any, key: str
) -> None:
    """Whichever of two keys for one role writes."""
    here = account()
    first = mesh_in(tmp_path / "first", "roles:\n  analysts: OrdersAnalyst\n", here)
    iam = aws.client("iam", here)
    assert made_in(aws, first) == ("OrdersAnalyst",)
    assert actions(iam, "OrdersAnalyst") == {"data": READS}
    roles = "".join(
        f"  {each}: {{name: OrdersAnalyst, access: {'write' if each == key else 'read'}}}\n"
        for each in ("engineers", "analysts")
    )
    second = mesh_in(tmp_path / "second", f"roles:\n{roles}", here)
    assert made_in(aws, second) == ()
    assert actions(iam, "OrdersAnalyst") == {"data": WRITES}


def test_the_function_of_the_chat_is_made_where_it_is_named(aws: Aws, tmp_path: Path, account: Any) -> None:
    here, elsewhere = account(), account()

    def files(number: str, name: str) -> Mesh:
        mesh_in(tmp_path / name, "roles:\n  analysts: OrdersAnalyst\n", here)
        file = tmp_path / name / ORDERS_FILE
        arn = f"arn:aws:lambda:{REGION}:{number}:function:{name}"
        text = file.read_text().replace(f'{{dev: "{here}"}}', f'{{dev: "{here}", prod: "{elsewhere}"}}')
        file.write_text(f'{text}monitoring: {{chat_webhook: "{arn}"}}\n')
        return load_mesh(tmp_path / name, environment=None, today=TODAY)

    functions = aws.client("lambda", here)
    assert made_in(aws, files(here, "chat")) == ("OrdersAnalyst", "chat")
    assert functions.get_function(FunctionName="chat")["Configuration"]["Handler"] == "index.handler"
    assert made_in(aws, files(here, "chat")) == ()
    assert made_in(aws, files(elsewhere, "other")) == ()
    assert [each["FunctionName"] for each in functions.list_functions()["Functions"]] == ["chat"]
