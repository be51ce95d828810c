"""Finds the files of a mesh and reads their text; what stands in the way is a problem, not an exception."""

import errno
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from meshwright.config.problems import Problem

MAX_BYTES = 1_000_000
"""Far above any file that people review; below what would make a run slow."""
MESH_FILE = "mesh.yaml"
_BREAK = re.compile(r"\r\n|[\r\n]")
DOMAINS = "domains"


def read_bytes(root: Path, file: str) -> bytes | Problem:
    """The content of `file` below `root`, or why there is none."""
    try:
        # Non-blocking, so that a named pipe called x.yaml cannot hang the run.
        handle = os.open(root / file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        return _unreadable(file, error)
    try:
        kind = os.fstat(handle)
        if stat.S_ISDIR(kind.st_mode):
            return folder(file)
        if not stat.S_ISREG(kind.st_mode):
            return whole(file, "not-a-file", "this is not a regular file", "Replace it by a plain text file.")
        with os.fdopen(os.dup(handle), "rb") as opened:
            data = opened.read(MAX_BYTES + 1)
    except OSError as error:
        return _unreadable(file, error)
    finally:
        os.close(handle)
    return too_large(file, max(kind.st_size, len(data))) if len(data) > MAX_BYTES else data


def too_large(file: str, size: int) -> Problem:
    """A file of `size` bytes, more than MAX_BYTES."""
    return whole(
        file,
        "too-large",
        f"the file has {size:,} bytes; the limit is {MAX_BYTES:,}",
        "A domain file is a few kilobytes: is this another file, or a domain to be split?",
    )


def decoded(file: str, data: bytes) -> str | Problem:
    """The text of a file with this content, or why there is none."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return whole(file, "not-utf-8", "the file is in UTF-16, not UTF-8", "Save it as UTF-8.")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        return Problem(
            file=file,
            line=_line(before),
            column=_column(before),
            path="",
            code="not-utf-8",
            what=f"the file is not UTF-8: byte {error.start + 1} of it is 0x{data[error.start]:02x}",
            fix="Save it as UTF-8.",
        )
    return text.removeprefix("\ufeff")


def _line(before: str) -> int:
    return len(_BREAK.split(before))


def _column(before: str) -> int:
    return len(_BREAK.split(before)[-1]) + 1


def _unreadable(file: str, error: OSError) -> Problem:
    match error.errno:
        case errno.ENOENT:
            return whole(file, "unreadable", "this link points to nothing", "Repair or remove it.")
        case errno.ELOOP:
            return whole(file, "unreadable", "this link leads back to itself", "Replace it by the file.")
        case errno.EISDIR:
            return folder(file)
        case errno.EACCES | errno.EPERM:
            return whole(file, "unreadable", "the file may not be read", f"Allow it: chmod u+r {file}")
    return whole(
        file, "unreadable", f"the file can't be read: {error.strerror}", "Restore it, from git for instance."
    )


def folder(file: str) -> Problem:
    """A folder that is named like a file."""
    return whole(file, "not-a-file", "this is a folder", "Give the folder another name, or remove it.")


def whole(file: str, code: str, what: str, fix: str) -> Problem:
    """A problem of the whole file."""
    return Problem(file=file, line=1, column=1, path="", code=code, what=what, fix=fix)


def listing(root: Path) -> list[str] | Problem:
    """The names in the folder of domain files, or why there are none."""
    try:
        return os.listdir(root / DOMAINS)
    except FileNotFoundError:
        return no_folder()
    except OSError as error:
        return whole(DOMAINS, "unreadable", f"the folder can't be read: {error.strerror}", "Repair it.")


def no_folder() -> Problem:
    """There is no folder of domain files."""
    return whole(DOMAINS, "no-domains", "there is no such folder", _FIRST_DOMAIN)


def domain_files(names: list[str] | Problem) -> tuple[list[str], list[Problem]]:
    """Of what is in the folder, the domain files, sorted; and what is wrong with the folder."""
    if isinstance(names, Problem):
        return [], [names]
    names = sorted(names)
    problems = list(_misnamed(names))
    files = [f"{DOMAINS}/{name}" for name in names if name.endswith(".yaml") and not name.startswith(".")]
    if not files and not problems:
        problems = [whole(DOMAINS, "no-domains", "the folder holds no domain file", _FIRST_DOMAIN)]
    return files, problems


def domain_of(file: str) -> str:
    """The name that a domain file's name gives to the domain."""
    return file.removeprefix(f"{DOMAINS}/").removesuffix(".yaml")


_FIRST_DOMAIN = "Write the first domain: meshwright new domain NAME"


def _misnamed(names: list[str]) -> Iterator[Problem]:
    for name in names:
        stem, _, ending = name.rpartition(".")
        if stem and (ending.lower() == "yml" or (ending.lower() == "yaml" and ending != "yaml")):
            yield whole(
                f"{DOMAINS}/{name}",
                "wrong-ending",
                f"a domain file ends in .yaml, not in .{ending}",
                f"Rename it: git mv {DOMAINS}/{name} {DOMAINS}/{stem}.yaml",
            )
