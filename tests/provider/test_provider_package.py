"""The folder as it is deployed: what it imports, what it calls, and that its role may do exactly that."""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import boto3
import pytest

from meshwright import provider
from meshwright.provider import permissions
from meshwright.provider.permissions import DOMAIN, GOVERNANCE, Statement

FOLDER = Path(provider.__file__).parent
MODULES = sorted(FOLDER.glob("*.py"))
# Actions that no call of ours names, and why they are in the policies.
INDIRECT = re.compile(
    r"organizations:|ram:(?!GetResourceShareInvitations|AcceptResourceShareInvitation)|glue:\w+ResourcePolicy"
    r"|glue:Get|lakeformation:(GrantPermissions|RevokePermissions|GetDataAccess)"
)


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
    clients = {
        name: boto3.client(name, region_name="eu-west-1")
        for name in ("glue", "iam", "lakeformation", "ram", "ssm")
    }
    for name, client in clients.items():
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


def test_a_domain_neither_writes_tables_nor_filters() -> None:
    writes = {
        action for one in DOMAIN for action in one.actions if re.search(r"Table$|Filter$|Share$", action)
    }
    assert writes == {"glue:GetTable"}
