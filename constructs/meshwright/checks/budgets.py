"""Budgets that AWS would refuse."""

from collections.abc import Iterator

from meshwright.config.loading import Files
from meshwright.config.problems import Finding
from meshwright.mesh.names import partition_of

CODE = "budget"


def check(files: Files) -> Iterator[Finding]:
    """Each alert once, since two notifications can't be the same; and only where dollars are paid.

    Accounts in China are billed in yuan, and GovCloud's own accounts have no budgets
    (https://docs.aws.amazon.com/govcloud-us/latest/UserGuide/using-govcloud.html).
    """
    environments = files.mesh.environments if files.mesh is not None else {}
    for domain, spec in files.domains.items():
        if spec.budget is None:
            continue
        levels = spec.budget.alert_at
        for index, level in enumerate(levels):
            if level in levels[:index]:
                what = f"{level} percent stands there twice"
                path = ("budget", "alert_at", index)
                yield Finding(files.paths[domain], path, CODE, what, "Take one of them out.")
        regions = [environments[name].region for name in spec.accounts if name in environments]
        for region in dict.fromkeys(regions):
            if partition_of(region) != "aws":
                what = f"accounts in {region} have no budgets in US dollars"
                fix = "Take the budget out; watch the cost in the console of the account that pays."
                yield Finding(files.paths[domain], ("budget",), CODE, what, fix)
