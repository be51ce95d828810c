"""Random schedules of a mesh that is deployed, edited and destroyed on a machine at fault.

    python -m tests.soak.whole --schedules 50

A seed is a schedule, and the first is `--seed`. Each starts from a deployed mesh, with an embedded AWS of its
own, which is killed and frozen, whose disk is full and whose clock moves, and which loses, repeats and does
not answer requests. Then the faults end, and what must hold is looked at: nothing that was answered is lost,
every stack is as it was deployed, and who reads what is what the files say. Threads and processes decide
which request meets which fault, so a seed repeats what is done and when, and not each outcome.
"""

import argparse
import contextlib
import multiprocessing
import os
import random
import shutil
import tempfile
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from unittest import mock

from botocore.config import Config

from meshwright.access.audit import audit, declared_like
from meshwright.aws import accounts
from meshwright.aws.inventory import read_inventory
from meshwright.aws.live import read_live
from meshwright.commands.audit import extras_of
from meshwright.local import control, states
from meshwright.local.private import PrivateFolder
from tests.soak.deployment import StackFailedError, bootstrap, deploy, destroy, insist, status
from tests.soak.faults import Faults
from tests.soak.forks import listening
from tests.soak.machine import Disturbance, Machine
from tests.soak.meshes import EDITS, Version, adding, versions

MOST_DISTURBANCES, WITHIN_SECONDS = 3, 3.0
CLOCK_SECONDS = 86_400
RETRIES = Config(retries={"mode": "standard", "max_attempts": 2}, max_pool_connections=16)
"""So few that no time goes by while the server is dead."""
BASE = "base"


@dataclass(frozen=True)
class Outcome:
    seed: int
    happened: list[str]
    lost: list[str]
    """What did not hold."""


@dataclass
class Schedule:
    """One seed's run on a machine that starts from the saved base."""

    seed: int
    machine: Machine
    versions: tuple[Version, ...]
    steps: int
    """At most."""

    def run(self) -> list[str]:
        """What did not hold. What was done and happened is told to the machine."""
        chance, machine = random.Random(self.seed), self.machine  # noqa: S311 - nothing secret
        put: dict[str, bytes] = {}
        possible, more = list(self.versions), self.versions[EDITS.index(adding)]
        before: Version | None = None
        for number in range(chance.randint(1, self.steps)):
            often = [chance.choice((0, 0, 0.02)) for _ in range(3)]
            machine.request_faults(Faults(0, *often, ends=chance.choice((0, 0, 0.1))))
            if chance.random() < 0.2:
                machine.move_clock(chance.uniform(-CLOCK_SECONDS, CLOCK_SECONDS))
            version = chance.choice(possible)
            if before is more and version is not more:
                possible.remove(more)  # the stream that it has more was kept, so it can't be made again
            before = version
            machine.happened.append(f"deploys version {self.versions.index(version)}")
            with machine.disturbed(Disturbance.some(chance, MOST_DISTURBANCES, WITHIN_SECONDS)):
                for each in range(chance.randint(0, 3)):
                    key, body = f"sales/orders/{number}-{each}", chance.randbytes(20_000)
                    self._put(key, body)
                    put[key] = body
                deploy(machine, version)
        destroys = chance.random() < 0.3
        if destroys:
            machine.happened.append("destroys")
            with machine.disturbed(Disturbance.some(chance, MOST_DISTURBANCES, WITHIN_SECONDS)):
                destroy(machine, version)
        machine.request_faults(Faults())
        if not destroys:
            deploy(machine, version)
        if chance.random() < 0.5:  # so that what is looked at comes from the file
            machine.kill()
        found = self._left() if destroys else self._wrong(version)
        return [*found, *self._missing(put)]

    def _bucket(self) -> tuple[Any, str]:
        number = self.versions[0].mesh.domains["orders"].account
        return self.machine.account(number).client("s3"), f"acme-orders-products-{number}"

    def _put(self, key: str, body: bytes) -> None:
        def put() -> None:
            s3, bucket = self._bucket()
            s3.put_object(Bucket=bucket, Key=key, Body=body)

        insist(self.machine, put)

    def _missing(self, put: dict[str, bytes]) -> list[str]:
        s3, bucket = self._bucket()
        there = s3.list_objects_v2(Bucket=bucket).get("Contents", [])
        found = {each["Key"]: s3.get_object(Bucket=bucket, Key=each["Key"])["Body"].read() for each in there}
        return [
            f"the object {key} was put, and is not there"
            for key, body in put.items()
            if found.get(key) != body
        ]

    def _wrong(self, version: Version) -> list[str]:
        """What is not as the files say."""
        mesh = version.mesh
        numbers = (mesh.governance_account, *(domain.account for domain in mesh.domains.values()))
        reached = {
            number: self.machine.account(number, mesh.names.deploying_role_arn(number)) for number in numbers
        }
        live = read_live(mesh, reached)
        found = audit(declared_like(mesh, live.state), live.state, mesh, extras_of(live))
        stacks = [(stack.name, status(self.machine, stack)) for stack in version.stacks]
        return [
            *(f"{each.code}: {each.subject}: {each.what}" for each in found.findings),
            *(
                f"{name} is {of}"
                for name, of in stacks
                if not of[0].endswith(("CREATE_COMPLETE", "UPDATE_COMPLETE"))
            ),
        ]

    def _left(self) -> list[str]:
        """What is there after all was destroyed, and should not be."""
        mesh = self.versions[0].mesh
        problems = []
        for number in (mesh.governance_account, *(each.account for each in mesh.domains.values())):
            account = self.machine.account(number)
            left = read_inventory(account, prefix="acme", catalogs=())
            problems += [f"the stack {stack.name} is left, {stack.status}" for stack in left.stacks]
            problems += [f"the database {name} is left" for name in (*left.databases, *left.links)]
        return problems


