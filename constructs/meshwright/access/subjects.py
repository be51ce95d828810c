"""What people mean by `analytics.scientists` and `customers.profiles.profiles.email`."""

from dataclasses import dataclass

from meshwright.access.rows import TableOf, tables_of
from meshwright.config.suggest import suggestion
from meshwright.errors import UserError
from meshwright.mesh.model import Domain, DomainRole, Mesh


@dataclass(frozen=True, slots=True)
class Role:
    """A role of the mesh."""

    domain: Domain
    role: DomainRole

    @property
    def reference(self) -> str:
        return f"{self.domain.name}.{self.role.key}"


@dataclass(frozen=True, slots=True)
class Column:
    """A table, or one column of it."""

    table: TableOf
    column: str | None


def domain_in(text: str) -> str | None:
    """The domain that a reference to a role or table begins with; None for an ARN or a role's name."""
    return None if text.startswith("arn:") or "." not in text else text.partition(".")[0]


def find_role(mesh: Mesh, text: str) -> Role:
    """The role that is meant: `domain.key`, an IAM role's name or its ARN.

    Raises UserError that names what may have been meant: each role of that key, where it is a key alone.
    """
    known = [Role(domain, role) for domain in mesh.domains.values() for role in domain.roles.values()]
    found = [each for each in known if text in (each.reference, each.role.arn, each.role.name)]
    if len(found) == 1:
        return found[0]
    if found:
        several = ", ".join(each.reference for each in found)
        raise UserError(f"Several roles are called {text}: {several}. Use one of these.")
    of_that_key = [f"`{each.reference}`" for each in known if each.role.key == text]
    if of_that_key:
        meant = " or ".join(of_that_key)
        raise UserError(f"There is no role `{text}` in {mesh.environment}. Did you mean {meant}?")
    domain = domain_in(text)
    names = [each.reference for each in known if domain in (None, each.domain.name)]
    names += [each.role.name for each in known if domain is None]
    if domain is not None and domain not in mesh.domains:
        fix = suggestion(domain, list(mesh.domains), "")
        raise UserError(f"There is no domain `{domain}` in {mesh.environment}. {fix}".rstrip())
    fix = suggestion(text, names, "Write it as DOMAIN.KEY, as the role's name, or as its ARN.")
    raise UserError(f"There is no role `{text}` in {mesh.environment}. {fix}")


def find_table(mesh: Mesh, text: str) -> Column:
    """The table or column that is meant: `domain.product.table[.column]` or `database.table[.column]`.

    Raises UserError that says which part is unknown.
    """
    databases = tables_of(mesh)
    first, *rest = text.split(".")
    if first in databases and 1 <= len(rest) <= 2:
        tables, names, where = databases[first], rest, first
    else:
        tables, names, where = _tables_of_product(mesh, text, first, rest)
    table = next((each for each in tables if each.table == names[0]), None)
    if table is None:
        fix = suggestion(names[0], [each.table for each in tables], "")
        raise UserError(f"{where} has no table `{names[0]}`. {fix}".rstrip())
    if len(names) == 1:
        return Column(table, None)
    if names[1] not in table.columns:
        fix = suggestion(names[1], list(table.columns), "")
        raise UserError(f"{table.reference} has no column `{names[1]}`. {fix}".rstrip())
    return Column(table, names[1])


def _tables_of_product(
    mesh: Mesh, text: str, domain: str, rest: list[str]
) -> tuple[tuple[TableOf, ...], list[str], str]:
    if not 2 <= len(rest) <= 3:
        raise UserError(
            f"`{text}` is no table. Write it as DOMAIN.PRODUCT.TABLE or DOMAIN.PRODUCT.TABLE.COLUMN, "
            "for example orders.sales.orders."
        )
    if domain not in mesh.domains:
        fix = suggestion(domain, list(mesh.domains), "")
        raise UserError(f"There is no domain `{domain}` in {mesh.environment}. {fix}".rstrip())
    products = mesh.domains[domain].file.products
    if rest[0] not in products:
        fix = suggestion(rest[0], list(products), f"{domain} has no products yet." if not products else "")
        raise UserError(f"{domain} has no product `{rest[0]}`. {fix}".rstrip())
    return tables_of(mesh)[mesh.names.database(domain, rest[0])], rest[1:], f"{domain}.{rest[0]}"
