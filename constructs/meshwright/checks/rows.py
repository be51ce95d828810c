"""Row filters: conditions that Lake Formation takes, on columns that exist and that the reader may see."""

from collections.abc import Iterator
from functools import lru_cache

from meshwright.checks.tables import type_of
from meshwright.config.column_types import ColumnType
from meshwright.config.domain_file import Approval, Product, Request, Table
from meshwright.config.loading import Files
from meshwright.config.problems import Finding, Path
from meshwright.config.row_filters import MAX_LENGTH, Comparison, Constant, RowFilterError, parse_filter
from meshwright.config.suggest import suggestion
from meshwright.mesh.subscriptions import OPEN, agreed_tables

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
                for table in _tables(request, product):
                    yield from _table(files.paths[domain], path, comparisons, table, product, request.product)
                yield from _hidden(files, domain, path, request, product, comparisons)


def approvals(files: Files) -> Iterator[Finding]:
    """`where` of what products are shared with. The producer may use any column."""
    for domain, spec in files.domains.items():
        for name, product in spec.products.items():
            for index, approval in enumerate(product.shared_with):
                if approval.where is None:
                    continue
                path = ("products", name, "shared_with", index, "where")
                comparisons = _parsed(approval.where)
                if isinstance(comparisons, RowFilterError):
                    yield _mistake(files.paths[domain], path, comparisons)
                    continue
                reference = f"{domain}.{name}"
                yield from _fits_none(files.paths[domain], path, comparisons, product, reference)
                comparisons = tuple(each for each in comparisons if each.column[0] in _columns(product))
                asked = _asked(files, approval.domain, reference, product)
                for table in _tables(approval, product):
                    # An approval of all tables may come before anyone wants the ones that the condition does
                    # not fit; once they are asked for, it could not be deployed.
                    if approval.tables is not None or table in asked:
                        yield from _table(files.paths[domain], path, comparisons, table, product, reference)


def _mistake(file: str, path: Path, mistake: RowFilterError) -> Finding:
    return Finding(file, path, mistake.code, mistake.what, mistake.fix, offset=mistake.offset)


def _tables(side: Request | Approval, product: Product) -> list[str]:
    return [each for each in product.tables if side.tables is None or each in side.tables]


def _columns(product: Product) -> list[str]:
    """The columns of all its tables."""
    return list(dict.fromkeys(column for table in product.tables.values() for column in table.columns))


def _asked(files: Files, consumer: str, reference: str, product: Product) -> set[str]:
    file = files.domains.get(consumer)
    requests = file.product_requests() if file else ()
    wanted = [each for _, each in requests if each.product == reference]
    return {table for request in wanted for table in _tables(request, product)}


def _fits_none(
    file: str, path: Path, comparisons: tuple[Comparison, ...], product: Product, reference: str
) -> Iterator[Finding]:
    everywhere = _columns(product)
    for comparison in comparisons:
        if comparison.column[0] not in everywhere:
            what = f"no table of {reference} has a column `{comparison.column[0]}`"
            fix = suggestion(comparison.column[0], everywhere, "")
            yield Finding(file, path, "unknown-column", what, fix, offset=comparison.offset)


def _table(
    file: str, path: Path, comparisons: tuple[Comparison, ...], name: str, product: Product, reference: str
) -> Iterator[Finding]:
    """What is wrong with the condition on one table."""
    table = product.tables[name]
    for comparison in comparisons:
        if found := _wrong(comparison, table, f"{reference}.{name}"):
            code, what, fix = found
            if code == "unknown-column" and comparison.column[0] in _columns(product):
                fix = "Limit it with `tables` to tables that have the column."
            yield Finding(file, path, code, what, fix, offset=comparison.offset)


def _wrong(comparison: Comparison, table: Table, reference: str) -> tuple[str, str, str] | None:
    name = comparison.column[0]
    if name not in table.columns:
        what = f"{reference} has no column `{name}`"
        return "unknown-column", what, suggestion(name, list(table.columns), "")
    kind = type_of(table.columns[name].type)
    if not isinstance(kind, ColumnType):
        return None
    for step in comparison.column[1:]:
        fields = {field.lower(): inner for field, inner in kind.inner} if kind.name == "struct" else {}
        if step not in fields:
            what = f"`{name}` has no field `{step}`"
            fix = suggestion(step, list(fields), f"It is of type {table.columns[name].type}.")
            return "unknown-column", what, fix
        kind = fields[step]
    shown = ".".join(comparison.column)
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
    product: Product,
    comparisons: tuple[Comparison, ...],
) -> Iterator[Finding]:
    file = files.paths[consumer]
    approval = next((each for each in product.shared_with if each.domain == consumer), None)
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
