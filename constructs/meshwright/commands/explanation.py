"""What `explain` answers: what answers have in common, and the one on a table or column."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Protocol

from meshwright.access.cells import Cells
from meshwright.access.rows import TableOf
from meshwright.commands.access_wording import columns_text, rows_of, wrapped
from meshwright.commands.hop_text import HopText
from meshwright.config.loading import Files
from meshwright.config.problems import Finding
from meshwright.mesh.agreements import Agreement


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
    def briefly(self) -> str:
        """What can be read, in a few words."""

    def seen(self) -> Iterator[str]:
        """What can be read, in lines."""

    def as_object(self) -> dict[str, Any]:
        """The answer for programs."""


def verdict(answer: Answer) -> str:
    """`Yes` or `No`. What can be read is not always what was agreed to."""
    if not answer.allowed:
        return "No"
    return "Yes" if answer.agreement.holds else "Yes, though no file agrees to it"


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
    def briefly(self) -> str:
        return f"{columns_text(self.columns, self.table)} {rows_of(self.cells, self.table)}".strip()

    def seen(self) -> Iterator[str]:
        """Columns, those that are hidden, rows, and until when."""
        table = self.table
        yield wrapped(columns_text(self.columns, table), first="  columns  ", rest="           ")
        for column, reason in self.hidden.items():
            yield wrapped(f"{column}: {reason}", first="  hidden   ", rest="           ")
        yield wrapped(rows_of(self.cells, table) or "all", first="  rows     ", rest="           ")
        if table.domain != self.role.partition(".")[0] and self.agreement.holds:
            yield wrapped(str(self.until or "no end date"), first="  until    ", rest="           ")

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
