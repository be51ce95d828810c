"""What S3 can hold of a domain's storage classes."""

from collections.abc import Iterator

from meshwright.config.loading import Files
from meshwright.config.problems import Finding
from meshwright.mesh.storage_classes import MAX_RULES, moves_by_folder

CODE = "too-many-lifecycle-rules"


def rules(files: Files) -> Iterator[Finding]:
    """A bucket has at most 1,000 lifecycle rules: one to clean up, one for each product that isn't hot."""
    for domain, spec in files.domains.items():
        needed = 1 + len(moves_by_folder(spec))
        if needed > MAX_RULES:
            what = f"{needed} lifecycle rules are needed, and a bucket has at most {MAX_RULES}"
            fix = "Put products together, split the domain, or make some `storage: hot`, which needs no rule."
            yield Finding(files.paths[domain], ("products",), CODE, what, fix)
