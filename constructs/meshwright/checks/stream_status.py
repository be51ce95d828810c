"""Requests for streams, and approvals of them, that are not wired. To know, not to fix."""

from collections.abc import Iterator, Mapping
from datetime import date

from meshwright.config.domain_file import DomainFile
from meshwright.config.loading import Files
from meshwright.config.problems import Finding, Path
from meshwright.config.streams_file import StreamApproval, StreamRequest
from meshwright.mesh.stream_subscriptions import StreamSubscription, silent_on_pii
from meshwright.mesh.subscriptions import Status


def notices(
    files: Files,
    domains: Mapping[str, DomainFile],
    subscriptions: tuple[StreamSubscription, ...],
    today: date,
) -> Iterator[Finding]:
    """One for each decision that is not `agreed`; and one where fan-out is asked for and not approved."""
    requests, approvals = _requests(domains), _approvals(domains)
    for each in subscriptions:
        key = (each.consumer, each.reference)
        if each.status is not Status.AGREED:
            file, path, fix = _place(files, domains, each, requests.get(key), approvals.get(key), today)
            what = f"{each.status}: {each.reason}"
            yield Finding(file, path, each.status.value, what, fix, severity="notice")
        elif not each.fan_out:
            yield from _without_fan_out(files, domains, each, *requests[key])


def missing_environments(files: Files) -> Iterator[Finding]:
    """Requests that can't be wired in an environment, because only the consumer has an account in it."""
    for domain, spec in files.domains.items():
        for index, request in spec.stream_requests():
            producer = files.domains.get(request.stream.partition(".")[0])
            absent = [each for each in spec.accounts if producer and each not in producer.accounts]
            if absent:
                where = ", ".join(absent)
                what = f"{request.stream} does not exist in {where}, where this domain has an account"
                fix = "Not wired there until its domain has an account there too."
                path = ("consumes", index, "stream")
                yield Finding(files.paths[domain], path, "not-there", what, fix, severity="notice")


def _without_fan_out(
    files: Files,
    domains: Mapping[str, DomainFile],
    subscription: StreamSubscription,
    index: int,
    request: StreamRequest,
) -> Iterator[Finding]:
    consumer, producer = subscription.consumer, domains[subscription.producer]
    if request.fan_out:
        what = f"no fan-out: {subscription.producer} approves shared throughput only"
        owner = producer.owner
        fix = f"Read without it, until {owner.team} ({owner.email}) adds `fan_out: true` there."
        path = ("consumes", index, "fan_out")
        yield Finding(files.paths[consumer], path, "no-fan-out", what, fix, severity="notice")


def _place(
    files: Files,
    domains: Mapping[str, DomainFile],
    subscription: StreamSubscription,
    asked: tuple[int, StreamRequest] | None,
    approved: tuple[Path, StreamApproval] | None,
    today: date,
) -> tuple[str, Path, str]:
    consumer, producer, stream = subscription.consumer, subscription.producer, subscription.stream
    if asked is not None:
        index, request = asked
        until, path = request.until, ("consumes", index)
        if until is not None and until < today:
            return files.paths[consumer], (*path, "until"), "Renew it, or remove the request."
        if approved is None and producer in domains and stream in domains[producer].streams:
            owner = domains[producer].owner
            fix = f"Not wired until {owner.team} ({owner.email}) adds `domain: {consumer}` there."
            return files.paths[consumer], (*path, "stream"), fix
        if approved is not None and subscription.status is Status.PENDING:
            approval = approved[1]
            spec, owner = domains[producer].streams[stream], domains[producer].owner
            silent = silent_on_pii(spec, approval, request, consumer=consumer, producer=producer)
            there = f"{owner.team} ({owner.email}) says `pii: true` in the approval"
            here = "this request says `pii: true`"
            fix = " and ".join([{producer: there, consumer: here}[each] for each in reversed(silent)])
            return files.paths[consumer], (*path, "stream"), f"Not wired until {fix}."
        if subscription.status is Status.PENDING:
            return files.paths[consumer], (*path, "stream"), "Not wired until both sides agree."
    if approved is not None and subscription.status is Status.EXPIRED:
        return files.paths[producer], (*approved[0], "until"), "Renew it, or remove the approval."
    fix = f"Wired once domains/{consumer}.yaml names {subscription.reference} under `consumes`."
    return files.paths[producer], (*(approved[0] if approved else ("streams", stream)), "domain"), fix


def _requests(domains: Mapping[str, DomainFile]) -> dict[tuple[str, str], tuple[int, StreamRequest]]:
    """Each consumer's request for each stream, with its place in `consumes`."""
    found: dict[tuple[str, str], tuple[int, StreamRequest]] = {}
    for name, domain in domains.items():
        for index, request in domain.stream_requests():
            found.setdefault((name, request.stream), (index, request))
    return found


def _approvals(domains: Mapping[str, DomainFile]) -> dict[tuple[str, str], tuple[Path, StreamApproval]]:
    """Each approval with its place, by consumer and stream."""
    found: dict[tuple[str, str], tuple[Path, StreamApproval]] = {}
    for name, domain in domains.items():
        for stream, spec in domain.streams.items():
            for index, approval in enumerate(spec.shared_with):
                path = ("streams", stream, "shared_with", index)
                found.setdefault((approval.domain, f"{name}.{stream}"), (path, approval))
    return found
