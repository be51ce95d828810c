"""A function's process whose clock is that of the machine under test: see `faults`."""

import runpy
import sys
from pathlib import Path

FOLDER = next(parent for parent in Path(sys.argv[1]).parents if parent.name == ".meshwright")
REPOSITORY, SITE_PACKAGES = Path(__file__).parents[2], sys.argv[3]
WORKER = REPOSITORY / "constructs" / "meshwright" / "local" / "lambdas" / "worker.py"

sys.path += [str(REPOSITORY), SITE_PACKAGES]
import time_machine  # noqa: E402, F401 - while it can be found

from tests.soak.faults import follow_clock  # noqa: E402

del sys.path[-2:]
follow_clock(FOLDER)
sys.argv[0] = str(WORKER)
runpy.run_path(str(WORKER), run_name="__main__")
