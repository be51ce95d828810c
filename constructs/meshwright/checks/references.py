"""References from one file to another: domains, products, tables, columns and roles that must exist."""

from collections.abc import Collection, Iterator
from functools import partial

from meshwright.checks.duplicates import duplicates
from meshwright.config.domain_file import Approval, DomainFile, Product, Request
from meshwright.config.loading import Files
from meshwright.config.problems import Finding, Fix, Path
from meshwright.config.suggest import listed, suggestion
from meshwright.mesh.platform_roles import COME_WITH, platform_roles
from meshwright.texts import few_of


def requests(files: Files) -> Iterator[Finding]:
    """What each domain's `consumes` names."""
    for domain, spec in files.domains.items():
        file = files.paths[domain]
        seen: dict[str, int] = {}
        known = dict.fromkeys([*spec.roles, *(each.key for each in platform_roles(spec))])
        for index, request in spec.product_requests():
            path = ("consumes", index)
            if len(request.roles) > 1:
                yield from duplicates(file, (*path, "roles"), request.roles)
            for place, role in enumerate(request.roles):
                if role not in known:
                    yield Finding(file, (*path, "roles", place), "unknown-role", *unknown_role(role, known))
            if request.product in seen:
                what = (
                    f"`{request.product}` is asked for twice; the first is consumes[{seen[request.product]}]"
                )
                yield Finding(file, (*path, "product"), "duplicate", what, "Join the two requests.")
            seen.setdefault(request.product, index)
            product, problem = _product(files, domain, request)
            if problem:
                yield Finding(file, (*path, "product"), *problem)
            if product is not None:
                yield from _limits(file, path, request, request.product, product)


def approvals(files: Files) -> Iterator[Finding]:
    """What each product's `shared_with` names."""
    known = {*files.domains, *files.broken}
    for domain, spec in files.domains.items():
        file, others = files.paths[domain], partial(other_domains, files, domain)
        for product_name, product in spec.products.items():
            seen: set[str] = set()
            for index, approval in enumerate(product.shared_with):
                path = ("products", product_name, "shared_with", index)
                to = (*path, "domain")
                if approval.domain == domain:
                    what = "a domain need not share with itself"
                    yield Finding(file, to, "own-product", what, "Remove it: its own roles can read it.")
                elif approval.domain not in known:
                    what = f"there is no domain `{approval.domain}`"
                    fix = suggestion(approval.domain, others, "Remove it.")
                    yield Finding(file, to, "unknown-domain", what, fix)
                elif approval.domain in seen:
                    what = f"`{approval.domain}` is in the list twice"
                    yield Finding(file, to, "duplicate", what, "Join the two approvals.")
                seen.add(approval.domain)
                yield from _limits(file, path, approval, f"{domain}.{product_name}", product)


def other_domains(files: Files, domain: str) -> list[str]:
    """The other domains that there are."""
    return sorted({*files.domains, *files.broken} - {domain})


def products_of(spec: DomainFile) -> list[str]:
    """The products of a domain, as `domain.product`."""
    return [f"{spec.domain}.{name}" for name in spec.products]


def unknown_role(role: str, known: Collection[str]) -> tuple[str, Fix]:
    """What is wrong with a role that a domain does not have, and how to fix it."""
    if role in COME_WITH:
        fix = f"Add that part, or name another role{f': {listed(known)}' if known else ''}."
        return f"this domain has no role `{role}`, which comes with {COME_WITH[role]}", fix
    return f"this domain has no role `{role}`", suggestion(role, known, "Add it under `roles`.")


def _product(
    files: Files, domain: str, request: Request
) -> tuple[Product | None, tuple[str, str, Fix] | None]:
    """The product asked for, or what is wrong; neither when its file has problems of its own."""
    producer, _, name = request.product.partition(".")
    if producer == domain:
        return None, (
            "own-product",
            "a domain need not ask for its own product",
            "Remove the request: the domain's roles can read it.",
        )
    if producer in files.domains:
        products = files.domains[producer].products
        if name in products:
            return products[name], None
        known = partial(products_of, files.domains[producer])
        fix = suggestion(request.product, known, f"{producer} has no products yet.")
        return None, ("unknown-product", f"{producer} has no product `{name}`", fix)
    if producer in files.broken:
        return None, None
    return None, (
        "unknown-domain",
        f"there is no domain `{producer}`",
        suggestion(producer, partial(other_domains, files, domain), "Remove it."),
    )


def _limits(
    file: str, path: Path, side: Request | Approval, reference: str, product: Product
) -> Iterator[Finding]:
    """The tables and columns to which a request or an approval is limited."""
    if not side.tables and not side.exclude:
        return
    yield from duplicates(file, (*path, "tables"), side.tables or ())
    for index, table in enumerate(side.tables or ()):
        if table not in product.tables:
            what = f"{reference} has no table `{table}`"
            fix = suggestion(table, product.tables, "")
            yield Finding(file, (*path, "tables", index), "unknown-table", what, fix)
    if not side.exclude:
        return
    yield from duplicates(file, (*path, "exclude"), side.exclude)
    named = product.tables.keys() if side.tables is None else set(side.tables)
    chosen = [each for each in product.tables if each in named]
    columns = dict.fromkeys(column for each in chosen for column in product.tables[each].columns)
    where = ""
    for index, column in enumerate(side.exclude):
        if columns and column not in columns:
            where = where or ", ".join(few_of([f"{reference}.{each}" for each in chosen]))
            what = f"no column `{column}` in {where}"
            fix = suggestion(column, columns, "")
            yield Finding(file, (*path, "exclude", index), "unknown-column", what, fix)
