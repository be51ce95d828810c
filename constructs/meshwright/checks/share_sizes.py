"""CloudFormation's limit for a template, which a domain with many different readers reaches."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from meshwright.config.base import Column
from meshwright.config.domain_file import DomainFile, Product
from meshwright.config.loading import Files
from meshwright.config.problems import Finding
from meshwright.mesh.documents import preparation_document, share_document
from meshwright.mesh.model import Domain, Mesh, resolve
from meshwright.mesh.resources.catalog import product_parameters, tables
from meshwright.mesh.resources.hive import COMMENT_BYTES

MOST: Final = 1_000_000
"""Bytes: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"""
ROOM: Final = 10_000
"""Of it, for what a template has besides."""
_RESOURCE: Final = 250
"""Bytes of a resource besides its properties: ids, tags, what it comes after and what comes after it."""
_DEPTH: Final = 3
"""Levels of a template around the properties of a resource; the CDK writes a space for each."""
_CHARACTER: Final = 4
"""Bytes of a character at most, escaped or not."""


def check(files: Files) -> Iterator[Finding]:
    """Domains whose grants and filters would not fit. The files must be without errors.

    Readers with the same columns and rows share a line; each other reader has a list of columns of its own.
    Requests count as agreed whatever their dates: an approval should not be what breaks a deployment.
    """
    large = [name for name, bound in at_most(files).items() if bound > MOST - ROOM]
    if files.mesh is None or not large:
        return
    reported: set[str] = set()
    for environment in files.mesh.environments:
        mesh = resolve(files.mesh, files.domains, environment=environment, today=date.min)
        for name in large:
            if name in mesh.domains and name not in reported:
                size = template_size(mesh, mesh.domains[name])
                if size > MOST - ROOM:
                    reported.add(name)
                    stack = mesh.names.stack(name, "share")
                    what = f"its stack {stack} would have about {size:,} bytes in {environment}"
                    fix = (
                        f"A template takes {MOST:,}: divide the domain, or let more consumers see the same "
                        "columns and rows."
                    )
                    yield Finding(files.paths[name], ("domain",), "template-too-large", what, fix)


def template_size(mesh: Mesh, domain: Domain) -> int:
    documents = (preparation_document(mesh, domain), share_document(mesh, domain))
    described = [
        table.properties
        for name, product in domain.file.products.items()
        for table in tables(
            catalog=mesh.governance_account,
            database=mesh.names.database(domain.name, name),
            named=product.tables,
            location=f"s3://{mesh.names.bucket(domain.name, domain.account, 'products')}/{name}",
            provider_arn="",
            parameters=product_parameters(
                domain=domain.name,
                name=name,
                product=product,
                team=domain.file.owner.team,
                email=domain.file.owner.email,
            ),
        )
    ]
    return sum(map(_bytes, documents)) + sum(_RESOURCE + _bytes(each) for each in described)


def _bytes(properties: Mapping[str, Any]) -> int:
    """In a template as the CDK writes it."""
    text = json.dumps(properties, indent=1, ensure_ascii=False)
    return len(text.encode()) + _DEPTH * text.count("\n")


def at_most(files: Files) -> dict[str, int]:
    """No fewer bytes than each domain's share stack can have; quickly told."""
    bounds = {name: ROOM + _tables(file) for name, file in files.domains.items()}
    shown = {
        f"{name}.{product}": _shown(spec)
        for name, file in files.domains.items()
        for product, spec in file.products.items()
    }
    for file in files.domains.values():
        for _, request in file.product_requests():
            if (tables := shown.get(request.product)) is not None:
                asked = request.tables if request.tables is not None else tables
                where = _CHARACTER * len(request.where or "")
                bounds[request.product.partition(".")[0]] += 500 + sum(where + tables[each] for each in asked)
    return bounds


def _shown(product: Product) -> dict[str, int]:
    """Bytes of what one reader sees of each table at most: columns, the producer's rows, names."""
    where = max((_CHARACTER * len(each.where or "") for each in product.shared_with), default=0)
    return {
        name: 500 + where + sum(len(column) + 2 for column in table.columns)
        for name, table in product.tables.items()
    }


def _tables(file: DomainFile) -> int:
    """Bytes of the catalog's databases and tables at most, and of what the domain is granted on them."""
    total = 0
    for product in file.products.values():
        owner = product.owner or file.owner
        said = f"{owner.team}{owner.email}{product.documentation or ''}"
        total += 3000 + _CHARACTER * len(product.description)
        for table in product.tables.values():
            total += 3000 + _CHARACTER * len(table.description + said)
            total += sum(map(_column, table.columns, table.columns.values()))
    return total


def _column(name: str, column: Column) -> int:
    """In its table's description; as personal data also in the list of such, and with a tag."""
    described = 150 + len(column.type) + min(_CHARACTER * len(column.description or ""), 2 * COMMENT_BYTES)
    return described + len(name) + (500 + 2 * len(name) if column.pii else 0)
