"""The package itself: what importing it costs, and the code that it packs for Lambda."""

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import aws_cdk as cdk
import pytest

import meshwright.cdk
from meshwright.cdk import DomainStorage, ProductTables, build, create_app
from meshwright.cdk.asset import ProviderCode, code_hash
from meshwright.config.domain_file import Table
from meshwright.errors import UserError
from meshwright.mesh.model import Mesh
from tests.cdk.synthesis import ROOT, mesh_of, raw_files, synthesize


def test_importing_it_loads_neither_cdk_nor_node() -> None:
    program = (
        "import sys, meshwright.cdk; print([name for name in ('aws_cdk', 'jsii') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_every_public_name_is_there() -> None:
    assert len(meshwright.cdk.__all__) > 15
    for name in meshwright.cdk.__all__:
        assert getattr(meshwright.cdk, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'DomainLake'"):
        _ = meshwright.cdk.DomainLake


def test_the_provider_is_packed_once_as_a_folder_of_its_own(assembly: Path) -> None:
    (staged,) = assembly.glob("asset.*")
    packed = sorted(path.relative_to(staged).as_posix() for path in staged.rglob("*") if path.is_file())
    sources = (ROOT / "constructs" / "meshwright" / "provider").glob("*.py")
    assert packed == sorted(f"provider/{path.name}" for path in sources)
    assert "provider/handler.py" in packed
    publishing = [
        asset["source"]
        for path in assembly.glob("*.assets.json")
        for asset in json.loads(path.read_text())["files"].values()
        if asset["source"]["packaging"] == "zip"
    ]
    assert publishing == [{"path": staged.name, "packaging": "zip"}] * 5


def test_the_provider_is_packed_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its folder is named by its content, so that one which is there is never looked into again."""
    app = create_app(outdir=str(tmp_path / "out"))
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full_after(3))
        with pytest.raises(UserError, match="No space left on device"):
            ProviderCode(app)
    assert list(tmp_path.rglob("*asset*")) == []
    ProviderCode(app)
    (staged,) = tmp_path.glob("out/asset.*")
    assert len(list(staged.glob("provider/*.py"))) > 10


def full_after(files: int) -> Callable[[int], None]:
    """Syncs so many files; then the disk is full."""
    room = iter(range(files))

    def fsync(_: int) -> None:
        if next(room, None) is None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    return fsync


def test_another_process_may_pack_the_provider_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = create_app(outdir=str(tmp_path))
    ProviderCode(app)
    monkeypatch.setattr(Path, "is_dir", lambda _: False)
    ProviderCode(app)
    assert os.listdir(tmp_path) == [f"asset.{code_hash()}"]


def test_the_packed_provider_runs_without_meshwright(assembly: Path) -> None:
    (staged,) = assembly.glob("asset.*")
    program = (
        f"import sys; sys.path.insert(0, {str(staged)!r}); import provider.handler as h;"
        "print(h.handler.__name__, 'meshwright' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", program], capture_output=True, text=True, check=True, cwd=staged
    )
    assert done.stdout == "handler False\n"


def test_a_provider_in_a_stage_finds_its_code(mesh: Mesh) -> None:
    def add(app: cdk.App) -> None:
        stage = cdk.Stage(app, "Prod")
        stack = cdk.Stack(stage, "s", env=cdk.Environment(account="111111111111", region="eu-west-1"))
        meshwright.cdk.LakeFormationProvider(stack, "Provider", name="p")

    folder = synthesize(add)
    (assets,) = folder.glob("assembly-Prod/*.assets.json")
    files = json.loads(assets.read_text())["files"].values()
    (source,) = (each["source"]["path"] for each in files if each["source"]["packaging"] == "zip")
    assert (assets.parent / source / "provider" / "handler.py").is_file()


def test_a_table_of_every_format_says_how_it_is_read() -> None:
    formats = ("parquet", "json", "csv", "iceberg")
    columns = {"id": "string", "day": "date", "hour": "int"}

    def add(app: cdk.App) -> None:
        stack = cdk.Stack(app, "s", env=cdk.Environment(account="111111111111", region="eu-west-1"))
        tables = {
            name: Table.model_validate(
                {"description": "x", "format": name, "columns": columns, "partition_by": ["hour", "day"]}
            )
            for name in formats
        }
        arn = "arn:aws:lambda:eu-west-1:111111111111:function:p"
        ProductTables(stack, "Tables", database="db", tables=tables, location="s3://b/p", provider_arn=arn)

    template = json.loads((synthesize(add) / "s.template.json").read_text())
    found: dict[str, tuple[object, ...]] = {}
    for resource in template["Resources"].values():
        properties = resource["Properties"]
        if resource["Type"] == "Custom::IcebergTable":
            found["iceberg"] = (properties["PartitionBy"], [each["Name"] for each in properties["Columns"]])
            continue
        table = properties["TableInput"]
        storage = table["StorageDescriptor"]
        found[table["Name"]] = (
            table["Parameters"]["classification"],
            storage["SerdeInfo"]["SerializationLibrary"].rpartition(".")[2],
            storage["InputFormat"].rpartition(".")[2],
            storage["Location"],
            [each["Name"] for each in table["PartitionKeys"]],
            [each["Name"] for each in storage["Columns"]],
        )
    split = (["hour", "day"], ["id"])
    assert found == {
        "parquet": ("parquet", "ParquetHiveSerDe", "MapredParquetInputFormat", "s3://b/p/parquet/", *split),
        "json": ("json", "JsonSerDe", "TextInputFormat", "s3://b/p/json/", *split),
        "csv": ("csv", "LazySimpleSerDe", "TextInputFormat", "s3://b/p/csv/", *split),
        "iceberg": (["hour", "day"], ["id", "day", "hour"]),
    }


def test_what_cannot_be_made_is_said(mesh: Mesh) -> None:
    stack = cdk.Stack(create_app(), "s")
    with pytest.raises(ValueError, match="key_alias, to create a key, or key_arn"):
        DomainStorage(
            stack,
            "Storage",
            raw_bucket_name="r",
            products_bucket_name="p",
            logs_bucket_name="l",
            registration_role_arn="arn:aws:iam::111111111111:role/r",
        )
    table = Table.model_validate({"description": "x", "format": "iceberg", "columns": {"id": "string"}})
    with pytest.raises(ValueError, match="t is an Iceberg table"):
        ProductTables(stack, "Tables", database="db", tables={"t": table}, location="s3://b/p")


def test_two_qualifiers(mesh: Mesh) -> None:
    files = raw_files()
    files["mesh"]["bootstrap_qualifier"] = "acmeboot"
    app = cdk.App(context={"@aws-cdk/core:bootstrapQualifier": "other"})
    with pytest.raises(UserError, match=r"bootstrap_qualifier is 'acmeboot', but .* = 'other'"):
        build(app, mesh_of(files))


def test_constructs_give_what_they_made() -> None:
    """Each with the class of its type."""
    stack = cdk.Stack(create_app(), "s", env=cdk.Environment(account="111111111111", region="eu-west-1"))
    arn = "arn:aws:iam::111111111111:role/r"
    storage = DomainStorage(
        stack,
        "Storage",
        raw_bucket_name="raw",
        products_bucket_name="products",
        logs_bucket_name="logs",
        registration_role_arn=arn,
        key_alias="alias/shop",
    )
    provider = meshwright.cdk.LakeFormationProvider(stack, "Provider", name="p")
    table = Table.model_validate({"description": "x", "format": "json", "columns": {"id": "string"}})
    tables = ProductTables(stack, "Tables", database="db", tables={"t": table}, location="s3://b/p")
    streams = meshwright.cdk.DomainStreams(stack, "Streams", streams={})
    assert storage.logs is not None
    assert [each.bucket_name for each in (storage.raw, storage.products, storage.logs)] == [
        "raw",
        "products",
        "logs",
    ]
    assert storage.key is not None
    assert (storage.key.enable_key_rotation, storage.key.attr_arn) == (True, storage.key_arn)
    assert provider.function.cfn_resource_type == "AWS::Lambda::Function"
    assert tables.table("t").cfn_resource_type == "AWS::Glue::Table"
    assert streams.streams == {}


def test_constructs_in_a_stack_without_an_environment() -> None:
    """Account and Region are CloudFormation's to know, also in wildcards that have a reason."""

    def add(app: cdk.App) -> None:
        stack = cdk.Stack(app, "s")
        meshwright.cdk.LakeFormationProvider(stack, "Provider", name="p")
        meshwright.cdk.RegistrationRole(
            stack, "Registration", role_name="r", bucket_name_pattern="shop-*-products-*"
        )
        meshwright.cdk.DomainRole(
            stack,
            "Role",
            role_name="a",
            governance_account="111111111111",
            databases=["d"],
            database_prefix="shop_",
        )

    template = json.loads((synthesize(add) / "s.template.json").read_text())
    roles = [each for each in template["Resources"].values() if each["Type"] == "AWS::IAM::Role"]
    assert len(roles) == 3
    assert '"AWS::AccountId"' in json.dumps(roles)
    assert "${Token" not in json.dumps(template)


def test_what_a_stack_has_not_is_said(mesh: Mesh) -> None:
    stacks = build(create_app(), mesh, domains=["customers"])
    with pytest.raises(ValueError, match=r"acme-customers-share has no resource 'Nope'. It has: Location, "):
        stacks.shares["customers"].resource("Nope")
