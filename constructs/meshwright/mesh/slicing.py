"""The part of a mesh that an edit of some domains can change: the rest need not be decided again."""

from collections.abc import Iterable, Mapping, Set

from meshwright.config.domain_file import DomainFile, Request
from meshwright.config.streams_file import StreamRequest
from meshwright.mesh.platform_roles import platform_roles


def asked_of_others(domains: Mapping[str, DomainFile], names: Iterable[str]) -> frozenset[str]:
    """The products, as `domain.product`, that the named domains ask for."""
    return frozenset(
        request.product
        for name in names
        if name in domains
        for _, request in domains[name].product_requests()
    )


def concerning(
    domains: Mapping[str, DomainFile], *, changed: Set[str], products: Set[str]
) -> dict[str, DomainFile]:
    """The `changed` domains whole; of the others what they ask of these, and their products among `products`.

    All products of a domain stay whose streams, pipelines or rules work on them: its roles follow from these.
    Cut the files before and after an edit alike, so that what is left out is the same on both sides.
    """
    return {
        name: file if name in changed else _cut(name, file, changed, products)
        for name, file in domains.items()
    }


def _cut(name: str, file: DomainFile, changed: Set[str], products: Set[str]) -> DomainFile:
    worked_on = bool(file.pipelines) or next(platform_roles(file), None) is not None
    return file.model_copy(
        update={
            "consumes": [each for each in file.consumes if _producer(each) in changed],
            "products": {
                product: spec
                for product, spec in file.products.items()
                if worked_on or f"{name}.{product}" in products
            },
        }
    )


def _producer(request: Request | StreamRequest) -> str:
    """The domain that is asked."""
    reference = request.product if isinstance(request, Request) else request.stream
    return reference.partition(".")[0]
