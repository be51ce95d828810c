"""`meshwright explain` about a stream: the question, and the answer on one state."""

from dataclasses import dataclass
from datetime import date

from meshwright.access.compiled import compile_state
from meshwright.access.state import LakeState
from meshwright.access.stream_rows import StreamOf, decided, stream_of, stream_subscription
from meshwright.access.subjects import Role
from meshwright.commands.explanation import places_text
from meshwright.commands.stream_explanation import StreamExplanation
from meshwright.commands.stream_hop_text import StreamWords
from meshwright.commands.unchecked import unchecked
from meshwright.config.loading import Files
from meshwright.config.suggest import suggestion
from meshwright.errors import UserError
from meshwright.mesh.model import Mesh
from meshwright.mesh.stream_agreements import stream_agreement
from meshwright.mesh.subscriptions import Status


@dataclass(frozen=True, slots=True)
class StreamQuestion:
    """What is asked about a stream, resolved against the files."""

    files: Files
    mesh: Mesh
    role: Role
    asked: StreamOf
    today: date


def find_stream(mesh: Mesh, text: str) -> StreamOf | None:
    """The stream that `domain.stream` means; None where it has not the form of one.

    Raises UserError for a stream that its domain does not have.
    """
    domain, _, name = text.partition(".")
    if domain not in mesh.domains or not name or "." in name:
        return None
    file = mesh.domains[domain].file
    if name in file.streams:
        return stream_of(mesh, domain, name)
    if name in file.products:
        return None
    fix = suggestion(text, [f"{domain}.{each}" for each in (*file.streams, *file.products)], "")
    raise UserError(f"{domain} has neither a stream nor a product `{name}`. {fix}".rstrip())


def explained_stream(asked: StreamQuestion, state: LakeState) -> StreamExplanation:
    """The answer on one state."""
    mesh, reader, stream = asked.mesh, asked.role, asked.asked
    domain = reader.domain.name
    decision = decided(mesh, state, reader.domain, reader.role, stream)
    said = stream_agreement(
        mesh, consumer=domain, role=reader.role.key, reference=stream.reference, today=asked.today
    )
    subscription = stream_subscription(mesh, domain, stream.reference)
    agreed = subscription is not None and subscription.status is Status.AGREED
    words = StreamWords(
        mesh=mesh,
        principal=reader.role.arn,
        stream=stream,
        agreed=said.holds,
        role=reader.reference,
        declared=compile_state(mesh).account(stream.name.account),
    )
    owner = mesh.domains[said.owner].file.owner if said.owner else None
    return StreamExplanation(
        role=reader.reference,
        principal=reader.role.arn,
        stream=stream,
        ways=decision.paths if decision.allowed else (),
        agreement=said,
        places=places_text(asked.files, said),
        owner=f"{owner.team} ({owner.email})" if owner else "",
        until=subscription.until if subscription and agreed else None,
        hops=tuple(words.of(hop) for hop in decision.hops),
        assumed=decision.assumed,
        unchecked=unchecked(mesh, state, decision.hops, reader.role.arn, rests=bool(decision.assumed)),
    )
