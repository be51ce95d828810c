# ruff: noqa: E501 (a case a line)
"""CPU time of `meshwright validate` by the length of each list and mapping of a file, right and wrong.

    python benchmarks/validation.py                     # every case, with 1,000, 2,000 and 4,000 entries
    python benchmarks/validation.py roles --entries 5000

Each run is a fork of this process; of its time, that of a mesh with one entry is taken away. `growth` is what
the last doubling does: 2 is linear, 4 is quadratic. What takes less than a tenth of a second is not judged,
nor what is larger than a file may be. Exits with 1 when a case grows by more than LINEAR.
"""

import argparse
import contextlib
import os
import resource
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Final

from meshwright.commands.validate import validate
from meshwright.config.reading import MAX_BYTES

LINEAR: Final = 2.6
"""Sorting, and caches that fill, are a little more than linear."""
NOTICED: Final = 0.1
TODAY: Final = date(2027, 1, 1)
MESH: Final = """\
mesh: acme
environments:
  dev: {governance_account: "111111111111", region: eu-west-1}
"""
HEAD: Final = """\
domain: %s
description: Some.
owner: {team: t, email: t@acme.example}
accounts: {dev: "%012d"}
"""
ROLES: Final = "roles: {a: {create: true}}\n"
STEPS: Final = "compute: {sql: {}}\npipelines:\n  p:\n    description: d\n    steps:\n"
PIPELINE: Final = STEPS + "      s: {sql: select 1}\n"
Files = dict[str, str]


def files(orders: str = "", analytics: str = "", mesh: str = "classifications: [internal]\n") -> Files:
    """A mesh of two domains, of which the second has a role."""
    return {
        "mesh.yaml": MESH + mesh,
        "domains/orders.yaml": HEAD % ("orders", 222222222221) + orders,
        "domains/analytics.yaml": HEAD % ("analytics", 333333333331) + ROLES + analytics,
    }


def lines(pattern: str, number: int) -> str:
    """The pattern for each number, which stands for `#` in it."""
    return "".join(f"{pattern.replace('#', str(each))}\n" for each in range(number))


def row(pattern: str, number: int) -> str:
    """The same as a list in one line."""
    return f"[{', '.join(pattern.replace('#', str(each)) for each in range(number))}]"


def product(
    table: str = "columns: {id: string}", *, name: str = "sales", more: str = "", kind: str = "csv"
) -> str:
    """A product of one table; `more` are further keys of the product, in a line each."""
    keys = "".join(f"    {each}\n" for each in more.splitlines())
    return (
        f"  {name}:\n    description: d\n    classification: internal\n{keys}    tables:\n      t:\n"
        f"        description: d\n        format: {kind}\n        {table}\n"
    )


def products(number: int, more: str = "", table: str = "columns: {id: string}") -> str:
    made = (product(table, name=f"p{each}", more=more.replace("#", str(each))) for each in range(number))
    return "products:\n" + "".join(made)


def columns(number: int, kind: str = "string") -> str:
    return "columns:\n" + lines(f"          c#: {kind}", number)


def tables(number: int, more: str = "", shared: str = "") -> str:
    return (
        "products:\n  sales:\n    description: d\n    classification: internal\n    tables:\n"
        + lines(f"      t#: {{description: d, format: parquet, columns: {{id: string}}{more}}}", number)
        + shared
    )


def rules(rule: str) -> str:
    return f", quality: {{rules: [{rule}]}}"


def shared(entry: str, number: int = 1) -> str:
    return "    shared_with:\n" + lines(f"      - {{{entry}}}", number)


def requests(entry: str, number: int) -> str:
    return "consumes:\n" + lines(f"  - {{{entry}, purpose: p, roles: [a]}}", number)


def streams(number: int, more: str = "") -> str:
    return "streams:\n" + lines(f"  s#: {{description: d{more}}}", number)


def steps(pattern: str, number: int) -> str:
    return STEPS + lines(f"      s#: {{{pattern}}}", number)


