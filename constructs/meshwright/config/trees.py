"""Where the text of the files comes from: a folder, or something that looks like one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from meshwright.config.problems import Problem
from meshwright.config.reading import DOMAINS, MESH_FILE, domain_files, domain_of, listing, read_bytes


class Tree(Protocol):
    """The files of a mesh at one time."""

    @property
    def name(self) -> str:
        """How messages call it."""

    def listing(self) -> list[str] | Problem:
        """The names in the folder `domains`, or why there are none."""

    def read(self, files: Sequence[str]) -> Iterator[tuple[str, bytes | Problem]]:
        """The content of these files (`mesh.yaml`, `domains/x.yaml`), in order, or why there is none."""


@dataclass(frozen=True, slots=True)
class WorkingTree:
    """The files below a folder as they are now."""

    root: Path

    @property
    def name(self) -> str:
        return str(self.root)

    def listing(self) -> list[str] | Problem:
        return listing(self.root)

    def read(self, files: Sequence[str]) -> Iterator[tuple[str, bytes | Problem]]:
        for file in files:
            yield file, read_bytes(self.root, file)


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs between two trees."""

    mesh: bool
    """mesh.yaml differs, and with it perhaps everything."""
    domains: frozenset[str]
    """Names of the domains whose file differs, is new or is gone."""


def all_domains(tree: Tree) -> frozenset[str]:
    """Every domain, by the name of its file."""
    files, _ = domain_files(tree.listing())
    return frozenset(map(domain_of, files))


def changes(before: Tree, after: Tree) -> Changes:
    """What differs in content; not in line ends, which git may convert between a commit and a folder."""
    files = [MESH_FILE, *(f"{DOMAINS}/{name}.yaml" for name in all_domains(before) & all_domains(after))]
    differing = {
        file
        for (file, old), (_, new) in zip(before.read(files), after.read(files), strict=True)
        if old != new and _unix(old) != _unix(new)
    }
    names = map(domain_of, differing - {MESH_FILE})
    return Changes(
        mesh=MESH_FILE in differing,
        domains=(all_domains(before) ^ all_domains(after)).union(names),
    )


def _unix(content: bytes | Problem) -> bytes | Problem:
    return content.replace(b"\r\n", b"\n") if isinstance(content, bytes) else content
