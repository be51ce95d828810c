"""What is asked for or approved and not wired, and what is deprecated. To know, not to fix."""

from collections.abc import Iterator, Mapping
from datetime import date

from meshwright.checks import lifecycle
from meshwright.config.domain_file import DomainFile
from meshwright.config.loading import Files
from meshwright.config.problems import Finding, Path
from meshwright.mesh.subscriptions import Status, Subscription


def notices(
    files: Files, domains: Mapping[str, DomainFile], subscriptions: tuple[Subscription, ...], today: date
) -> Iterator[Finding]:
    """One for each decision that is not `agreed`, where someone can act on it; and deprecations."""
    asked, approved = _requests(domains), _approvals(domains)
    for subscription in subscriptions:
        if subscription.status is not Status.AGREED:
            key = (subscription.consumer, subscription.reference)
            file, path, fix = _place(files, domains, subscription, asked.get(key), approved.get(key), today)
            what = f"{subscription.status}: {subscription.reason}"
            yield Finding(file, path, subscription.status.value, what, fix, severity="notice")
    yield from lifecycle.notices(files, domains, subscriptions, today)


def missing_environments(files: Files) -> Iterator[Finding]:
    """Requests that can't be wired in an environment, because only the consumer has an account in it."""
    for domain, spec in files.domains.items():
        for index, request in spec.product_requests():
            producer = files.domains.get(request.product.partition(".")[0])
            absent = [each for each in spec.accounts if producer and each not in producer.accounts]
            if absent:
                where = ", ".join(absent)
                what = f"{request.product} does not exist in {where}, where this domain has an account"
                fix = "Not wired there until its domain has an account there too."
                path = ("consumes", index, "product")
                yield Finding(files.paths[domain], path, "not-there", what, fix, severity="notice")


def _place(
    files: Files,
    domains: Mapping[str, DomainFile],
    subscription: Subscription,
    asked: tuple[int, date | None] | None,
    approved: Path | None,
    today: date,
) -> tuple[str, Path, str]:
    consumer, producer, product = subscription.consumer, subscription.producer, subscription.product
    if asked is not None:
        index, until = asked
        path: Path = ("consumes", index)
        if until is not None and until < today:
            return files.paths[consumer], (*path, "until"), "Renew it, or remove the request."
        if subscription.status is Status.PENDING and approved is None and producer in domains:
            owner = domains[producer].owner
            fix = f"Not wired until {owner.team} ({owner.email}) adds `domain: {consumer}` there."
            return files.paths[consumer], (*path, "product"), fix
        if subscription.status is Status.PENDING:
            return files.paths[consumer], (*path, "product"), "Not wired until both sides agree."
    if approved is not None and subscription.status is Status.EXPIRED:
        return files.paths[producer], (*approved, "until"), "Renew it, or remove the approval."
    fix = f"Wired once domains/{consumer}.yaml names {subscription.reference} under `consumes`."
    return files.paths[producer], (*(approved or ("products", product)), "domain"), fix


def _requests(domains: Mapping[str, DomainFile]) -> dict[tuple[str, str], tuple[int, date | None]]:
    """Place and end of each consumer's request for each product."""
    found: dict[tuple[str, str], tuple[int, date | None]] = {}
    for name, domain in domains.items():
        for index, request in domain.product_requests():
            found.setdefault((name, request.product), (index, request.until))
    return found


def _approvals(domains: Mapping[str, DomainFile]) -> dict[tuple[str, str], Path]:
    """The place of each approval, by consumer and product."""
    found: dict[tuple[str, str], Path] = {}
    for name, domain in domains.items():
        for product, spec in domain.products.items():
            for index, approval in enumerate(spec.shared_with):
                path = ("products", product, "shared_with", index)
                found.setdefault((approval.domain, f"{name}.{product}"), path)
    return found
