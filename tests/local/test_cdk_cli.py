"""The unmodified cdk CLI against the embedded AWS: bootstrap, deploy, edit, fail, diff, destroy."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from meshwright.local.cdk import bootstrap, cdk
from tests.embedded import REGION, ROOT, Aws

FIRST, SECOND = "700000000001", "700000000002"
HERE = Path(__file__).parent

pytestmark = pytest.mark.e2e


def run(aws: Aws, folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return cdk(
        ROOT,
        aws.embedded,
        *arguments,
        "--app",
        "python tiny_app.py",
        account=FIRST,
        region=REGION,
        cwd=folder,
        capture=True,
        extra={"CDK_VALIDATION": "false"},
    )


def deploy(aws: Aws, folder: Path, *context: str) -> "subprocess.CompletedProcess[str]":
    options = [part for one in context for part in ("-c", one)]
    return run(aws, folder, "deploy", "--all", "--require-approval", "never", "--concurrency", "2", *options)


def delays(aws: Aws) -> list[str]:
    found = []
    for account in (FIRST, SECOND):
        sqs = aws.client("sqs", account)
        url = sqs.get_queue_url(QueueName="tiny")["QueueUrl"]
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["DelaySeconds"])["Attributes"]
        found.append(attributes["DelaySeconds"])
    return found


def test_life_of_an_app(aws: Aws, tmp_path: Path) -> None:
    shutil.copy(HERE / "tiny_app.py", tmp_path)
    shutil.copytree(HERE / "tiny_asset", tmp_path / "tiny_asset")
    done = bootstrap(ROOT, aws.embedded, [FIRST, SECOND], REGION, trust=FIRST)
    assert done == (FIRST, SECOND)
    assert bootstrap(ROOT, aws.embedded, [FIRST, SECOND], REGION, trust=FIRST) == ()

    first = deploy(aws, tmp_path)
    assert first.returncode == 0, first.stdout
    assert delays(aws) == ["1", "1"]
    versioning = aws.client("s3", SECOND).get_bucket_versioning(Bucket=f"tiny-{SECOND}")
    assert versioning["Status"] == "Enabled"

    again = deploy(aws, tmp_path)
    assert again.stdout.count("(no changes)") == 2, again.stdout

    diff = run(aws, tmp_path, "diff", "second", "--exclusively", "-c", "depth=2")
    assert "[~] AWS::SQS::Queue Queue Queue" in diff.stdout
    assert "[+] 2" in diff.stdout

    edited = deploy(aws, tmp_path, "depth=2")
    assert edited.returncode == 0, edited.stdout
    assert delays(aws) == ["2", "2"]
    outputs = aws.client("cloudformation", SECOND).describe_stacks(StackName="second")["Stacks"][0]["Outputs"]
    assert [(o["OutputKey"], o["OutputValue"]) for o in outputs] == [("Depth", "2")]

    broken = deploy(aws, tmp_path, "depth=3", "broken=1")
    assert broken.returncode == 1
    assert "first/Broken  (AWS::SQS::Queue Broken)" in broken.stdout
    assert "InvalidParameterValue" in broken.stdout
    status = {(s.account, s.name): s.status for s in aws.embedded.stacks()}
    assert status[FIRST, "first"] == "UPDATE_ROLLBACK_COMPLETE"
    assert delays(aws) == ["2", "2"]

    destroyed = run(aws, tmp_path, "destroy", "--all", "--force")
    assert destroyed.returncode == 0, destroyed.stdout
    assert {s.name for s in aws.embedded.stacks() if s.account in (FIRST, SECOND)} == {"CDKToolkit"}
    assert aws.client("s3", FIRST).get_bucket_versioning(Bucket=f"tiny-{FIRST}")["Status"] == "Enabled"
    policy = json.loads(
        aws.client("s3", FIRST).get_bucket_policy(Bucket=f"cdk-hnb659fds-assets-{FIRST}-{REGION}")["Policy"]
    )
    assert policy["Statement"][0]["Sid"] == "AllowSSLRequestsOnly"
