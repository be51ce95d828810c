"""How access is worded: columns, rows, ends; for people who need not know AWS."""

import textwrap
from collections.abc import Iterable, Sequence

from meshwright.access.cells import Cells, rows_text
from meshwright.access.rows import TableOf
from meshwright.mesh.rows.conditions import PlainRow, row_text

WIDTH = 100
"""Columns of text output."""


def columns_text(columns: Iterable[str], table: TableOf) -> str:
    """`customer_id, email (PII), country`, in the table's order."""
    chosen = set(columns)
    return ", ".join(
        f"{name} (PII)" if column in table.pii else name
        for column in table.columns
        for name in _parts(column, chosen)
    )


def _parts(column: str, chosen: set[str]) -> list[str]:
    """The column, or those of its fields that are among the chosen ones."""
    return [column] if column in chosen else sorted(each for each in chosen if each.startswith(f"{column}."))


def all_or(columns: Sequence[str], table: TableOf) -> str:
    """The columns by name, or that it is all of them and which are personal data."""
    if len(columns) < len(table.columns) or len(columns) < 3:
        return columns_text(columns, table)
    pii = [column for column in table.columns if column in table.pii]
    return f"all {len(columns)} columns" + (f", with the personal data {', '.join(pii)}" if pii else "")


def rows_of(cells: Sequence[Cells], table: TableOf) -> str:
    """`where country = 'DE'`; by columns where these differ; empty for all rows."""
    texts = [f"where {text}" if (text := rows_text(piece.rows)) else "" for piece in cells]
    if len(cells) == 1:
        return texts[0]
    return "; ".join(
        f"{columns_text(piece.columns, table)}: {text or 'all'}"
        for piece, text in zip(cells, texts, strict=True)
    )


def for_example(row: PlainRow) -> str:
    """`, for example a row with country = FR`; empty for no row."""
    return f", for example a row with {row_text(row)}" if row else ""


def counted(number: int, noun: str) -> str:
    """`1 stack`, `2 stacks`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def wrapped(text: str, *, first: str, rest: str) -> str:
    """The text in lines of WIDTH, the first behind `first`, the others behind `rest`."""
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
