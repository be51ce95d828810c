"""Where a rule stands, and what it is about."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from meshwright.config.domain_file import DomainFile, Product, Table
from meshwright.config.loading import Files
from meshwright.config.problems import Finding, Fix, Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in the `quality` of a table."""

    files: Files
    file: str
    path: Path
    domain: DomainFile
    product: Product
    table: Table

    def below(self, *steps: str | int) -> "Place":
        """Further inside."""
        return replace(self, path=(*self.path, *steps))

    def finding(self, code: str, what: str, fix: Fix, *, offset: int = 0) -> Finding:
        """A problem here. The path ends where the file does: a rule may be a plain string."""
        _, _, path = self.files.sources[self.file].find(self.path)
        return Finding(self.file, path, code, what, fix, offset=offset)


def tables_with_rules(files: Files) -> Iterator[Place]:
    """The places of `quality`, in all domains."""
    for name, domain in files.domains.items():
        for product_name, product in domain.products.items():
            for table_name, table in product.tables.items():
                if table.quality is not None:
                    yield Place(
                        files=files,
                        file=files.paths[name],
                        path=("products", product_name, "tables", table_name, "quality"),
                        domain=domain,
                        product=product,
                        table=table,
                    )
