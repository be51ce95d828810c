"""What `escalation` found, as text for people, Markdown, or JSON for programs."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from meshwright.access.decision import TableName
from meshwright.access.escalation import LONGEST, Chain
from meshwright.access.escalation_steps import How, Taken
from meshwright.access.rows import TableOf
from meshwright.access.state import Unread
from meshwright.commands.access_wording import all_or, counted, rows_of, wrapped
from meshwright.commands.audit_words import Words
from meshwright.commands.hop_text import evidence_text
from meshwright.markdown import escaped
from meshwright.mesh.model import Mesh

STEPS: Final[Mapping[How, str]] = {
    How.ASSUME: "assumes {target}: its trust policy lets it",
    How.PASS_ROLE: "hands {target} to a service, which runs its code with it ({actions})",
    How.EDIT_TRUST: "lets itself assume {target} ({actions})",
    How.NEW_KEY: "makes credentials of {target} ({actions})",
    How.EDIT_POLICY: "gives {target} any permission in IAM ({actions})",
    How.SETTINGS: "makes itself an administrator of Lake Formation in account {target} ({actions})",
    How.GRANT: "as an administrator grants itself {target} ({actions})",
    How.BUCKET_POLICY: "lets itself in to the bucket {target} ({actions})",
    How.KEY_POLICY: "lets itself use the key {target} ({actions})",
}
NOT_LOOKED_AT: Final = (
    "code of functions, jobs, notebooks and instances that exist and run with a role",
    "secrets, and credentials kept in files",
    "roles outside the accounts of the mesh",
    "LF-Tags that somebody may put on or take off",
)
"""Other ways, of which nothing is known here."""


@dataclass(frozen=True, slots=True)
class Report:
    """A run of `escalation`."""

    mesh: Mesh
    chains: tuple[Chain, ...]
    tables: Mapping[TableName, TableOf]
    principals: int
    """How many were looked at."""
    unknown: tuple[str, ...]
    """Those whose policies are not known."""
    unread: tuple[Unread, ...]
    deployed: bool
    """Of the accounts; else of the files."""


def text(report: Report) -> str:
    """Each chain with its steps; then what was looked at, and what not."""
    words, lines = Words(report.mesh), list[str]()
    for chain in report.chains:
        lines += [wrapped(_head(words, report, chain), first="", rest="    ")]
        for number, sentence in enumerate(_sentences(words, chain), start=1):
            lines.append(wrapped(sentence, first=f"  {number}. ", rest="     "))
        lines += [wrapped(f"if {each}", first="     ", rest="     ") for each in chain.assumed]
        lines.append("")
    lines.append(_summary(report))
    lines += [wrapped(each, first="  ", rest="    ") for each in _limits(words, report)]
    return "\n".join(lines)


def _head(words: Words, report: Report, chain: Chain) -> str:
    table = report.tables[chain.table]
    shown = frozenset[str]().union(*(piece.columns for piece in chain.gained))
    columns = all_or([each for each in table.columns if each in shown], table)
    rows = rows_of(chain.gained, table)
    what = f"{table.reference} ({table.classification}): {columns}" + (f"; {rows}" if rows else "")
    return f"{words.principal(chain.principal)} could come to read {what}"


def _sentences(words: Words, chain: Chain) -> Iterator[str]:
    for step in chain.steps:
        yield f"{words.principal(step.actor)} {_step(words, step)}"
    if chain.reader != chain.steps[-1].actor or chain.steps[-1].how is How.EDIT_POLICY:
        yield f"{words.principal(chain.reader)} reads it"


def _step(words: Words, step: Taken) -> str:
    target = step.target
    if target.startswith("arn:") and step.how is not How.KEY_POLICY:
        target = words.principal(target)
    elif step.how is How.SETTINGS:
        target = words.account(target)
    return STEPS[step.how].format(target=target, actions=", ".join(step.actions))


def _summary(report: Report) -> str:
    source = "the accounts" if report.deployed else "the files"
    looked = f"{counted(report.principals, 'principal')} and {counted(len(report.tables), 'table')}"
    if report.chains:
        return f"{counted(len(report.chains), 'chain')} of at most {LONGEST} steps, by {source}: {looked}."
    return f"No chain of at most {LONGEST} steps, by {source}: {looked}."


def _limits(words: Words, report: Report) -> Iterator[str]:
    if report.unknown:
        names = ", ".join(words.principal(each) for each in report.unknown[:5])
        more = f" and {len(report.unknown) - 5} more" if len(report.unknown) > 5 else ""
        hint = "" if report.deployed else "; `--live` reads them"
        yield f"Not looked at, as their policies are not known: {names}{more}{hint}."
    for each in report.unread:
        yield f"Not read: account {words.account(each.account)}, {each.call}: {each.why}."
    yield f"Not looked at: {'; '.join(NOT_LOOKED_AT)}."


def markdown(report: Report) -> str:
    """Each chain as a list below its sentence."""
    words, lines = Words(report.mesh), [f"**{escaped(_summary(report))}**"]
    for chain in report.chains:
        lines += ["", f"### {escaped(_head(words, report, chain))}", ""]
        lines += [
            f"{number}. {escaped(each)}" for number, each in enumerate(_sentences(words, chain), start=1)
        ]
        lines += [f"- if {escaped(each)}" for each in chain.assumed]
    return "\n".join([*lines, "", *(f"- {escaped(each)}" for each in _limits(words, report))])


def as_json(report: Report) -> str:
    """One object: `chains`, each with its steps, and what was not looked at."""
    content: dict[str, Any] = {
        "mesh": report.mesh.name,
        "environment": report.mesh.environment,
        "principals": report.principals,
        "tables": [each.reference for each in report.tables.values()],
        "chains": [_chain_json(report, chain) for chain in report.chains],
        "unknown": list(report.unknown),
        "unread": [{"account": each.account, "call": each.call, "why": each.why} for each in report.unread],
        "not_looked_at": list(NOT_LOOKED_AT),
    }
    return json.dumps(content, indent=2, ensure_ascii=False)


def _chain_json(report: Report, chain: Chain) -> dict[str, Any]:
    return {
        "principal": chain.principal,
        "table": report.tables[chain.table].reference,
        "reader": chain.reader,
        "gained": [{"columns": sorted(piece.columns), "rows": sorted(piece.rows)} for piece in chain.gained],
        "steps": [
            {
                "how": step.how.value,
                "actor": step.actor,
                "target": step.target,
                "actions": list(step.actions),
                "statements": [evidence_text(each) for each in step.statements],
            }
            for step in chain.steps
        ],
        "assumed": list(chain.assumed),
    }


FORMATS: Final[Mapping[str, Callable[[Report], str]]] = {
    "text": text,
    "markdown": markdown,
    "json": as_json,
}
