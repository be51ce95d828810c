"""What `quality check` found, as text for people, Markdown, or JSON for programs."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Final

from meshwright.commands.access_wording import counted, wrapped
from meshwright.markdown import code, escaped, row
from meshwright.quality.outcomes import Outcome, Result
from meshwright.texts import one_line


@dataclass(frozen=True, slots=True)
class Judged:
    """A rule and what it came to."""

    place: str
    """`rules[3]` of the table's `quality`, or `slo`."""
    dqdl: str
    outcome: Outcome

    @property
    def details(self) -> str:
        """`2 rows break it, such as: A, B`, or why it was not evaluated; empty if there is nothing to say."""
        outcome, parts = self.outcome, []
        if outcome.broken and outcome.result == "fail":
            parts.append("1 row breaks it" if outcome.broken == 1 else f"{outcome.broken:,} rows break it")
            if outcome.examples:
                parts[0] += f", such as: {', '.join(outcome.examples)}"
        return "; ".join([*parts, outcome.note] if outcome.note else parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The rules of a table on some files."""

    table: str
    files: int
    rows: int
    rules: tuple[Judged, ...]

    def number(self, result: Result) -> int:
        return sum(each.outcome.result == result for each in self.rules)

    @property
    def heading(self) -> str:
        rows = "1 row" if self.rows == 1 else f"{self.rows:,} rows"
        return f"{self.table}: {rows} in {counted(self.files, 'file')}"

    @property
    def summary(self) -> str:
        """`1 of 8 rules fails, 1 is not evaluated here.`"""
        failed, skipped, of = self.number("fail"), self.number("not evaluated"), len(self.rules)
        if failed:
            said = f"{failed} of {counted(of, 'rule')} {'fails' if failed == 1 else 'fail'}"
        else:
            said = f"{self.number('pass')} of {counted(of, 'rule')} hold"
        if skipped:
            said += f", {skipped} {'is' if skipped == 1 else 'are'} not evaluated here"
        return f"{said}."


def text(report: Report) -> str:
    """A line for each rule, and below it what is to be said."""
    results = max(len(each.outcome.result) for each in report.rules)
    places = max(len(each.place) for each in report.rules)
    lines = [report.heading, ""]
    for each in report.rules:
        lines.append(f"{each.outcome.result:<{results}}  {each.place:<{places}}  {one_line(each.dqdl)}")
        if each.details:
            indent = " " * (results + places + 4)
            lines.append(wrapped(each.details, first=indent, rest=indent))
    return "\n".join([*lines, "", report.summary])


def markdown(report: Report) -> str:
    """A table, for a comment on a pull request."""
    lines = [f"**{escaped(report.heading)}**", "", "| | place | rule | |", "| --- | --- | --- | --- |"]
    for each in report.rules:
        # Cells are told apart before anything else, in code too.
        rule = code(each.dqdl).replace("|", "\\|")
        lines.append(row([each.outcome.result, each.place, rule, escaped(each.details)]))
    return "\n".join([*lines, "", report.summary])


def as_json(report: Report) -> str:
    """One object: the table, its rules with their results, and the numbers of each result."""
    rules = [{"place": each.place, "dqdl": each.dqdl, **asdict(each.outcome)} for each in report.rules]
    content = {
        "table": report.table,
        "files": report.files,
        "rows": report.rows,
        "rules": rules,
        "passed": report.number("pass"),
        "failed": report.number("fail"),
        "not_evaluated": report.number("not evaluated"),
    }
    return json.dumps(content, indent=2, ensure_ascii=False)


FORMATS: Final[dict[str, Callable[[Report], str]]] = {"text": text, "markdown": markdown, "json": as_json}
