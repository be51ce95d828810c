"""The CDK app of this mesh: loads mesh.yaml and domains/, builds the stacks, synthesizes."""

import sys
from datetime import UTC, datetime
from pathlib import Path

from meshwright.errors import UserError


def main() -> None:
    from meshwright.cdk import build, create_app, read_context
    from meshwright.comparison import load_compared

    app = create_app()
    context = read_context(app)
    today = datetime.now(UTC).date()
    mesh = load_compared(
        Path(__file__).parent,
        environment=context.environment,
        today=today,
        base=context.base,
        accepted=context.accept_breaking,
    )
    build(app, mesh, domains=context.domains)
    app.synth()


if __name__ == "__main__":
    try:
        main()
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
