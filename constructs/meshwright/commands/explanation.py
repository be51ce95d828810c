"""What `explain` answers: what answers have in common, and the one on a table or column."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Protocol

from meshwright.access.cells import Cells, rows_text
from meshwright.access.rows import TableOf
from meshwright.commands.access_wording import columns_text
from meshwright.commands.hop_text import HopText
from meshwright.commands.row_words import rows_in_words
from meshwright.commands.unchecked import Unchecked
from meshwright.config.loading import Files
from meshwright.config.problems import Finding
from meshwright.mesh.agreements import Agreement

MOST_COLUMNS = 3
"""Columns that are left out and named in one sentence."""


class Answer(Protocol):
    """One answer: by the files, or by the accounts."""

    @property
    def role(self) -> str:
        """As `domain.key`."""

    @property
    def principal(self) -> str:
        """Its ARN."""

    @property
    def target(self) -> str:
        """What it is about, as the files call it."""

    @property
    def allowed(self) -> bool:
        """Whether the role can read it."""

    @property
    def shows(self) -> bool:
        """Whether anything near it can be read, if not what was asked for."""

    @property
    def agreement(self) -> Agreement:
        """What the two files say."""

    @property
    def places(self) -> tuple[str, ...]:
        """Where the files say so; the first is the one to change."""

    @property
    def owner(self) -> str:
        """Who can change it."""

    @property
    def hops(self) -> tuple[HopText, ...]:
        """What else it takes, in order."""

    @property
    def assumed(self) -> tuple[str, ...]:
        """What it rests on that is not known."""

    @property
    def outcome(self) -> object:
        """Equal for two answers that say the same."""

    @property
    def limits(self) -> tuple[str, ...]:
        """What limits a yes, in words: rows, columns, until when."""

    @property
    def details(self) -> tuple[str, ...]:
        """What can be read, and why not the rest, in sentences."""

    @property
    def unchecked(self) -> tuple[Unchecked, ...]:
        """What it rests on, in words that need no AWS."""

    def as_object(self) -> dict[str, Any]:
        """The answer for programs."""


def broken(answer: Answer) -> HopText | None:
    """The first technical hop that does not hold."""
    return next((hop for hop in answer.hops if not hop.holds), None)


def places_text(files: Files, said: Agreement) -> tuple[str, ...]:
    """Where the files say so: `domains/customers.yaml:41:18`."""
    found = []
    for place in said.places:
        file = files.paths[place.domain]
        finding = Finding(file, place.path, "", "", "", at_key=place.at_key)
        problem = files.sources[file].locate(finding)
        found.append(f"{file}:{problem.line}:{problem.column}")
    return tuple(dict.fromkeys(found))


def ground_json(answer: Answer) -> dict[str, Any]:
    """The agreement, the hops, and what they rest on, for programs."""
    said = answer.agreement
    return {
        "agreement": {
            "holds": said.holds,
            "what": said.what,
            "fix": said.fix,
            "places": list(answer.places),
        },
        "hops": [asdict(hop) for hop in answer.hops],
        "assumed": list(answer.assumed),
    }


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer on a table, or one column of it."""

    role: str
    principal: str
    table: TableOf
    column: str | None
    columns: tuple[str, ...]
    """What it can read."""
    cells: tuple[Cells, ...]
    hidden: Mapping[str, str]
    """Columns that the agreement leaves out, each with the reason."""
    agreement: Agreement
    places: tuple[str, ...]
    owner: str
    until: date | None
    hops: tuple[HopText, ...]
    assumed: tuple[str, ...]
    unchecked: tuple[Unchecked, ...] = ()

    @property
    def allowed(self) -> bool:
        return self.shows and self.column in (None, *self.columns)

    @property
    def shows(self) -> bool:
        return bool(self.columns)

    @property
    def target(self) -> str:
        return self.table.reference + (f".{self.column}" if self.column else "")

    @property
    def outcome(self) -> object:
        return self.allowed, self.columns, self.cells

    @property
    def limits(self) -> tuple[str, ...]:
        return (*self._rows(), *self._without(), *self._until())

    @property
    def details(self) -> tuple[str, ...]:
        found = [f"Columns: {columns_text(self.columns, self.table)}."]
        if len(self.cells) > 1:
            found += [f"{each}." for each in self._rows_by_column()]
        return (*found, *(f"Without {column}: {reason}." for column, reason in self.hidden.items()))

    def _rows(self) -> Iterator[str]:
        conditions = [rows_text(piece.rows) for piece in self.cells]
        if len(conditions) > 1:
            yield "only some rows of some columns"
        elif conditions and conditions[0]:
            yield f"only {rows_in_words(conditions[0])}"

    def _rows_by_column(self) -> Iterator[str]:
        for piece in self.cells:
            condition = rows_text(piece.rows)
            rows = rows_in_words(condition) if condition else "all rows"
            yield f"Of {columns_text(piece.columns, self.table)}: {rows}"

    def _without(self) -> Iterator[str]:
        missing = [each for each in self.table.columns if each not in self.columns]
        if self.column is None and missing:
            many = len(missing) > MOST_COLUMNS
            yield f"without {len(missing)} of its columns" if many else f"without {' and '.join(missing)}"

    def _until(self) -> Iterator[str]:
        if self.until is not None and self.agreement.holds:
            yield f"until {self.until}"

    def as_object(self) -> dict[str, Any]:
        """The answer for programs."""
        return {
            "allowed": self.allowed,
            "role": self.role,
            "principal": self.principal,
            "table": self.table.reference,
            "column": self.column,
            "columns": list(self.columns),
            "pii": [column for column in self.columns if column in self.table.pii],
            "cells": [
                {"columns": sorted(piece.columns), "where": sorted(piece.rows)} for piece in self.cells
            ],
            "hidden": dict(self.hidden),
            "until": self.until.isoformat() if self.until else None,
            **ground_json(self),
        }
