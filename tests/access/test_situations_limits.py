"""What is decided in situations at the limits of rules."""

import pytest

from tests.access import test_situations
from tests.access.situation import Situation
from tests.access.situations_limits import LIMITS


@pytest.mark.parametrize("situation", LIMITS, ids=str)
def test_what_is_decided_in(situation: Situation) -> None:
    test_situations.test_what_is_decided_in(situation)
