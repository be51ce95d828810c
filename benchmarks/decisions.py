"""How long decisions take: `python benchmarks/decisions.py [--domains N]`.

A mesh of N domains that each read from five others is compiled, and every role is asked about every table,
with one evaluator: first with empty memos, then with filled ones (warm). Then the files of one table are
looked at under policies with a growing number of patterns that speak of some of them, without any memo. Each
figure but the first is the best of several rounds, in one process on one thread.
"""

import argparse
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from access import write_mesh
from meshwright.access.compiled import compile_state
from meshwright.access.evaluate import Evaluator
from meshwright.access.objects import samples
from meshwright.access.rows import tables_of
from meshwright.project import load_mesh

ROUNDS = 5


def best(call: Callable[[], object], *, rounds: int = ROUNDS) -> float:
    """Seconds of the fastest of several calls."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def decisions(domains: int) -> None:
    """Time of a decision, first and warm."""
    with TemporaryDirectory() as folder:
        root = Path(folder)
        write_mesh(root, domains=domains, products=3 * domains, subscriptions=5 * domains)
        mesh = load_mesh(root, environment="dev", today=date.today())
    state = compile_state(mesh)
    tables = [each.name for some in tables_of(mesh).values() for each in some]
    roles = [role.arn for domain in mesh.domains.values() for role in domain.roles.values()]
    pairs = [(role, table) for role in roles for table in tables][:20_000]
    evaluator = Evaluator(state)

    def ask() -> None:
        for role, table in pairs:
            evaluator.decide(role, table)

    first, warm = best(ask, rounds=1), best(ask)
    print(f"{len(pairs)} decisions on {domains} domains, {len(tables)} tables")
    print(f"first: {first / len(pairs) * 1e6:.0f} µs each; warm: {warm / len(pairs) * 1e6:.0f} µs each")


def files() -> None:
    """Time to find the keys that stand for a table's files."""
    start = "arn:aws:s3:::acme-orders-products/sales/orders/"
    patterns = (
        "arn:aws:s3:::acme-orders-products/*",
        "arn:aws:s3:::acme-orders-products/*.parquet",
        f"{start}country=DE/*",
        "arn:aws:s3:::*/_temporary/*",
        f"{start}year=2026/month=??/*",
    )
    for count in range(1, len(patterns) + 1):
        some = patterns[:count]
        taken = best(lambda some=some: samples.__wrapped__(start, some))
        found = samples(start, some)
        print(f"{count} patterns: {len(found)} keys in {taken * 1e3:.2f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--domains", type=int, default=50)
    given = parser.parse_args()
    decisions(given.domains)
    files()


if __name__ == "__main__":
    main()
