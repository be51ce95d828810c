"""docs/access.md lists every code that an audit can find: programs rely on them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
MODULES = sorted((REPOSITORY / "constructs/meshwright/access/drift").glob("*.py"))
CODE = re.compile(r"[a-z]+(-[a-z]+)+")


def nodes() -> Iterator[ast.AST]:
    for module in MODULES:
        yield from ast.walk(ast.parse(module.read_text()))


def test_codes_are_written_out_where_they_are_found() -> None:
    given = [node.value for node in nodes() if isinstance(node, ast.keyword) and node.arg == "code"]
    assert len(given) > 20
    assert [ast.unparse(each) for each in given if isinstance(each, ast.JoinedStr | ast.BinOp)] == []


def test_the_docs_list_every_code_once() -> None:
    texts = [node.value for node in nodes() if isinstance(node, ast.Constant)]
    found = {text for text in texts if isinstance(text, str) and CODE.fullmatch(text)}
    page = (REPOSITORY / "docs/access.md").read_text()
    section = page.partition("### What it finds\n")[2].partition("\n### ")[0]
    listed = re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)
    assert len(found) > 40
    assert sorted(found) == sorted(listed)
