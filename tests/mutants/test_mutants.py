"""How the results of mutation testing are shown, and that those who are excused are still there."""

from importlib import import_module

import pytest

from tests.mutants.__main__ import Mutant, _function, show
from tests.mutants.equivalent import Change, equivalents


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("meshwright.access.iam.x_parse_policy__mutmut_3", "access.iam.parse_policy"),
        ("meshwright.access.iam.x__verdict__mutmut_12", "access.iam._verdict"),
        ("meshwright.access.iam.xǁPolicyǁreach__mutmut_1", "access.iam.Policy.reach"),
        ("meshwright.access.iam.xǁPolicyǁ_on_action__mutmut_1", "access.iam.Policy._on_action"),
        ("meshwright.access.drift.tags.x_tags__mutmut_1", "access.drift.tags.tags"),
    ],
)
def test_a_mutant_is_called_by_its_function(name: str, function: str) -> None:
    assert _function(name) == function


def test_survivors_are_shown_but_those_that_are_equivalent(capsys: pytest.CaptureFixture[str]) -> None:
    excused, left = Change("access.a.f", "x = 1", "x = 2"), Change("access.a.g", "y", "z")
    killed = Mutant("access.a", Change("", "", ""), False)
    show([killed, killed, Mutant("access.a", excused, True), Mutant("access.a", left, True)], {excused})
    assert capsys.readouterr().out == (
        "access.a: 4 tried, 2 killed, 1 survived, 1 equivalent: 67%\n\naccess.a.g\n  - y\n  + z\n"
    )


def test_what_is_excused_is_of_functions_that_are_there() -> None:
    excused = equivalents()
    assert excused
    for each in excused:
        module, _, name = each.function.rpartition(".")
        if module.rpartition(".")[2][0].isupper():
            module, _, of = module.rpartition(".")
            assert hasattr(getattr(import_module(f"meshwright.{module}"), of), name)
        else:
            assert hasattr(import_module(f"meshwright.{module}"), name)
