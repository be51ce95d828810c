"""`python -m meshwright`: the command line, also where the script is not on PATH."""

import sys

from meshwright.cli import main

sys.exit(main())
