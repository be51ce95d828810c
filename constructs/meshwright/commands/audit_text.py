"""What `audit` found, as text for people, Markdown, or JSON for programs."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from meshwright.access.findings import Audit, Call, Effect, Finding, Severity
from meshwright.access.state import Unread
from meshwright.commands.access_wording import wrapped
from meshwright.commands.audit_words import HEADINGS, Words
from meshwright.commands.aws_lines import aws_line
from meshwright.markdown import escaped, fenced, row, table
from meshwright.mesh.model import Mesh

PARTIAL = "PARTIAL: not everything could be read, and what could not is not compared."
MOST = 8
"""Sentences on who is affected, of one finding in text."""


@dataclass(frozen=True, slots=True)
class Report:
    """A run of `audit`."""

    mesh: Mesh
    audit: Audit
    accounts: int
    calls: Mapping[int, tuple[Call, ...]] | None = None
    """With --repair: the exact calls of each finding, by its place in the audit."""
    left_out: Mapping[int, str] = field(default_factory=dict)
    """Why the calls of a finding could not be told, by its place; then it has none in `calls`."""

    @property
    def numbered(self) -> list[tuple[int, Finding]]:
        """The findings by severity, worst first; of one severity in the order of their repair."""
        order = list(Severity)
        return sorted(enumerate(self.audit.findings), key=lambda at: (order.index(at[1].severity), at[0]))


@dataclass(frozen=True, slots=True)
class Failed:
    """A finding of which a call failed, so that the rest of its calls was not made."""

    finding: Finding
    why: str
    """The call, its account, and what AWS said."""

    def as_json(self) -> dict[str, str]:
        """For programs: which finding, and why."""
        finding = self.finding
        return {
            "code": finding.code,
            "account": finding.account,
            "subject": finding.subject,
            "why": self.why,
        }


def applied(words: Words, made: int, failed: Sequence[Failed], *, output: str) -> str:
    """What became of the calls: how many were made, and which findings could not be mended."""
    counted = "1 call" if made == 1 else f"{made} calls"
    lines = [f"{counted} made."]
    if failed:
        lines.append(f"Not repaired, because a call failed ({len(failed)}):")
        for each in failed:
            head = f"{each.finding.code}, account {words.account(each.finding.account)}"
            text = f"{head}, {each.finding.what}: {each.why}"
            lines += [f"- {escaped(text)}"] if output == "markdown" else _lines(f"- {text}", "  ")
    return " ".join(lines) + " " if not failed else "\n".join([*lines, "", ""])


def call_lines(words: Words, call: Call, *, output: str) -> list[str]:
    """A call that is made, with its account."""
    lines = [f"# in account {words.account(call.account)}", aws_line(call, words.mesh.region)]
    return fenced(lines, "sh") if output == "markdown" else lines


def text(report: Report) -> str:
    """By severity: what differs, who is affected, the repair."""
    words, lines = Words(report.mesh), list[str]()
    if report.audit.unread:
        lines = [PARTIAL, *(line for each in _unread(report) for line in _lines(f"- {each}", "  ")), ""]
    lines.append(_summary(report))
    lines += [line for each in _unchecked(report) for line in _lines(each, "  ")]
    severity = None
    for place, finding in report.numbered:
        if finding.severity is not severity:
            severity = finding.severity
            lines += ["", f"{severity.upper()}: {HEADINGS[severity]}"]
        head = f"{finding.code}, account {words.account(finding.account)}"
        lines += ["", f"  {head}", *_lines(finding.what, "    ")]
        lines += [line for sentence in _affected(words, finding) for line in _lines(sentence, "    ")]
        lines += _lines(f"repair: {finding.remedy}", "    ")
        if place in report.left_out:
            lines += _lines(f"its calls are left out: {report.left_out[place]}", "    ")
        lines += _calls(report, place)
    return "\n".join(lines)


def _lines(sentence: str, indent: str) -> list[str]:
    return wrapped(sentence, first=indent, rest=indent + "  ").split("\n")


def _affected(words: Words, finding: Finding) -> Iterator[str]:
    change = finding.filter_change
    sentences = [
        *(words.filter_change(change) if change else ()),
        *words.effects(finding.affected),
        *words.stream_effects(finding.on_streams),
        *words.within_reach(finding.within_reach),
    ]
    for sentence in sentences[:MOST]:
        yield f"- {sentence}"
    if len(sentences) > MOST:
        yield f"- and {len(sentences) - MOST} more (all of them: --format json)"


def _calls(report: Report, place: int) -> list[str]:
    calls = (report.calls or {}).get(place, ())
    words = Words(report.mesh)
    lines: list[str] = []
    account = ""
    for call in calls:
        if call.account != account:
            account = call.account
            lines += ["", f"# in account {words.account(account)}"]
        lines.append(aws_line(call, report.mesh.region))
    return lines


def _unread(report: Report) -> Iterator[str]:
    """What the audit cannot answer for."""
    for each in report.audit.unread:
        yield f"account {Words(report.mesh).account(each.account)}, {each.call}: {each.why}"


def _unchecked(report: Report) -> Iterator[str]:
    """What may take away some of the access that is said to be there."""
    for each in report.audit.unchecked:
        account = Words(report.mesh).account(each.account)
        yield f"Not checked, and could only take access away: account {account}, {each.call}: {each.why}"


def _summary(report: Report) -> str:
    mesh, findings = report.mesh, report.audit.findings
    counts = [
        f"{number} {severity}"
        for severity in Severity
        if (number := sum(f.severity is severity for f in findings))
    ]
    noun = "account" if report.accounts == 1 else "accounts"
    start = f"Mesh {mesh.name}, environment {mesh.environment}, {report.accounts} {noun}: "
    if counts:
        total = len(findings)
        return f"{start}{total} {'finding' if total == 1 else 'findings'} ({', '.join(counts)})"
    if report.audit.unread:
        return f"{start}what could be read is as declared"
    return f"{start}everything is as declared"


def markdown(report: Report) -> str:
    """A table by severity; with --repair the commands below it."""
    words, lines = Words(report.mesh), list[str]()
    if report.audit.unread:
        lines = [PARTIAL, "", *(f"- {escaped(each)}" for each in _unread(report)), ""]
    lines.append(f"**{escaped(_summary(report))}**")
    lines += [line for each in _unchecked(report) for line in ("", escaped(each))]
    if report.audit.findings:
        lines += ["", *table(("severity", "finding", "account", "what", "affected", "repair"), ())]
    for place, finding in report.numbered:
        left_out = f"; its calls are left out: {report.left_out[place]}" if place in report.left_out else ""
        cells = [
            finding.severity.value,
            finding.code,
            escaped(words.account(finding.account)),
            escaped(finding.what),
            "<br>".join(escaped(each.removeprefix("- ")) for each in _affected(words, finding)) or "nobody",
            escaped(f"{finding.remedy}{left_out}"),
        ]
        lines.append(row(cells))
    commands = [line for place, _ in report.numbered for line in _calls(report, place)]
    return "\n".join([*lines, *(["", *fenced(commands[1:], "sh")] if commands else [])])


def as_json(report: Report) -> str:
    """One object: `findings`, what is `unread`, and whether it is `clean`."""
    return json.dumps(report_json(report), indent=2, ensure_ascii=False)


def _unread_json(unread: Unread) -> dict[str, str]:
    return {"account": unread.account, "call": unread.call, "why": unread.why}


def report_json(report: Report) -> dict[str, Any]:
    """The report for programs, complete."""
    return {
        "mesh": report.mesh.name,
        "environment": report.mesh.environment,
        "clean": report.audit.clean,
        "unread": [_unread_json(each) for each in report.audit.unread],
        "unchecked": [_unread_json(each) for each in report.audit.unchecked],
        "findings": [_finding_json(report, place, finding) for place, finding in report.numbered],
    }


def _finding_json(report: Report, place: int, finding: Finding) -> dict[str, Any]:
    content: dict[str, Any] = {
        "code": finding.code,
        "severity": finding.severity.value,
        "account": finding.account,
        "subject": finding.subject,
        "what": finding.what,
        "affected": [_effect_json(each) for each in finding.affected],
        "streams": [
            {
                "principal": each.principal,
                "account": each.stream.account,
                "stream": each.stream.name,
                "gained": each.gained,
            }
            for each in finding.on_streams
        ],
        "within_reach": [
            {
                "principal": each.principal,
                "by": each.by.value,
                "tables": [{"database": name.database, "table": name.table} for name in each.tables],
            }
            for each in finding.within_reach
        ],
        "remedy": finding.remedy,
    }
    if finding.filter_change is not None:
        content["filter"] = asdict(finding.filter_change)
    if report.calls is not None:
        content["repair"] = [call_json(each) for each in report.calls.get(place, ())]
    if place in report.left_out:
        content["left_out"] = report.left_out[place]
    return content


def _effect_json(effect: Effect) -> dict[str, Any]:
    return {
        "principal": effect.principal,
        "database": effect.table.database,
        "table": effect.table.table,
        "action": effect.action,
        "gained": [{"columns": sorted(p.columns), "rows": sorted(p.rows)} for p in effect.gained],
        "lost": [{"columns": sorted(p.columns), "rows": sorted(p.rows)} for p in effect.lost],
    }


def call_json(call: Call) -> dict[str, Any]:
    """A call for programs, with boto3's names."""
    return {
        "account": call.account,
        "service": call.service,
        "operation": call.operation,
        "parameters": dict(call.parameters),
    }


FORMATS: Final[dict[str, Callable[[Report], str]]] = {"text": text, "markdown": markdown, "json": as_json}
