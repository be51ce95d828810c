"""Deprecated products: they say until when consumers can count on them, and who still does is told."""

from collections.abc import Iterator, Mapping
from datetime import date

from meshwright.checks.sentences import some
from meshwright.config.domain_file import DomainFile
from meshwright.config.loading import Files
from meshwright.config.problems import Finding
from meshwright.mesh.published import sunset_of
from meshwright.mesh.subscriptions import Status, Subscription


def check(files: Files) -> Iterator[Finding]:
    """`status: deprecated` and `sunset` come together."""
    for domain, spec in files.domains.items():
        for name, product in spec.products.items():
            path = ("products", name)
            if product.status == "deprecated" and product.sunset is None:
                what = "a deprecated product needs a sunset, the last day on which consumers can count on it"
                fix = "Add `sunset: <date>`, or remove the status."
                yield Finding(files.paths[domain], (*path, "status"), "missing-sunset", what, fix)
            if product.status == "active" and product.sunset is not None:
                what, fix = (
                    "only a deprecated product has a sunset",
                    "Add `status: deprecated`, or remove it.",
                )
                yield Finding(files.paths[domain], (*path, "sunset"), "sunset-of-active", what, fix)


def notices(
    files: Files, domains: Mapping[str, DomainFile], subscriptions: tuple[Subscription, ...], today: date
) -> Iterator[Finding]:
    """A notice at each request for a deprecated product, and at each sunset that readers have outlived."""
    readers: dict[tuple[str, str], list[str]] = {}
    for each in subscriptions:
        if each.status is Status.AGREED:
            readers.setdefault((each.producer, each.product), []).append(each.consumer)
    for name, domain in domains.items():
        for index, request in domain.product_requests():
            sunset = _sunset(domains, request.product)
            if sunset is not None and (request.until is None or request.until >= today):
                what = f"{request.product} is deprecated and may be removed after {sunset}"
                fix = "Move to another product, or remove the request."
                path = ("consumes", index, "product")
                yield Finding(files.paths[name], path, "deprecated", what, fix, severity="notice")
        for product_name, product in domain.products.items():
            sunset, still = sunset_of(product), readers.get((name, product_name))
            if sunset is not None and sunset < today and still:
                verb = "reads" if len(still) == 1 else "read"
                what = f"the sunset has passed, and {some(still)} still {verb} {name}.{product_name}"
                fix = "Remove the product, or give them more time with a later sunset."
                place = ("products", product_name, "sunset")
                yield Finding(files.paths[name], place, "sunset-passed", what, fix, severity="notice")


def _sunset(domains: Mapping[str, DomainFile], reference: str) -> date | None:
    producer, _, name = reference.partition(".")
    product = domains[producer].products.get(name) if producer in domains else None
    return sunset_of(product) if product is not None else None
