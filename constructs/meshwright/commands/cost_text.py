"""An estimate of cost as text for people, Markdown for a page, or JSON for programs."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any, Final

from meshwright.commands.access_wording import wrapped
from meshwright.cost.assumptions import ASSUMPTIONS, Assumed
from meshwright.cost.estimate import Line, amount
from meshwright.cost.prices import PriceTable
from meshwright.markdown import escaped, row

THE_MESH: Final = "mesh"
"""Heading of what is the mesh's own, in the governance account."""
AT_REST: Final = (
    "Costs nothing while it isn't used: Spark, SQL, pipelines, deliveries, the Lake Formation provider. "
    "Costs nothing at all: catalog, grants, links, roles, budgets without actions."
)
NOT_COUNTED: Final = (
    "Not counted: data transfer, requests of queries to S3, failures and retries, support, tax, free tiers, "
    "discounts."
)


@dataclass(frozen=True, slots=True)
class Estimated:
    """An estimate and what it rests on."""

    mesh: str
    environment: str
    region: str
    table: PriceTable
    assumed: Assumed
    lines: tuple[Line, ...]

    @property
    def total(self) -> Decimal:
        return total_of(self.lines)

    def by_domain(self) -> Iterator[tuple[str, list[Line]]]:
        """The lines of each domain, and of the mesh itself, under their heading."""
        for domain, lines in groupby(self.lines, key=lambda line: line.domain):
            yield domain or THE_MESH, list(lines)

    @property
    def heading(self) -> str:
        return (
            f"Mesh {self.mesh}, environment {self.environment}, {self.region}: about {self.total} US dollars "
            "a month"
        )

    @property
    def basis(self) -> str:
        """Which prices."""
        place = f"Prices of {self.table.region}"
        if self.table.region != self.region:
            place += f", since {self.region} has no table: they may differ by a quarter and more"
        marked = " Lines with * rest on prices that were not verified." if self.unverified else ""
        return f"{place}; written down on {self.table.date}.{marked}"

    @property
    def unverified(self) -> bool:
        return any(line.unverified for line in self.lines)


def total_of(lines: Sequence[Line]) -> Decimal:
    """The sum, in US dollars a month."""
    return sum((line.total for line in lines), Decimal("0.00"))


def text(found: Estimated) -> str:
    """Lines by domain, then what is assumed."""
    out = [f"{found.heading}.", wrapped(found.basis, first="", rest="")]
    heads = ("fixed", "usage", "total")
    for domain, lines in found.by_domain():
        out += ["", _row(domain, *heads)]
        out += [
            _row(f"  {line.item.part:10}{_what(line)}", *_figures(line)) + (" *" if line.unverified else "")
            for line in lines
        ]
        out.append(_row("  total", *_sums(lines)))
    out += ["", "Assumed; change it with --assume KEY=VALUE"]
    out += [f"  {each.key:22}{_plain(found.assumed[each.key]):>9}  {each.what}" for each in ASSUMPTIONS]
    out += ["", wrapped(AT_REST, first="", rest=""), wrapped(NOT_COUNTED, first="", rest="")]
    return "\n".join(out)


def _row(what: str, *figures: str) -> str:
    return f"{what:58}" + "".join(f"{figure:>11}" for figure in figures)


def _what(line: Line) -> str:
    item = line.item
    return f"{item.resource} ({item.detail})" if item.detail else item.resource


def _figures(line: Line) -> tuple[str, str, str]:
    return str(line.fixed), str(line.usage), str(line.total)


def _sums(lines: Sequence[Line]) -> tuple[str, str, str]:
    nothing = Decimal("0.00")
    fixed = sum((line.fixed for line in lines), nothing)
    return str(fixed), str(total_of(lines) - fixed), str(total_of(lines))


def _plain(value: Decimal) -> str:
    return f"{value:f}"


def markdown(found: Estimated) -> str:
    """One table, and what is assumed in another one, folded away."""
    out = [f"### {escaped(found.heading)}", "", found.basis, ""]
    out += ["| domain | part | resource | fixed | usage | total |", "|---|---|---|--:|--:|--:|"]
    for domain, lines in found.by_domain():
        for line in lines:
            fixed, usage, total = _figures(line)
            mark = " \\*" if line.unverified else ""
            named = map(escaped, (domain, line.item.part, _what(line)))
            out.append(row([*named, fixed, usage, f"{total}{mark}"]))
        fixed, usage, total = _sums(lines)
        out.append(f"| **{escaped(domain)}** | | **total** | **{fixed}** | **{usage}** | **{total}** |")
    out += ["", "<details><summary>Assumed</summary>", "", "| assumption | | |", "|---|--:|---|"]
    out += [f"| `{each.key}` | {_plain(found.assumed[each.key])} | {each.what} |" for each in ASSUMPTIONS]
    out += ["", "</details>", "", AT_REST, NOT_COUNTED]
    return "\n".join(out)


def as_json(found: Estimated) -> str:
    """One object; amounts are texts, in US dollars a month. A line has its charges, with price and page."""
    content = {
        "mesh": found.mesh,
        "environment": found.environment,
        "region": found.region,
        "prices": {"region": found.table.region, "date": found.table.date.isoformat()},
        "assumed": {key: _plain(value) for key, value in found.assumed.items()},
        "total": str(found.total),
        "lines": [_line(line, found.table) for line in found.lines],
    }
    return json.dumps(content, indent=2, ensure_ascii=False)


def _line(line: Line, table: PriceTable) -> dict[str, Any]:
    return {
        "domain": line.domain,
        "part": line.item.part,
        "resource": line.item.resource,
        "detail": line.item.detail or None,
        "fixed": str(line.fixed),
        "usage": str(line.usage),
        "total": str(line.total),
        "charges": [
            {
                "price": each.price,
                "quantity": f"{each.quantity:.4f}",
                "usd": str(table.prices[each.price].usd),
                "per": table.prices[each.price].per,
                "amount": f"{amount(each, table):.4f}",
                "fixed": each.fixed,
                "page": table.prices[each.price].page,
                "unverified": table.prices[each.price].unverified,
            }
            for each in line.item.charges
        ],
    }


FORMATS: Final[dict[str, Callable[[Estimated], str]]] = {"text": text, "markdown": markdown, "json": as_json}
