"""`meshwright init`: a new mesh repository that depends on this package."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from meshwright.commands.files import create
from meshwright.commands.schema import schema_texts
from meshwright.commands.templating import filled, template
from meshwright.errors import UserError

FILES: Final[Mapping[str, str]] = {
    "mesh.yaml": "mesh.yaml",
    "domains/orders.yaml": "orders.yaml",
    "app.py": "app.py",
    "cdk.json": "cdk.json",
    "package.json": "package.json",
    "package-lock.json": "package-lock.json",
    "Makefile": "Makefile",
    "README.md": "README.md",
    ".gitignore": "gitignore",
    ".github/CODEOWNERS": "CODEOWNERS",
    ".github/workflows/mesh.yml": "mesh.yml",
    ".github/workflows/plan.yml": "plan.yml",
}
"""By place in the new repository: the template. `requirements.txt` and the schemas are made."""


def init(*, folder: Path, version: str) -> int:
    """Write the files into `folder`, which may exist.

    Raises UserError, and writes none of them, if one is there already.
    `version` is that of the package, which the new repository pins.
    """
    texts = {name: template(f"init/{source}") for name, source in FILES.items()}
    texts["requirements.txt"] = filled("init/requirements.txt", version=version)
    texts |= {f"schemas/{name}": text for name, text in schema_texts().items()}
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder} is a file. Name a folder to make.")
    there = [name for name in texts if (folder / name).exists() or (folder / name).is_symlink()]
    if there:
        found = ", ".join(there)
        raise UserError(f"{folder} holds {found} already; nothing was written. Choose another folder.")
    for name, text in texts.items():
        create(folder / name, text)
        print(f"wrote {folder / name}")
    print(f"Next: cd {shlex.quote(str(folder))}; make validate; make demo. README.md tells the rest.")
    return 0
