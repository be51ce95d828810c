"""How many examples the tests of random input try.

A few in `make unit`, so that they are quick; `make deep`, at night, tries five times as many, and
`MESHWRIGHT_TEST_DEPTH=50 pytest -m hypothesis` fifty times.
"""

import os

from hypothesis import HealthCheck, settings

DEPTH = int(os.environ.get("MESHWRIGHT_TEST_DEPTH", "1"))


def examples(usual: int) -> settings:
    """Settings for a test that usually tries that many."""
    slow = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)
    return settings(max_examples=usual * DEPTH, deadline=None, suppress_health_check=slow)
