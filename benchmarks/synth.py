"""Time and memory of a synthesis by the number of domains.

    python -O benchmarks/synth.py                  # 10, 50, 100 domains
    python -O benchmarks/synth.py 100 500 --runs 3
    python -O benchmarks/synth.py --parts          # every part of the data plane in every domain
    python -O benchmarks/synth.py 1000 --validate  # `meshwright validate` instead

Each domain has two products of two tables, one stream, two roles and two subscriptions with row filters.
With `--parts` also: a delivery of its stream, a shared stream read from its neighbour, Spark, SQL, a pipeline
of four steps on a schedule and one started by a neighbour's refresh, quality rules on two tables, service
levels, a budget, a dashboard and alarms.
Every run is a fresh process in an empty folder, from the files to the templates, with
CDK_VALIDATION=false; `--validation` shows what CDK's own validation of the templates adds. Start-up is a
mesh of one domain that has nothing. Milliseconds a domain are counted from the line before: were they to
grow, synthesis would not be linear. CPU time is the one to compare on a busy machine. Peak memory:
Python's and Node's, each at its own (Linux only).
"""

import argparse
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from meshwright.node import command

ROOT = Path(__file__).resolve().parent.parent
MESH = """\
mesh: bench
environments:
  dev: {governance_account: "111111111111", region: eu-west-1}
classifications: [public, internal]
"""
EMPTY = """\
domain: empty
description: A domain without anything.
owner: {team: t, email: t@example.com}
accounts: {dev: "222222222222"}
"""
TABLE = """\
      {name}:
        description: One row per thing.
        format: {format}
        partition_by: [day]
        columns:
          id: {{type: string, description: Unique id.}}
          day: date
          amount: decimal(12,2)
          email: {{type: string, pii: true}}
"""


QUALITY = """\
        quality:
          schedule: rate(1 day)
          rules: [{not_null: id}, {unique: id}, {between: {column: amount, min: 0}}]
"""
DELIVERED = """\
      events:
        description: One row per event.
        format: parquet
        partition_by: [arrived]
        columns: {id: string, at: timestamp, arrived: date}
"""
PARTS = """\
compute: {spark: {}, sql: {}}
pipelines:
  nightly:
    description: Makes sales.
    schedule: cron(0 3 * * ? *)
    steps:
      clean: {spark: scripts/clean.py}
      load: {sql: SELECT 1, after: [clean]}
      check: {quality: sales.facts, after: [load]}
      days: {quality: sales.days, after: [load]}
    refreshes: [sales, stock]
budget: {monthly_usd: 500}
monitoring: {}
"""
LISTENER = """\
  follow:
    description: Follows the neighbour, in a line and never in a circle.
    triggered_by: [{domain}.sales]
    steps: {{look: {{sql: SELECT 1}}}}
"""


def domain_file(number: int, count: int, *, parts: bool = False) -> str:
    """A domain that consumes a product of each of the two next ones, and is consumed by the two before."""
    lines = [
        f"domain: d{number}",
        f"description: Domain {number}.",
        f"owner: {{team: team-{number}, email: team-{number}@example.com}}",
        f'accounts: {{dev: "{300_000_000_000 + number}"}}',
        "roles:",
        "  engineers: {create: true}",
        "  analysts: {create: true}",
        "streams:",
        "  events:",
        "    description: One record per event.",
    ]
    if parts:
        lines += ["    lands_in: sales.events"]
        if count > 2:
            lines += [f"    shared_with: [{{domain: d{(number - 1) % count}, fan_out: true}}]"]
    lines += ["products:"]
    for name, consumer in (("sales", number - 1), ("stock", number - 2)):
        lines += [f"  {name}:", "    description: A product.", "    classification: internal"]
        if parts:
            more = "slo: {freshness: 26h, completeness: 99%}" if name == "sales" else "storage: hot"
            lines += [f"    {more}"]
        lines += ["    tables:"]
        quality = QUALITY if parts and name == "sales" else ""
        lines += [TABLE.format(name="facts", format="iceberg") + quality]
        lines += [TABLE.format(name="days", format="parquet") + quality]
        if parts and name == "sales":
            lines += [DELIVERED]
        if count > 2:
            lines += ["    shared_with:", f"      - {{domain: d{consumer % count}}}"]
    if count > 2:
        lines.append("consumes:")
        for name, step in (("sales", 1), ("stock", 2)):
            producer = (number + step) % count
            roles = "analysts, pipelines" if parts else "analysts"
            # The condition holds for every table asked for, and `events` has no such column.
            lines += [f"  - {{product: d{producer}.{name}, purpose: To measure., roles: [{roles}],"]
            lines += [f"     tables: [facts, days], where: id <> 'x{number}' AND amount > {step}}}"]
        if parts:
            stream = f"d{(number + 1) % count}.events"
            lines += [f"  - {{stream: {stream}, purpose: To act., roles: [analysts], fan_out: true}}"]
    if parts:
        followed = LISTENER.format(domain=f"d{(number + 1) % count}") if count > 2 else ""
        lines += [PARTS.replace("budget:", f"{followed}budget:")]
    return "\n".join(lines) + "\n"


