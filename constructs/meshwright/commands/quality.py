"""`meshwright quality check`: the rules of a table, evaluated on files before they are deployed."""

from collections.abc import Iterable
from pathlib import Path

from meshwright.checks.registry import check as check_files
from meshwright.commands.quality_text import FORMATS, Judged, Report
from meshwright.config.domain_file import DomainFile, Product, Table
from meshwright.config.suggest import suggestion
from meshwright.config.trees import WorkingTree, all_domains
from meshwright.errors import UserError
from meshwright.mesh.quality.datasets import parsed
from meshwright.mesh.quality.rendering import Rendered, alias, rendered
from meshwright.mesh.quality.tokens import DqdlError
from meshwright.project import load_files, refuse
from meshwright.quality.files import Source, add_table, types_of
from meshwright.quality.finding import find_files
from meshwright.quality.judging import judge
from meshwright.quality.outcomes import Data, Outcome

CHECKED = "primary"
"""Name of the table that is checked: rules in SQL call it so too."""


def check(*, root: Path, files: list[str], table: str, others: list[str], output: str) -> int:
    """Print what each rule of `table`, a reference domain.product.table, comes to on `files`.

    `others`: files of other tables of the domain that rules refer to, each as `product.table=FILE`. Returns 1
    if a rule fails. Raises UserError for unknown tables, and for files that are not there or don't fit.
    """
    domain_name, _, inside = table.partition(".")
    if table.count(".") != 2:
        raise UserError(f"{table}: a table is named as domain.product.table, such as orders.sales.orders.")
    domain = _domain(root, domain_name, table)
    product, spec = _table(domain, inside)
    rules = rendered(product, spec)
    if not rules:
        raise UserError(f"{table} has no rules. Give it some under `quality`, see docs/quality.md.")
    report = _report(domain, table, spec, rules, files, others)
    print(FORMATS[output](report))
    return 1 if report.number("fail") else 0


def _report(
    domain: DomainFile,
    table: str,
    spec: Table,
    rules: Iterable[Rendered],
    files: list[str],
    others: list[str],
) -> Report:
    import duckdb

    with duckdb.connect(config={"autoload_known_extensions": "false"}) as connection:
        sources = _others(domain, others)
        source = Source(table, spec, find_files(files))
        count = add_table(connection, source, as_name=CHECKED)
        for name, other in sources.items():
            add_table(connection, other, as_name=name)
        data = Data(
            table=CHECKED,
            types=types_of(spec),
            personal=[name for name, column in spec.columns.items() if column.pii],
            others={name: name for name in sources},
        )
        judged = []
        for each in rules:
            rule = parsed(each.text)
            if isinstance(rule, DqdlError):
                outcome = Outcome("not evaluated", note=rule.what)
            else:
                outcome = judge(connection, rule, data)
            judged.append(Judged("slo" if each.index is None else f"rules[{each.index}]", each.text, outcome))
    return Report(table=table, files=len(source.files), rows=count, rules=tuple(judged))


def _domain(root: Path, name: str, table: str) -> DomainFile:
    """The domain's file, without mistakes. Raises UserError."""
    known = sorted(all_domains(WorkingTree(root)))
    files = load_files(root, only=[name] if name in known else [])
    if name not in known:
        raise UserError(f"{table}: there is no domain `{name}`. {suggestion(name, known, '')}")
    refuse([*files.problems, *check_files(files)])
    return files.domains[name]


def _table(domain: DomainFile, reference: str) -> tuple[Product, Table]:
    """What `product.table` means. Raises UserError."""
    product_name, _, table_name = reference.partition(".")
    product = domain.products.get(product_name)
    if product is None:
        known = [f"{domain.domain}.{name}" for name in domain.products]
        called = f"{domain.domain}.{product_name}"
        raise UserError(
            f"There is no product `{called}`. {suggestion(called, known, 'The domain has none.')}"
        )
    if table_name not in product.tables:
        called = f"{domain.domain}.{product_name}"
        known = [f"{called}.{name}" for name in product.tables]
        raise UserError(
            f"There is no table `{called}.{table_name}`. {suggestion(f'{called}.{table_name}', known, '')}"
        )
    return product, product.tables[table_name]


def _others(domain: DomainFile, given: list[str]) -> dict[str, Source]:
    """The other tables, by the alias that rules have for them. Raises UserError."""
    files: dict[str, list[str]] = {}
    for each in given:
        reference, equals, file = each.partition("=")
        if not equals or not file:
            raise UserError(f"--with {each}: write it as --with product.table=FILE.")
        files.setdefault(reference.removeprefix(f"{domain.domain}."), []).append(file)
    sources = {}
    for reference, patterns in files.items():
        _, table = _table(domain, reference)
        product_name, _, table_name = reference.partition(".")
        called = f"{domain.domain}.{reference}"
        sources[alias(product_name, table_name)] = Source(called, table, find_files(patterns))
    return sources
