"""A change that takes something from a consumer: what, from whom, and the way out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from meshwright.checks.sentences import quoted, some
from meshwright.config.loading import Files
from meshwright.config.problems import Finding, Path, Problem, in_order
from meshwright.texts import few_of


class Kind(StrEnum):
    """What the change does; also the code of its problem."""

    DOMAIN_REMOVED = "domain-removed"
    ACCOUNT_CHANGED = "account-changed"
    PRODUCT_REMOVED = "product-removed"
    TABLE_REMOVED = "table-removed"
    FORMAT_CHANGED = "format-changed"
    PARTITIONING_CHANGED = "partitioning-changed"
    COLUMN_REMOVED = "column-removed"
    COLUMN_TYPE_NARROWED = "column-type-narrowed"
    APPROVAL_DROPPED = "approval-dropped"
    APPROVAL_NARROWED = "approval-narrowed"
    STREAM_REMOVED = "stream-removed"
    STREAM_RETENTION_SHORTENED = "stream-retention-shortened"
    REFRESHES_DROPPED = "refreshes-dropped"


GONE = frozenset(
    {
        Kind.DOMAIN_REMOVED,
        Kind.PRODUCT_REMOVED,
        Kind.TABLE_REMOVED,
        Kind.COLUMN_REMOVED,
        Kind.APPROVAL_DROPPED,
        Kind.STREAM_REMOVED,
        Kind.REFRESHES_DROPPED,
    }
)
"""Nothing of it is left in the file: the place is the key below which it stood."""


@dataclass(frozen=True, slots=True)
class Affected:
    """A consumer that the change takes something from."""

    consumer: str
    """A domain, or the name of a stream's registered consumer."""
    roles: tuple[str, ...]
    """Its roles that read it, as far as known."""
    loses: tuple[str, ...]
    """Tables, columns as `table.column`, or the stream."""

    def __str__(self) -> str:
        if not self.roles:
            return self.consumer
        return (
            f"{self.consumer} ({'role' if len(self.roles) == 1 else 'roles'} {', '.join(few_of(self.roles))})"
        )


@dataclass(frozen=True, slots=True)
class Break:
    """A change that must not be made as long as these consumers are affected."""

    kind: Kind
    reference: str
    """What is changed: a domain, or below it `domain.product.table.column` or `domain.stream`."""
    what: str
    """What is changed and who reads it, without a full stop."""
    way_out: str
    """How to make the change without taking anything from anyone, in sentences."""
    affected: tuple[Affected, ...]
    domain: str
    """The domain in whose file it was changed."""
    path: Path
    """Where in that file as it is now; parts at the end may be gone."""


def problems(files: Files, breaks: Iterable[Break]) -> tuple[Problem, ...]:
    """The breaks as errors in the files as they are now, sorted.

    A domain whose file has problems of its own is left out: what it has removed is not known.
    """
    return in_order(_problem(files, each) for each in breaks if each.domain not in files.broken)


def _problem(files: Files, change: Break) -> Problem:
    code = change.kind.value
    file = files.paths.get(change.domain, f"domains/{change.domain}.yaml")
    if file not in files.sources:
        return Problem(file=file, line=1, column=1, path="", code=code, what=change.what, fix=change.way_out)
    source = files.sources[file]
    _, node, there = source.find(change.path)
    shortened = len(there) < len(change.path) and node.text is None
    at_key = bool(there) and (shortened or change.kind in GONE)
    return source.locate(Finding(file, there, code, change.what, change.way_out, at_key=at_key))


def readers(affected: Sequence[Affected]) -> str:
    """`analytics (role analysts) reads it`."""
    return f"{some([str(each) for each in affected])} {'reads' if len(affected) == 1 else 'read'} it"


def readers_of(affected: Sequence[Affected]) -> str:
    """`a reads `orders`, b and c read `lines``: those who lose the same together."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for each in affected:
        groups.setdefault(each.loses, []).append(str(each))
    return some(
        [
            f"{some(names)} {'reads' if len(names) == 1 else 'read'} {quoted(loses)}"
            for loses, names in groups.items()
        ]
    )


def announce(
    product: str,
    affected: Sequence[Affected],
    *,
    sunset: date | None,
    do: str = "remove it",
    instead: str = "",
) -> str:
    """The way out that is always open: to deprecate the product, and wait.

    `sunset` is its present one, if it is deprecated already; `instead` is a way without waiting.
    """
    names = some([each.consumer for each in affected])
    until = f"once {names} no longer {'asks' if len(affected) == 1 else 'ask'} for it"
    if sunset is not None:
        wait = f"wait for its sunset: {do} after {sunset}, or {until}."
    else:
        wait = (
            f"announce it first: `status: deprecated` and `sunset: <date>` on products.{product}; "
            f"{do} after that date, or {until}."
        )
    return f"{instead}, or {wait}" if instead else f"{wait[0].upper()}{wait[1:]}"
