"""What was deployed and stored outlives the process, however that ends."""

import io
import json
import os
import signal
import sqlite3
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from meshwright.errors import UserError
from meshwright.local import control, states
from meshwright.local.persistence.codec import sealed
from meshwright.local.persistence.keeper import written
from meshwright.local.persistence.store import Store
from meshwright.local.private import PrivateFolder
from tests.embedded import REGION, SESSION

pytestmark = pytest.mark.e2e
ACCOUNT = "222222222221"
ONCE = Config(retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=20)


@dataclass
class Machine:
    """A project whose embedded AWS is killed and started again; it stays at its port."""

    root: Path
    running: control.Embedded

    def client(self, service: str, role: str = control.ADMIN_ROLE, config: Config = ONCE) -> Any:
        environment = control.environment(self.running, ACCOUNT, REGION, role=role)
        return SESSION.client(
            service,
            aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=environment["AWS_SESSION_TOKEN"],
            region_name=REGION,
            endpoint_url=self.running.endpoint,
            config=config,
        )

    def kill(self) -> None:
        os.kill(self.running.pid, signal.SIGKILL)
        while control.status(self.root) is not None:
            time.sleep(0.01)

    def start(self) -> None:
        port = self.running.port
        self.running = control.up(self.root)
        assert self.running.port == port

    def crash(self) -> None:
        self.kill()
        self.start()

    def role(self, name: str) -> str:
        principal = {"Service": ["lambda.amazonaws.com", "states.amazonaws.com"]}
        trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        made = self.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=document)
        arn: str = made["Role"]["Arn"]
        return arn


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path, control.up(tmp_path))
    yield made
    control.down(tmp_path)


