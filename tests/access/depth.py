"""How many examples the tests over random meshes try.

Usually few, so that they are quick; `MESHWRIGHT_TEST_DEPTH=50 pytest tests/access` tries fifty times as many.
"""

import os

from hypothesis import HealthCheck, settings

DEPTH = int(os.environ.get("MESHWRIGHT_TEST_DEPTH", "1"))


def examples(usual: int) -> settings:
    """Settings for a test that usually tries that many."""
    slow = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)
    return settings(max_examples=usual * DEPTH, deadline=None, suppress_health_check=slow)
