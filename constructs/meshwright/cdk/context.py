"""What the command line tells the app: `cdk deploy -c environment=prod -c domains=orders,customers`.

With `-c base=REF` nothing is built that takes something from a live consumer since that git ref, with
`-c base=deployed` since what is deployed, but for what `-c accept_breaking=orders.sales,…` names.
"""

from dataclasses import dataclass

import aws_cdk as cdk

from meshwright.errors import UserError
from meshwright.texts import said


@dataclass(frozen=True, slots=True)
class Context:
    """`environment` None: the first of mesh.yaml; `domains` None: all; `base` None: compared with nothing."""

    environment: str | None
    domains: tuple[str, ...] | None
    base: str | None = None
    accept_breaking: tuple[str, ...] = ()


def create_app(*, outdir: str | None = None) -> cdk.App:
    """An app without what only costs time here: traces into Node, the tree for the console, usage reports."""
    return cdk.App(
        outdir=outdir,
        stack_traces=False,
        tree_metadata=False,
        analytics_reporting=False,
        context={"aws:cdk:disable-creation-stack-traces": True},
    )


def read_context(app: cdk.App) -> Context:
    """Raises UserError when one of them is not text."""
    return Context(
        environment=_text(app, "environment"),
        domains=_names(app, "domains"),
        base=_text(app, "base"),
        accept_breaking=_names(app, "accept_breaking") or (),
    )


def _names(app: cdk.App, key: str) -> tuple[str, ...] | None:
    value = _text(app, key)
    return None if value is None else tuple(name.strip() for name in value.split(",") if name.strip())


def _text(app: cdk.App, key: str) -> str | None:
    value = app.node.try_get_context(key)
    if value is None or (isinstance(value, str) and value):
        return value
    raise UserError(f"cdk: -c {key}=… needs a value, got {said(repr(value))}.")
