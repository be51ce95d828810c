"""The life of a grants document on moto, as far as moto goes (see lake_model for the rest)."""

from typing import Any

import boto3
import pytest
from moto import mock_aws

from meshwright.provider.calls import Calls
from meshwright.provider.handler import CONFIG, dispatch

ACCOUNT = "123456789012"
DATABASE = f"{ACCOUNT}:database/acme_orders_sales"
LOCATION = f"{ACCOUNT}:location/acme-orders-products/sales"


def run(kind: str, request: str, properties: dict[str, Any]) -> dict[str, str]:
    event = {
        "RequestType": kind,
        "ResourceType": "Custom::LakeFormationGrants",
        "StackId": f"arn:aws:cloudformation:eu-west-1:{ACCOUNT}:stack/acme-orders-share/8b2f",
        "LogicalResourceId": "Grants",
        "RequestId": request,
        "PhysicalResourceId": "acme-orders-share/Grants",
        "ResourceProperties": properties,
    }
    calls = Calls(
        client=lambda service: boto3.client(service, config=CONFIG),
        remaining=lambda: 60.0,
        sleep=lambda _: None,
        log=lambda _: None,
    )
    return dict(dispatch(event, calls).data)


def rows() -> list[tuple[str, dict[str, Any], list[str]]]:
    found = boto3.client("lakeformation").list_permissions()["PrincipalResourcePermissions"]
    return sorted(
        (
            (row["Principal"]["DataLakePrincipalIdentifier"], row["Resource"], sorted(row["Permissions"]))
            for row in found
        ),
        key=str,
    )


def parameters() -> list[str]:
    return sorted(one["Name"] for one in boto3.client("ssm").describe_parameters()["Parameters"])


@mock_aws
def test_a_document_is_created_changed_and_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    database = {"Database": {"CatalogId": ACCOUNT, "Name": "acme_orders_sales"}}
    place = {"CatalogId": ACCOUNT, "ResourceArn": "arn:aws:s3:::acme-orders-products/sales"}
    foreign = {"DataLakePrincipalIdentifier": "999999999999"}
    boto3.client("lakeformation").grant_permissions(
        Principal=foreign, Resource=database, Permissions=["DESCRIBE"]
    )

    first = {
        "Grants": {
            DATABASE: {"ALTER, DESCRIBE": ["222222222221"], "DESCRIBE": ["333333333331"]},
            LOCATION: {"DATA_LOCATION_ACCESS": ["222222222221"]},
        }
    }
    assert run("Create", "1", first) == {"Grants": "4", "Tags": "0", "Filters": "0"}
    assert rows() == [
        ("222222222221", {"DataLocation": place}, ["DATA_LOCATION_ACCESS"]),
        ("222222222221", database, ["ALTER", "DESCRIBE"]),
        ("333333333331", database, ["DESCRIBE"]),
        ("999999999999", database, ["DESCRIBE"]),
    ]
    run("Update", "2", {"Grants": {DATABASE: {"DESCRIBE": ["222222222221", "444444444441"]}}})
    assert rows() == [
        ("222222222221", database, ["DESCRIBE"]),
        ("444444444441", database, ["DESCRIBE"]),
        ("999999999999", database, ["DESCRIBE"]),
    ]
    shelf = "/meshwright/requests/59/answered"
    assert [name.rsplit("/", 1)[0] for name in parameters()] == [
        "/meshwright/lakeformation/acme-orders-share/Grants",
        shelf,
    ]
    run("Delete", "3", {})
    assert rows() == [("999999999999", database, ["DESCRIBE"])]
    run("Create", "1", first)  # late, and once again
    run("Delete", "3", {})
    assert rows() == [("999999999999", database, ["DESCRIBE"])]
    assert [name.rsplit("/", 1)[0] for name in parameters()] == [shelf]
