"""What `explain` answers on a stream."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from meshwright.access.stream_path import StreamPath, StreamWay
from meshwright.access.stream_rows import StreamOf
from meshwright.commands.explanation import ground_json
from meshwright.commands.hop_text import HopText
from meshwright.commands.unchecked import Unchecked
from meshwright.mesh.agreements import Agreement


@dataclass(frozen=True, slots=True)
class StreamExplanation:
    """The answer on a stream: its records are read whole, or not at all."""

    role: str
    principal: str
    stream: StreamOf
    ways: tuple[StreamPath, ...]
    """Those that hold."""
    agreement: Agreement
    places: tuple[str, ...]
    owner: str
    until: date | None
    hops: tuple[HopText, ...]
    assumed: tuple[str, ...]
    unchecked: tuple[Unchecked, ...] = ()

    @property
    def allowed(self) -> bool:
        return bool(self.ways)

    @property
    def shows(self) -> bool:
        return self.allowed

    @property
    def target(self) -> str:
        return self.stream.reference

    @property
    def outcome(self) -> object:
        return tuple((path.way, path.consumer) for path in self.ways)

    @property
    def limits(self) -> tuple[str, ...]:
        return (f"until {self.until}",) if self.until is not None and self.agreement.holds else ()

    @property
    def details(self) -> tuple[str, ...]:
        ways = " and by ".join(_way(path) for path in self.ways)
        pii = self.stream.pii
        personal = (f"Among its fields is personal data: {', '.join(pii)}.",) if pii else ()
        return (f"All its records, by {ways}.", *personal)

    def as_object(self) -> dict[str, Any]:
        """The answer for programs."""
        return {
            "allowed": self.allowed,
            "role": self.role,
            "principal": self.principal,
            "stream": self.stream.reference,
            "ways": [path.way.value for path in self.ways],
            "consumers": [path.consumer for path in self.ways if path.consumer],
            "pii": list(self.stream.pii),
            "until": self.until.isoformat() if self.until else None,
            **ground_json(self),
        }


def _way(path: StreamPath) -> str:
    return f"fan-out through {path.consumer}" if path.way is StreamWay.FAN_OUT else path.way.value
