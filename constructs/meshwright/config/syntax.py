"""Says in plain words why a text is not YAML, and what usually causes it."""

import re

import yaml


class YamlError(Exception):
    """The text can't be read as one YAML document, so no other part of the file can be judged."""

    def __init__(self, line: int, column: int, code: str, what: str, fix: str) -> None:
        super().__init__(what)
        self.line, self.column, self.code, self.what, self.fix = line, column, code, what, fix


_INDENTATION = (
    "this does not fit what stands above it",
    "Align it with its neighbours, by spaces, and close the quotes and brackets above it.",
)
_EXPLANATIONS: tuple[tuple[str, str, str], ...] = (
    (
        "mapping values are not allowed",
        "a `: ` that does not belong here",
        "Put text that contains `: ` in quotes, or align the key with its neighbours.",
    ),
    ("did not find expected key", *_INDENTATION),
    ("did not find expected '-' indicator", *_INDENTATION),
    ("block sequence entries are not allowed", "a list item does not belong here", _INDENTATION[1]),
    ("could not find expected ':'", "a key without `:` behind it", "Write `key: value`."),
    ("did not find expected ',' or '}'", "a `{` is not closed, or lacks a comma", "Write {key: value, …}."),
    ("did not find expected ',' or ']'", "a `[` is not closed, or lacks a comma", "Write [one, two]."),
    ("unexpected end of stream", "a quote is not closed", "Close it."),
    ("unexpected document indicator", "a quote is not closed before this line", "Close it."),
    (
        "unknown escape character",
        "an unknown escape: in double quotes, `\\` begins one",
        "Use single quotes, or write `\\\\`.",
    ),
    ("undefined tag handle", "a `!` begins a tag, and tags mean nothing here", "Put the text in quotes."),
    ("did not find expected alphabetic", "a `*` or `&` without a name", "Put text that begins so in quotes."),
    (
        "did not find expected node content",
        "a value is missing, or begins with a sign that YAML uses",
        "Put text with special signs in quotes.",
    ),
)
MAX_KEY = 1024
"""Characters: https://yaml.org/spec/1.2.2/#742-flow-mappings."""
_RESERVED = "@`%|>"


def explain(error: yaml.YAMLError, text: str) -> YamlError:
    """The parser's error, reworded."""
    mark = getattr(error, "problem_mark", None)
    problem = str(getattr(error, "problem", None) or error)
    if mark is None:
        return YamlError(1, 1, "yaml-syntax", f"this is not YAML: {problem}", "Correct it.")
    start = getattr(error, "context_mark", None)
    if "could not find expected ':'" in problem and start is not None and mark.index - start.index > MAX_KEY:
        what = f"this key has more than {MAX_KEY:,} characters, the most that YAML takes"
        return YamlError(start.line + 1, start.column + 1, "yaml-syntax", what, "Shorten it.")
    line, column = mark.line + 1, mark.column + 1
    lines = re.split(r"\r\n|[\r\n\x85\u2028\u2029]", text)
    rest = lines[mark.line][mark.column :] if mark.line < len(lines) else ""
    if "cannot start any token" in problem or "found a tab" in problem:
        if rest.startswith("\t"):
            return YamlError(line, column, "tab", "a tab indents this line", "Indent with spaces.")
        if rest[:1] in _RESERVED:
            return YamlError(
                line, column, "yaml-syntax", f"text can't begin with `{rest[:1]}`", "Put it in quotes."
            )
    for part, what, fix in _EXPLANATIONS:
        if part in problem:
            return YamlError(line, column, "yaml-syntax", what, fix)
    return YamlError(line, column, "yaml-syntax", f"this is not YAML: {problem}", "Correct it.")
