"""Target: the files of a mesh, of which `meshwright validate` must tell the problems whatever is in them.

An input is one file of the example mesh, in the place of the one that it was; the others are as they are.
"""

import contextlib
import io
import json
import random
import re
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from meshwright.commands.formats import FORMATS
from meshwright.commands.validate import validate
from meshwright.config.problems import MOST_CHARACTERS, Problem
from meshwright.config.reading import MESH_FILE
from meshwright.errors import UserError
from meshwright.output import inert_output
from meshwright.project import examine
from tests.fuzz.fault import FaultError, in_time
from tests.fuzz.mutation import bytes_mutated, scalars_mutated

EXAMPLE = Path(__file__).resolve().parents[2]
TODAY = date(2026, 11, 23)
SUFFIX = ".yaml"
LONGEST_LINE = 12_000
"""Characters of a line of output: what is wrong and how to fix it, with escapes, and where."""
NEVER = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What no output has. Not all that `texts` keeps out, but told independently of it."""


def place_of(data: bytes) -> str:
    """The file whose place the input takes."""
    domain = re.search(rb"^domain: *([a-z]+) *$", data, re.MULTILINE)
    if domain is None:
        return MESH_FILE if re.search(rb"^mesh:", data, re.MULTILINE) else "domains/orders.yaml"
    name = f"domains/{domain[1].decode()}.yaml"
    return name if (EXAMPLE / name).exists() else "domains/orders.yaml"


def seeds() -> dict[str, bytes]:
    """The files of the example mesh, which are no part of the corpus lest they be there twice."""
    paths = [EXAMPLE / MESH_FILE, *sorted((EXAMPLE / "domains").glob("*.yaml"))]
    return {path.name: path.read_bytes() for path in paths}


@contextlib.contextmanager
def opened() -> Iterator[Callable[[bytes], None]]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        shutil.copy(EXAMPLE / MESH_FILE, root)
        shutil.copytree(EXAMPLE / "domains", root / "domains")

        def run(data: bytes) -> None:
            file = root / place_of(data)
            before = file.read_bytes()
            file.write_bytes(data)
            try:
                with in_time():
                    check(root, list(FORMATS)[zlib.crc32(data) % len(FORMATS)])
            finally:
                file.write_bytes(before)

        yield run


def check(root: Path, output: str) -> None:
    try:
        found = examine(root, environment=None, today=TODAY)
    except UserError as error:
        return seemly(error.message)
    for problem in (*found.errors, *found.notices):
        check_problem(problem)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), inert_output():
        code = validate(root=root, output=output, environment=None, today=TODAY)
    if code != (1 if found.errors else 0):
        raise FaultError(f"validate returns {code}")
    seemly(printed.getvalue())
    if output == "json":
        json.loads(printed.getvalue())
    return None


def check_problem(problem: Problem) -> None:
    if problem.line < 1 or problem.column < 1:
        raise FaultError(f"{problem.code} has no place")
    if len(problem.message) > 2 * MOST_CHARACTERS + 2:
        raise FaultError(f"{problem.code} is too long")
    line = str(problem)
    if "\n" in line:
        raise FaultError(f"{problem.code} is more than a line")
    seemly(line)


def seemly(text: str) -> None:
    if sign := NEVER.search(text):
        raise FaultError(f"output has {sign[0]!r}")
    if max(map(len, text.split("\n"))) > LONGEST_LINE:
        raise FaultError("output has a line without end")


def mutated(chance: random.Random, corpus: list[bytes], odd: list[Any]) -> bytes:
    data = chance.choice(corpus)
    if chance.random() < 0.5:
        return scalars_mutated(chance, data, odd)
    return bytes_mutated(chance, data, chance.choice(corpus))
