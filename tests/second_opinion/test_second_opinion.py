"""Our evaluator of IAM and a plain restatement of AWS's pages say the same of random policies."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.depth import DEPTH, examples
from tests.second_opinion.case import ALLOWED, DENIED, IMPLICIT, Case
from tests.second_opinion.ours import agree, ours
from tests.second_opinion.random_cases import random_case
from tests.second_opinion.restatement import judge


@st.composite
def cases(draw: st.DrawFn) -> Case:
    return random_case(lambda some: draw(st.sampled_from(some)))


@examples(40)
@given(cases())
def test_both_say_the_same(case: Case) -> None:
    our, other = ours(case)[0], judge(case)
    assert agree(case, our, other), (our, other)


@pytest.mark.slow
def test_both_say_the_same_of_many_more() -> None:
    """Many more than hypothesis has time for, which would make a failing one smaller."""
    random = Random(1)  # noqa: S311
    said = Counter[str]()
    for _ in range(3000 * DEPTH):
        case = random_case(random.choice)
        our, other = ours(case)[0], judge(case)
        assert agree(case, our, other), (our, other, case)
        said[our] += 1
    assert min(said[each] for each in (ALLOWED, DENIED, IMPLICIT)) > 100 * DEPTH
