"""Tries inputs for some time: `python -m tests.fuzz --seconds N`, which `make fuzz` runs.

First each target is given its corpus, then changed inputs of it, the same ones for the same seed. An input
that shows a new fault is made smaller, written into the corpus, and the exit code is 1.
"""

import argparse
import hashlib
import random
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from tests.fuzz import files, provider, requests
from tests.fuzz.fault import kind_of
from tests.fuzz.mutation import odd_values
from tests.fuzz.shrinking import shrunk

CORPUS = Path(__file__).parent / "corpus"
TARGETS: dict[str, ModuleType] = {"files": files, "provider": provider, "requests": requests}
Run = Callable[[bytes], None]


def corpus_of(target: str) -> list[Path]:
    return sorted((CORPUS / target).glob("[!.]*"))


def fault_of(run: Run, data: bytes) -> BaseException | None:
    """What the input shows. A fault may be anything, so all is caught but the wish to stop."""
    try:
        run(data)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        return error
    return None


def attempt(target: str, seconds: float, seed: int) -> bool:
    """Whether the target has no fault."""
    module, paths = TARGETS[target], corpus_of(target)
    named = {path.name: path.read_bytes() for path in paths} | module.seeds()
    corpus, odd = list(named.values()), odd_values(seed)
    faults: dict[str, str] = {}
    with module.opened() as run:
        for name, data in named.items():
            if error := fault_of(run, data):
                told(faults, error, name)
        started, tried = time.monotonic(), 0
        while (took := time.monotonic() - started) < seconds:
            data = module.mutated(random.Random(f"{seed}/{target}/{tried}"), corpus, odd)  # noqa: S311
            tried += 1
            error = fault_of(run, data)
            if error and kind_of(error) not in faults:
                kept = shrunk(data, kind_of(error), lambda one: fault_of(run, one))
                name = hashlib.sha256(kept).hexdigest()[:12] + module.SUFFIX
                (CORPUS / target).mkdir(exist_ok=True)
                (CORPUS / target / name).write_bytes(kept)
                told(faults, error, name)
        rate = f"{tried / max(took, 0.001):.0f} a second"
        found = f"{len(faults)} faults" if faults else "no fault"
        print(f"{target}: {len(corpus)} of the corpus, {tried} tried, {rate}, {found}", flush=True)
        for line in getattr(module, "notes", list)():
            print(f"  {line}")
    return not faults


def told(faults: dict[str, str], error: BaseException, name: str) -> None:
    if kind_of(error) not in faults:
        faults[kind_of(error)] = name
        print(f"{name}: {kind_of(error)}")
        traceback.print_exception(error, limit=-12, file=sys.stdout)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--seconds", type=float, default=60, help="in all; 0 tries the corpus alone")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--target", choices=TARGETS)
    given = parser.parse_args()
    targets = [given.target] if given.target else list(TARGETS)
    print(f"seed {given.seed}", flush=True)
    clean = [attempt(target, given.seconds / len(targets), given.seed) for target in targets]
    return 0 if all(clean) else 1


if __name__ == "__main__":
    raise SystemExit(main())
