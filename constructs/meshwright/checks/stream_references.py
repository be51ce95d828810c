"""References to streams of other files: streams, domains and roles that must exist."""

from collections.abc import Iterator
from functools import partial

from meshwright.checks.duplicates import duplicates
from meshwright.checks.references import other_domains, unknown_role
from meshwright.config.loading import Files
from meshwright.config.problems import Finding, Fix
from meshwright.config.suggest import suggestion
from meshwright.mesh.platform_roles import platform_roles


def requests(files: Files) -> Iterator[Finding]:
    """What each domain's `consumes` names of streams."""
    for domain, spec in files.domains.items():
        file = files.paths[domain]
        seen: dict[str, int] = {}
        known = dict.fromkeys([*spec.roles, *(each.key for each in platform_roles(spec))])
        for index, request in spec.stream_requests():
            path = ("consumes", index)
            yield from duplicates(file, (*path, "roles"), request.roles)
            for place, role in enumerate(request.roles):
                if role not in known:
                    yield Finding(file, (*path, "roles", place), "unknown-role", *unknown_role(role, known))
            if request.stream in seen:
                what = f"`{request.stream}` is asked for twice; the first is consumes[{seen[request.stream]}]"
                yield Finding(file, (*path, "stream"), "duplicate", what, "Join the two requests.")
            seen.setdefault(request.stream, index)
            if problem := _stream(files, domain, request.stream):
                yield Finding(file, (*path, "stream"), *problem)


def approvals(files: Files) -> Iterator[Finding]:
    """What each stream's `shared_with` names."""
    known = {*files.domains, *files.broken}
    for domain, spec in files.domains.items():
        file, others = files.paths[domain], partial(other_domains, files, domain)
        for stream_name, stream in spec.streams.items():
            seen: set[str] = set()
            for index, approval in enumerate(stream.shared_with):
                to = ("streams", stream_name, "shared_with", index, "domain")
                if approval.domain == domain:
                    what = "a domain need not approve itself"
                    yield Finding(file, to, "own-stream", what, "Remove the approval.")
                elif approval.domain not in known:
                    what = f"there is no domain `{approval.domain}`"
                    fix = suggestion(approval.domain, others, "Remove it.")
                    yield Finding(file, to, "unknown-domain", what, fix)
                elif approval.domain in seen:
                    what = f"`{approval.domain}` is in the list twice"
                    yield Finding(file, to, "duplicate", what, "Join the two approvals.")
                seen.add(approval.domain)


def _stream(files: Files, domain: str, reference: str) -> tuple[str, str, Fix] | None:
    """What is wrong with the stream asked for; nothing is when its file has problems of its own."""
    producer, _, name = reference.partition(".")
    if producer == domain:
        return (
            "own-stream",
            "a domain need not ask for its own stream",
            "Remove the request: the domain's writing roles can read it.",
        )
    if producer in files.domains:
        streams = files.domains[producer].streams
        if name in streams:
            return None
        fix: Fix = f"It is a product: ask for it with `product: {reference}`."
        if name not in files.domains[producer].products:
            fix = suggestion(
                reference,
                lambda: [f"{producer}.{each}" for each in streams],
                f"{producer} has no streams yet.",
            )
        return "unknown-stream", f"{producer} has no stream `{name}`", fix
    if producer in files.broken:
        return None
    fix = suggestion(producer, partial(other_domains, files, domain), "Remove it.")
    return "unknown-domain", f"there is no domain `{producer}`", fix
