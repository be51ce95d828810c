"""Row filters: conditions that Lake Formation takes, on columns that exist and that the reader may see."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from meshwright.checks.tables import type_of
from meshwright.config.column_types import ColumnType
from meshwright.config.domain_file import Approval, Product, Request, Table
from meshwright.config.loading import Files
from meshwright.config.problems import Finding, Fix, Path
from meshwright.config.row_filters import MAX_LENGTH, Comparison, Constant, RowFilterError, parse_filter
from meshwright.config.suggest import suggestion
from meshwright.mesh.subscriptions import OPEN, agreed_tables
from meshwright.texts import said

_CONSTANTS: dict[str, Constant] = {
    "string": "text",
    "char": "text",
    "varchar": "text",
    "int": "number",
    "bigint": "number",
    "float": "number",
    "double": "number",
    "decimal": "number",
    "boolean": "boolean",
}
"""Types that a row filter can compare (https://docs.aws.amazon.com/lake-formation/latest/dg/partiql-support.html)."""
_ANYTHING = Approval.model_construct(domain="*", until=None, tables=None, exclude=[], where=None, pii=True)
"""For a request that nobody has approved yet: judged by what it asks for itself."""


@lru_cache(maxsize=4096)
def _parsed(text: str) -> tuple[Comparison, ...] | RowFilterError:
    try:
        return parse_filter(text)
    except RowFilterError as mistake:
        return mistake


def requests(files: Files) -> Iterator[Finding]:
    """`where` of what domains consume: it may use only what the consumer will see.

    Otherwise a consumer could read a hidden column, such as personal data, by trying values in its filter.
    """
    known: dict[str, _Known] = {}
    for domain, spec in files.domains.items():
        for index, request in spec.product_requests():
            if request.where is None:
                continue
            producer, _, name = request.product.partition(".")
            product = files.domains[producer].products.get(name) if producer in files.domains else None
            path = ("consumes", index, "where")
            comparisons = _parsed(request.where)
            if isinstance(comparisons, RowFilterError):
                yield _mistake(files.paths[domain], path, comparisons)
            elif product is not None:
                asked = known.setdefault(request.product, _Known(request.product, product))
                for table in _tables(request, product):
                    yield from _table(files.paths[domain], path, comparisons, table, asked)
                yield from _hidden(files, domain, path, request, asked, comparisons)


def approvals(files: Files) -> Iterator[Finding]:
    """`where` of what products are shared with. The producer may use any column."""
    wanted = _Wanted(files)
    for domain, spec in files.domains.items():
        for name, product in spec.products.items():
            known = _Known(f"{domain}.{name}", product)
            for index, approval in enumerate(product.shared_with):
                if approval.where is None:
                    continue
                path = ("products", name, "shared_with", index, "where")
                comparisons = _parsed(approval.where)
                if isinstance(comparisons, RowFilterError):
                    yield _mistake(files.paths[domain], path, comparisons)
                    continue
                yield from _fits_none(files.paths[domain], path, comparisons, known)
                comparisons = tuple(each for each in comparisons if each.column[0] in known.columns)
                asked = wanted.tables(approval.domain, known)
                for table in _tables(approval, product):
                    # An approval of all tables may come before anyone wants the ones that the condition does
                    # not fit; once they are asked for, it could not be deployed.
                    if approval.tables is not None or table in asked:
                        yield from _table(files.paths[domain], path, comparisons, table, known)


def _mistake(file: str, path: Path, mistake: RowFilterError) -> Finding:
    return Finding(file, path, mistake.code, mistake.what, mistake.fix, offset=mistake.offset)


def _tables(side: Request | Approval, product: Product) -> list[str]:
    chosen = product.tables.keys() if side.tables is None else set(side.tables)
    return [each for each in product.tables if each in chosen]


@dataclass(frozen=True)
class _Known:
    """A product, and what conditions on it ask for over and over."""

    reference: str
    product: Product

    @cached_property
    def columns(self) -> dict[str, None]:
        """The columns of all its tables."""
        tables = self.product.tables.values()
        return dict.fromkeys(column for table in tables for column in table.columns)

    @cached_property
    def approvals(self) -> dict[str, Approval]:
        """By consumer; of several for one the first."""
        return {each.domain: each for each in reversed(self.product.shared_with)}


class _Wanted:
    """What consumers ask for."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._tables: dict[tuple[str, str], set[str]] = {}

    @cached_property
    def _requests(self) -> dict[tuple[str, str], list[Request]]:
        found: dict[tuple[str, str], list[Request]] = {}
        for name, spec in self._files.domains.items():
            for _, request in spec.product_requests():
                found.setdefault((name, request.product), []).append(request)
        return found

    def tables(self, consumer: str, known: _Known) -> set[str]:
        """The tables of the product that the consumer asks for."""
        key = (consumer, known.reference)
        if key not in self._tables:
            asked = self._requests.get(key, ())
            self._tables[key] = {table for each in asked for table in _tables(each, known.product)}
        return self._tables[key]


def _fits_none(
    file: str, path: Path, comparisons: tuple[Comparison, ...], known: _Known
) -> Iterator[Finding]:
    for comparison in comparisons:
        if comparison.column[0] not in known.columns:
            what = f"no table of {known.reference} has a column `{said(comparison.column[0])}`"
            fix = suggestion(comparison.column[0], known.columns, "")
            yield Finding(file, path, "unknown-column", what, fix, offset=comparison.offset)


def _table(
    file: str, path: Path, comparisons: tuple[Comparison, ...], name: str, known: _Known
) -> Iterator[Finding]:
    """What is wrong with the condition on one table."""
    table = known.product.tables[name]
    for comparison in comparisons:
        if found := _wrong(comparison, table, f"{known.reference}.{name}"):
            code, what, fix = found
            if code == "unknown-column" and comparison.column[0] in known.columns:
                fix = "Limit it with `tables` to tables that have the column."
            yield Finding(file, path, code, what, fix, offset=comparison.offset)


def _wrong(comparison: Comparison, table: Table, reference: str) -> tuple[str, str, Fix] | None:
    name = comparison.column[0]
    if name not in table.columns:
        what = f"{reference} has no column `{said(name)}`"
        return "unknown-column", what, suggestion(name, table.columns, "")
    kind = type_of(table.columns[name].type)
    if not isinstance(kind, ColumnType):
        return None
    for step in comparison.column[1:]:
        fields = {field.lower(): inner for field, inner in kind.inner} if kind.name == "struct" else {}
        if step not in fields:
            what = f"`{name}` has no field `{said(step)}`"
            fix = suggestion(step, fields, f"It is of type {said(table.columns[name].type)}.")
            return "unknown-column", what, fix
        kind = fields[step]
    shown = said(".".join(comparison.column))
    if comparison.operator == "IS NULL":
        if name in table.partition_by:
            what = f"`{name}` is a partition column, which row filters can't test for NULL"
            return "where-unsupported", what, "Compare it with a constant."
        return None
    if kind.name not in _CONSTANTS:
        what = f"`{shown}` is of type {kind.name}, which row filters can't compare"
        return "where-unsupported", what, "Use a column of text, numbers, or true and false."
    expected = "text" if comparison.operator == "LIKE" else _CONSTANTS[kind.name]
    if expected != _CONSTANTS[kind.name] or any(each != expected for each in comparison.constants):
        what = f"`{shown}` is of type {kind.name} and is compared with something else"
        example = {
            "text": "text in single quotes: 'DE'",
            "number": "a number: 10",
            "boolean": "TRUE or FALSE",
        }
        return "where-type", what, f"Compare it with {example[_CONSTANTS[kind.name]]}."
    return None


def _hidden(
    files: Files,
    consumer: str,
    path: Path,
    request: Request,
    known: _Known,
    comparisons: tuple[Comparison, ...],
) -> Iterator[Finding]:
    file, product = files.paths[consumer], known.product
    approval = known.approvals.get(consumer)
    is_open = files.mesh is not None and product.classification in files.mesh.open_classifications
    # Either may come to apply as dates pass.
    sides = [side for side in (approval, OPEN if is_open else None) if side is not None] or [_ANYTHING]
    for side in sides:
        for access in agreed_tables(product.tables, request, side):
            table = product.tables[access.table]
            for comparison in comparisons:
                name = comparison.column[0]
                if name in table.columns and name not in access.columns:
                    what = (
                        f"the condition uses `{name}` of {access.table}, which stays hidden from this domain"
                    )
                    fix = _why_hidden(name, table, request, side)
                    yield Finding(file, path, "where-hidden", what, fix, offset=comparison.offset)
            if access.where and len(access.where) > MAX_LENGTH:
                what = f"together with the producer's condition it has {len(access.where)} characters"
                yield Finding(file, path, "where-too-long", what, f"Lake Formation takes {MAX_LENGTH}.")


def _why_hidden(name: str, table: Table, request: Request, side: Approval) -> str:
    if name in request.exclude:
        return f"Take `{name}` out of `exclude`, or leave it out of the condition."
    if name in side.exclude:
        return f"The producer excludes `{name}`: leave it out of the condition."
    if not request.pii:
        return f"`{name}` is PII: ask for it with `pii: true`, or leave it out of the condition."
    return f"`{name}` is PII and the producer does not show it: leave it out of the condition."