def write_mesh(root: Path, count: int, *, parts: bool) -> None:
    """A mesh of `count` domains; of 0, one without anything."""
    (root / "domains").mkdir()
    (root / "mesh.yaml").write_text(MESH)
    shutil.copy(ROOT / "app.py", root)
    if count == 0:
        (root / "domains" / "empty.yaml").write_text(EMPTY)
    for number in range(count):
        (root / "domains" / f"d{number}.yaml").write_text(domain_file(number, count, parts=parts))


@dataclass(frozen=True)
class Result:
    """One synthesis: seconds of wall clock and of CPU, peak megabytes."""

    seconds: float
    cpu: float
    megabytes: float


def measure(count: int, arguments: list[str], *, validation: bool, parts: bool) -> Result:
    """Run Python with `arguments` on a mesh of `count` domains."""
    with tempfile.TemporaryDirectory() as folder:
        write_mesh(Path(folder), count, parts=parts)
        environment = {**os.environ, "CDK_OUTDIR": f"{folder}/cdk.out"}
        environment.pop("CDK_VALIDATION", None)
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # compiling aws_cdk each time takes over a second
        if not validation:
            environment["CDK_VALIDATION"] = "false"
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-O", *arguments], cwd=folder, env=environment, stdout=subprocess.DEVNULL
        )
        peaks: dict[int, int] = {}
        while process.poll() is None:
            for pid in (process.pid, *_children(process.pid)):
                peaks[pid] = max(peaks.get(pid, 0), _peak_kilobytes(pid))
            time.sleep(0.05)
        seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        if process.returncode:
            sys.exit(process.returncode)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return Result(seconds, cpu, sum(peaks.values()) / 1024)


def _children(pid: int) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    found = [int(each) for each in text.split()]
    return found + [each for child in found for each in _children(child)]


def _peak_kilobytes(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("domains", nargs="*", type=int, default=[10, 50, 100], help="numbers of domains")
    parser.add_argument("--runs", type=int, default=2, help="runs of each; the fastest counts")
    parser.add_argument("--validation", action="store_true", help="with CDK's validation of templates")
    parser.add_argument("--parts", action="store_true", help="with every part of the data plane")
    parser.add_argument("--validate", action="store_true", help="time `meshwright validate` instead")
    chosen = parser.parse_args()
    arguments = ["-m", "meshwright", "validate"] if chosen.validate else ["app.py"]
    node = subprocess.run([*command("node"), "--version"], check=True, capture_output=True, text=True)
    print(
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, Node {node.stdout.strip()}, "
        f"aws-cdk-lib {version('aws-cdk-lib')}, best of {chosen.runs}, "
        f"load {os.getloadavg()[0]:.1f}"
    )
    before, fewer = None, 0
    for count in (0, *sorted(chosen.domains)):
        results = [
            measure(count, arguments, validation=chosen.validation, parts=chosen.parts)
            for _ in range(chosen.runs)
        ]
        best = min(results, key=lambda each: each.seconds)
        line = f"{count:5d} domains {best.seconds:7.2f} s {best.cpu:7.2f} s CPU {best.megabytes:6.0f} MB"
        if before is None:
            print(f"{line}   start-up", flush=True)
        else:
            wall, cpu = (
                (now - then) / (count - fewer) * 1000
                for now, then in ((best.seconds, before.seconds), (best.cpu, before.cpu))
            )
            print(f"{line}   {wall:5.1f} ms a domain, {cpu:5.1f} ms CPU", flush=True)
        before, fewer = best, count


if __name__ == "__main__":
    main()
