"""Mutants that no test can kill, since what they do is the same."""

import tomllib
from pathlib import Path
from typing import NamedTuple


class Change(NamedTuple):
    """What a mutant changes."""

    function: str
    """`access.iam.Policy.reach`"""
    was: str
    becomes: str


def equivalents() -> frozenset[Change]:
    """Those of equivalent.toml."""
    content = tomllib.loads(Path(__file__).with_name("equivalent.toml").read_text())
    return frozenset(Change(each["in"], each["was"], each["becomes"]) for each in content["equivalent"])
