"""The same random policies judged by meshwright, by a restatement of AWS's pages and by ministack.

`python -m tests.second_opinion --python PATH --requests N --seed S`, where PATH is the Python of an
environment with ministack. It prints how many were judged, in what the answers differ, and each difference
that is not explained; then it ends with 1.
"""

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from itertools import combinations
from pathlib import Path
from random import Random

from tests.second_opinion.case import Case
from tests.second_opinion.differences import OPEN, THEIRS
from tests.second_opinion.ours import agree, ours
from tests.second_opinion.random_cases import random_case
from tests.second_opinion.restatement import judge

AT_ONCE = 5_000
MOST_SHOWN = 10
KNOWN = (*THEIRS, *OPEN)


def theirs(cases: list[Case], python: str) -> list[str]:
    """What ministack says of each."""
    lines = "".join(f"{json.dumps(asdict(case))}\n" for case in cases)
    program = Path(__file__).with_name("theirs.py")
    done = subprocess.run([python, str(program)], input=lines, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"ministack failed:\n{done.stderr[-2000:]}")
    return done.stdout.splitlines()


def explained(case: Case, answer: str) -> tuple[str, ...] | None:
    """The fewest known differences by which they come to their answer; None if there are none."""
    sets = (some for number in (1, 2, 3) for some in combinations(KNOWN, number))
    return next((some for some in sets if judge(case, some) == answer), None)


def differences(cases: list[Case], python: str, counts: Counter[str]) -> Iterator[str]:
    """Each difference that is not explained; the others are counted."""
    for case, answer in zip(cases, theirs(cases, python), strict=True):
        (our, assumed), restated = ours(case), judge(case)
        counts[f"ours: {our}"] += 1
        counts["ours rests on something assumed"] += bool(assumed)
        if not agree(case, our, restated):
            yield f"ours: {our}, the restatement: {restated}\n  {case}"
        if answer == restated:
            continue
        counts["theirs differ"] += 1
        reasons = explained(case, answer)
        if reasons is None:
            yield f"ministack: {answer}, the restatement: {restated}\n  {case}"
        for reason in reasons or ():
            counts[reason] += 1


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.second_opinion")
    parser.add_argument("--python", required=True)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    random = Random(given.seed)  # noqa: S311
    counts, found = Counter[str](), list[str]()
    for start in range(0, given.requests, AT_ONCE):
        some = [random_case(random.choice) for _ in range(min(AT_ONCE, given.requests - start))]
        found += differences(some, given.python, counts)
    print(f"{given.requests} requests with random policies, seed {given.seed}")
    for name, count in sorted(counts.items()):
        why = THEIRS.get(name) or OPEN.get(name)
        print(f"{count:7} {name}" + (f" ({why})" if why else ""))
    print(f"{len(found):7} differences that nothing explains")
    for text in found[:MOST_SHOWN]:
        print(text)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
