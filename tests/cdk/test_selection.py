"""`-c domains=…`: the chosen domains and what they need, each template as in a build of all."""

import pytest

from meshwright.errors import UserError
from meshwright.mesh.model import Mesh
from tests.cdk.synthesis import Template, templates_of


@pytest.mark.parametrize(
    ("chosen", "stacks"),
    [
        (["orders"], "governance orders-foundation orders-share orders-access orders-workloads"),
        (
            ["payments"],
            "governance payments-foundation payments-share payments-access payments-workloads"
            " orders-foundation orders-share",
        ),
        (
            ["analytics"],
            "governance analytics-foundation analytics-access analytics-workloads orders-foundation"
            " orders-share customers-foundation customers-share",
        ),
        (
            ["customers", "orders", "orders"],
            "governance customers-foundation customers-share customers-access customers-workloads"
            " orders-foundation orders-share orders-access orders-workloads",
        ),
    ],
)
def test_chosen_domains(mesh: Mesh, templates: dict[str, Template], chosen: list[str], stacks: str) -> None:
    selected = templates_of(mesh, chosen)
    assert selected == {f"acme-{stack}": templates[f"acme-{stack}"] for stack in stacks.split()}


def test_an_unknown_domain(mesh: Mesh) -> None:
    with pytest.raises(UserError) as error:
        templates_of(mesh, ["orders", "paymnets"])
    assert str(error.value) == (
        "-c domains: there is no domain 'paymnets' in the environment 'dev'. Did you mean 'payments'? "
        "Its domains: analytics, customers, orders, payments."
    )


def test_no_domain(mesh: Mesh) -> None:
    with pytest.raises(UserError, match="name at least one domain, of: analytics, customers"):
        templates_of(mesh, [])
