"""`meshwright schema`: fresh in the repository, and of one mind with the models."""

import json
from pathlib import Path

import pytest

from meshwright.cli import main
from meshwright.commands.schema import json_schema, schema_texts
from meshwright.config.domain_file import DomainFile
from meshwright.config.mesh_file import MeshFile
from meshwright.config.spelling import SPELLINGS

REPOSITORY = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["mesh.schema.json", "domain.schema.json"])
def test_the_schemas_of_the_repository_are_fresh(name: str) -> None:
    """To write them again: meshwright schema"""
    assert (REPOSITORY / "schemas" / name).read_text(encoding="utf-8") == schema_texts()[name]


def test_check_names_stale_files_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["schema", "--write", str(tmp_path)]
    assert main(arguments) == 0
    assert main([*arguments, "--check"]) == 0
    (tmp_path / "mesh.schema.json").write_text("{}")
    (tmp_path / "domain.schema.json").unlink()
    capsys.readouterr()
    assert main([*arguments, "--check"]) == 1
    assert capsys.readouterr().out == "".join(
        f"{tmp_path / name} is stale or missing. Write it again: meshwright schema --write {tmp_path}\n"
        for name in ("mesh.schema.json", "domain.schema.json")
    )
    assert [file.name for file in tmp_path.iterdir()] == ["mesh.schema.json"]


@pytest.mark.parametrize("link", [".", "mesh.schema.json"])
def test_nothing_is_written_through_a_link(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], link: str
) -> None:
    folder, elsewhere = tmp_path / "schemas", tmp_path / "elsewhere"
    (folder / link).parent.mkdir(exist_ok=True)
    (folder / link).symlink_to(elsewhere)
    assert main(["schema", "--write", str(folder)]) == 2
    assert capsys.readouterr().err == (
        f"{folder / link} is a link; nothing is written through links. Replace it by what it leads to.\n"
    )
    assert not elsewhere.exists()


def _objects(schema: object) -> list[dict[str, object]]:
    if isinstance(schema, dict):
        return [schema, *(inner for value in schema.values() for inner in _objects(value))]
    return [inner for value in schema for inner in _objects(value)] if isinstance(schema, list) else []


@pytest.mark.parametrize("model", [MeshFile, DomainFile])
def test_every_key_is_described_and_no_other_is_allowed(model: type[MeshFile | DomainFile]) -> None:
    objects = _objects(json_schema(model))
    mappings = [each for each in objects if "properties" in each and "type" in each]
    assert mappings
    for each in mappings:
        assert each["additionalProperties"] is False
        properties = each["properties"]
        assert isinstance(properties, dict)
        assert [key for key, spec in properties.items() if not spec.get("description")] == []
    assert all(each["additionalProperties"] is False for each in objects if "patternProperties" in each)
    assert '"null"' not in json.dumps(objects)


def test_every_pattern_is_explained_in_words() -> None:
    patterns = {
        pattern
        for model in (MeshFile, DomainFile)
        for each in _objects(json_schema(model))
        for pattern in (each.get("pattern"), *_keys(each.get("patternProperties")))
        if isinstance(pattern, str)
    }
    assert len(patterns) > 10
    assert patterns <= set(SPELLINGS)


def _keys(value: object) -> list[str]:
    return list(value) if isinstance(value, dict) else []