def pipelines(number: int, more: str = "") -> str:
    return "compute: {sql: {}}\npipelines:\n" + lines(
        f"  q#: {{description: d, steps: {{s: {{sql: select 1}}}}{more}}}", number
    )


def domains(number: int, more: str) -> Files:
    made = {
        f"domains/d{each}.yaml": HEAD % (f"d{each}", 700000000000 + each) + more for each in range(number)
    }
    return files("products:\n" + product() + shared("domain: d#", number)) | made


ASKS_ALL: Final = "consumes:\n  - {product: orders.sales, purpose: p, roles: [a]}\n"
WITH_SALES: Final = "products:\n" + product()
CASES: Final[dict[str, Callable[[int], Files]]] = {
    "unknown keys": lambda n: files(lines("descriptio#: 1", n)),
    "keys twice": lambda n: files("roles:\n" + lines("  a: A", n)),
    "keys of other spellings": lambda n: files("roles:\n" + lines("  A#: A", n)),
    "numbers as keys": lambda n: files("roles:\n" + lines("  #: A", n)),
    "keys without values": lambda n: files("roles:\n" + lines("  a#:", n)),
    "values of other types": lambda n: files("roles:\n" + lines("  a#: [1]", n)),
    "values of other spellings": lambda n: files("roles:\n" + lines("  a#: 'A B'", n)),
    "characters that nobody sees": lambda n: files("roles:\n" + lines('  a#: "\\u202e" # \u2067', n)),
    "aliases": lambda n: files("x: &a 1\nroles:\n" + lines("  a#: *a", n)),
    "aliases of aliases": lambda n: files("l0: &l0 [x]\n" + "".join(f"l{k}: &l{k} [*l{k - 1}, *l{k - 1}]\n" for k in range(1, min(n, 60)))),
    "deep": lambda n: files("x: " + "[" * n + "]" * n),
    "a long text": lambda n: files(f"compute: {'a' * n * 50}\n"),
    "a long block": lambda n: files("compute: |\n" + lines("  line #", n * 5)),
    "a long address": lambda n: files(f"owner: {{team: t, email: {'a' * n * 50}@acme.example}}\n"),
    "roles": lambda n: files("roles:\n" + lines("  a#: A#", n)),
    "roles to create": lambda n: files("roles:\n" + lines("  a#: {create: true}", n)),
    "roles that are one": lambda n: files("roles:\n" + lines("  a#: {create: true, name: Same}", n)),
    "roles elsewhere": lambda n: files("roles:\n" + lines("  a#: 'arn:aws:iam::222222222222:role/A#'", n)),
    "roles with SQL": lambda n: files("compute: {sql: {}}\nroles:\n" + lines("  a#: A#", n)),
    "roles of products": lambda n: files(WITH_SALES + "roles:\n" + lines("  a#: {create: true}", n)),
    "roles with SQL that read": lambda n: files("compute: {sql: {}}\nroles:\n" + lines("  r#: {create: true}", n) + f"consumes:\n  - {{product: analytics.sales, purpose: p, roles: {row('r#', n)}}}\n", WITH_SALES + shared("domain: orders")),
    "trusted_by": lambda n: files("roles:\n  a:\n    create: true\n    trusted_by:\n" + lines("      - 'arn:aws:iam::222222222221:role/A#'", n)),
    "classifications": lambda n: files(WITH_SALES, mesh=f"classifications: {row('c#', n)}\n"),
    "classifications twice": lambda n: files(mesh=f"classifications: {row('c', n)}\n"),
    "open classifications": lambda n: files(mesh=f"classifications: {row('c#', n)}\nopen_classifications: {row('c#', n)}\n"),
    "administrators": lambda n: files(mesh=f"classifications: [internal]\nadministrators: {row('A#', n)}\n"),
    "products": lambda n: files(products(n)),
    "products of unknown classifications": lambda n: files(products(n).replace("internal", "x"), mesh=f"classifications: {row('c#', n)}\n"),
    "products with owners": lambda n: files(products(n, "owner: {team: 'a!', email: t@acme.example}")),
    "tables": lambda n: files(tables(n)),
    "columns": lambda n: files("products:\n" + product(columns(n))),
    "columns of unknown types": lambda n: files("products:\n" + product(columns(n, "strin#"))),
    "columns of types with spaces": lambda n: files("products:\n" + product(columns(n, "array< strin#>"))),
    "columns that Iceberg has not": lambda n: files("products:\n" + product(columns(n, "char(3)"), kind="iceberg")),
    "partition_by": lambda n: files("products:\n" + product(f"partition_by: {row('c#', n)}\n        {columns(n + 1)}")),
    "partition_by unknown": lambda n: files("products:\n" + product(f"partition_by: {row('x#', n)}\n        {columns(n)}")),
    "partition_by twice": lambda n: files("products:\n" + product(f"partition_by: {row('c0', n)}\n        {columns(2)}")),
    "approvals of unknown domains": lambda n: files(WITH_SALES + shared("domain: d#", n)),
    "approvals twice": lambda n: files(WITH_SALES + shared("domain: analytics", n)),
    "approvals with conditions": lambda n: files("products:\n" + product(columns(n)) + shared("domain: analytics, where: c# = '1'", n), requests("product: orders.sales", n)),
    "approvals with unknown columns": lambda n: files("products:\n" + product(columns(n)) + shared("domain: analytics, where: x# = '1'", n)),
    "a condition on tables": lambda n: files(tables(n, shared=shared("domain: analytics, where: x = 1"))),
    "approved tables": lambda n: files(tables(n, shared=shared(f"domain: analytics, where: id = '1', tables: {row('t#', n)}")), requests(f"product: orders.sales, where: id = '2', tables: {row('t#', n)}", 1)),
    "approved tables unknown": lambda n: files(tables(n, shared=shared(f"domain: analytics, tables: {row('x#', n)}"))),
    "excluded columns": lambda n: files("products:\n" + product(columns(n + 1)) + shared(f"domain: analytics, exclude: {row('c#', n)}"), ASKS_ALL),
    "excluded columns unknown": lambda n: files(tables(n, shared=shared(f"domain: analytics, exclude: {row('x#', n)}"))),
    "excluded partitions": lambda n: files("products:\n" + product(f"partition_by: {row('c#', n)}\n        {columns(n + 1)}") + shared(f"domain: analytics, exclude: {row('c#', n)}")),
    "requests for unknown domains": lambda n: files(analytics=requests("product: d#.p", n)),
    "requests for unknown products": lambda n: files(products(n), requests("product: orders.x#", n)),
    "requests twice": lambda n: files(WITH_SALES, requests("product: orders.sales", n)),
    "requests that are pending": lambda n: files(products(n), requests("product: orders.p#", n)),
    "requests that are agreed": lambda n: files(products(n, "shared_with: [{domain: analytics}]"), requests("product: orders.p#", n)),
    "requests for deprecated products": lambda n: files(products(n, "status: deprecated\nsunset: 2026-01-01"), requests("product: orders.p#", n)),
    "offers": lambda n: files(products(n, "shared_with: [{domain: analytics}]")),
    "roles of a request": lambda n: files("roles:\n" + lines("  r#: R#", n) + f"consumes:\n  - {{product: analytics.sales, purpose: p, roles: {row('r#', n)}}}\n"),
    "roles of a request unknown": lambda n: files("roles:\n" + lines("  r#: R#", n) + f"consumes:\n  - {{product: analytics.sales, purpose: p, roles: {row('x#', n)}}}\n"),
    "roles of a request twice": lambda n: files(WITH_SALES, f"consumes:\n  - {{product: orders.sales, purpose: p, roles: {row('a', n)}}}\n"),
    "domains that read": lambda n: domains(n // 4, ROLES + ASKS_ALL),
    "domains of unknown domains": lambda n: domains(n // 4, ROLES + ASKS_ALL.replace("orders.", "x.")),
    "streams": lambda n: files(streams(n)),
    "streams shared": lambda n: files(streams(n, ", shared_with: [{domain: analytics}]")),
    "streams agreed": lambda n: files(streams(n, ", shared_with: [{domain: analytics}]"), requests("stream: orders.s#, fan_out: true", n)),
    "streams pending": lambda n: files(streams(n), requests("stream: orders.s#", n)),
    "streams unknown": lambda n: files(streams(n), requests("stream: orders.x#", n)),
    "stream approvals unknown": lambda n: files(f"streams: {{s: {{description: d, shared_with: {row('{domain: d#}', n)}}}}}\n"),
    "stream approvals twice": lambda n: files(f"streams: {{s: {{description: d, shared_with: {row('{domain: analytics}', n)}}}}}\n"),
    "fields": lambda n: files("streams:\n  s:\n    description: d\n    shared_with: [{domain: analytics}]\n    schema:\n" + lines("      f#: {type: string, pii: true}", n), requests("stream: orders.s", 1)),
    "fields without columns": lambda n: files("products:\n" + product(columns(n), kind="parquet") + "streams:\n  s:\n    description: d\n    lands_in: sales.t\n    schema:\n" + lines("      f#: string", n)),
    "landings": lambda n: files(tables(n) + streams(n, ", lands_in: sales.t#")),
    "landings in unknown tables": lambda n: files(tables(n) + streams(n, ", lands_in: sales.x#")),
    "landings in one table": lambda n: files(tables(1) + streams(n, ", lands_in: sales.t0")),
    "landings and promises": lambda n: files(products(n, "slo: {freshness: 1h}").replace("csv", "parquet") + streams(n, ", lands_in: p#.t")),
    "steps": lambda n: files(steps("sql: select 1", n)),
    "steps in a chain": lambda n: files(STEPS + "".join(f"      s{k}: {{sql: select 1, after: [{f's{k - 1}' if k else ''}]}}\n" for k in range(n))),
    "steps in a circle": lambda n: files(STEPS + "".join(f"      s{k}: {{sql: select 1, after: [s{(k - 1) % n}]}}\n" for k in range(n))),
    "steps in circles": lambda n: files(steps("sql: select 1, after: [t#]", n) + lines("      t#: {sql: select 1, after: [s#]}", n)),
    "circles in circles": lambda n: files(STEPS + f"      s0: {{sql: select 1, after: {row('s#', n)}}}\n" + "".join(f"      s{k}: {{sql: select 1, after: [s{k - 1}]}}\n" for k in range(1, n))),
    "steps after unknown ones": lambda n: files(steps("sql: select 1, after: [x#]", n)),
    "after": lambda n: files(steps("sql: select 1", n) + f"      last: {{sql: select 1, after: {row('s#', n)}}}\n"),
    "after twice": lambda n: files(steps("sql: select 1", 1) + f"      last: {{sql: select 1, after: {row('s0', n)}}}\n"),
    "arguments": lambda n: files(STEPS + f"      last: {{spark: a.py, arguments: {row('a#', n)}}}\n"),
    "steps that wait": lambda n: files(products(n), requests("product: orders.p#", n) + steps("wait_for: orders.p#", n)),
    "steps that wait for unknown": lambda n: files(products(n), steps("wait_for: orders.x#", n)),
    "steps of quality": lambda n: files(tables(n) + steps("quality: sales.x#", n)),
    "triggered_by": lambda n: files(products(n), requests("product: orders.p#", n) + PIPELINE + f"    triggered_by: {row('orders.p#', n)}\n"),
    "triggered_by twice": lambda n: files(WITH_SALES, ASKS_ALL + PIPELINE + f"    triggered_by: {row('orders.sales', n)}\n"),
    "pipelines": lambda n: files(pipelines(n)),
    "schedules": lambda n: files("compute: {sql: {}}\npipelines:\n" + "".join(f'  q{k}: {{description: d, steps: {{s: {{sql: select 1}}}}, schedule: "cron({k % 60} {k // 60 % 24} ? * MON *)"}}\n' for k in range(n))),
    "schedules that never start": lambda n: files("compute: {sql: {}}\npipelines:\n" + "".join(f'  q{k}: {{description: d, steps: {{s: {{sql: select 1}}}}, schedule: "cron({k % 60} 0 30 2 ? {1970 + k % 100}-2199)"}}\n' for k in range(n))),
    "time zones": lambda n: files(pipelines(n, ', timezone: No#, schedule: "rate(1 day)"')),
    "refreshes": lambda n: files(products(n) + PIPELINE + f"    refreshes: {row('p#', n)}\n"),
    "refreshes unknown": lambda n: files(products(n) + PIPELINE + f"    refreshes: {row('x#', n)}\n"),
    "refreshes twice": lambda n: files(products(1) + PIPELINE + f"    refreshes: {row('p0', n)}\n"),
    "promises and pipelines": lambda n: files(products(n, "slo: {freshness: 25h}") + pipelines(n, ', refreshes: [p#], schedule: "rate(1 day)"')),
    "in_set": lambda n: files(tables(1, rules(f"in_set: {{column: id, values: {row('v#', n)}}}"))),
    "in_set twice": lambda n: files(tables(1, rules(f"in_set: {{column: id, values: {row('v', n)}}}"))),
    "in_set of numbers": lambda n: files(tables(1, rules(f"in_set: {{column: id, values: {row('#', n)}}}"))),
    "rules alike": lambda n: files(tables(1, rules(row(f"in_set: {{column: id, values: {row('v', n // 100)}}}", 200)[1:-1]))),
    "too many rules": lambda n: files(tables(1, rules(row("not_null: id", n)[1:-1]))),
    "rules on unknown columns": lambda n: files(tables(n, rules("not_null: x#"))),
    "references": lambda n: files(tables(n, rules("references: {column: id, to: sales.x#.id}"))),
    "dqdl": lambda n: files(tables(n, rules('dqdl: \'ReferentialIntegrity "id" "sales__t#.id" = 1\''))),
    "dqdl of unknown tables": lambda n: files(tables(n, rules('dqdl: \'ReferentialIntegrity "id" "sales__x#.id" = 1\''))),
    "dqdl with mistakes": lambda n: files(tables(n, rules("dqdl: 'ColumnValues \"id\" < #'"))),
    "sql in dqdl": lambda n: files(tables(n, rules("dqdl: 'CustomSql \"select id from primary where id = #\" = 1'"))),
}  # fmt: skip
"""By name; each with the number of its entries."""


def seconds(content: Files) -> float | None:
    """CPU time of a fork that validates these files; None: one of them is larger than a file may be."""
    if any(len(text.encode()) > MAX_BYTES for text in content.values()):
        return None
    with tempfile.TemporaryDirectory() as folder:
        for name, text in content.items():
            path = Path(folder, name)
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        child = os.fork()
        if child == 0:
            _run(Path(folder))
        if os.waitpid(child, 0)[1]:
            raise SystemExit("the run failed")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _run(root: Path) -> None:
    code = 3
    try:
        with open(os.devnull, "w") as sink, contextlib.redirect_stdout(sink):
            validate(root=root, output="text", environment=None, today=TODAY)
        code = 0
    finally:
        os._exit(code)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("cases", nargs="*", help="parts of the names of cases")
    parser.add_argument("--entries", type=int, default=1000)
    options = parser.parse_args()
    slow = False
    for name, build in CASES.items():
        if options.cases and not any(each in name for each in options.cases):
            continue
        base = seconds(build(4)) or 0.0
        numbers = [options.entries * times for times in (1, 2, 4)]
        found = [seconds(build(number)) for number in numbers]
        times = [max(each - base, 0.001) for each in found if each is not None]
        growth = times[-1] / times[-2] if len(times) > 1 and times[-1] > NOTICED else None
        bad = growth is not None and growth > LINEAR
        slow = slow or bad
        shown = "".join(f"{each:9.3f}" for each in times)
        print(f"{name:36}{shown:28}{f'{growth:6.1f}' if growth else ''}{'  <' if bad else ''}", flush=True)
    return int(slow)


if __name__ == "__main__":
    sys.exit(main())
