"""A mesh repository: its files read, checked, decided on and resolved."""

import os
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from meshwright.checks.registry import check, locate
from meshwright.checks.status import missing_environments, notices
from meshwright.config.domain_file import DomainFile
from meshwright.config.loading import Files, load
from meshwright.config.positions import Source
from meshwright.config.problems import Problem
from meshwright.config.reading import MESH_FILE
from meshwright.config.suggest import suggestion
from meshwright.errors import UserError
from meshwright.mesh.model import Mesh, resolve
from meshwright.mesh.subscriptions import Subscription, decide_all


@dataclass(frozen=True, slots=True)
class Examined:
    """All that can be said about the files of a mesh."""

    files: Files
    errors: tuple[Problem, ...]
    notices: tuple[Problem, ...]
    """Requests and approvals that are not wired. Empty when there are errors: decisions need valid files."""
    subscriptions: tuple[Subscription, ...]


def examine(root: Path, *, environment: str | None, today: date) -> Examined:
    """Read and check the files below `root`; decide on its subscriptions as of `today`.

    With `environment`, only domains that have an account in it take part in the decisions. Raises
    UserError when `root` is no mesh repository, or has no such environment.
    """
    files = load_files(root)
    errors = tuple(sorted({*files.problems, *check(files)}))
    if files.mesh is not None and environment is not None and environment not in files.mesh.environments:
        known = list(files.mesh.environments)
        raise UserError(
            f"{MESH_FILE} has no environment `{environment}`. {suggestion(environment, known, '')}"
        )
    if errors or files.mesh is None:
        return Examined(files, errors, (), ())
    present = {
        name: domain
        for name, domain in files.domains.items()
        if environment is None or environment in domain.accounts
    }
    decided = decide_all(
        present, open_classifications=frozenset(files.mesh.open_classifications), today=today
    )
    to_know = [*notices(files, present, decided, today)]
    if environment is None:
        to_know += missing_environments(files)
    return Examined(files, (), locate(files, iter(to_know)), decided)


def load_files(root: Path) -> Files:
    """The files below `root`. Raises UserError when `root` is no mesh repository at all."""
    if not os.path.lexists(root / MESH_FILE):
        raise UserError(
            f"{root}: there is no {MESH_FILE} here. Run this in the folder that holds it, or name the folder "
            "with --root DIR. `meshwright init DIR` makes a new mesh repository."
        )
    return load(root)


def with_domain(files: Files, domain: DomainFile, source: Source) -> Files:
    """The files as they would be with this domain, new or in place of the one of its name."""
    return replace(
        files,
        domains={**files.domains, domain.domain: domain},
        sources={**files.sources, source.file: source},
        paths={**files.paths, domain.domain: source.file},
    )


def load_mesh(root: Path, *, environment: str | None, today: date) -> Mesh:
    """The mesh of `root` in `environment` (default: the first of mesh.yaml) as of `today`.

    Raises UserError that lists every problem when the files have any.
    """
    found = examine(root, environment=environment, today=today)
    if found.errors or found.files.mesh is None:
        lines = "\n".join(str(problem) for problem in found.errors)
        raise UserError(f"The files of the mesh have problems:\n{lines}")
    return resolve(found.files.mesh, found.files.domains, environment=environment, today=today)
