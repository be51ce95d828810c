"""`meshwright schema`: the JSON Schemas of the files, from the models."""

import json
import os
from pathlib import Path
from typing import Any, Final

from meshwright.config.base import FileModel
from meshwright.config.domain_file import DomainFile
from meshwright.config.mesh_file import MeshFile
from meshwright.writing import create, refuse_link, replace

SCHEMAS: Final[dict[str, type[FileModel]]] = {
    "mesh.schema.json": MeshFile,
    "domain.schema.json": DomainFile,
}


def schema(*, folder: Path, check: bool) -> int:
    """Write the schemas into `folder`.

    With `check` it only compares, and returns 1 when one is stale or missing.
    """
    stale = [name for name, text in schema_texts().items() if _read(folder / name) != text]
    if check:
        for name in stale:
            print(f"{folder / name} is stale or missing. Write it again: meshwright schema --write {folder}")
        return 1 if stale else 0
    refuse_link(folder)
    there = [name for name in stale if os.path.lexists(folder / name)]
    create(folder, {name: schema_texts()[name] for name in stale if name not in there})
    for name in there:
        replace(folder, name, schema_texts()[name])
    for name in stale:
        print(f"wrote {folder / name}")
    if not stale:
        print(f"{folder} is up to date")
    return 0


def schema_texts() -> dict[str, str]:
    """The schemas by file name."""
    return {
        name: json.dumps(json_schema(model), indent=2, ensure_ascii=False) + "\n"
        for name, model in SCHEMAS.items()
    }


def json_schema(model: type[FileModel]) -> dict[str, Any]:
    """The schema of a file, in the words of JSON Schema 2020-12."""
    generated = model.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **_tightened(generated)}


def _tightened(schema: Any) -> Any:
    """The schema without what pydantic's allows and the files do not: `null`, and keys of other spelling."""
    if isinstance(schema, list):
        return [_tightened(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: _tightened(value) for key, value in schema.items() if (key, value) != ("default", None)}
    if "patternProperties" in kept:
        kept["additionalProperties"] = False
    choices = [each for each in kept.get("anyOf", []) if each != {"type": "null"}]
    if len(choices) == 1:
        del kept["anyOf"]
        return {**choices[0], **kept}
    return {**kept, "anyOf": choices} if choices else kept


def _read(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8")
    except (FileNotFoundError, UnicodeDecodeError):
        return None
