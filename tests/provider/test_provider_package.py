"""The folder as it is deployed: what it imports, what it calls, and that its role may do exactly that."""

import ast
import random
import re
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import boto3
import pytest
from tests.provider.lake_model import Model
from tests.soak.resources import KINDS, SHARED

from meshwright import provider
from meshwright.provider import permissions
from meshwright.provider.calls import Calls
from meshwright.provider.document import Cells
from meshwright.provider.handler import dispatch
from meshwright.provider.permissions import DOMAIN, GOVERNANCE, Statement
from meshwright.provider.resources import parse_resource

FOLDER = Path(provider.__file__).parent
MODULES = sorted(FOLDER.glob("*.py"))
# Actions that no call of ours names, and why they are in the policies.
INDIRECT = re.compile(
    r"organizations:|ram:(?!GetResourceShareInvitations|AcceptResourceShareInvitation)|glue:\w+ResourcePolicy"
    r"|glue:Get|lakeformation:(GrantPermissions|RevokePermissions|GetDataAccess)"
)
CLIENTS = {
    name: boto3.client(name, region_name="eu-west-1")
    for name in ("glue", "iam", "lakeformation", "ram", "ssm")
}


def imported() -> set[str]:
    names = set()
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                names.add(node.module.split(".")[0])
    return names


def called() -> set[str]:
    """The `service:Action` of each call that the modules spell out as `("service", "operation"`."""
    found = set()
    text = "".join(path.read_text(encoding="utf-8") for path in MODULES)
    for name, client in CLIENTS.items():
        for operation, action in client.meta.method_to_api_mapping.items():
            if re.search(rf'"{name}",\s*"{operation}"', text):
                found.add(f"{name}:{action}")
    return found


def test_only_the_standard_library_and_boto3_are_imported() -> None:
    assert len(MODULES) > 10
    assert imported() - set(sys.stdlib_module_names) == {"boto3", "botocore"}


def test_the_packaged_folder_imports_as_a_package_of_its_own(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "provider", ignore=shutil.ignore_patterns("__pycache__"))
    script = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); sys.modules['meshwright'] = None\n"
        "from provider.handler import handler, HANDLERS\n"
        "from provider import permissions\n"
        "print(handler.__module__, len(HANDLERS), __import__('provider').__file__)"
    )
    done = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.split() == ["provider.handler", "4", str(tmp_path / "provider" / "__init__.py")]


@pytest.mark.parametrize("statements", [GOVERNANCE, DOMAIN])
def test_statements_are_well_formed(statements: tuple[Statement, ...]) -> None:
    sids = [one.sid for one in statements]
    assert len(set(sids)) == len(sids)
    filled = {
        "partition": "aws",
        "region": "eu-west-1",
        "account": "222222222221",
        "governance": "111111111111",
    }
    for one in statements:
        assert list(one.actions) == sorted(set(one.actions))
        assert len(one.reason) > 20
        for template in one.resources:
            assert template == permissions.ANY[0] or template.format(**filled).startswith("arn:aws:")
            assert (template == "*") <= (
                bool(one.conditions)
                or all(action.startswith(("lakeformation:", "ram:", "org")) for action in one.actions)
            )


def test_the_roles_may_do_what_is_called_and_nothing_that_is_not() -> None:
    allowed = {action for one in (*GOVERNANCE, *DOMAIN) for action in one.actions}
    # Whose operation is put together at run time, or handed to a function that calls it.
    built = {
        "lakeformation:BatchGrantPermissions",
        "lakeformation:BatchRevokePermissions",
        "lakeformation:CreateDataCellsFilter",
        "lakeformation:DeleteDataCellsFilter",
        "lakeformation:RemoveLFTagsFromResource",
        "lakeformation:UpdateDataCellsFilter",
        "iam:GetRole",
        "iam:GetUser",
    }
    needed = called() | built
    assert "glue:CreateTable" in called()
    assert needed - allowed == set()
    assert {action for action in allowed - needed if not INDIRECT.match(action)} == set()


OTHER = "222222222222"
ACCESS = {
    f"{OTHER}:database/sales": {"DESCRIBE": ["333333333331"]},
    f"{OTHER}:filter/sales/orders/payments": {"SELECT": ["333333333331"]},
    f"{OTHER}:location/bucket": {"DATA_LOCATION_ACCESS": ["333333333331"]},
}
LIVES: list[tuple[tuple[Statement, ...], str, dict[str, Any]]] = [
    *((GOVERNANCE, kind.type, kind.declare(random.Random(4))) for kind in KINDS[:-1]),  # noqa: S311
    (DOMAIN, "Custom::LakeFormationSettings", {"Admins": ["arn:aws:iam::111111111111:role/a"]}),
    (DOMAIN, "Custom::LakeFormationShares", {"OwnerAccount": OTHER, "Databases": ["shared_a"]}),
    (DOMAIN, "Custom::LakeFormationGrants", {"Grants": ACCESS}),
]


@pytest.mark.parametrize(("statements", "kind", "properties"), LIVES)
def test_each_call_of_a_handler_is_allowed_by_the_policy_of_its_role(
    statements: tuple[Statement, ...], kind: str, properties: dict[str, Any]
) -> None:
    model = Model()
    model.tag_keys = {"domain": {"unassigned"}}
    model.databases = set(SHARED)
    model.filters[parse_resource(f"{OTHER}:filter/sales/orders/payments")] = Cells(None, None)
    made: set[tuple[str, str]] = set()

    class Watched:
        def __init__(self, service: str) -> None:
            self.service, self.client = service, model.client(service)

        def __getattr__(self, operation: str) -> Any:
            action = CLIENTS[self.service].meta.method_to_api_mapping[operation]

            def call(**given: Any) -> Any:
                names = given.get("Names") or [given.get("Name") or given.get("Path") or ""]
                on = [f"arn:aws:ssm:eu-west-1:111111111111:parameter{one}" for one in names]
                made.update((f"{self.service}:{action}", one if self.service == "ssm" else "") for one in on)
                return getattr(self.client, operation)(**given)

            return call

    empty = {name: {} if isinstance(value, dict) else value for name, value in properties.items()}
    if kind == "Custom::LakeFormationSettings":
        empty = {"Admins": []}
    for what, declared in (("Create", properties), ("Update", empty), ("Delete", empty)):
        table = kind == "Custom::IcebergTable" and what != "Create"
        event = {
            "RequestType": what,
            "ResourceType": kind,
            "StackId": "arn:aws:cloudformation:eu-west-1:111111111111:stack/acme-orders-share/1",
            "LogicalResourceId": "Resource",
            "RequestId": what,
            "PhysicalResourceId": "111111111111/sales/orders" if table else "acme-orders-share/Resource",
            "ResourceProperties": declared,
        }
        calls = Calls(client=Watched, remaining=lambda: 1e6, sleep=lambda _: None, log=lambda _: None)
        dispatch(event, calls)
    assert len(made) > 4
    assert [call for call in sorted(made) if not _allowed(statements, *call)] == []


def _allowed(statements: tuple[Statement, ...], action: str, resource: str) -> bool:
    filled = {"partition": "aws", "region": "eu-west-1", "account": "111111111111", "governance": OTHER}
    return any(
        action in one.actions
        and (not resource or any(fnmatch(resource, each.format(**filled)) for each in one.resources))
        for one in statements
    )


def test_a_domain_neither_writes_tables_nor_filters() -> None:
    writes = {
        action for one in DOMAIN for action in one.actions if re.search(r"Table$|Filter$|Share$", action)
    }
    assert writes == {"glue:GetTable"}
