"""What the command line tells the app: `cdk deploy -c environment=prod -c domains=orders,customers`."""

from dataclasses import dataclass

import aws_cdk as cdk

from meshwright.errors import UserError


@dataclass(frozen=True, slots=True)
class Context:
    """`environment` None: the first of mesh.yaml; `domains` None: all."""

    environment: str | None
    domains: tuple[str, ...] | None


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
    """Raises UserError when `environment` or `domains` is not text."""
    environment, domains = (_text(app, key) for key in ("environment", "domains"))
    names = None if domains is None else tuple(name.strip() for name in domains.split(",") if name.strip())
    return Context(environment=environment, domains=names)


def _text(app: cdk.App, key: str) -> str | None:
    value = app.node.try_get_context(key)
    if value is None or (isinstance(value, str) and value):
        return value
    raise UserError(f"cdk: -c {key}=… needs a value, got {value!r}.")
