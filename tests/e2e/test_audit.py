"""The example mesh is deployed, tampered with in many ways, audited and repaired."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest

from meshwright.access.audit import audit, declared_like
from meshwright.access.findings import Audit, Effect
from meshwright.aws.accounts import Account
from meshwright.aws.live import Live, read_live
from meshwright.aws.repairs import make
from meshwright.commands.audit import extras_of
from meshwright.mesh.model import Mesh
from tests.e2e.conftest import Deployed
from tests.e2e.tampering import ANALYTICS, TAMPERINGS, Tampering

pytestmark = pytest.mark.e2e


@dataclass(frozen=True)
class Site:
    """The deployed mesh, with the accounts as they were before any tampering."""

    mesh: Mesh
    accounts: Mapping[str, Account]
    untouched: Live

    def read(self) -> tuple[Live, Audit]:
        live = read_live(self.mesh, self.accounts)
        return live, audit(declared_like(self.mesh, live.state), live.state, self.mesh, extras_of(live))


@pytest.fixture(scope="module")
def site(deployed: Deployed, demo: subprocess.CompletedProcess[str]) -> Site:
    assert demo.returncode == 0, demo.stdout + demo.stderr
    mesh, accounts = deployed.mesh(), deployed.accounts()
    return Site(mesh, accounts, read_live(mesh, accounts))


def test_a_new_mesh_is_as_declared(deployed: Deployed, site: Site) -> None:
    result = deployed.meshwright("audit", "--local")
    assert (result.returncode, result.stdout, result.stderr) == (
        0,
        "Mesh acme, environment dev, 5 accounts: everything is as declared\n",
        "",
    )


@pytest.mark.parametrize("tampering", TAMPERINGS, ids=lambda each: each.name)
def test_what_was_tampered_with_is_found_and_repaired(site: Site, tampering: Tampering) -> None:
    tampering.do(site.accounts)
    _, found = site.read()
    make([call for each in found.findings for call in each.repair], site.accounts)
    live, left = site.read()

    findings = {(each.code, each.account, each.subject): each for each in found.findings}
    assert set(findings) == set(tampering.found)
    first = findings[tampering.found[0]]
    assert first.severity == tampering.severity
    assert tampering.says in first.what
    affected = [effect for each in found.findings for effect in each.affected]
    assert frozenset(_at(each) for each in affected if each.gained) == tampering.gains
    assert frozenset(_at(each) for each in affected if each.lost) == tampering.loses
    assert left == Audit(())
    assert comparable(live) == comparable(site.untouched)


def _at(effect: Effect) -> tuple[str, str]:
    return effect.principal, effect.table.table


def comparable(live: Live) -> Live:
    """Grants in one order: a listing's follows when they were made."""
    accounts = {
        number: replace(account, grants=tuple(sorted(account.grants, key=repr)))
        for number, account in live.state.accounts.items()
    }
    return replace(live, state=replace(live.state, accounts=accounts))


def test_there_are_enough_tamperings() -> None:
    assert len(TAMPERINGS) >= 16
    assert len({code for each in TAMPERINGS for code, _, _ in each.found}) >= 16


def test_the_command_lists_repairs_and_audits_again(deployed: Deployed, site: Site) -> None:
    tampering = TAMPERINGS[0]
    tampering.do(site.accounts)

    listed = deployed.meshwright("audit", "--local", "--repair")
    assert (listed.returncode, listed.stderr) == (1, "")
    assert (
        listed.stdout
        == """\
Mesh acme, environment dev, 5 accounts: 1 finding (1 high)

HIGH: someone who was agreed cannot read, or one more call opens what nobody agreed to

  grant-missing, account 555555555551 (analytics)
    role scientists of analytics no longer has SELECT on the filter of analytics on
      acme_orders_sales.orders
    - analytics.scientists (AnalyticsScientist) can no longer read orders.sales.orders (internal):
      order_id, order_date, customer_id, country, status, total
    repair: grant it again

# in account 555555555551 (analytics)
aws lakeformation grant-permissions --region eu-west-1 \\
  --principal '{
 "DataLakePrincipalIdentifier": "arn:aws:iam::555555555551:role/AnalyticsScientist"
}' \\
  --resource '{
 "DataCellsFilter": {
  "TableCatalogId": "111111111111",
  "DatabaseName": "acme_orders_sales",
  "TableName": "orders",
  "Name": "analytics"
 }
}' \\
  --permissions SELECT
"""
    )
    assert site.read()[1].findings, "--repair alone changes nothing"

    applied = deployed.meshwright("audit", "--local", "--repair", "--apply", "--format", "json")
    assert applied.returncode == 0, applied.stderr
    content = json.loads(applied.stdout)
    assert [each["code"] for each in content["before"]["findings"]] == ["grant-missing"]
    assert [(each["account"], each["operation"]) for each in content["made"]] == [
        (ANALYTICS, "grant_permissions")
    ]
    assert content["after"]["clean"] is True
    assert comparable(site.read()[0]) == comparable(site.untouched)
