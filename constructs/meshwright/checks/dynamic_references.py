"""Text that would be replaced on its way to AWS, by CloudFormation or by the CDK."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from meshwright.config.loading import Files
from meshwright.config.nodes import Node
from meshwright.config.problems import Finding, Path


class _Replaced(NamedTuple):
    pattern: re.Pattern[str]
    sign: str
    """Some of what the pattern matches, quickly looked for."""
    what: str
    fix: str


_REPLACED: Final = (
    _Replaced(
        re.compile(r"\{\{\s*resolve\s*:", re.IGNORECASE),
        "{{",
        "CloudFormation replaces `{{resolve:…}}` by a secret or parameter of the account, "
        "which whoever sees this text could then read",
        "Write the text itself; what needs a secret reads it from Secrets Manager when it runs.",
    ),
    _Replaced(
        re.compile(r"[$#]\{Token\["),
        "{Token[",
        "the CDK takes `${Token[…]}` for a value of its own",
        "Write it another way.",
    ),
)
_HIDING: Final = re.compile("\\\\[xuU\r\n\x85\u2028\u2029]")
"""Escapes of YAML that can stand for any character, or join two lines: what hides is found in the tree."""


def check(files: Files) -> Iterator[Finding]:
    """Dynamic references, which CloudFormation resolves in any property, and markers of the CDK.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
    `${…}` of a pipeline's text is no substitution: mesh/parts/state_machine.py writes it with an escape.
    """
    for file, source in files.sources.items():
        if _HIDING.search(source.text) or any(each.sign in source.text for each in _REPLACED):
            yield from _inside(file, (), source.top)


def _inside(file: str, path: Path, node: Node) -> Iterator[Finding]:
    if node.text is not None:
        yield from _found(file, path, node.text, at_key=False)
    for key, (_, value) in (node.items or {}).items():
        yield from _found(file, (*path, key), key, at_key=True)
        yield from _inside(file, (*path, key), value)
    for index, child in enumerate(node.children or ()):
        yield from _inside(file, (*path, index), child)


def _found(file: str, path: Path, text: str, *, at_key: bool) -> Iterator[Finding]:
    for each in _REPLACED:
        if found := each.pattern.search(text):
            offset = 0 if at_key else found.start()
            yield Finding(file, path, "replaced-text", each.what, each.fix, at_key=at_key, offset=offset)
