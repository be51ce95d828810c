"""A mesh repository: its files read, checked and resolved."""

from datetime import date
from pathlib import Path

from meshwright.config.loading import Files, load
from meshwright.config.reading import MESH_FILE
from meshwright.errors import UserError
from meshwright.mesh.model import Mesh, resolve


def load_files(root: Path) -> Files:
    """The files below `root`. Raises UserError when `root` is no mesh repository at all."""
    if not (root / MESH_FILE).exists() and not (root / MESH_FILE).is_symlink():
        raise UserError(
            f"{root}: there is no {MESH_FILE} here. Run this in the folder that holds it, or name that folder "
            "(--root DIR); `meshwright init DIR` makes a new mesh repository."
        )
    return load(root)


def load_mesh(root: Path, *, environment: str | None, today: date) -> Mesh:
    """The mesh of `root` in `environment` (default: the first of mesh.yaml) as of `today`.

    Raises UserError that lists every problem when the files have any.
    """
    files = load_files(root)
    if files.problems or files.mesh is None:
        lines = "\n".join(str(problem) for problem in files.problems)
        raise UserError(f"The files of the mesh have problems:\n{lines}")
    return resolve(files.mesh, files.domains, environment=environment, today=today)
