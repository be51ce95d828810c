"""Whatever is in the files: problems, never an exception."""

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from meshwright.config.problems import Problem
from meshwright.project import examine
from tests.config.small_mesh import MESH_FILE, ORDERS_FILE, TEXTS, TODAY, write_mesh
from tests.depth import examples

SIGNS = [" ", "\t", "\n", ":", ": ", "- ", "{", "}", "[", "]", "'", '"', "#", "|", ">-", "? ", ",", "."]
WORDS = ["&a ", "*a", "<<: *a", "!!int ", "!x ", "---\n", "...\n", "%YAML 1.1\n", "~", "null", "yes"]
ODD = ["1", "0o7", "1:30", ".inf", "-", "1e999", "\ufeff", "\u2028", "\x85", "\x00", "é", "😀"]
PIECES = st.sampled_from(SIGNS + WORDS + ODD)
SQL = [
    "country",
    "=",
    "'DE'",
    "(",
    ")",
    "AND",
    "OR",
    "NOT",
    "IN",
    ",",
    "1",
    "NULL",
    "IS",
    "BETWEEN",
    "LIKE",
    ".",
]


def examine_bytes(file: str, content: bytes) -> tuple[Problem, ...]:
    with tempfile.TemporaryDirectory() as folder:
        root = write_mesh(Path(folder))
        (root / file).write_bytes(content)
        found = examine(root, environment=None, today=TODAY)
        return found.errors


def check_places(problems: tuple[Problem, ...], file: str, content: bytes) -> None:
    """Every place is in the file, or just behind its end."""
    lines = content.decode("utf-8", errors="replace").count("\n") + content.count(b"\r") + 3
    for problem in problems:
        assert problem.line >= 1
        assert problem.column >= 1
        if problem.file == file:
            assert problem.line <= lines + content.decode("utf-8", errors="replace").count("\x85") + 2


@examples(60)
@given(content=st.binary(max_size=200))
def test_random_bytes(content: bytes) -> None:
    problems = examine_bytes(ORDERS_FILE, content)
    assert problems
    check_places(problems, ORDERS_FILE, content)


@examples(60)
@given(text=st.lists(PIECES | st.text(max_size=3), max_size=30).map("".join))
def test_random_pieces_of_yaml(text: str) -> None:
    content = text.encode("utf-8", errors="surrogatepass")
    assert examine_bytes(ORDERS_FILE, content)


@examples(60)
@given(
    file=st.sampled_from([MESH_FILE, ORDERS_FILE]),
    start=st.integers(0, 800),
    length=st.integers(0, 12),
    piece=PIECES | st.text(max_size=5),
)
def test_mutated_files(file: str, start: int, length: int, piece: str) -> None:
    text = TEXTS[file]
    at = start % len(text)
    mutated = text[:at] + piece + text[at + length :]
    content = mutated.encode("utf-8", errors="surrogatepass")
    check_places(examine_bytes(file, content), file, content)


@examples(60)
@given(where=st.text(max_size=40) | st.lists(st.sampled_from(SQL), max_size=12).map(" ".join))
def test_random_conditions(where: str) -> None:
    quoted = "'" + "".join(each for each in where if each.isprintable()).replace("'", "''") + "'"
    text = TEXTS["domains/analytics.yaml"].replace("country = 'DE'", quoted)
    content = text.encode("utf-8", errors="surrogatepass")
    assert isinstance(examine_bytes("domains/analytics.yaml", content), tuple)
