"""What `explain` answers, as text for people, Markdown, or JSON for programs."""

import json
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from meshwright.access.cells import Cells
from meshwright.access.rows import TableOf
from meshwright.commands.access_wording import columns_text, rows_of, wrapped
from meshwright.commands.hop_text import HopText
from meshwright.mesh.agreements import Agreement


@dataclass(frozen=True, slots=True)
class Explanation:
    """One answer: by the files, or by the accounts."""

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
    """Where the files say so; the first is the one to change."""
    owner: str
    """Who can change it."""
    until: date | None
    hops: tuple[HopText, ...]
    assumed: tuple[str, ...]

    @property
    def allowed(self) -> bool:
        return bool(self.columns) and self.column in (None, *self.columns)

    @property
    def verdict(self) -> str:
        """`Yes` or `No`. What can be read is not always what was agreed to."""
        if not self.allowed:
            return "No"
        return "Yes" if self.agreement.holds else "Yes, though no file agrees to it"

    @property
    def target(self) -> str:
        return self.table.reference + (f".{self.column}" if self.column else "")

    @property
    def broken(self) -> HopText | None:
        """The first technical hop that does not hold."""
        return next((hop for hop in self.hops if not hop.holds), None)


def text(answer: Explanation, files: Explanation | None) -> str:
    """The answer, what is seen, and every hop; `files`: what the files say, where the accounts were asked."""
    return "\n".join(_lines(answer, files))


def _lines(answer: Explanation, files: Explanation | None) -> Iterator[str]:
    verb = "can read" if answer.allowed else "cannot read"
    name = answer.principal.rpartition("/")[2]
    yield wrapped(
        f"{answer.verdict}: {answer.role} (role {name}) {verb} {answer.target}.",
        first="",
        rest="    ",
    )
    if answer.allowed and not answer.agreement.holds:
        yield wrapped(f"By the files it cannot: {answer.agreement.what}.", first="    ", rest="    ")
    if not answer.allowed:
        yield from _why_not(answer, live=files is not None)
    if answer.columns and answer.allowed:
        yield ""
        yield from _seen(answer)
    yield ""
    yield from _hops(answer, live=files is not None)
    if resting := _rests_on(answer, live=files is not None):
        yield from ("", resting)
        yield from (wrapped(each, first="  - ", rest="    ") for each in dict.fromkeys(answer.assumed))
    if files is not None:
        yield ""
        yield from _compared(answer, files)


def _rests_on(answer: Explanation, *, live: bool) -> str:
    """What stands over the assumptions; empty where there are none to tell."""
    if not answer.assumed or not (answer.columns or live):
        return ""
    return "This rests on:" if answer.allowed else "Taken for granted:"


def _why_not(answer: Explanation, *, live: bool) -> Iterator[str]:
    said, hop = answer.agreement, answer.broken
    if not said.holds:
        yield wrapped(f"Because {said.what}.", first="    ", rest="    ")
        if said.fix:
            place = f"{answer.places[0]}: " if answer.places else ""
            yield wrapped(f"{place}{said.fix}", first="    Fix: ", rest="         ")
        if answer.owner:
            yield wrapped(f"That is up to {answer.owner}.", first="    ", rest="    ")
    if hop is not None and (live or said.holds):
        yield wrapped(f"{'Because' if said.holds else 'Also,'} {hop.what}.", first="    ", rest="    ")
        if hop.repair.startswith("aws "):
            yield f"    Fix, by {hop.owner}:"
            yield textwrap.indent(hop.repair, "      ")
        elif hop.repair:
            yield wrapped(hop.repair, first=f"    Fix, by {hop.owner}: ", rest="      ")


def _seen(answer: Explanation) -> Iterator[str]:
    table = answer.table
    yield wrapped(columns_text(answer.columns, table), first="  columns  ", rest="           ")
    for column, reason in answer.hidden.items():
        yield wrapped(f"{column}: {reason}", first="  hidden   ", rest="           ")
    yield wrapped(rows_of(answer.cells, table) or "all", first="  rows     ", rest="           ")
    if table.domain != answer.role.partition(".")[0] and answer.agreement.holds:
        yield wrapped(str(answer.until or "no end date"), first="  until    ", rest="           ")


