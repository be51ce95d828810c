"""Owners, whose team is the tag `owner` of what a domain has in AWS."""

import unicodedata
from collections.abc import Iterator
from typing import Final

from meshwright.config.loading import Files
from meshwright.config.problems import Finding, Path

MAX_TAG: Final = 256
_SIGNS: Final = frozenset("_.:/=+-@")


def teams(files: Files) -> Iterator[Finding]:
    """Names of teams that AWS would refuse as a tag's value.

    https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/tagging-restrictions.html
    """
    for domain, file in files.domains.items():
        owners: list[tuple[Path, str]] = [(("owner", "team"), file.owner.team)]
        owners += [
            (("products", name, "owner", "team"), product.owner.team)
            for name, product in file.products.items()
            if product.owner is not None
        ]
        for path, team in owners:
            refused = sorted({each for each in team if not _allowed(each)})
            if refused:
                listed = " ".join(f"`{each}`" if each.isprintable() else repr(each) for each in refused)
                what = f"AWS refuses {listed} in the tag `owner`, which has the team's name"
                fix = "Use letters, digits, spaces and _ . : / = + - @."
                yield Finding(files.paths[domain], path, "bad-tag", what, fix)
            elif team.lower().startswith("aws:"):
                what = "a tag must not begin with `aws:`, and the team's name is the tag `owner`"
                yield Finding(files.paths[domain], path, "bad-tag", what, "Leave out `aws:`.")
            elif len(team) > MAX_TAG:
                what = f"the team's name has {len(team)} characters; as the tag `owner` it may have {MAX_TAG}"
                yield Finding(files.paths[domain], path, "too-long", what, "Shorten it.")


def _allowed(character: str) -> bool:
    """As AWS has it: `[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]`."""
    return unicodedata.category(character)[0] in "LNZ" or character in _SIGNS
