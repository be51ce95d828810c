"""The CDK app of this mesh: loads mesh.yaml and domains/, builds the stacks, synthesizes."""

import sys
from datetime import UTC, datetime
from pathlib import Path

from meshwright.errors import UserError


def main() -> None:
    from meshwright.cdk import build, create_app, load_for, read_context

    app = create_app()
    context = read_context(app)
    mesh = load_for(context, Path(__file__).parent, today=datetime.now(UTC).date())
    build(app, mesh, domains=context.domains)
    app.synth()


if __name__ == "__main__":
    try:
        main()
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
