"""Time and memory of loading the files, and of what answers questions about access, by the size of the mesh.

    python benchmarks/access.py                        # 10, 100 and 1,000 domains, every command
    python benchmarks/access.py 1000 --only explain
    python benchmarks/access.py --load                 # reading and checking the files alone, by phase
    python benchmarks/access.py --write FOLDER 1000    # leave such a mesh in FOLDER

Each domain has ten products of two tables with eight columns, one of them PII, two roles, and 100 requests to
products of other domains (fewer in a mesh that has not so many), part of them limited by `where`, `exclude`,
`until` or `tables`. Nine of ten requests are approved by the producer; the tenth is for a product whose
classification is open. So 1,000 domains are 10,000 products and 100,000 subscriptions.

Every run is a fresh process, from start-up to the last byte of output, the best of `--runs`. Peak memory, of
a run of its own, is the most that the process and its children held at one time, what they share counted
once (Linux only; looked at ten times a second), and no less than one of them held. Milliseconds a domain are
counted from the line before: were they to grow, the cost would not be linear.
"""

import argparse
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

PRODUCTS, REQUESTS = 10, 100
MESH = """\
mesh: bench
environments:
  dev: {governance_account: "111111111111", region: eu-west-1}
classifications: [public, internal, confidential]
open_classifications: [public]
"""
TABLE = """\
      t{number}:
        description: One row per thing of kind {number}.
        format: {format}
        partition_by: [day]
        columns:
          id: {{type: string, description: Unique id of the thing.}}
          day: date
          country: {{type: string, description: Country as ISO 3166 alpha-2.}}
          status: string
          amount: decimal(12,2)
          quantity: int
          changed_at: timestamp
          email: {{type: string, pii: true}}
"""
COUNTRIES = ("DE", "FR", "NL", "ES", "IT", "PL", "SE", "DK", "AT", "BE")
COMMANDS = {
    "validate": ["validate"],
    "access": ["access", "--format", "json"],
    "explain": ["explain", "d5.analysts", "d6.p0.t0"],
    "plan": ["plan", "--base", "HEAD"],
}
PHASES = """\
import resource, sys, time
from datetime import date
from pathlib import Path
start = time.perf_counter()
from meshwright.checks.registry import check
from meshwright.config.loading import collector_paused, load
from meshwright.mesh.subscriptions import decide_all
laps = [("imports", time.perf_counter() - start)]
def lap(name, call):
    start = time.perf_counter()
    with collector_paused():
        found = call()
    laps.append((name, time.perf_counter() - start))
    return found
only = set(sys.argv[2:]) or None
files = lap("load", lambda: load(Path(sys.argv[1]), only=only))
found = lap("check", lambda: check(files))
decided = lap("decide", lambda: decide_all(
    files.domains, open_classifications=frozenset({"public"}), today=date(2026, 11, 24), unread=files.unread
))
assert not files.problems and not found, (files.problems[:3], found[:3])
shown = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in laps)
print(f"{shown}; {len(files.domains)} domains, {len(decided)} subscriptions")
"""


def asked(count: int, products: int, requests: int) -> Iterator[tuple[int, int]]:
    """For each request of a domain: how many domains further the producer is, and which of its products."""
    if requests > (count - 1) * products:
        sys.exit(f"{count} domains of {products} products have not {requests} others for each to ask for.")
    for number in range(requests):
        lap, step = divmod(number, count - 1)
        yield step + 1, (step + lap) % products


def domain_file(number: int, count: int, products: int, requests: int) -> str:
    """The file of one domain: what it asks of the next ones, and what it approves for those before."""
    lines = [
        f"domain: d{number}",
        f"description: Domain {number} of the benchmark.",
        f"owner: {{team: team-{number}, email: team-{number}@example.com}}",
        f'accounts: {{dev: "{300_000_000_000 + number}"}}',
        "roles:",
        "  engineers: {create: true, access: write}",
        "  analysts: {create: true, access: read}",
        "products:",
    ]
    wishes = list(enumerate(asked(count, products, requests)))
    for product in range(products):
        lines += [
            f"  p{product}:",
            f"    description: Things of domain {number}, corrected every night.",
            f"    classification: {'public' if product == 0 else ('internal', 'confidential')[product % 2]}",
            "    tables:",
            *(
                TABLE.format(number=each, format=form).rstrip()
                for each, form in enumerate(("iceberg", "parquet"))
            ),
        ]
        if product and any(each == product for _, (_, each) in wishes):
            lines.append("    shared_with:")
            lines += [
                f"      - {{domain: d{(number - step) % count}{_approved(order)}}}"
                for order, (step, each) in wishes
                if each == product
            ]
    if requests:
        lines.append("consumes:")
    for order, (step, product) in wishes:
        lines += [
            f"  - product: d{(number + step) % count}.p{product}",
            f"    purpose: To compare it with ours, case {order}.",
            f"    roles: [{'analysts' if order % 3 else 'analysts, engineers'}]",
            *_wanted(order, number),
        ]
    return "\n".join(lines) + "\n"


def _approved(order: int) -> str:
    """Limits of the approval that answers a domain's request number `order`."""
    text = ", until: 2099-12-31" if order % 3 == 0 else ""
    text += ", exclude: [status]" if order % 7 == 0 else ""
    text += f", where: \"country <> '{COUNTRIES[order % len(COUNTRIES)]}'\"" if order % 11 == 0 else ""
    return text + (", pii: true" if order % 13 == 0 else "")


