"""What mutants change: a program for the folder of mutmut, given their names and files as JSON."""

import json
import sys

from mutmut.mutation.diff_apply import get_diff_for_mutant


def change(name: str, path: str) -> tuple[str, str]:
    """The lines that the mutant has no longer, and those that it has instead, each as one line."""
    lines = get_diff_for_mutant(name, path=path).splitlines()[2:]
    was, becomes = ([line[1:].strip() for line in lines if line.startswith(sign)] for sign in "-+")
    return " ".join(was), " ".join(becomes)


if __name__ == "__main__":
    json.dump({name: change(name, path) for name, path in json.load(sys.stdin).items()}, sys.stdout)
