"""The files as a git ref has them, read without touching the working tree."""

import os
import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from meshwright.config.problems import Problem
from meshwright.config.reading import DOMAINS, MAX_BYTES, MESH_FILE, folder, no_folder, too_large, whole
from meshwright.errors import UserError

_LINK = "120000"
"""Mode of a symbolic link in a tree (https://git-scm.com/docs/git-fast-import#_filemodify)."""
_FOUND_NOT = {
    "dangling": "this link points to nothing",
    "notdir": "this link points to nothing",
    "loop": "this link leads back to itself",
    "symlink": "this link leads out of the repository",
}
"""What `--follow-symlinks` answers (https://git-scm.com/docs/git-cat-file#_batch_output)."""


class NoMeshYetError(UserError):
    """The commit is there, and has no mesh.yaml in the folder: it may be older than the mesh."""


@dataclass(frozen=True)
class RefTree:
    """A Tree: the files below a folder in a commit."""

    root: Path
    name: str
    """The ref as given."""
    commit: str
    prefix: str
    """Of the folder in its repository, with `/` at the end; empty for the repository's top."""
    entries: Mapping[str, tuple[str, str]]
    """Mode and object id by file, of what stands in the folder `domains`, and of mesh.yaml."""
    contents: dict[str, bytes | Problem] = field(default_factory=dict, repr=False, compare=False)
    """What was read already: a commit stays as it is."""

    def listing(self) -> list[str] | Problem:
        inside = [file.removeprefix(f"{DOMAINS}/") for file in self.entries if file != MESH_FILE]
        return inside or no_folder()

    def read(self, files: Sequence[str]) -> Iterator[tuple[str, bytes | Problem]]:
        new = [file for file in files if file not in self.contents]
        if new:
            requests = "".join(self._request(file) + "\n" for file in new)
            answers = _git(self.root, "cat-file", "--batch", "--follow-symlinks", stdin=os.fsencode(requests))
            at = 0
            for file in new:
                self.contents[file], at = _content(file, answers, at)
        for file in files:
            yield file, self.contents[file]

    def _request(self, file: str) -> str:
        mode, name = self.entries.get(file, (_LINK, ""))
        if mode == _LINK and "\n" not in file:
            return f"{self.commit}:{self.prefix}{file}"
        return name


def at_ref(root: Path, ref: str) -> RefTree:
    """The files below `root` as of `ref`: a branch, a tag, a commit, `HEAD~1`, …

    Raises UserError when git is not there, `root` is in no repository, or `ref` is not there; NoMeshYetError
    when it has no mesh.yaml.
    """
    prefix = _prefix(root)
    return _tree(root, prefix, _commit(root, ref), ref)


def at_merge_base(root: Path, ref: str) -> RefTree:
    """The files as of the commit from which both `ref` and HEAD descend: before the work on this branch.

    Raises UserError as at_ref does, and when there is no such commit.
    """
    prefix = _prefix(root)
    commit = _commit(root, ref)
    found = _run(root, "merge-base", commit, "HEAD")
    if found.returncode:
        raise UserError(
            f"{root}: `{ref}` and HEAD have no commit in common. Name a commit that this branch comes from; "
            "in a shallow clone first get the history: git fetch --unshallow "
            "(in GitHub Actions: actions/checkout with `fetch-depth: 0`)"
        )
    return _tree(root, prefix, found.stdout.decode().strip(), ref)


def _prefix(root: Path) -> str:
    """Of the folder in its repository. The first call: it fails where there is none, or git distrusts it."""
    return os.fsdecode(_git(root, "rev-parse", "--show-prefix")).removesuffix("\n")


def _tree(root: Path, prefix: str, commit: str, ref: str) -> RefTree:
    listed = _git(root, "ls-tree", "-z", commit, "--", MESH_FILE, f"{DOMAINS}/")
    entries = {}
    for line in os.fsdecode(listed).split("\0")[:-1]:
        described, _, file = line.partition("\t")
        mode, _, name = described.split(" ")
        entries[file] = (mode, name)
    if MESH_FILE not in entries:
        raise NoMeshYetError(
            f"`{ref}` has no {prefix}{MESH_FILE}: the mesh was not there yet. Name a commit that has it."
        )
    return RefTree(root, ref, commit, prefix, entries)


def _commit(root: Path, ref: str) -> str:
    if ref and not ref.startswith("-"):
        found = _run(root, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
        if found.returncode == 0:
            return found.stdout.decode().strip()
    if _run(root, "rev-parse", "--verify", "--quiet", "HEAD").returncode:
        raise UserError(f"{root}: the git repository has no commit yet, so no `{ref}`. Commit first.")
    if _git(root, "rev-parse", "--is-shallow-repository").strip() == b"true":
        raise UserError(
            f"{root}: this shallow clone has no commit `{ref}`. Get the history: git fetch --unshallow "
            "(in GitHub Actions: actions/checkout with `fetch-depth: 0`)"
        )
    raise UserError(
        f"{root}: there is no commit `{ref}`. Correct the name (git branch --all lists the branches), "
        "or get it: git fetch origin"
    )


def _git(root: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    done = _run(root, *arguments, stdin=stdin)
    if done.returncode == 0:
        return done.stdout
    said = done.stderr.decode(errors="replace").strip()
    if "not a git repository" in said:
        raise UserError(f"{root} is not in a git repository, so it has no earlier state. Make one: git init")
    if "dubious ownership" in said:
        # https://git-scm.com/docs/git-config#Documentation/git-config.txt-safedirectory
        raise UserError(
            f"{root}: the git repository belongs to another user, so git does not read it. Say that you "
            f"trust it: git config --global --add safe.directory {_owned_by_another(said, root)}"
        )
    raise UserError(f"{root}: git {arguments[0]} failed. It says: {said}")


def _owned_by_another(said: str, root: Path) -> str:
    """The repository's folder, which may be above `root`, for a shell."""
    found = re.search(r"repository at '(.*)'", said)
    return shlex.quote(found[1] if found else str(root))


def _run(root: Path, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    # In a hook these say which repository and index it runs for; here the folder decides.
    surroundings = {name: value for name, value in os.environ.items() if name not in _HOOK}
    try:
        return subprocess.run(
            ["git", *arguments],
            cwd=root,
            input=stdin,
            capture_output=True,
            check=False,
            env={**surroundings, "LC_ALL": "C"},
        )
    except (FileNotFoundError, NotADirectoryError):
        if not root.is_dir():
            raise UserError(f"{root}: there is no such folder. Name one with --root DIR.") from None
        raise UserError("git is not installed, and comparing with a ref needs it. Install git.") from None


_HOOK = frozenset({"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"})


def _content(file: str, answers: bytes, at: int) -> tuple[bytes | Problem, int]:
    """The answer for `file` that begins at `at`, and where the next one begins."""
    end = answers.index(b"\n", at)
    *_, kind, size = answers[at:end].decode(errors="replace").split(" ")
    if not size.isdigit():
        return _unreadable(file, "it is not a file in git"), end + 1
    body = answers[end + 1 : end + 1 + int(size)]
    after = end + 2 + int(size)
    first = answers[at:end].split(b" ")[0].decode(errors="replace")
    if first in _FOUND_NOT:
        return _unreadable(file, _FOUND_NOT[first]), after
    if kind == "tree":
        return folder(file), after
    if kind != "blob":
        return _unreadable(file, "it is not a file in git"), after
    return (too_large(file, len(body)) if len(body) > MAX_BYTES else body), after


def _unreadable(file: str, what: str) -> Problem:
    return whole(file, "unreadable", what, "Repair or remove it.")
