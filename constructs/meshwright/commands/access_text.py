"""What `access` found, as text for people, Markdown for a pull request, or JSON for programs.

A mesh may have hundreds of thousands of accesses: each is written by itself, and they are put together last.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from meshwright.access.cells import Cells
from meshwright.access.rows import Access, TableOf
from meshwright.access.stream_rows import StreamAccess
from meshwright.commands.access_wording import all_or, counted, rows_of, wrapped
from meshwright.commands.stream_access_text import (
    access_row,
    stream_json_line,
    stream_markdown_row,
    stream_text_row,
)
from meshwright.markdown import escaped, table


class Written(NamedTuple):
    """One access, written. Sorts by table, the owner's roles first."""

    table: str
    """Its reference."""
    reader: tuple[str, str]
    """Domain and role; the domain is empty for the table's own."""
    role: str
    """As `domain.key`."""
    heading: str
    """What stands once over all of a table."""
    text: str
    assumed: tuple[str, ...]
    is_stream: bool = False


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write: first each access, then all together, in pieces to be printed one after the other."""

    row: Callable[[Access], str]
    stream: Callable[[StreamAccess], str]
    all: Callable[[str, str, Sequence[Written]], Iterator[str]]
    """From the mesh's name, the environment's, and all accesses, sorted."""

    def written(self, access: Access) -> Written:
        """One access."""
        table = access.table
        return Written(
            table=table.reference,
            reader=("" if access.own else access.domain, access.role),
            role=f"{access.domain}.{access.role}",
            heading=f"{table.reference}  ({table.classification})",
            text=self.row(access),
            assumed=access.assumed,
        )

    def written_stream(self, access: StreamAccess) -> Written:
        """One access to a stream."""
        return Written(
            table=access.stream.reference,
            reader=("" if access.own else access.domain, access.role),
            role=f"{access.domain}.{access.role}",
            heading=f"{access.stream.reference}  (stream)",
            text=self.stream(access),
            assumed=access.assumed,
            is_stream=True,
        )


def _text_row(row: Access) -> str:
    name, account = row.principal.partition(":role/")[2], row.principal.split(":")[4]
    parts = [_columns(row)]
    if rows := rows_of(row.cells, row.table):
        parts.append(f"rows {rows}")
    lines = [wrapped(part, first="      ", rest="        ") for part in (*parts, _ground(row))]
    return "\n".join([f"  {row.domain}.{row.role}  ({name} in {account})", *lines])


def _columns(row: Access) -> str:
    return all_or(row.columns, row.table) + ("; may write" if row.writes else "")


def _ground(row: Access) -> str:
    if row.own:
        return f"own product of {row.domain}"
    if not row.approval:
        return "NOT AGREED TO in the files"
    ends = f"until {row.until}" if row.until else "no end date"
    return f"{ends}; {row.approval}; for: {row.purpose}"


def _text(mesh: str, environment: str, rows: Sequence[Written]) -> Iterator[str]:
    """By table: who reads what of it, until when, on whose approval."""
    table = None
    for row in rows:
        if row.table != table:
            yield f"{'' if table is None else chr(10)}{row.heading}\n"
            table = row.table
        yield f"{row.text}\n"
    yield "\n" if rows else ""
    yield from (f"{line}\n" for line in _closing_lines(mesh, environment, rows, _bullet))


def _bullet(text: str) -> str:
    return wrapped(text, first="  - ", rest="    ")


def _closing_lines(
    mesh: str, environment: str, rows: Sequence[Written], item: Callable[[str], str]
) -> Iterator[str]:
    roles = len({row.role for row in rows})
    kinds = [
        counted(number, noun)
        for noun, is_stream in (("table", False), ("stream", True))
        if (number := len({row.table for row in rows if row.is_stream is is_stream}))
    ]
    readers = f"{counted(roles, 'role')} {'reads' if roles == 1 else 'read'}"
    found = f"{readers} {' and '.join(kinds)} ({counted(len(rows), 'combination')})."
    yield f"Mesh {mesh}, environment {environment}: " + (found if rows else "nobody reads anything of that.")
    yield "Not listed: the roles that deploy. They administer Lake Formation, so can grant themselves access."
    if assumed := dict.fromkeys(text for row in rows for text in row.assumed):
        yield from ("", "Taken for granted, since no file says it:")
        yield from (item(f"{text}.") for text in sorted(assumed))


def _markdown_row(row: Access) -> str:
    cells = [
        row.table.reference,
        row.table.classification,
        f"{row.domain}.{row.role}",
        _columns(row),
        rows_of(row.cells, row.table) or "all",
        str(row.until or ""),
        "own product" if row.own else row.approval,
        row.purpose,
    ]
    return access_row(cells)


def _markdown(mesh: str, environment: str, rows: Sequence[Written]) -> Iterator[str]:
    """One table: a row per role and table."""
    heads = ("product and table", "class", "role", "columns", "rows", "until", "on whose approval", "for")
    yield from (f"{line}\n" for line in table(heads, ()))
    for row in rows:
        yield f"{row.text}\n"
    yield "\n"
    yield from (f"{line}\n" for line in _closing_lines(mesh, environment, rows, _item))


def _item(text: str) -> str:
    return f"- {escaped(text)}"


_encoded = json.JSONEncoder(ensure_ascii=False).encode


def _json_row(row: Access) -> str:
    return _encoded(row_json(row))


def row_json(row: Access) -> dict[str, Any]:
    """One access for programs."""
    return {
        "role": f"{row.domain}.{row.role}",
        "principal": row.principal,
        "table": row.table.reference,
        "database": row.table.name.database,
        "classification": row.table.classification,
        "columns": row.columns,
        "pii": row.pii,
        "cells": [
            {
                "columns": row.columns if len(row.cells) == 1 else _in_order(row.table, piece),
                "where": sorted(piece.rows),
            }
            for piece in row.cells
        ],
        "writes": row.writes,
        "own": row.own,
        "until": row.until.isoformat() if row.until else None,
        "approval": row.approval,
        "purpose": row.purpose,
        "assumed": row.assumed,
    }


def _in_order(table: TableOf, piece: Cells) -> list[str]:
    return [column for column in table.columns if column in piece.columns]


def _json(mesh: str, environment: str, rows: Sequence[Written]) -> Iterator[str]:
    """One object; a line for each access, with its pieces: columns, and the conditions on their rows."""
    head = json.dumps({"mesh": mesh, "environment": environment}, ensure_ascii=False)
    yield f'{head[:-1]}, "access": [\n'
    yield ",\n".join([row.text for row in rows if not row.is_stream])
    yield '\n], "streams": [\n'
    yield ",\n".join([row.text for row in rows if row.is_stream])
    yield "\n]}\n"


FORMATS: Final[dict[str, Format]] = {
    "text": Format(_text_row, stream_text_row, _text),
    "markdown": Format(_markdown_row, stream_markdown_row, _markdown),
    "json": Format(_json_row, stream_json_line, _json),
}
