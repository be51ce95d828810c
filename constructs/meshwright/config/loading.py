"""Reads mesh.yaml and domains/*.yaml: models, and every problem that a file shows by itself."""

import gc
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from meshwright.config.base import FileModel
from meshwright.config.characters import readable
from meshwright.config.domain_file import PRODUCT_REQUEST, STREAM_REQUEST, DomainFile
from meshwright.config.mesh_file import MeshFile
from meshwright.config.models import field_at, model_at, pattern_at
from meshwright.config.plain import plain_data, plain_data_of_many
from meshwright.config.positions import Source
from meshwright.config.problems import Path, Problem, dotted, in_order
from meshwright.config.reading import DOMAINS, MESH_FILE, decoded, domain_files, domain_of
from meshwright.config.trees import Tree, WorkingTree
from meshwright.config.wording import reword

Model = TypeVar("Model", bound=FileModel)
REQUEST_TAGS = frozenset({PRODUCT_REQUEST, STREAM_REQUEST})
"""How pydantic's places tell the two kinds of request apart; no file has such a key."""
_LARGE = 500_000
"""New objects, about as many as 300 domains with ten products and 100 requests each are read into."""


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
    """Names of domains whose file has problems, another name, or was not read: what is meant is not known."""
    unread: frozenset[str] = frozenset()
    """Names of domains that are there and were not to be read."""


@contextmanager
def collector_paused() -> Iterator[None]:
    """Without looking for cycles, which what is made of the files has none of.

    In a large mesh that takes longer than the work itself. What a large one leaves behind is exempt from then
    on (gc.freeze), so that neither later work nor the end of the process goes through all of it again.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if gc.get_count()[0] > _LARGE:
            gc.freeze()
        if was_on:
            gc.enable()


@collector_paused()
def load(tree: Tree | FilePath, *, only: Collection[str] | None = None, reuse: Files | None = None) -> Files:
    """Read the mesh of `tree`. Never raises for what is in the files; see `Files.problems`.

    With `only`, names of domains, the other domains are known by name alone: see `Files.unread`. What `reuse`
    has of the same text, from whichever tree, is taken from there.
    """
    tree = WorkingTree(tree) if isinstance(tree, FilePath) else tree
    names, problems = domain_files(tree.listing())
    chosen = [file for file in names if only is None or domain_of(file) in only]
    texts: dict[str, str] = {}
    for file, content in tree.read([MESH_FILE, *chosen]):
        text = decoded(file, content) if isinstance(content, bytes) else content
        if isinstance(text, str):
            texts[file] = text
        else:
            problems.append(text)
    models, sources = _reusable(texts, reuse) if reuse else ({}, {})
    fresh = [file for file in texts if file not in models]
    for file, data in zip(fresh, plain_data_of_many([texts[file] for file in fresh]), strict=True):
        kind = MeshFile if file == MESH_FILE else DomainFile
        model, source, found = _understood(texts[file], file, kind, data)
        problems += found
        if model is not None:
            models[file] = model
        if source is not None:
            sources[file] = source
    return _files(names, chosen, models, sources, problems)


def _reusable(texts: Mapping[str, str], known: Files) -> tuple[dict[str, FileModel], dict[str, Source]]:
    """What is known of files with these very texts."""
    models: dict[str, FileModel] = {file: known.domains[domain] for domain, file in known.paths.items()}
    if known.mesh is not None:
        models[MESH_FILE] = known.mesh
    same = [file for file in models if file in texts and known.sources[file].text == texts[file]]
    return {file: models[file] for file in same}, {file: known.sources[file] for file in same}


def _files(
    names: list[str],
    chosen: list[str],
    models: Mapping[str, FileModel],
    sources: dict[str, Source],
    problems: list[Problem],
) -> Files:
    domains: dict[str, DomainFile] = {}
    paths: dict[str, str] = {}
    unread = {domain_of(file) for file in names} - {domain_of(file) for file in chosen}
    broken = set(unread)
    for file in chosen:
        domain = models.get(file)
        if not isinstance(domain, DomainFile) or domain.domain in domains:
            broken.add(domain_of(file))
        else:
            domains[domain.domain] = domain
            paths[domain.domain] = file
            if file != f"{DOMAINS}/{domain.domain}.yaml":
                broken.add(domain_of(file))
    mesh = models.get(MESH_FILE)
    return Files(
        mesh=mesh if isinstance(mesh, MeshFile) else None,
        domains=domains,
        problems=in_order(problems),
        sources=sources,
        paths=paths,
        broken=frozenset(broken),
        unread=frozenset(unread),
    )


def parse_text(text: str, file: str, model: type[Model]) -> tuple[Model | None, Source | None, list[Problem]]:
    """One file's text as a model; None when it has problems."""
    return _understood(text, file, model, plain_data(text))


def _understood(
    text: str, file: str, model: type[Model], data: dict[str, Any] | None
) -> tuple[Model | None, Source | None, list[Problem]]:
    """As parse_text, with what plain_data makes of the text."""
    seen = readable(text, file)
    source = Source(file, seen.text)
    if data is not None and not seen.problems:
        # An error is found once more below, where its place is known.
        with suppress(ValidationError):
            return model.model_validate(data), source, []
    top, found = source.parsed
    problems = [*seen.problems, *found]
    if top is None:
        return None, None, problems
    if top.items is None:
        line, column = top.mark
        what = f"the file holds {top.kind}, not keys with values"
        fix = f"Begin it with: {next(iter(model.model_fields))}: NAME"
        problem = Problem(file=file, line=line, column=column, path="", code="wrong-type", what=what, fix=fix)
        return None, source, problems or [problem]
    try:
        parsed = model.model_validate(top.data)
    except ValidationError as error:
        reported = {problem.path for problem in problems}
        for details in error.errors(include_url=False, include_input=False):
            problem = _problem(details, source, model)
            if problem.path not in reported and (problem.line, problem.column) not in seen.marks:
                problems.append(problem)
        return None, source, problems
    return (None if problems else parsed), source, problems


def _problem(details: ErrorDetails, source: Source, model: type[FileModel]) -> Problem:
    location: Path = details["loc"]
    about_key = bool(location) and location[-1] == "[key]"
    tagged = location[:-1] if about_key else location
    path = tuple(step for step in tagged if step not in REQUEST_TAGS)
    key, node, reached = source.find(path)
    at_key = about_key or (details["type"] == "extra_forbidden" and len(reached) == len(path))
    parent = (
        model_at(model, tagged[:-1])
        if details["type"] in ("missing", "extra_forbidden")
        else model_at(model, tagged)
    )
    if details["type"] == "extra_forbidden":
        _, surroundings, _ = source.find(path[:-1])
        words = reword(details, path, surroundings, parent)
    else:
        subject = key if about_key and key is not None else node
        field = field_at(model, tagged)
        required = field is not None and field.is_required()
        pattern = pattern_at(model, tagged)
        words = reword(details, path, subject, parent, required=required, pattern=pattern)
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
