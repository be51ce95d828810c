"""Tests of constructs and templates."""

import os

# Before Node starts, whichever test imports the CDK first: it costs seconds, and cfn-lint looks at the same.
os.environ["CDK_VALIDATION"] = "false"
