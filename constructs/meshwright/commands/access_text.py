"""What `access` found, as text for people, Markdown for a pull request, or JSON for programs."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from meshwright.access.rows import Access
from meshwright.commands.access_wording import all_or, rows_of, wrapped


@dataclass(frozen=True, slots=True)
class Report:
    """A run of `access`."""

    mesh: str
    environment: str
    rows: Sequence[Access]
    """Sorted by table, then role."""


def text(report: Report) -> str:
    """By table: who reads what of it, until when, on whose approval."""
    lines = []
    for table, rows in groupby(report.rows, key=lambda row: row.table):
        lines.append(f"{table.reference}  ({table.classification})")
        for row in rows:
            indent = "  "
            lines.append(f"{indent}{row.domain}.{row.role}  {_iam_name(row)}")
            for part in _parts(row):
                lines.append(wrapped(part, first=f"{indent}    ", rest=f"{indent}      "))
        lines.append("")
    return "\n".join([*lines, *_closing(report)])


def _parts(row: Access) -> Iterable[str]:
    yield all_or(row.columns, row.table) + ("; may write" if row.writes else "")
    if rows := rows_of(row.cells, row.table):
        yield f"rows {rows}"
    yield _ground(row)


def _ground(row: Access) -> str:
    if row.own:
        return f"own product of {row.domain}"
    if not row.approval:
        return "NOT AGREED TO in the files"
    ends = f"until {row.until}" if row.until else "no end date"
    return f"{ends}; {row.approval}; for: {row.purpose}"


def _iam_name(row: Access) -> str:
    return f"({row.principal.partition(':role/')[2] or row.principal} in {row.principal.split(':')[4]})"


def _closing(report: Report) -> list[str]:
    roles = {(row.domain, row.role) for row in report.rows}
    tables = {row.table.name for row in report.rows}
    counted = f"{len(roles)} roles read {len(tables)} tables ({len(report.rows)} combinations)"
    lines = [f"Mesh {report.mesh}, environment {report.environment}: {counted}."]
    if not report.rows:
        lines = [f"Mesh {report.mesh}, environment {report.environment}: nobody reads anything of that."]
    lines.append(
        "Not listed: the roles that deploy. They administer Lake Formation, so can grant themselves access."
    )
    lines = [wrapped(line, first="", rest="") for line in lines]
    assumed = dict.fromkeys(text for row in report.rows for text in row.assumed)
    if assumed:
        lines += ["", "Taken for granted, since no file says it:"]
        lines += [wrapped(f"{text}.", first="  - ", rest="    ") for text in assumed]
    return lines


def markdown(report: Report) -> str:
    """One table: a row per role and table."""
    lines = [
        "| product and table | class | role | columns | rows | until | on whose approval |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in report.rows:
        ground = "own product" if row.own else row.approval or "**not agreed to**"
        cells = [
            row.table.reference,
            row.table.classification,
            f"{row.domain}.{row.role}",
            all_or(row.columns, row.table),
            rows_of(row.cells, row.table) or "all",
            str(row.until or ""),
            ground,
        ]
        lines.append("| " + " | ".join(each.replace("|", "\\|") for each in cells) + " |")
    return "\n".join([*lines, "", *_closing(report)])


def as_json(report: Report) -> str:
    """One object; each access with its pieces: columns, and the conditions on their rows."""
    content = {
        "mesh": report.mesh,
        "environment": report.environment,
        "access": [row_json(row) for row in report.rows],
    }
    return json.dumps(content, indent=2, ensure_ascii=False)


def row_json(row: Access) -> dict[str, Any]:
    """One access for programs."""
    return {
        "role": f"{row.domain}.{row.role}",
        "principal": row.principal,
        "table": row.table.reference,
        "database": row.table.name.database,
        "classification": row.table.classification,
        "columns": list(row.columns),
        "pii": list(row.pii),
        "cells": cells_json(row),
        "writes": row.writes,
        "own": row.own,
        "until": row.until.isoformat() if row.until else None,
        "approval": row.approval,
        "purpose": row.purpose,
        "assumed": list(row.assumed),
    }


def cells_json(row: Access) -> list[dict[str, Any]]:
    """The pieces: columns in the table's order, with the conditions that all must hold."""
    return [
        {
            "columns": [column for column in row.table.columns if column in piece.columns],
            "where": sorted(piece.rows),
        }
        for piece in row.cells
    ]


FORMATS: Final[dict[str, Callable[[Report], str]]] = {"text": text, "markdown": markdown, "json": as_json}
