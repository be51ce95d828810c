"""Reads mesh.yaml and domains/*.yaml: models, and every problem that a file shows by itself."""

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from meshwright.config.base import FileModel
from meshwright.config.domain_file import DomainFile
from meshwright.config.mesh_file import MeshFile
from meshwright.config.models import model_at
from meshwright.config.nodes import parse
from meshwright.config.positions import Source
from meshwright.config.problems import Path, Problem, dotted
from meshwright.config.reading import MESH_FILE, domain_files, read_text
from meshwright.config.wording import reword

Model = TypeVar("Model", bound=FileModel)


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a mesh, as far as they can be used."""

    mesh: MeshFile | None
    domains: Mapping[str, DomainFile]
    """The valid ones, by the domain's name."""
    problems: tuple[Problem, ...]
    """Sorted by place."""
    sources: Mapping[str, Source] = field(default_factory=dict, repr=False)
    """The texts behind the models, by file: for the places of later findings."""
    paths: Mapping[str, str] = field(default_factory=dict)
    """The file of each valid domain."""
    broken: frozenset[str] = frozenset()
    """Names of domains whose file has problems or another name: something is meant, but not known what."""


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Nodes are many and hold no cycles: looking through them for cycles takes longer than making them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@_collector_paused()
def load(root: FilePath) -> Files:
    """Read the mesh below `root`. Never raises for what is in the files; see `Files.problems`."""
    sources: dict[str, Source] = {}
    problems: list[Problem] = []
    mesh = _load_file(root, MESH_FILE, MeshFile, sources, problems)
    names, found = domain_files(root)
    problems += found
    domains: dict[str, DomainFile] = {}
    paths: dict[str, str] = {}
    broken = set()
    for file in names:
        domain = _load_file(root, file, DomainFile, sources, problems)
        if domain is None or domain.domain in domains:
            broken.add(file.removeprefix("domains/").removesuffix(".yaml"))
        else:
            domains[domain.domain] = domain
            paths[domain.domain] = file
            if file != f"domains/{domain.domain}.yaml":
                broken.add(file.removeprefix("domains/").removesuffix(".yaml"))
    return Files(
        mesh=mesh,
        domains=domains,
        problems=tuple(sorted(problems)),
        sources=sources,
        paths=paths,
        broken=frozenset(broken),
    )


def _load_file(
    root: FilePath, file: str, model: type[Model], sources: dict[str, Source], problems: list[Problem]
) -> Model | None:
    text = read_text(root, file)
    if isinstance(text, Problem):
        problems.append(text)
        return None
    parsed, source, found = parse_text(text, file, model)
    problems += found
    if source is not None:
        sources[file] = source
    return parsed


def parse_text(text: str, file: str, model: type[Model]) -> tuple[Model | None, Source | None, list[Problem]]:
    """One file's text as a model; None when it has problems."""
    top, problems = parse(text, file)
    if top is None:
        return None, None, problems
    source = Source(file, text, top)
    if top.items is None:
        line, column = top.mark
        what = f"the file holds {top.kind}, not keys with values"
        fix = f"Begin it with: {next(iter(model.model_fields))}: NAME"
        problem = Problem(file=file, line=line, column=column, path="", code="wrong-type", what=what, fix=fix)
        return None, source, [*problems, problem]
    try:
        parsed = model.model_validate(top.data)
    except ValidationError as error:
        reported = {problem.path for problem in problems}
        for details in error.errors(include_url=False, include_input=False):
            problem = _problem(details, source, model)
            if problem.path not in reported:
                problems.append(problem)
        return None, source, problems
    return (None if problems else parsed), source, problems


def _problem(details: ErrorDetails, source: Source, model: type[FileModel]) -> Problem:
    location: Path = details["loc"]
    about_key = bool(location) and location[-1] == "[key]"
    path = location[:-1] if about_key else location
    key, node, reached = source.find(path)
    at_key = about_key or (details["type"] == "extra_forbidden" and len(reached) == len(path))
    parent = (
        model_at(model, path[:-1])
        if details["type"] in ("missing", "extra_forbidden")
        else model_at(model, path)
    )
    if details["type"] == "extra_forbidden":
        _, surroundings, _ = source.find(path[:-1])
        words = reword(details, path, surroundings, parent)
    else:
        subject = key if about_key and key is not None else node
        words = reword(details, path, subject, parent)
    place = key.mark if at_key and key is not None else node.mark
    return Problem(
        file=source.file,
        line=place.line,
        column=place.column,
        path=dotted(path),
        code=words.code,
        what=words.what,
        fix=words.fix,
    )
