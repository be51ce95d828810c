"""What consumers ask for in their files as they are now: nobody can take from them what they gave up."""

from dataclasses import dataclass
from datetime import date

from meshwright.checks.breaks import Affected
from meshwright.config.domain_file import Product, Request
from meshwright.config.problems import Path
from meshwright.config.streams_file import StreamRequest
from meshwright.mesh.model import Mesh
from meshwright.mesh.published import PublishedProduct, PublishedTable, Reader, StreamReader


class StillAsked:
    """The requests of a mesh that hold on a day."""

    def __init__(self, mesh: Mesh, today: date) -> None:
        self.today = today
        self._requests: dict[tuple[str, str], Request] = {}
        self._streams: dict[tuple[str, str], StreamRequest] = {}
        for name, domain in mesh.domains.items():
            for _, wanted in domain.file.stream_requests():
                if wanted.until is None or wanted.until >= today:
                    self._streams.setdefault((name, wanted.stream), wanted)
            for _, request in domain.file.product_requests():
                if request.until is None or request.until >= today:
                    self._requests.setdefault((name, request.product), request)

    def request(self, consumer: str, reference: str) -> Request | None:
        """The consumer's request for the product `domain.product`."""
        return self._requests.get((consumer, reference))

    def stream(self, consumer: str, reader: StreamReader, reference: str) -> StreamRequest | None:
        """The consumer's request for the stream `domain.stream`, if the agreement has not run out."""
        if reader.until is not None and reader.until < self.today:
            return None
        return self._streams.get((consumer, reference))

    def pii(self, consumer: str, reference: str) -> bool:
        """Whether the consumer asks for PII of the product."""
        request = self.request(consumer, reference)
        return request is not None and request.pii

    def table(self, consumer: str, reader: Reader, reference: str, table: str) -> bool:
        """Whether the agreement has not run out, and the consumer asks for the table."""
        if reader.until is not None and reader.until < self.today:
            return False
        request = self.request(consumer, reference)
        return request is not None and (request.tables is None or table in request.tables)

    def columns(
        self, consumer: str, reader: Reader, reference: str, name: str, table: PublishedTable
    ) -> tuple[str, ...]:
        """Of the columns that it could read of `table`, those that it still asks for."""
        request = self.request(consumer, reference)
        if request is None or not self.table(consumer, reader, reference, name):
            return ()
        return tuple(
            column
            for column in reader.columns
            if column not in request.exclude and (request.pii or column not in table.pii)
        )

    def readers_of_table(self, reference: str, name: str, table: PublishedTable) -> tuple[Affected, ...]:
        """The consumers that read the table and still ask for it."""
        return tuple(
            Affected(consumer, reader.roles, (name,))
            for consumer, reader in sorted(table.readers.items())
            if self.columns(consumer, reader, reference, name, table)
        )

    def readers_of_column(
        self, reference: str, name: str, table: PublishedTable, column: str
    ) -> tuple[Affected, ...]:
        """The consumers that read the column and still ask for it."""
        return tuple(
            Affected(consumer, reader.roles, (f"{name}.{column}",))
            for consumer, reader in sorted(table.readers.items())
            if column in self.columns(consumer, reader, reference, name, table)
        )

    def readers_of_product(self, reference: str, product: PublishedProduct) -> tuple[Affected, ...]:
        """The consumers that read any of the product's tables and still ask for it, with those tables."""
        found: dict[str, Affected] = {}
        for name, table in product.tables.items():
            for each in self.readers_of_table(reference, name, table):
                earlier = found.get(each.consumer, Affected(each.consumer, each.roles, ()))
                found[each.consumer] = Affected(each.consumer, earlier.roles, (*earlier.loses, name))
        return tuple(found[consumer] for consumer in sorted(found))


@dataclass(frozen=True, slots=True)
class Compared:
    """A product as it was published and as its file has it now."""

    domain: str
    name: str
    before: PublishedProduct
    after: Product
    asked: StillAsked

    @property
    def reference(self) -> str:
        return f"{self.domain}.{self.name}"

    @property
    def path(self) -> Path:
        return ("products", self.name)
