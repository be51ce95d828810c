"""Where S3 keeps a product's files, by how the product says that it is used.

Only classes whose objects can be read at once: what a query finds in the catalog it must be able to read, and
an archive that has to be restored first makes it fail.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from meshwright.config.domain_file import DomainFile, StorageClass

STANDARD_DAYS: Final = 30
"""After them, what has not been read for 30 days more is worth the cheaper tier of Intelligent-Tiering."""
ARCHIVE_DAYS: Final = 90
"""After them, what is still there has outlived the corrections and compactions of a table. In Glacier Instant
Retrieval S3 bills 90 days at least, so an object that is deleted soon is dearer there."""
MAX_RULES: Final = 1000
"""https://docs.aws.amazon.com/AmazonS3/latest/API/API_LifecycleConfiguration.html"""


class Move(NamedTuple):
    """Objects go to a storage class so many days after they were written."""

    to: str
    """As the API of S3 has it."""
    days: int


MOVES: Final[Mapping[StorageClass, tuple[Move, ...]]] = {
    "hot": (),
    "standard": (Move("INTELLIGENT_TIERING", STANDARD_DAYS),),
    "archive": (Move("INTELLIGENT_TIERING", 0), Move("GLACIER_IR", ARCHIVE_DAYS)),
}
"""Each move leads down the classes, as a lifecycle rule must. Objects below 128 KB are never moved: S3 leaves
them out, since they would cost more
(https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html).
"""
SHOWN: Final[Mapping[StorageClass, str]] = {
    "hot": "hot: stays in S3 Standard",
    "standard": f"standard: to Intelligent-Tiering after {STANDARD_DAYS} days",
    "archive": (
        f"archive: to Intelligent-Tiering at once, to Glacier Instant Retrieval after {ARCHIVE_DAYS} days"
    ),
}


def moves_by_folder(file: DomainFile) -> dict[str, tuple[Move, ...]]:
    """What becomes of the objects in each folder of the products bucket; nothing for those that stay."""
    return {
        f"{name}/": MOVES[product.storage]
        for name, product in sorted(file.products.items())
        if MOVES[product.storage]
    }


def shown_storage(file: DomainFile) -> dict[str, str]:
    """The same for people, by product."""
    return {f"storage of {name}": SHOWN[product.storage] for name, product in file.products.items()}


def what_stays(folder: str, before: StorageClass, after: StorageClass) -> str | None:
    """What a change means for objects that are there already, in sentences; None: nothing to tell.

    Rules move objects down only, and those that fit at the next daily run
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html).
    """
    if before == after or (before, after) == ("hot", "standard"):
        return None
    if after == "archive":
        return (
            f"What is older than {ARCHIVE_DAYS} days below {folder} goes to Glacier Instant Retrieval in the "
            "days to come. Queries still read it at once; each GB read there costs extra, each object is "
            f"billed for {ARCHIVE_DAYS} days at least, and each move is charged once."
        )
    kept, dear = "Intelligent-Tiering", ""
    if before == "archive":
        kept += " or Glacier Instant Retrieval"
        dear = " Each GB read from Glacier Instant Retrieval costs extra."
    return (
        f"Objects below {folder} that are in {kept} already stay there, readable as before: rules never move "
        f"them back.{dear} To bring them back, copy them onto themselves, or rewrite the table."
    )
