"""Accounts: every domain has one of its own in each environment, and governance another."""

from collections.abc import Iterator

from meshwright.config.loading import Files
from meshwright.config.problems import Finding
from meshwright.config.reading import MESH_FILE
from meshwright.config.suggest import suggestion

TO_BE_SET = "000000000000"
"""Stands in new files for an account that is not known yet."""
_OWN = "Give each domain an account of its own in each environment."


def check(files: Files) -> Iterator[Finding]:
    """One account, one use. Names in AWS carry no environment, so two uses of an account would meet."""
    uses: dict[str, str] = {}
    environments = files.mesh.environments if files.mesh else {}
    if files.mesh:
        for name, environment in files.mesh.environments.items():
            account = environment.governance_account
            if account == TO_BE_SET:
                what = f"the governance account of {name} is still to be set"
                fix = 'Write its 12 digits, in quotes: "111111111111".'
                yield Finding(
                    MESH_FILE, ("environments", name, "governance_account"), "account-to-be-set", what, fix
                )
            elif account in uses:
                what = f"{account} is {uses[account]} already"
                fix = "Give each environment a governance account of its own."
                yield Finding(
                    MESH_FILE, ("environments", name, "governance_account"), "account-used-twice", what, fix
                )
            uses.setdefault(account, f"the governance account of {name}")
    for domain, file in sorted(files.domains.items()):
        for environment_name, account in file.accounts.items():
            path = ("accounts", environment_name)
            if environments and environment_name not in environments:
                yield Finding(
                    files.paths[domain],
                    path,
                    "unknown-environment",
                    f"{MESH_FILE} has no environment `{environment_name}`",
                    suggestion(environment_name, environments, ""),
                    at_key=True,
                )
            if account == TO_BE_SET:
                what = f"the account in {environment_name} is still to be set"
                fix = 'Write its 12 digits, in quotes: "222222222221".'
                yield Finding(files.paths[domain], path, "account-to-be-set", what, fix)
            elif account in uses:
                yield Finding(
                    files.paths[domain],
                    path,
                    "account-used-twice",
                    f"{account} is {uses[account]} already",
                    _OWN,
                )
            uses.setdefault(account, f"the account of {domain} in {environment_name}")
