"""Storage classes: rules by folder, and what people are told of them."""

import pytest

from meshwright.mesh.inventory import inventory
from meshwright.mesh.resource_changes import Effect, PropertyChange, ResourceChange, resource_changes
from meshwright.mesh.storage_classes import Move, moves_by_folder, what_stays
from tests.cost.building import ORDERS, edited, mesh_of

TIERING, INSTANT = "INTELLIGENT_TIERING", "GLACIER_IR"


@pytest.mark.parametrize(
    ("storage", "moves"),
    [
        ("hot", {}),
        ("standard", {"sales/": (Move(TIERING, 30),)}),
        ("archive", {"sales/": (Move(TIERING, 0), Move(INSTANT, 90))}),
    ],
)
def test_moves_of_a_product(storage: str, moves: dict[str, tuple[Move, ...]]) -> None:
    mesh = mesh_of(orders=edited(ORDERS, ("storage: archive", f"storage: {storage}")))
    assert moves_by_folder(mesh.domains["orders"].file) == moves


def test_a_product_is_standard_unless_it_says_otherwise() -> None:
    mesh = mesh_of(orders=edited(ORDERS, ("    storage: archive\n", "")))
    assert moves_by_folder(mesh.domains["orders"].file) == {"sales/": (Move(TIERING, 30),)}


def test_plan_shows_what_becomes_of_the_product() -> None:
    hot = mesh_of(orders=edited(ORDERS, ("storage: archive", "storage: hot")))
    (stack,) = resource_changes(inventory(mesh_of()), inventory(hot))
    assert (stack.name, stack.resources) == (
        "acme-orders-foundation",
        (
            ResourceChange(
                Effect.CHANGED,
                "AWS::S3::Bucket",
                "acme-orders-products-222222222221",
                properties=(
                    PropertyChange(
                        "storage of sales",
                        "archive: to Intelligent-Tiering at once, to Glacier Instant Retrieval after 90 days",
                        "hot: stays in S3 Standard",
                    ),
                ),
            ),
        ),
    )


def test_what_is_said_of_objects_that_are_there() -> None:
    assert what_stays("s3://b/sales/", "archive", "hot") == (
        "Objects below s3://b/sales/ that are in Intelligent-Tiering or Glacier Instant Retrieval already "
        "stay there, readable as before: rules never move them back. Each GB read from Glacier Instant "
        "Retrieval costs extra. To bring them back, copy them onto themselves, or rewrite the table."
    )
    assert what_stays("s3://b/sales/", "standard", "hot") == (
        "Objects below s3://b/sales/ that are in Intelligent-Tiering already stay there, readable as before: "
        "rules never move them back. To bring them back, copy them onto themselves, or rewrite the table."
    )
    assert what_stays("s3://b/sales/", "standard", "archive") == (
        "What is older than 90 days below s3://b/sales/ goes to Glacier Instant Retrieval in the days to "
        "come. Queries still read it at once; each GB read there costs extra, each object is billed for 90 "
        "days at least, and each move is charged once."
    )
    assert what_stays("s3://b/sales/", "hot", "standard") is None
    assert what_stays("s3://b/sales/", "hot", "hot") is None
