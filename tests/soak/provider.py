"""Random schedules of the provider's events and faults: `python -m tests.soak.provider --schedules N`.

A seed is a schedule, and the first is `--seed`. Of each that fails its seed, the shortest schedule found that
fails too, and what did not hold are printed; `--schedules 1 --seed <that seed>` runs it again.
"""

import argparse
import os
import time
from concurrent.futures import ProcessPoolExecutor

from tests.soak.schedule import Schedule

CHUNK = 1000  # schedules that a process runs before it tells
MOST_DESCRIBED = 10  # of those that fail; the seeds of all are printed


def failing(seeds: range) -> list[int]:
    return [seed for seed in seeds if Schedule.of(seed).problems()]


def described(seed: int) -> str:
    shortest = Schedule.of(seed).shrunk()
    problems = shortest.problems()
    return "\n".join(
        [
            f"seed {seed}: {len(shortest.steps)} of {len(Schedule.of(seed).steps)} steps do",
            f"  resources {', '.join(kind.stack + '/' + kind.logical_id for kind in shortest.kinds)}",
            *(f"  {step}" for step in shortest.steps),
            *(f"  > {problem}" for problem in problems[:3]),
        ]
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak.provider")
    parser.add_argument("--schedules", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    end = given.seed + given.schedules
    chunks = [range(start, min(start + CHUNK, end)) for start in range(given.seed, end, CHUNK)]
    started = time.monotonic()
    lost: list[int] = []
    with ProcessPoolExecutor(given.processes) as executor:
        for chunk, seeds in zip(chunks, executor.map(failing, chunks), strict=True):
            lost += seeds
            done = chunk.stop - given.seed
            a_second = done / (time.monotonic() - started)
            print(f"{done} schedules, {len(lost)} lost, {a_second:.0f} a second", *seeds, flush=True)
    for seed in lost[:MOST_DESCRIBED]:
        print(described(seed))
    return 1 if lost else 0


if __name__ == "__main__":
    raise SystemExit(main())
