"""Whether what is gone has come back under another name: a guess for a message."""

from collections.abc import Iterable, Mapping

from meshwright.config.domain_file import Product, Table
from meshwright.mesh.model import Domain
from meshwright.mesh.published import PublishedDomain, PublishedProduct, PublishedTable

Shape = tuple[str, tuple[tuple[str, str], ...]]
"""Of a table: its format, its columns and their types."""


def column(kind: str, before: PublishedTable, after: Table) -> str:
    """For a column of this type that is gone: ` (renamed to `x`?)` or nothing."""
    return _guess(
        name for name, spec in after.columns.items() if name not in before.columns and spec.type == kind
    )


def table(gone: PublishedTable, before: PublishedProduct, after: Product) -> str:
    return _guess(
        name
        for name, spec in after.tables.items()
        if name not in before.tables and _shape_now(spec) == _shape(gone)
    )


def product(gone: PublishedProduct, before: PublishedDomain, after: Domain) -> str:
    return _guess(
        name
        for name, spec in after.file.products.items()
        if name not in before.products and _tables_now(spec) == _tables(gone)
    )


def domain(gone: PublishedDomain, before: Mapping[str, PublishedDomain], after: Mapping[str, Domain]) -> str:
    shape = {name: _tables(each) for name, each in gone.products.items()}
    return _guess(
        name
        for name, spec in after.items()
        if name not in before
        and {key: _tables_now(each) for key, each in spec.file.products.items()} == shape
    )


def _guess(candidates: Iterable[str]) -> str:
    found = list(candidates)
    return f" (renamed to `{found[0]}`?)" if len(found) == 1 else ""


def _shape(spec: PublishedTable) -> Shape:
    return spec.format, tuple(spec.columns.items())


def _shape_now(spec: Table) -> Shape:
    return spec.format, tuple((name, each.type) for name, each in spec.columns.items())


def _tables(spec: PublishedProduct) -> dict[str, Shape]:
    return {name: _shape(each) for name, each in spec.tables.items()}


def _tables_now(spec: Product) -> dict[str, Shape]:
    return {name: _shape_now(each) for name, each in spec.tables.items()}
