"""CloudFormation's limit for a template, which a domain with many different readers reaches."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Final

from meshwright.config.domain_file import DomainFile, Product
from meshwright.config.loading import Files
from meshwright.config.problems import Finding
from meshwright.mesh.documents import preparation_document, share_document
from meshwright.mesh.model import Domain, Mesh, resolve

MOST: Final = 1_000_000
"""Bytes: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"""
_ROOM: Final = 100_000
"""Of it, for what a template has besides."""
_COLUMN: Final = 100
"""Characters of a column in a table's description, and more than enough beside its name in a list."""


def check(files: Files) -> Iterator[Finding]:
    """Domains whose grants and filters would not fit. The files must be without errors.

    Readers with the same columns and rows share a line; each other reader has a list of columns of its own.
    Requests count as agreed whatever their dates: an approval should not be what breaks a deployment.
    """
    large = [name for name, bound in _bounds(files).items() if bound > MOST - _ROOM]
    if files.mesh is None or not large:
        return
    reported: set[str] = set()
    for environment in files.mesh.environments:
        mesh = resolve(files.mesh, files.domains, environment=environment, today=date.min)
        for name in large:
            if name in mesh.domains and name not in reported:
                size = _size(mesh, mesh.domains[name])
                if size > MOST - _ROOM:
                    reported.add(name)
                    stack = mesh.names.stack(name, "share")
                    what = f"its stack {stack} would have about {size // 1000:,} KB in {environment}"
                    fix = (
                        "A template takes 1,000 KB: divide the domain, or let more consumers see the same "
                        "columns and rows."
                    )
                    yield Finding(files.paths[name], ("domain",), "template-too-large", what, fix)


def _size(mesh: Mesh, domain: Domain) -> int:
    documents = (preparation_document(mesh, domain), share_document(mesh, domain))
    return sum(len(json.dumps(each)) for each in documents) + _tables(domain.file)


def _bounds(files: Files) -> dict[str, int]:
    """No fewer characters than each domain's share stack can have; quickly told."""
    bounds = {name: 2 * _tables(file) for name, file in files.domains.items()}
    shown = {
        f"{name}.{product}": _shown(spec)
        for name, file in files.domains.items()
        for product, spec in file.products.items()
    }
    for file in files.domains.values():
        for _, request in file.product_requests():
            if (tables := shown.get(request.product)) is not None:
                asked = request.tables if request.tables is not None else tables
                where = len(request.where or "")
                bounds[request.product.partition(".")[0]] += sum(where + tables[each] for each in asked)
    return bounds


def _shown(product: Product) -> dict[str, int]:
    """Characters of what one reader sees of each table at most: columns, the producer's rows, names."""
    where = max((len(each.where or "") for each in product.shared_with), default=0)
    return {
        name: 300 + where + sum(len(column) + 4 for column in table.columns)
        for name, table in product.tables.items()
    }


def _tables(file: DomainFile) -> int:
    return sum(
        _COLUMN + len(name)
        for product in file.products.values()
        for table in product.tables.values()
        for name in table.columns
    )
