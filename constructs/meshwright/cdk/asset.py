"""The provider's code as an asset: staged once for an app, though every account has the function."""

import hashlib
import os
from contextlib import suppress
from functools import cache
from pathlib import Path

import aws_cdk as cdk
from constructs import Construct

import meshwright
from meshwright.writing import ExistsError, create

PROVIDER = Path(meshwright.__file__).parent / "provider"


@cache
def _sources() -> tuple[tuple[str, bytes], ...]:
    return tuple((path.name, path.read_bytes()) for path in sorted(PROVIDER.glob("*.py")))


@cache
def code_hash() -> str:
    """Hash of the code that runs; neither caches nor the time of a checkout change it."""
    digest = hashlib.sha256(b"provider/\n")
    for name, content in _sources():
        digest.update(f"{name}\n{len(content)}\n".encode() + content)
    return digest.hexdigest()


class ProviderCode:
    """The code, staged in the output folder of the app or stage that `scope` is in.

    One object serves all stacks of it, which saves asking the jsii kernel for the folder each time.
    """

    def __init__(self, scope: Construct) -> None:
        stage = scope if isinstance(scope, cdk.Stage) else cdk.Stage.of(scope)
        if stage is None:
            raise ValueError("The stack of a LakeFormationProvider must be in an App or Stage.")
        staged = Path(stage.asset_outdir) / f"asset.{code_hash()}"
        if not staged.is_dir():
            with suppress(ExistsError):  # another process was first, with the same content
                create(staged, {f"provider/{name}": content for name, content in _sources()})
        self._file_name = os.path.relpath(staged, stage.outdir)

    def add_to(self, stack: cdk.Stack) -> tuple[str, str]:
        """Let `stack` publish it: a zip with the folder `provider/` at its root. Its bucket and its key."""
        location = stack.synthesizer.add_file_asset(
            source_hash=code_hash(),
            file_name=self._file_name,
            packaging=cdk.FileAssetPackaging.ZIP_DIRECTORY,
            display_name="Lake Formation provider",
        )
        return location.bucket_name, location.object_key
