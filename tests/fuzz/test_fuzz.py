"""The corpus, and some seconds of random input, always the same; `make fuzz` tries more, and at night other.

Each target has a process of its own, since the embedded AWS changes the environment and moto for good.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.__main__ import TARGETS, corpus_of

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 20.0
"""For all targets."""


@pytest.mark.parametrize("target", TARGETS)
def test_no_input_shows_a_fault(target: str) -> None:
    seconds = SECONDS / len(TARGETS)
    told = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", "--target", target, f"--seconds={seconds}", "--seed=0"],
        cwd=ROOT,
        text=True,
        capture_output=True,
    )
    assert told.returncode == 0, f"{told.stdout}{told.stderr}"
    assert " 0 tried" not in told.stdout
    assert "no fault" in told.stdout


def test_the_corpus_is_small_and_of_no_machine() -> None:
    inputs = {path: path.read_bytes() for target in TARGETS for path in corpus_of(target)}
    assert len(inputs) > 30
    assert sum(map(len, inputs.values())) < 300_000
    strange = (b"/home/", b"/root/", b"/work/", b"/Users/", b"/tmp/")
    assert [path.name for path, data in inputs.items() if any(part in data for part in strange)] == []
