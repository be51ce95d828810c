"""`meshwright init`: a new mesh repository that depends on this package."""

import hashlib
import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from meshwright.commands.schema import schema_texts
from meshwright.commands.templating import filled, template
from meshwright.errors import UserError
from meshwright.writing import create, refuse_link

FILES: Final[Mapping[str, str]] = {
    "mesh.yaml": "mesh.yaml",
    "domains/orders.yaml": "orders.yaml",
    "app.py": "app.py",
    "cdk.json": "cdk.json",
    "package.json": "package.json",
    "package-lock.json": "package-lock.json",
    "requirements.txt": "requirements.txt",
    "Makefile": "Makefile",
    "README.md": "README.md",
    ".gitignore": "gitignore",
    ".github/CODEOWNERS": "CODEOWNERS",
    ".github/dependabot.yml": "dependabot.yml",
    ".github/workflows/mesh.yml": "mesh.yml",
    ".github/workflows/plan.yml": "plan.yml",
}
"""By place in the new repository: the template. What else it holds is made."""
PACKAGE: Final = "requirements-meshwright.txt"


def init(*, folder: Path, version: str, wheel: Path | None) -> int:
    """Write all files into `folder`, which may exist, or none of them.

    The new repository pins `version` of this package, and holds `wheel` and pins its hash, when one is given.
    Raises UserError if one of the files is there already, or if the folder or one in it is a link.
    """
    contents: dict[str, str | bytes] = {name: template(f"init/{source}") for name, source in FILES.items()}
    contents |= {f"schemas/{name}": text for name, text in schema_texts().items()}
    contents |= _package(version, wheel)
    refuse_link(folder)
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder} is a file. Name a folder to make.")
    there = [name for name in contents if os.path.lexists(folder / name)]
    if there:
        raise UserError(
            f"{folder} holds {', '.join(there)} already; nothing was written. Choose another folder."
        )
    create(folder, contents)
    for name in contents:
        print(f"wrote {folder / name}")
    if wheel is None:
        print(f"{PACKAGE} has no hash yet, so `make setup` refuses it: add there the one that it prints.")
    print(f"Next: cd {shlex.quote(str(folder))}; make validate; make demo. README.md tells the rest.")
    return 0


def _package(version: str, wheel: Path | None) -> dict[str, str | bytes]:
    """The requirement of this package itself, and the wheel that fulfils it."""
    requirement = f"meshwright[local,logic]=={version}"
    if wheel is None:
        return {PACKAGE: filled(f"init/{PACKAGE}", requirement=requirement)}
    if not (wheel.name.startswith(f"meshwright-{version}-") and wheel.suffix == ".whl"):
        raise UserError(f"{wheel} is no wheel of meshwright {version}, which writes this. Name one, or none.")
    try:
        content = wheel.read_bytes()
    except OSError as error:
        raise UserError(f"{wheel} can't be read: {error.strerror}.") from None
    pinned = f"--find-links wheels\n{requirement} --hash=sha256:{hashlib.sha256(content).hexdigest()}"
    return {f"wheels/{wheel.name}": content, PACKAGE: filled(f"init/{PACKAGE}", requirement=pinned)}
