"""Who can read what, by the table of "Two keys" in docs/how-it-works.md alone, as naively as can be.

From the models of the files. Nothing of meshwright's own decisions, names or evaluation is used.
"""

from collections.abc import Iterator, Mapping
from datetime import date

from meshwright.config.domain_file import Approval, DomainFile, Product, Request
from meshwright.config.mesh_file import MeshFile

Readable = dict[tuple[str, str], dict[str, frozenset[str]]]
"""By ARN of the role and `domain.product.table`: each column, with the conditions its rows must all meet."""


def readable(mesh: MeshFile, domains: Mapping[str, DomainFile], environment: str, today: date) -> Readable:
    """What every role can read; what it can't read is not in it."""
    here = {name: file for name, file in domains.items() if environment in file.accounts}
    region = mesh.environments[environment].region
    found: Readable = {}
    for name, file in here.items():
        arns = {key: _arn(mesh, region, file, environment, key) for key in file.roles}
        for product_name, product in file.products.items():
            for table_name, table in product.tables.items():
                for arn in arns.values():
                    everything = dict.fromkeys(table.columns, frozenset[str]())
                    found[arn, f"{name}.{product_name}.{table_name}"] = everything
        for request in file.consumes:
            producer, _, product_name = request.product.partition(".")
            if producer not in here:
                continue
            product = here[producer].products[product_name]
            for table_name, columns in _agreed(mesh, product, request, name, today):
                for key in request.roles:
                    found[arns[key], f"{request.product}.{table_name}"] = columns
    return found


def _agreed(
    mesh: MeshFile, product: Product, request: Request, consumer: str, today: date
) -> Iterator[tuple[str, dict[str, frozenset[str]]]]:
    """One request against what the producer says: the tables, each with its columns and their conditions."""
    if request.until is not None and request.until < today:
        return  # it ended: expired
    approvals = [each for each in product.shared_with if each.domain == consumer]
    valid = [each for each in approvals if each.until is None or each.until >= today]
    if not valid and product.classification not in mesh.open_classifications:
        return  # pending, or expired
    sides: list[Request | Approval] = [request, *valid]
    both_want_pii = bool(valid) and all(side.pii for side in sides)
    conditions = frozenset(_bare(side.where) for side in sides if side.where)
    for name, table in product.tables.items():
        if all(side.tables is None or name in side.tables for side in sides):
            columns = {
                column: conditions
                for column, spec in table.columns.items()
                if not any(column in side.exclude for side in sides) and (both_want_pii or not spec.pii)
            }
            if columns:
                yield name, columns


def _bare(condition: str) -> str:
    """The one spelling among those of tests/access/meshes.py that has parentheses around all of it."""
    return "country <> 'US'" if condition == "(country <> 'US')" else condition


def _arn(mesh: MeshFile, region: str, file: DomainFile, environment: str, key: str) -> str:
    name = file.roles[key].name or f"{mesh.mesh}-{file.domain}-{key}"
    partition = "aws-cn" if region.startswith("cn-") else "aws"
    account = file.accounts[environment]
    return name if name.startswith("arn:") else f"arn:{partition}:iam::{account}:role/{name}"
