"""Hops that do not hold in words that need no AWS: why somebody cannot read, and what would mend it."""

from meshwright.access.decision import Fault, Hop, Step, StreamStep


def why(hop: Hop, *, holder: str, reader: str, role: str, target: str) -> str:
    """A reason without full stop. `holder` has the account in which it is to be mended, `reader` the role."""
    denied = hop.fault is Fault.DENIED
    match hop.step:
        case Step.TABLE:
            return f"the catalog has no table {target}"
        case StreamStep.STREAM:
            return f"there is no stream {target}"
        case Step.PRINCIPAL:
            return f"the role {role} does not exist"
        case Step.IAM:
            return f"the policies of the role {role} {'forbid' if denied else 'do not allow'} it"
        case Step.LINK if hop.fault is Fault.DANGLING:
            return f"the link of {reader} to {target} leads nowhere"
        case Step.LINK:
            return f"{reader} has no link to {target}"
        case Step.LINK_GRANT:
            return f"the role {role} may not use the link of {reader} to {target}"
        case Step.SHARE:
            return _share(hop, reader)
        case Step.ACCOUNT_GRANT:
            return f"{holder} grants nothing of it to {reader}"
        case Step.PRINCIPAL_GRANT if hop.fault is Fault.EMPTY:
            return f"what was granted to {reader} and to its role {role} has no column in common"
        case Step.PRINCIPAL_GRANT:
            return f"{holder} does not grant it to the role {role}"
        case Step.LOCATION if hop.fault is Fault.HYBRID:
            return "the place of its files is set so that grants of the catalog do not count for the role"
        case Step.LOCATION:
            return "the place of its files is not registered with the catalog"
        case StreamStep.STREAM_POLICY:
            kept = f"keeps the role {role} out" if denied else f"does not let the role {role} in"
            return f"the stream {target} {kept}"
        case StreamStep.CONSUMER:
            return f"{reader} has no channel of its own (fan-out) at {target}"
        case StreamStep.CONSUMER_POLICY:
            return f"the channel of {reader} (fan-out) at {target} does not let the role {role} in"
        case _:
            return _files(hop, target)


def _share(hop: Hop, reader: str) -> str:
    if "no administrator" in hop.evidence:
        return f"nobody administers what is shared with {reader}, so it sees no share"
    if hop.fault is Fault.PENDING:
        return f"the share with {reader} waits to be accepted"
    return f"the share with {reader} {'was rejected or failed' if hop.fault is Fault.FAILED else 'is gone'}"


def _files(hop: Hop, target: str) -> str:
    """Of the way to the data itself."""
    match hop.step:
        case Step.REGISTRATION_ROLE if not hop.action:
            return "the role with which the catalog reads files does not exist"
        case Step.REGISTRATION_ROLE:
            return "the role with which the catalog reads files may not read these"
        case Step.BUCKET if hop.fault is Fault.DENIED:
            return "the bucket of its files keeps the catalog out"
        case Step.BUCKET:
            return "the bucket of its files is gone, or does not let the catalog in"
        case Step.KEY if hop.fault is Fault.FAILED:
            return f"the key that encrypts {target} is disabled or to be deleted"
        case Step.KEY:
            return f"the key that encrypts {target} is gone, or does not let it be read"
        case _:
            return "the role may not read the files themselves"


def mending(hop: Hop, *, reader: str, made_by_mesh: bool) -> str:
    """What whoever owns the account does about it, as `accepting it`."""
    match hop.step:
        case Step.PRINCIPAL:
            return "deploying it again" if made_by_mesh else "making the role"
        case Step.IAM:
            return "allowing it in the policies of the role"
        case Step.LINK if hop.fault is not Fault.DANGLING:
            return "making the link again"
        case Step.LINK_GRANT:
            return "letting the role use the link"
        case Step.SHARE if hop.fault is Fault.PENDING and "no administrator" not in hop.evidence:
            return "accepting it"
        case Step.ACCOUNT_GRANT:
            return f"granting it to {reader}"
        case Step.PRINCIPAL_GRANT if hop.fault is Fault.MISSING:
            return "granting it to the role"
        case Step.LOCATION if hop.fault is Fault.MISSING:
            return "registering the place of the files again"
        case _:
            return "putting it back as declared (`meshwright audit --repair`)"
