"""The domain's key and buckets.

https://aws.amazon.com/s3/pricing/, https://aws.amazon.com/kms/pricing/
"""

from collections.abc import Iterator
from decimal import Decimal

from meshwright.config.domain_file import StorageClass
from meshwright.cost.assumptions import Assumed
from meshwright.cost.items import THOUSAND, Charge, Item, fixed, used
from meshwright.mesh.model import Domain, Mesh

MB_IN_GB = 1024
HUNDRED = Decimal(100)


def items(mesh: Mesh, domain: Domain, assumed: Assumed) -> Iterator[Item]:
    """Key, raw bucket, and each product in its storage class."""
    key = (fixed("kms-key", 1), *used("kms-request", assumed["kms_requests"] / 10_000))
    yield Item(domain=domain.name, part="storage", resource="key", charges=key)
    raw = tuple(_tiered(assumed["raw_gb"], assumed))
    yield Item(domain=domain.name, part="storage", resource="raw bucket", charges=raw)
    for name, product in domain.file.products.items():
        charges = tuple(_product(product.storage, assumed))
        yield Item(
            domain=domain.name,
            part="storage",
            resource=f"product {name}",
            detail=product.storage,
            charges=charges,
        )


def _product(storage: StorageClass, assumed: Assumed) -> Iterator[Charge]:
    stored = assumed["product_gb"]
    match storage:
        case "hot":
            yield from used("s3-standard", stored)
        case "standard":
            yield from _tiered(stored, assumed)
        case "archive":
            old = stored * assumed["archived_percent"] / HUNDRED
            yield from _tiered(stored - old, assumed)
            yield from used("s3-glacier-instant", old)
            yield from used("s3-glacier-instant-read", assumed["archive_read_gb"])


def _tiered(stored: Decimal, assumed: Assumed) -> Iterator[Charge]:
    """In Intelligent-Tiering; what is younger than 30 days costs the same in S3 Standard."""
    idle = stored * assumed["infrequent_percent"] / HUNDRED
    yield from used("s3-tiering-frequent", stored - idle)
    yield from used("s3-tiering-infrequent", idle)
    yield from used("s3-tiering-monitoring", stored * MB_IN_GB / assumed["object_mb"] / THOUSAND)
