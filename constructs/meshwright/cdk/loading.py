"""What the app builds: the mesh of the files, if it may be built."""

from datetime import date
from pathlib import Path

from meshwright.cdk.context import Context
from meshwright.comparison import load_compared
from meshwright.mesh.model import Mesh


def load_for(context: Context, root: Path, *, today: date) -> Mesh:
    """The mesh that the command line asks for. Raises UserError for problems and for refusals."""
    environment, accepted = context.environment, context.accept_breaking
    if context.base == "deployed":
        # Here, because boto3 takes as long to import as a small mesh to build.
        from meshwright.deployed import load_against_deployed

        return load_against_deployed(root, environment=environment, today=today, accepted=accepted)
    return load_compared(root, environment=environment, today=today, base=context.base, accepted=accepted)
