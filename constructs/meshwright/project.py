"""A mesh repository: its files read, checked, decided on and resolved."""

import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from meshwright.checks import pipeline_status, stream_status
from meshwright.checks.registry import check, locate
from meshwright.checks.status import missing_environments, notices
from meshwright.config.domain_file import DomainFile
from meshwright.config.loading import Files, collector_paused, load
from meshwright.config.positions import Source
from meshwright.config.problems import Problem, in_order, shown
from meshwright.config.reading import MESH_FILE
from meshwright.config.suggest import suggestion
from meshwright.config.trees import Tree, WorkingTree
from meshwright.errors import UserError
from meshwright.mesh.model import Mesh, resolve
from meshwright.mesh.stream_subscriptions import StreamSubscription, decide_streams
from meshwright.mesh.subscriptions import Subscription, decide_all


@dataclass(frozen=True, slots=True)
class Examined:
    """All that can be said about the files of a mesh."""

    files: Files
    errors: tuple[Problem, ...]
    notices: tuple[Problem, ...]
    """To know: what is not wired, and the like. Empty when there are errors: decisions need valid files."""
    subscriptions: tuple[Subscription, ...]
    stream_subscriptions: tuple[StreamSubscription, ...] = ()


@collector_paused()
def examine(
    root: Path | Tree,
    *,
    environment: str | None,
    today: date,
    only: Collection[str] | None = None,
    reuse: Files | None = None,
) -> Examined:
    """Read and check the files below `root`; decide on its subscriptions as of `today`.

    With `environment`, only domains that have an account in it take part in the decisions. With `only`, just
    these domains' files are read and checked, and what involves others is not decided; `reuse` saves parsing
    (see loading.load). Raises UserError when `root` is no mesh repository, or has no such environment.
    """
    files, errors, hints = _checked(root, environment, only, reuse, today)
    if errors or files.mesh is None:
        return Examined(files, errors, (), ())
    present = {
        name: domain
        for name, domain in files.domains.items()
        if environment is None or environment in domain.accounts
    }
    decided = decide_all(
        present,
        open_classifications=frozenset(files.mesh.open_classifications),
        today=today,
        unread=files.unread,
    )
    streams = decide_streams(present, today=today, unread=files.unread)
    to_know = [*notices(files, present, decided, today)]
    to_know += stream_status.notices(files, present, streams, today)
    to_know += pipeline_status.notices(files, present, decided)
    if environment is None:
        to_know += missing_environments(files)
        to_know += stream_status.missing_environments(files)
    known = in_order([*hints, *locate(files, iter(to_know))])
    return Examined(files, (), known, decided, streams)


def _checked(
    root: Path | Tree,
    environment: str | None,
    only: Collection[str] | None,
    reuse: Files | None,
    today: date,
) -> tuple[Files, tuple[Problem, ...], tuple[Problem, ...]]:
    """The files, what is wrong with them, and what is only to know.

    What days have made wrong is said of a folder alone: of a commit it was not so then.
    """
    files = load_files(root, only=only, reuse=reuse)
    found = in_order(
        [*files.problems, *check(files, today if isinstance(root, Path | WorkingTree) else None)]
    )
    errors = tuple(each for each in found if each.severity == "error")
    hints = tuple(each for each in found if each.severity == "notice")
    if files.mesh is not None and environment is not None and environment not in files.mesh.environments:
        known = list(files.mesh.environments)
        raise UserError(
            f"{MESH_FILE} has no environment `{environment}`. {suggestion(environment, known, '')}"
        )
    return files, errors, hints


def load_files(
    root: Path | Tree, *, only: Collection[str] | None = None, reuse: Files | None = None
) -> Files:
    """The files below `root`, as loading.load. Raises UserError when `root` is no mesh repository at all."""
    folder = root.root if isinstance(root, WorkingTree) else root
    if isinstance(folder, Path) and not os.path.lexists(folder / MESH_FILE):
        raise UserError(
            f"{folder}: there is no {MESH_FILE} here. Run this in the folder that holds it, or name the "
            "folder with --root DIR. `meshwright init DIR` makes a new mesh repository."
        )
    return load(root, only=only, reuse=reuse)


def with_domain(files: Files, domain: DomainFile, source: Source) -> Files:
    """The files as they would be with this domain, new or in place of the one of its name."""
    return replace(
        files,
        domains={**files.domains, domain.domain: domain},
        sources={**files.sources, source.file: source},
        paths={**files.paths, domain.domain: source.file},
    )


@collector_paused()
def load_mesh(
    root: Path | Tree,
    *,
    environment: str | None,
    today: date,
    only: Collection[str] | None = None,
    reuse: Files | None = None,
) -> Mesh:
    """The mesh of `root` in `environment` (default: the first of mesh.yaml) as of `today`.

    `only` and `reuse` as in `examine`. Raises UserError that lists every problem when the files have any.
    """
    return load_both(root, environment=environment, today=today, only=only, reuse=reuse)[1]


@collector_paused()
def load_both(
    root: Path | Tree,
    *,
    environment: str | None,
    today: date,
    only: Collection[str] | None = None,
    reuse: Files | None = None,
) -> tuple[Files, Mesh]:
    """The files and what they mean, as `load_mesh`."""
    files, errors, _ = _checked(root, environment, only, reuse, today)
    refuse(errors)
    if files.mesh is None:
        raise AssertionError("a file that can't be used has a problem")
    mesh = resolve(files.mesh, files.domains, environment=environment, today=today, unread=files.unread)
    return files, mesh


def refuse(problems: Iterable[Problem]) -> None:
    """Raises UserError that lists the problems, if there are any."""
    if found := {*problems}:
        raise UserError(refusal_text(found))


def refusal_text(found: Iterable[Problem]) -> str:
    """Problems in one message."""
    return "\n".join(["The files of the mesh have problems:", *shown(in_order(found)).lines()])


@collector_paused()
def load_unchecked(root: Path, *, environment: str | None, today: date) -> tuple[Files, Mesh]:
    """As `load_both`, without the check whether the files contradict each other.

    Raises UserError where a file is not right in itself, and whatever where they do contradict each other.
    """
    files = load_files(root)
    if files.problems or files.mesh is None or environment not in (None, *files.mesh.environments):
        return load_both(root, environment=environment, today=today, reuse=files)
    return files, resolve(files.mesh, files.domains, environment=environment, today=today)
