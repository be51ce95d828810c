"""Lifecycle rules of the buckets of the example mesh, which has a product of each storage class."""

from typing import Any

from tests.cdk.synthesis import Template, resources

CLEAN_UP = {
    "Id": "clean-up",
    "Status": "Enabled",
    "NoncurrentVersionExpiration": {"NoncurrentDays": 90},
    "ExpiredObjectDeleteMarker": True,
    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
}


def move(folder: str, *steps: tuple[str, int]) -> dict[str, Any]:
    return {
        "Id": f"move {folder}",
        "Status": "Enabled",
        "Prefix": folder,
        "Transitions": [{"StorageClass": to, "TransitionInDays": days} for to, days in steps],
    }


def rules(templates: dict[str, Template], kind: str) -> dict[str, Any]:
    """The rules of the buckets of a kind, by domain."""
    return {
        name.split("-")[1]: bucket["Properties"]["LifecycleConfiguration"]["Rules"]
        for name, bucket in resources(templates, "AWS::S3::Bucket")
        if f"-{kind}-" in bucket["Properties"]["BucketName"]
    }


def test_products_move_as_their_storage_says(templates: dict[str, Template]) -> None:
    tiering = ("INTELLIGENT_TIERING", 30)
    assert rules(templates, "products") == {
        "analytics": [CLEAN_UP],
        "customers": [CLEAN_UP],
        "orders": [CLEAN_UP, move("delivery_times/", tiering), move("sales/", tiering)],
        "payments": [CLEAN_UP, move("ledger/", ("INTELLIGENT_TIERING", 0), ("GLACIER_IR", 90))],
    }


def test_raw_data_moves_as_a_whole(templates: dict[str, Template]) -> None:
    whole = {
        **CLEAN_UP,
        "Id": "tier-and-clean-up",
        "Transitions": [{"StorageClass": "INTELLIGENT_TIERING", "TransitionInDays": 30}],
    }
    found = rules(templates, "raw")
    assert sorted(found) == ["analytics", "customers", "orders", "payments"]
    assert all(each == [whole] for each in found.values())
