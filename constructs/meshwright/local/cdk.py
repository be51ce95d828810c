"""Runs the unmodified `cdk` CLI against the embedded AWS."""

import subprocess
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from meshwright.errors import UserError
from meshwright.local.control import Embedded, environment
from meshwright.node import command, node_environment

POLICY = "arn:aws:iam::aws:policy/AdministratorAccess"
READY = ("CREATE_COMPLETE", "UPDATE_COMPLETE")


def cli(root: Path) -> list[str]:
    """Argument list that runs the cdk CLI of the project's `node_modules`. Raises UserError if missing."""
    script = root.resolve() / "node_modules" / "aws-cdk" / "bin" / "cdk"
    if not script.exists():
        raise UserError(
            f"The cdk CLI is missing: {script}. "
            f"Run in that folder: {sys.executable} -m meshwright.node npm ci"
        )
    return [*command("node"), str(script)]


def cdk(
    root: Path,
    embedded: Embedded,
    *arguments: str,
    account: str,
    region: str,
    cwd: Path | None = None,
    capture: bool = False,
    extra: dict[str, str] | None = None,
) -> "subprocess.CompletedProcess[str]":
    """Runs `cdk` with the credentials of one account; it assumes the `cdk-*` roles of the others by itself.

    `extra` are further environment variables. With `capture`, stdout (stderr included) is in the result.
    """
    variables = {
        **node_environment(environment(embedded, account, region)),
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        **(extra or {}),
    }
    return subprocess.run(
        [*cli(root), *arguments, "--no-notices", "--no-version-reporting"],
        cwd=cwd or root,
        env=variables,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if capture else None,
        stderr=subprocess.STDOUT if capture else None,
    )


def bootstrap(
    root: Path,
    embedded: Embedded,
    accounts: Iterable[str],
    region: str,
    *,
    trust: str,
    qualifier: str | None = None,
    concurrency: int = 2,
) -> tuple[str, ...]:
    """Runs `cdk bootstrap` in the accounts that this server hasn't bootstrapped yet; returns these.

    `trust` is the account whose credentials deploy into all of them. Raises UserError if one fails.
    """
    done = {
        s.account
        for s in embedded.stacks()
        if s.name == "CDKToolkit" and s.region == region and s.status in READY
    }
    todo = [account for account in dict.fromkeys(accounts) if account not in done]

    def run(account: str) -> tuple[str, "subprocess.CompletedProcess[str]"]:
        others: Sequence[str] = ("--trust", trust) if account != trust else ()
        named: Sequence[str] = ("--qualifier", qualifier) if qualifier else ()
        # Outside any app: `cdk bootstrap` would otherwise synthesize the project's first.
        arguments = ["bootstrap", f"aws://{account}/{region}", "--cloudformation-execution-policies", POLICY]
        outcome = cdk(
            root,
            embedded,
            *arguments,
            *others,
            *named,
            account=account,
            region=region,
            cwd=embedded.folder,
            capture=True,
        )
        return account, outcome

    with ThreadPoolExecutor(concurrency) as pool:
        for account, outcome in pool.map(run, todo):
            if outcome.returncode:
                raise UserError(f"cdk bootstrap of account {account} failed:\n{outcome.stdout}")
    return tuple(todo)
