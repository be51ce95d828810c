"""Where a domain's alarms can go."""

from collections.abc import Iterator

from meshwright.config.domain_file import DomainFile
from meshwright.config.loading import Files
from meshwright.config.problems import Finding
from meshwright.mesh.names import partition_of

CODE = "chat-function"


def check(files: Files) -> Iterator[Finding]:
    """A chat function is called where it is: in an account of the domain, and in that environment's Region.

    SNS and a function of another Region can be joined, but not by what is deployed in one account and Region
    (https://docs.aws.amazon.com/sns/latest/dg/sns-cross-region-delivery.html).
    """
    regions = {name: each.region for name, each in files.mesh.environments.items()} if files.mesh else {}
    for domain, file in files.domains.items():
        if file.monitoring is not None and file.monitoring.chat_webhook is not None:
            for what, fix in _mistakes(file, file.monitoring.chat_webhook, regions):
                path = ("monitoring", "chat_webhook")
                yield Finding(files.paths[domain], path, CODE, what, fix)


def _mistakes(file: DomainFile, function: str, regions: dict[str, str]) -> Iterator[tuple[str, str]]:
    partition, _, region, account = function.split(":")[1:5]
    if partition != partition_of(region):
        what = f"{region} is in the partition {partition_of(region)}, not in {partition}"
        yield what, f"Begin it with arn:{partition_of(region)}:lambda:{region}:"
    there = [name for name, each in file.accounts.items() if each == account]
    if not there:
        what = f"the function is in account {account}, which is not an account of this domain"
        yield what, "Name a function of one of the domain's own accounts."
    for environment in there:
        wanted = regions.get(environment, region)
        if wanted != region:
            what = f"the function is in {region}, but the mesh of {environment} is in {wanted}"
            yield what, "Name a function of that Region."