def _wanted(order: int, number: int) -> Iterator[str]:
    """Limits of a domain's request number `order`."""
    if order % 4 == 0:
        yield "    until: 2099-06-30"
    if order % 5 == 0:
        yield f"    where: country = '{COUNTRIES[number % len(COUNTRIES)]}' AND amount > {number}"
    if order % 6 == 0:
        yield "    exclude: [quantity]"
    if order % 9 == 0:
        yield "    tables: [t0]"
    if order % 13 == 0:
        yield "    pii: true"


def write_mesh(root: Path, *, domains: int, products: int, subscriptions: int) -> None:
    """A valid mesh of that size, the products and the subscriptions spread evenly over the domains."""
    (root / "domains").mkdir(parents=True)
    (root / "mesh.yaml").write_text(MESH)
    for number in range(domains):
        text = domain_file(number, domains, products // domains, subscriptions // domains)
        (root / "domains" / f"d{number}.yaml").write_text(text)


def commit_and_edit(root: Path) -> None:
    """Commit the mesh in a git repository of its own, then change one line of one domain."""
    git = ["git", "-C", str(root), "-c", "user.name=b", "-c", "user.email=b@example.com"]
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "As deployed"]):
        subprocess.run([*git, *arguments], check=True)
    file = root / "domains" / "d6.yaml"
    file.write_text(file.read_text().replace("email: {type: string, pii: true}", "email: string", 1))


@dataclass(frozen=True, slots=True)
class Result:
    """One run: seconds of wall clock and of CPU, peak megabytes, exit code and what was printed."""

    seconds: float
    cpu: float
    megabytes: float
    code: int
    output: str


def measure(arguments: list[str], folder: Path, *, memory: bool = False) -> Result:
    """Run Python with `arguments` in `folder`. Looking at memory takes time: not in a run that is timed."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen([sys.executable, *arguments], cwd=folder, stdout=output)
        peak = _peak(process) if memory else 0
        process.wait()
        seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        output.seek(0)
        printed = output.read()
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Result(seconds, cpu, peak / 1024, process.returncode, printed)


def _peak(process: "subprocess.Popen[bytes]") -> int:
    """The most kilobytes that the process and its children had together, what they share counted once."""
    peak, looks = 0, 0
    while process.poll() is None:
        running = (process.pid, *_children(process.pid))
        peak = max(peak, *(_kilobytes(pid, "status", "VmHWM:") for pid in running))
        if len(running) > 1 and looks % 10 == 0:
            peak = max(peak, sum(_kilobytes(pid, "smaps_rollup", "Pss:") for pid in running))
        looks += 1
        time.sleep(0.01)
    return peak


def _children(pid: int) -> list[int]:
    try:
        found = [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
    return found + [each for child in found for each in _children(child)]


def _kilobytes(pid: int, file: str, name: str) -> int:
    """Of a running process; 0 for one that has ended."""
    try:
        lines = Path(f"/proc/{pid}/{file}").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(name)), 0)


def report(name: str, arguments: list[str], folders: dict[int, Path], *, runs: int, show: bool) -> None:
    """A line for each size: the best of the runs, and the growth since the size before."""
    before: tuple[int, Result] | None = None
    for count, folder in folders.items():
        best = min((measure(arguments, folder) for _ in range(runs)), key=lambda each: each.seconds)
        best = replace(best, megabytes=measure(arguments, folder, memory=True).megabytes)
        if best.code not in (0, 1):
            print(f"{name:9s} {count:5d} domains: exit code {best.code}", flush=True)
            return
        line = f"{name:9s} {count:5d} domains {best.seconds:7.2f} s "
        line += f"{best.cpu:7.2f} s CPU {best.megabytes:6.0f} MB"
        if before is not None:
            each = (best.seconds - before[1].seconds) / (count - before[0]) * 1000
            line += f"   {each:6.2f} ms a domain more"
        print(line + (f"\n    {best.output.strip()}" if show else ""), flush=True)
        before = count, best


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("domains", nargs="*", type=int, default=[10, 100, 1000], help="numbers of domains")
    parser.add_argument("--runs", type=int, default=2, help="runs of each; the fastest counts")
    parser.add_argument("--load", action="store_true", help="loading, checking and deciding alone, by phase")
    parser.add_argument("--only", choices=COMMANDS, help="one command instead of all")
    parser.add_argument("--write", type=Path, metavar="FOLDER", help="write the mesh there and stop")
    chosen = parser.parse_args()
    sizes = {
        count: (count, count * PRODUCTS, count * min(REQUESTS, (count - 1) * PRODUCTS))
        for count in sorted(chosen.domains)
    }
    if chosen.write:
        domains, products, subscriptions = list(sizes.values())[-1]
        write_mesh(chosen.write, domains=domains, products=products, subscriptions=subscriptions)
        return
    print(
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, best of {chosen.runs}, load {os.getloadavg()[0]:.1f}"
    )
    with tempfile.TemporaryDirectory() as folder:
        folders = {count: Path(folder) / str(count) for count in sizes}
        for count, (domains, products, subscriptions) in sizes.items():
            write_mesh(folders[count], domains=domains, products=products, subscriptions=subscriptions)
            size = sum(file.stat().st_size for file in folders[count].rglob("*.yaml")) / 1e6
            print(
                f"{domains:,} domains, {products:,} products, {subscriptions:,} subscriptions: {size:.1f} MB"
            )
            if not chosen.load:
                commit_and_edit(folders[count])
        if chosen.load:
            for name, domain_names in (("load all", []), ("load two", ["d5", "d6"])):
                arguments = ["-c", PHASES, ".", *domain_names]
                report(name, arguments, folders, runs=chosen.runs, show=True)
            return
        for name in [chosen.only] if chosen.only else COMMANDS:
            report(name, ["-m", "meshwright", *COMMANDS[name]], folders, runs=chosen.runs, show=False)


if __name__ == "__main__":
    main()
