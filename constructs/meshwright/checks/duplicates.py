"""Names that stand in a list twice."""

from collections.abc import Iterable, Iterator

from meshwright.config.problems import Finding, Path


def duplicates(file: str, path: Path, names: Iterable[str]) -> Iterator[Finding]:
    """Each name of the list at `path` that stood there before."""
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in seen:
            yield twice(file, (*path, index), name)
        seen.add(name)


def twice(file: str, path: Path, name: str) -> Finding:
    """The name at `path` stood in its list before."""
    return Finding(file, path, "duplicate", f"`{name}` is in the list twice", "Remove one of the two.")
