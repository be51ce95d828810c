"""The example mesh shows everything that the files can say, and the guides' snippets are valid."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import get_args

import yaml

from meshwright.config.base import FileModel
from meshwright.config.domain_file import DomainFile
from meshwright.config.mesh_file import MeshFile
from meshwright.mesh.subscriptions import Status
from meshwright.project import examine

REPOSITORY = Path(__file__).parents[1]


def models_in(kind: object) -> Iterator[type[FileModel]]:
    """Every model that a type mentions, each with those of its fields."""
    if isinstance(kind, type) and issubclass(kind, FileModel):
        yield kind
        for field in kind.model_fields.values():
            yield from models_in(field.annotation)
    for inner in get_args(kind):
        yield from models_in(inner)


def all_keys(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from all_keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from all_keys(inner)


def test_the_example_mesh_uses_every_key() -> None:
    files = [REPOSITORY / "mesh.yaml", *sorted((REPOSITORY / "domains").glob("*.yaml"))]
    used = {key for file in files for key in all_keys(yaml.safe_load(file.read_text()))}
    models = {*models_in(MeshFile), *models_in(DomainFile)}
    assert len(models) > 30
    known = {field for model in models for field in model.model_fields}
    assert len(known) > 90
    assert known - used == set()


def test_the_example_mesh_shows_every_outcome_and_format() -> None:
    examined = examine(REPOSITORY, environment=None, today=date(2026, 11, 23))
    assert examined.errors == ()
    assert {each.status for each in examined.subscriptions} == {Status.AGREED, Status.PENDING, Status.EXPIRED}
    products = [product for domain in examined.files.domains.values() for product in domain.products.values()]
    formats = {table.format for product in products for table in product.tables.values()}
    assert formats == {"iceberg", "parquet", "json", "csv"}
    streams = [stream for domain in examined.files.domains.values() for stream in domain.streams.values()]
    assert {stream.shards is None for stream in streams} == {True, False}


def test_each_file_names_its_schema_for_editors() -> None:
    files = [REPOSITORY / "mesh.yaml", *(REPOSITORY / "domains").glob("*.yaml")]
    assert len(files) == 5
    for file in files:
        found = re.match(r"# yaml-language-server: \$schema=(\S+)\n", file.read_text())
        assert found is not None, file
        assert (file.parent / found[1]).is_file(), file


def test_links_of_the_docs_lead_somewhere() -> None:
    pages = [*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md")]
    links = [
        (page, target)
        for page in pages
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)", page.read_text())
        if not target.startswith("http")
    ]
    assert len(links) > 10
    assert [(page.name, target) for page, target in links if not (page.parent / target).exists()] == []


def test_the_guide_to_the_constructs_shows_the_examples_as_they_are() -> None:
    guide = (REPOSITORY / "docs" / "constructs.md").read_text()
    examples = sorted((REPOSITORY / "examples").glob("*.py"))
    assert len(examples) > 5
    assert [file.name for file in examples if f"```python\n{file.read_text()}```" not in guide] == []