def eventually(condition: Callable[[], bool], seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def test_each_service_remembers(machine: Machine) -> None:
    s3, location = machine.client("s3"), {"LocationConstraint": REGION}
    s3.create_bucket(Bucket="kept", CreateBucketConfiguration=location)
    s3.put_bucket_versioning(Bucket="kept", VersioningConfiguration={"Status": "Enabled"})
    for body in (b"one", b"two"):
        s3.put_object(Bucket="kept", Key="a/b", Body=body, Metadata={"m": "1"})
    s3.put_object(Bucket="kept", Key="gone", Body=b"x")
    s3.delete_object(Bucket="kept", Key="gone")
    s3.put_object_tagging(Bucket="kept", Key="a/b", Tagging={"TagSet": [{"Key": "k", "Value": "v"}]})
    upload = s3.create_multipart_upload(Bucket="kept", Key="large")["UploadId"]
    part = s3.upload_part(Bucket="kept", Key="large", UploadId=upload, PartNumber=1, Body=b"p" * 5_242_880)
    arn = machine.role("kept")
    kms = machine.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    secret = kms.encrypt(KeyId=key, Plaintext=b"plain")["CiphertextBlob"]
    machine.client("ssm").put_parameter(Name="/kept", Value="v", Type="String")
    glue = machine.client("glue")
    glue.create_database(DatabaseInput={"Name": "db"})
    glue.create_table(DatabaseName="db", TableInput={"Name": "t"})
    glue.create_data_quality_ruleset(Name="rules", Ruleset="Rules = [ RowCount > 0 ]")
    lake = machine.client("lakeformation")
    principal = {"DataLakePrincipalIdentifier": arn}
    lake.put_data_lake_settings(DataLakeSettings={"DataLakeAdmins": [principal]})
    admin = machine.client("lakeformation", role="kept")
    admin.grant_permissions(
        Principal=principal, Resource={"Database": {"Name": "db"}}, Permissions=["DESCRIBE"]
    )
    sqs = machine.client("sqs")
    queue = sqs.create_queue(QueueName="kept")["QueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody="hello")
    kinesis = machine.client("kinesis")
    kinesis.create_stream(StreamName="kept", ShardCount=1)
    kinesis.put_record(StreamName="kept", Data=b"record", PartitionKey="a")

    machine.crash()
    versions = s3.list_object_versions(Bucket="kept")  # the client of before: its credentials hold
    assert [(each["Key"], each["Size"]) for each in versions["Versions"]] == [
        ("a/b", 3),
        ("a/b", 3),
        ("gone", 1),
    ]
    assert [each["Key"] for each in versions["DeleteMarkers"]] == ["gone"]
    found = s3.get_object(Bucket="kept", Key="a/b")
    assert (found["Body"].read(), found["Metadata"]) == (b"two", {"m": "1"})
    assert s3.get_object_tagging(Bucket="kept", Key="a/b")["TagSet"] == [{"Key": "k", "Value": "v"}]
    parts = {"Parts": [{"ETag": part["ETag"], "PartNumber": 1}]}
    s3.complete_multipart_upload(Bucket="kept", Key="large", UploadId=upload, MultipartUpload=parts)
    assert s3.get_object(Bucket="kept", Key="large")["Body"].read() == b"p" * 5_242_880
    assert machine.client("iam").get_role(RoleName="kept")["Role"]["Arn"] == arn
    assert kms.decrypt(CiphertextBlob=secret)["Plaintext"] == b"plain"
    assert machine.client("ssm").get_parameter(Name="/kept")["Parameter"]["Value"] == "v"
    assert glue.get_table(DatabaseName="db", Name="t")["Table"]["Name"] == "t"
    assert glue.get_data_quality_ruleset(Name="rules")["Ruleset"] == "Rules = [ RowCount > 0 ]"
    rows = admin.list_permissions(Resource={"Database": {"Name": "db"}})["PrincipalResourcePermissions"]
    assert arn in [row["Principal"]["DataLakePrincipalIdentifier"] for row in rows]
    assert sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"] == "hello"
    shard = kinesis.get_shard_iterator(
        StreamName="kept", ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON"
    )
    records = kinesis.get_records(ShardIterator=shard["ShardIterator"])["Records"]
    assert [record["Data"] for record in records] == [b"record"]


def test_what_was_answered_is_there_and_nothing_is_half_there(machine: Machine) -> None:
    """A client counts up while the server is killed again and again, at whatever moment."""
    ssm, s3 = machine.client("ssm"), machine.client("s3")
    s3.create_bucket(Bucket="counted", CreateBucketConfiguration={"LocationConstraint": REGION})
    answered, stop = [0], threading.Event()

    def count() -> None:
        number = 1
        while not stop.is_set():
            try:
                s3.put_object(Bucket="counted", Key=f"{number:06d}", Body=str(number).encode() * 100)
                ssm.put_parameter(Name="/count", Value=str(number), Type="String", Overwrite=True)
            except (ClientError, BotoCoreError):
                time.sleep(0.05)
                continue
            answered[0] = number
            number += 1

    thread = threading.Thread(target=count)
    thread.start()
    for moment in (0.011, 0.003, 0.017):
        before = answered[0]
        assert eventually(lambda before=before: answered[0] > before + 2)  # type: ignore[misc]
        time.sleep(moment)
        machine.crash()
    stop.set()
    thread.join()
    machine.crash()
    last = answered[0]
    assert last > 3
    assert int(ssm.get_parameter(Name="/count")["Parameter"]["Value"]) in (last, last + 1)
    keys = [
        each["Key"]
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket="counted")
        for each in page.get("Contents", [])
    ]
    assert keys in ([f"{n:06d}" for n in range(1, end)] for end in (last + 1, last + 2))
    for key in keys:
        assert s3.get_object(Bucket="counted", Key=key)["Body"].read() == str(int(key)).encode() * 100


@pytest.mark.skipif(not hasattr(psutil, "RLIMIT_FSIZE"), reason="Linux alone can limit another process")
def test_where_the_state_can_not_be_written_the_server_ends_and_what_it_answered_is_kept(
    machine: Machine,
) -> None:
    """No file may grow beyond a size, which is to the server what a full disk is."""
    s3 = machine.client("s3")
    s3.create_bucket(Bucket="counted", CreateBucketConfiguration={"LocationConstraint": REGION})
    journal = machine.root / ".meshwright" / "state" / "state.sqlite-wal"
    size = journal.stat().st_size + 500_000
    psutil.Process(machine.running.pid).rlimit(psutil.RLIMIT_FSIZE, (size, size))
    answered = list[str]()

    def put() -> None:
        while True:
            key = f"{len(answered):03d}"
            s3.put_object(Bucket="counted", Key=key, Body=os.urandom(20_000))
            answered.append(key)

    with pytest.raises(BotoCoreError):
        put()
    with pytest.raises(UserError, match=r"^The embedded AWS ended\."):
        machine.running.stacks()
    assert (
        "The state can't be written (disk I/O error), so the embedded AWS ends"
        in machine.running.log.read_text()
    )
    machine.start()
    kept = [each["Key"] for each in s3.list_objects_v2(Bucket="counted")["Contents"]]
    assert kept == answered != []
    s3.put_object(Bucket="counted", Key="more", Body=b"")


CODE = """
import json, urllib.request, time
def handler(event, context):
    time.sleep(0.3)
    answer = {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
    answer |= {"Status": "SUCCESS", "PhysicalResourceId": "id", "Data": {"V": "1"}}
    request = urllib.request.Request(event["ResponseURL"], json.dumps(answer).encode(), method="PUT")
    urllib.request.urlopen(request).read()
"""


def stack_of(function: str, *, colour: str) -> str:
    resources: dict[str, Any] = {
        f"Bucket{n}": {
            "Type": "AWS::S3::Bucket",
            "Properties": {"Tags": [{"Key": "colour", "Value": colour}]},
        }
        for n in range(6)
    }
    resources |= {
        f"Named{n}": {
            "Type": "AWS::S3::Bucket",
            "DependsOn": f"Custom{n}",
            "Properties": {"BucketName": f"named-{n}-{ACCOUNT}"},
        }
        for n in range(2)
    }
    resources |= {
        f"Custom{n}": {
            "Type": "Custom::Thing",
            "DependsOn": f"Bucket{n}",
            "Properties": {"ServiceToken": function, "Colour": colour},
        }
        for n in range(2)
    }
    return json.dumps({"Resources": resources, "Outputs": {"V": {"Value": {"Fn::GetAtt": ["Custom1", "V"]}}}})


def test_a_deployment_goes_on_after_each_crash(machine: Machine) -> None:
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("index.py", CODE)
    role = machine.role("function")
    function = machine.client("lambda").create_function(
        FunctionName="f",
        Runtime="python3.12",
        Handler="index.handler",
        Role=role,
        Code={"ZipFile": code.getvalue()},
        Timeout=20,
    )["FunctionArn"]
    stacks = machine.client("cloudformation", config=Config(read_timeout=60))

    def status() -> str:
        found: str = stacks.describe_stacks(StackName=identifier)["Stacks"][0]["StackStatus"]
        return found

    identifier = stacks.create_stack(StackName="s", TemplateBody=stack_of(function, colour="red"))["StackId"]
    for moment in (0.05, 0.3, 0.2):
        time.sleep(moment)
        machine.crash()
    assert eventually(lambda: status() == "CREATE_COMPLETE"), stacks.describe_stack_events(StackName="s")
    buckets = len(machine.client("s3").list_buckets()["Buckets"])
    assert buckets == 8
    stacks.update_stack(StackName="s", TemplateBody=stack_of(function, colour="blue"))
    for moment in (0.1, 0.3):
        time.sleep(moment)
        machine.crash()
    assert eventually(lambda: status() == "UPDATE_COMPLETE")
    assert len(machine.client("s3").list_buckets()["Buckets"]) == 8
    colours = {
        tag["Value"]
        for each in machine.client("s3").list_buckets()["Buckets"]
        if not each["Name"].startswith("named-")
        for tag in machine.client("s3").get_bucket_tagging(Bucket=each["Name"])["TagSet"]
        if tag["Key"] == "colour"
    }
    assert colours == {"blue"}
    stacks.delete_stack(StackName="s")
    for moment in (0.1, 0.2):
        time.sleep(moment)
        machine.crash()
    assert eventually(lambda: status() == "DELETE_COMPLETE")
    assert machine.client("s3").list_buckets()["Buckets"] == []
    events = stacks.describe_stack_events(StackName=identifier)["StackEvents"]
    assert not [each for each in events if "FAILED" in each["ResourceStatus"]]


def test_a_freeze_of_the_server_fails_no_deployment(machine: Machine) -> None:
    """Its calls to itself have no timeout: they do not use the network."""
    template = json.dumps(
        {"Resources": {f"B{n}": {"Type": "AWS::S3::Bucket", "Properties": {}} for n in range(8)}}
    )
    stacks = machine.client("cloudformation", config=Config(read_timeout=60))
    stacks.create_stack(StackName="s", TemplateBody=template)
    os.kill(machine.running.pid, signal.SIGSTOP)
    time.sleep(1.5)
    os.kill(machine.running.pid, signal.SIGCONT)
    assert eventually(
        lambda: stacks.describe_stacks(StackName="s")["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE"
    )


def test_a_pipeline_goes_on_in_the_state_that_it_was_in(machine: Machine) -> None:
    role = machine.role("pipeline")
    sqs = machine.client("sqs")
    queue = sqs.create_queue(QueueName="told")["QueueUrl"]

    def tell(text: str, following: str) -> dict[str, Any]:
        parameters = {"QueueUrl": queue, "MessageBody": text}
        resource = "arn:aws:states:::sqs:sendMessage"
        state = {"Type": "Task", "Resource": resource, "Parameters": parameters, "ResultPath": None}
        return {**state, **({"Next": following} if following else {"End": True})}

    definition = {
        "StartAt": "First",
        "States": {
            "First": tell("first", "Wait"),
            "Wait": {"Type": "Wait", "Seconds": 90, "Next": "Last"},
            "Last": tell("last", ""),
        },
    }
    states_ = machine.client("stepfunctions")
    arn = states_.create_state_machine(name="m", definition=json.dumps(definition), roleArn=role)
    run = states_.start_execution(stateMachineArn=arn["stateMachineArn"], input='{"a": 1}')["executionArn"]

    def entered() -> list[str]:
        events = states_.get_execution_history(executionArn=run)["events"]
        return [
            each["stateEnteredEventDetails"]["name"] for each in events if "stateEnteredEventDetails" in each
        ]

    assert eventually(lambda: entered() == ["First", "Wait"])
    machine.crash()
    assert eventually(lambda: states_.describe_execution(executionArn=run)["status"] == "SUCCEEDED")
    assert entered() == ["First", "Wait", "Last"]
    assert json.loads(states_.describe_execution(executionArn=run)["output"]) == {"a": 1}
    told = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    assert sorted(each["Body"] for each in told) == ["first", "last"]


def test_saved_loaded_and_forgotten(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    from meshwright.cli import main

    def local(*arguments: str) -> tuple[int, str, str]:
        code = main(["local", arguments[0], "--root", str(machine.root), *arguments[1:]])
        out, err = capsys.readouterr()
        return code, out, err

    def names() -> list[str]:
        machine.running = control.up(machine.root)
        return [each["Name"] for each in machine.client("s3").list_buckets()["Buckets"]]

    location = {"LocationConstraint": REGION}
    machine.client("s3").create_bucket(Bucket="first", CreateBucketConfiguration=location)
    folder, endpoint = machine.root / ".meshwright", machine.running.endpoint
    (machine.root / "mesh.yaml").write_text("")
    assert local("save", "one") == (
        0,
        f"The state is saved in {folder / 'saves' / 'one'}. Go back to it: meshwright local load one\n",
        "",
    )
    machine.client("s3").create_bucket(Bucket="second", CreateBucketConfiguration=location)
    again = "There is a state `one` already. Replace it with --replace, or choose another name.\n"
    assert local("save", "one") == (2, "", again)
    assert local("load", "one") == (0, f"The embedded AWS answers at {endpoint}, with the state `one`.\n", "")
    assert names() == ["first"]
    assert local("reset") == (
        0,
        f"The state is forgotten.\nThe embedded AWS answers at {endpoint}, and is empty.\n",
        "",
    )
    assert names() == []
    kept = "Its state is kept: `meshwright local up` goes on with it, `meshwright local reset` forgets it."
    assert local("down") == (0, f"The embedded AWS is stopped. {kept}\n", "")
    assert local("load", "two") == (
        2,
        "",
        "There is no saved state `two`; there is one. Save one: meshwright local save NAME\n",
    )
    for name in ("../x", "", "A", "-a", "a" * 41, "a b"):
        code, _, err = local("save", "--", name)
        assert (code, "can't be the name of a state" in err) == (2, True)
    assert local("reset") == (0, "The state is forgotten.\n", "")
    assert local("reset") == (0, "There was no state.\n", "")
    assert local("save", "three") == (
        2,
        "",
        "There is no state to save. Start the embedded AWS first: meshwright local up\n",
    )
    assert local("load", "one")[0] == 0
    assert names() == ["first"]


def test_a_state_that_came_with_the_repository_is_not_gone_on_from(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.client("s3").create_bucket(
        Bucket="planted", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    folder = PrivateFolder.of(machine.root)
    states.save(folder, "shared", replace=False)
    control.down(machine.root)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another user's"))
    with pytest.raises(UserError) as caught:
        control.up(machine.root)
    assert str(caught.value) == (
        f"{folder.path / 'state'}: you did not write this state on this machine; it may have come with the "
        "repository, and can run programs. To go on without it: meshwright local reset"
    )
    with pytest.raises(UserError, match=r"you did not write this state.*add --trust\.$"):
        control.load(machine.root, "shared", trust=False, organization=None)
    machine.running = control.load(machine.root, "shared", trust=True, organization=None)
    assert [each["Name"] for each in machine.client("s3").list_buckets()["Buckets"]] == ["planted"]
    machine.crash()
    assert [each["Name"] for each in machine.client("s3").list_buckets()["Buckets"]] == ["planted"]


NO_PART = "a part of it is no part of a state ({})"


def kept(path: Path, *, name: str, value: bytes) -> None:
    """Adds a piece as the server does."""
    with closing(sqlite3.connect(path)) as database:
        about = dict(database.execute("SELECT * FROM about WHERE name NOT IN ('format', 'sum', 'open')"))
    store = Store(path, about=about, unwritable=lambda error: None)
    store.commit([(name, value)])
    store.close()


def changed(path: Path, statement: str, *values: Any) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute(statement, values)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda path: path.write_bytes(b"no database" * 99), "it is damaged (file is not a database)"),
        (
            lambda path: changed(path, "UPDATE about SET value = '0' WHERE name = 'format'"),
            "it was written with format 0, this is 3",
        ),
        (
            lambda path: changed(path, "UPDATE about SET value = '4.0.0' WHERE name = 'moto'"),
            "it was written with moto 4.0.0, this is 5.2.5",
        ),
        (lambda path: changed(path, "PRAGMA application_id = 1"), "it is no state of an embedded AWS"),
        *(
            (partial(kept, name=name, value=value), why)
            for name, value, why in (
                (
                    "backend/s3/222222222221/aws",
                    sealed(b"cos\nsystem\n(S'x'\ntR."),
                    "os.system is not called",
                ),
                (
                    "backend/s3",
                    written({}),
                    NO_PART.format("ValueError: not enough values to unpack (expected 3, got 1)"),
                ),
                (
                    "backend/sqs/222222222221/eu-west-1",
                    written(5),
                    NO_PART.format("TypeError: 'int' object is not iterable"),
                ),
                (
                    "invocation/x",
                    written(5),
                    NO_PART.format("TypeError: cannot unpack non-iterable int object"),
                ),
                (
                    "run/x",
                    written(("x", 5)),
                    NO_PART.format("AttributeError: 'int' object has no attribute 'account'"),
                ),
                ("stack/x/more", written(5), NO_PART.format("KeyError: 'head'")),
                ("query/x", b"", "its checksum does not fit"),
            )
        ),
        (
            lambda path: changed(path, "DELETE FROM content"),
            "the content of an object in a bucket is missing",
        ),
        (lambda path: path.write_bytes(b""), "it is empty"),
    ],
)
def test_a_state_that_can_not_be_gone_on_from(
    tmp_path: Path, spoil: Callable[[Path], object], why: str
) -> None:
    running = Machine(tmp_path, control.up(tmp_path, 0))
    s3 = running.client("s3")
    s3.create_bucket(Bucket="kept", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket="kept", Key="a", Body=b"body")
    control.down(tmp_path)
    state = tmp_path / ".meshwright" / "state"
    spoil(state / "state.sqlite")
    before = (state / "state.sqlite").read_bytes()
    with pytest.raises(UserError) as caught:
        control.up(tmp_path, 0)
    assert str(caught.value) == (
        f"The embedded AWS did not start: The state in {state / 'state.sqlite'} can't be gone on from: "
        f"{why}. To go on without it: meshwright local reset; to one that was saved: meshwright local load "
        f"NAME. Its log is {state.parent / 'embedded-aws.log'}"
    )
    assert (state / "state.sqlite").read_bytes() == before


def test_a_saved_state_that_is_damaged_is_named_and_the_present_one_stays(tmp_path: Path) -> None:
    running = Machine(tmp_path, control.up(tmp_path, 0))
    location = {"LocationConstraint": REGION}
    running.client("s3").create_bucket(Bucket="present", CreateBucketConfiguration=location)
    folder = PrivateFolder.of(tmp_path)
    saved = states.save(folder, "one", replace=False) / "state.sqlite"
    changed(saved, "DELETE FROM piece WHERE name LIKE 'backend/s3/%'")
    with pytest.raises(UserError) as caught:
        control.load(tmp_path, "one", trust=False, organization=None)
    assert str(caught.value) == (
        f"The embedded AWS did not start: The saved state {saved} can't be gone on from: it is damaged: "
        "parts of it are missing, or are not what was written. The state of before is kept. "
        f"Go back to another one: meshwright local load NAME. Its log is {folder.path / 'embedded-aws.log'}"
    )
    running.start()
    assert [each["Name"] for each in running.client("s3").list_buckets()["Buckets"]] == ["present"]
    control.down(tmp_path)