def make_base(folder: Path, version: Version) -> None:
    """A saved state in which the version is deployed."""
    machine = Machine(folder)
    PrivateFolder.of(folder).make()
    machine.request_faults(Faults())
    bootstrap(machine, version)
    deploy(machine, version)
    states.save(PrivateFolder.of(folder), BASE, replace=True)
    machine.down()


@contextlib.contextmanager
def servers_at_fault(folder: Path) -> Iterator[None]:
    """While every server that is started is one of `tests.soak.server`, forked."""
    functions, script = folder / "worker.py", folder / "server.py"
    with (
        listening(functions, "tests.soak.worker"),
        listening(script, "tests.soak.server", str(functions), control.SERVER[-1]),
        mock.patch.object(control, "SERVER", (str(script), control.SERVER[-1])),
        mock.patch.object(accounts, "RETRIES", RETRIES),
    ):
        yield


_versions: tuple[Version, ...] = ()


def run(seed: int, base: Path, steps: int) -> Outcome:
    """In a process that was forked from one that has the versions."""
    with tempfile.TemporaryDirectory(prefix="soak ") as place:
        root = Path(place)
        PrivateFolder.of(root).make()
        shutil.copytree(base / ".meshwright" / "saves", root / ".meshwright" / "saves")
        machine = Machine(root)
        machine.request_faults(Faults())
        states.load(PrivateFolder.of(root), BASE)
        try:
            lost = Schedule(seed, machine, _versions, steps).run()
        except StackFailedError as error:
            lost = [str(error)]
        except Exception:  # whatever it is, the other schedules are run
            lost = [traceback.format_exc()]
        finally:
            machine.down()
        return Outcome(seed, machine.happened, lost)


def main() -> int:
    global _versions
    parser = argparse.ArgumentParser(prog="python -m tests.soak.whole")
    parser.add_argument("--schedules", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=3, help="deployments of a schedule, at most")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    begun, lost = time.monotonic(), 0
    with tempfile.TemporaryDirectory(prefix="soak ") as place, servers_at_fault(Path(place)):
        os.environ["XDG_STATE_HOME"] = f"{place}/states"
        _versions = versions(date.today())
        make_base(Path(place), _versions[0])
        stacks = len(_versions[0].stacks)
        print(f"a mesh of {stacks} stacks, deployed in {time.monotonic() - begun:.0f} s", flush=True)
        forked = multiprocessing.get_context("fork")
        with ProcessPoolExecutor(given.processes, forked) as executor:
            seeds = range(given.seed, given.seed + given.schedules)
            futures = [executor.submit(run, seed, Path(place), given.steps) for seed in seeds]
            for number, future in enumerate(as_completed(futures), 1):
                outcome = future.result()
                if outcome.lost:
                    lost += 1
                    print(f"seed {outcome.seed}:", *outcome.happened, sep="\n  ")
                    print(*(f"  > {each}" for each in outcome.lost), sep="\n", flush=True)
                elif number % 10 == 0:
                    print(f"{number} schedules, {lost} lost", flush=True)
    took = time.monotonic() - begun
    print(
        f"{given.schedules} schedules, {lost} lost, {took / given.schedules:.1f} s each, {took:.0f} s in all"
    )
    return 1 if lost else 0


if __name__ == "__main__":
    raise SystemExit(main())
