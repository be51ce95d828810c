"""Which files are meant, and of what format they are."""

from collections.abc import Iterable
from glob import glob, has_magic
from pathlib import Path
from typing import Final

from meshwright.errors import UserError

_FORMATS: Final = {".parquet": "parquet", ".csv": "csv", ".json": "json", ".jsonl": "json", ".ndjson": "json"}
COMPRESSED: Final = frozenset({".gz", ".zst"})


def format_of(file: Path) -> str | None:
    """Its format by its name: parquet, csv or json; None for other names."""
    suffixes = [each.lower() for each in file.suffixes if each.lower() not in COMPRESSED]
    return _FORMATS.get(suffixes[-1]) if suffixes else None


def find_files(given: Iterable[str]) -> tuple[Path, ...]:
    """The data files that are meant: files, patterns (`*.parquet`), and folders with all that is inside.

    Of a folder, files of other kinds and those that begin with `_` or `.` are left out, as query engines
    do. Raises UserError for what is not there.
    """
    found: dict[Path, None] = {}
    for each in given:
        path = Path(each)
        if path.is_dir():
            found.update(dict.fromkeys(_inside(path)))
        elif path.is_file():
            found[path] = None
        else:
            found.update(dict.fromkeys(_matching(each)))
    return tuple(found)


def _inside(folder: Path) -> list[Path]:
    files = [each for each in sorted(folder.rglob("*")) if each.is_file() and _is_data(each, folder)]
    if not files:
        raise UserError(f"{folder}: the folder has no parquet, csv or json files.")
    return files


def _is_data(file: Path, folder: Path) -> bool:
    hidden = any(part.startswith(("_", ".")) for part in file.relative_to(folder).parts)
    return not hidden and format_of(file) is not None


def _matching(pattern: str) -> list[Path]:
    files = [Path(each) for each in sorted(glob(pattern, recursive=True))] if has_magic(pattern) else []
    if not files:
        raise UserError(
            f"{pattern}: there is no such file. Name a file, a folder, or a pattern such as data/*.parquet."
        )
    return [each for each in files if each.is_file()]
