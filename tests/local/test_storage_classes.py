"""Rules that move objects by their folder arrive in S3 as the template says."""

from collections.abc import Callable

from tests.embedded import Aws
from tests.local.stacks import deploy, reasons


def test_moves_by_folder(aws: Aws, account: Callable[[], str]) -> None:
    here = account()
    cloudformation, s3, name = aws.client("cloudformation", here), aws.client("s3", here), f"moves-{here}"
    moves = [
        {"StorageClass": "INTELLIGENT_TIERING", "TransitionInDays": 0},
        {"StorageClass": "GLACIER_IR", "TransitionInDays": 90},
    ]
    rules = [
        {"Id": "clean-up", "Status": "Enabled", "NoncurrentVersionExpiration": {"NoncurrentDays": 90}},
        {"Id": "move ledger/", "Status": "Enabled", "Prefix": "ledger/", "Transitions": moves},
    ]
    properties = {"BucketName": name, "LifecycleConfiguration": {"Rules": rules}}
    template = {"Resources": {"Data": {"Type": "AWS::S3::Bucket", "Properties": properties}}}
    assert deploy(cloudformation, "s", template) == "CREATE_COMPLETE", reasons(cloudformation, "s")
    cleaning, moving = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    assert (cleaning["ID"], cleaning["Filter"]) == ("clean-up", {"Prefix": ""})
    assert (moving["ID"], moving["Filter"]) == ("move ledger/", {"Prefix": "ledger/"})
    assert moving["Transitions"] == [
        {"StorageClass": "INTELLIGENT_TIERING", "Days": 0},
        {"StorageClass": "GLACIER_IR", "Days": 90},
    ]