def _hops(answer: Explanation, *, live: bool) -> Iterator[str]:
    yield "What it takes, one after the other:"
    said = answer.agreement
    yield wrapped(f"{_mark(said.holds)}  {said.what}", first=" 1 ", rest="        ")
    if answer.places:
        yield wrapped(", ".join(answer.places), first="        ", rest="        ")
    if not said.holds and not live and not answer.columns:
        yield "        Nothing of what follows is deployed as long as this is so."
        return
    for number, hop in enumerate(answer.hops, start=2):
        yield wrapped(f"{_mark(hop.holds)}  {hop.what}", first=f"{number:2} ", rest="        ")
        for line in hop.evidence:
            yield wrapped(line, first="        ", rest="          ")


def _mark(holds: bool) -> str:
    return "yes" if holds else "NO "


def _compared(live: Explanation, files: Explanation) -> Iterator[str]:
    if (live.allowed, live.columns, live.cells) == (files.allowed, files.columns, files.cells):
        yield "The files say the same."
        return
    verb = "can read" if files.allowed else "cannot read"
    what = f"{columns_text(files.columns, files.table)} {rows_of(files.cells, files.table)}".strip()
    seen = f": {what}" if files.allowed else ""
    yield wrapped(f"The files say otherwise: it {verb} it{seen}.", first="", rest="  ")
    expected = {hop.step: hop for hop in files.hops}
    for hop in live.hops:
        if hop.step in expected and expected[hop.step].holds != hop.holds:
            yield wrapped(f"they differ at: {hop.what}", first="  - ", rest="    ")
    yield "`meshwright audit` lists what differs in all accounts, with repairs; or deploy."


def markdown(answer: Explanation, files: Explanation | None) -> str:
    """The answer as a heading, its hops as a list."""
    verb = "can read" if answer.allowed else "cannot read"
    lines = [f"### {answer.verdict}: `{answer.role}` {verb} `{answer.target}`", ""]
    if answer.allowed and not answer.agreement.holds:
        lines.append(f"- by the files it cannot: {answer.agreement.what}")
    said_first = _seen(answer) if answer.allowed else _why_not(answer, live=files is not None)
    lines += [f"- {' '.join(part.split())}" for part in said_first]
    lines += ["", "| | hop | evidence |", "|---|---|---|"]
    said = answer.agreement
    lines.append(f"| {_sign(said.holds)} | {said.what} | {', '.join(answer.places)} |")
    for hop in answer.hops:
        lines.append(f"| {_sign(hop.holds)} | {hop.what} | {'; '.join(hop.evidence)} |".replace("\n", " "))
    if resting := _rests_on(answer, live=files is not None):
        lines += ["", resting, "", *(f"- {each}" for each in dict.fromkeys(answer.assumed))]
    if files is not None:
        lines += ["", *_compared(answer, files)]
    return "\n".join(lines)


def _sign(holds: bool) -> str:
    return "yes" if holds else "**no**"


def as_json(answer: Explanation, files: Explanation | None) -> str:
    """One object; `files` too where the accounts were asked."""
    content = _object(answer)
    if files is not None:
        content["files"] = _object(files)
    return json.dumps(content, indent=2, ensure_ascii=False)


def _object(answer: Explanation) -> dict[str, Any]:
    return {
        "allowed": answer.allowed,
        "role": answer.role,
        "principal": answer.principal,
        "table": answer.table.reference,
        "column": answer.column,
        "columns": list(answer.columns),
        "pii": [column for column in answer.columns if column in answer.table.pii],
        "cells": [{"columns": sorted(piece.columns), "where": sorted(piece.rows)} for piece in answer.cells],
        "hidden": dict(answer.hidden),
        "until": answer.until.isoformat() if answer.until else None,
        "agreement": {
            "holds": answer.agreement.holds,
            "what": answer.agreement.what,
            "fix": answer.agreement.fix,
            "places": list(answer.places),
        },
        "hops": [asdict(hop) for hop in answer.hops],
        "assumed": list(answer.assumed),
    }


FORMATS: Final[dict[str, Callable[[Explanation, Explanation | None], str]]] = {
    "text": text,
    "markdown": markdown,
    "json": as_json,
}
