"""What the tests of templates share: the example mesh, synthesis, and templates that a reader can follow."""

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from meshwright.mesh.model import Mesh, resolve
from meshwright.project import load_files

if TYPE_CHECKING:  # it starts Node, which those who only edit the files do without
    import aws_cdk as cdk

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 24)
Template = dict[str, Any]


def raw_files() -> dict[str, Any]:
    """The models of the example mesh as plain data to edit: `mesh`, and the domains by name."""
    files = load_files(ROOT)
    assert not files.problems
    assert files.mesh is not None
    domains = {name: each.model_dump(mode="json", exclude_unset=True) for name, each in files.domains.items()}
    return {"mesh": files.mesh.model_dump(mode="json", exclude_unset=True), "domains": domains}


def mesh_of(files: Mapping[str, Any], environment: str = "dev") -> Mesh:
    """The mesh of plain data."""
    from meshwright.config.domain_file import DomainFile
    from meshwright.config.mesh_file import MeshFile

    domains = {name: DomainFile.model_validate(each) for name, each in files["domains"].items()}
    return resolve(MeshFile.model_validate(files["mesh"]), domains, environment=environment, today=TODAY)


def synthesize(add_stacks: "Callable[[cdk.App], object]") -> Path:
    """The output folder of an app, made as `app.py` makes its own."""
    from meshwright.cdk import create_app

    app = create_app(outdir=tempfile.mkdtemp(prefix="meshwright-test-"))
    add_stacks(app)
    return Path(app.synth().directory)


def templates_in(folder: Path) -> dict[str, Template]:
    """The templates by the stack's name."""
    return {
        path.name.removesuffix(".template.json"): json.loads(path.read_text())
        for path in sorted(folder.glob("*.template.json"))
    }


def templates_of(mesh: Mesh, domains: list[str] | None = None) -> dict[str, Template]:
    """The templates of the mesh by the stack's name."""
    from meshwright.cdk import build

    return templates_in(synthesize(lambda app: build(app, mesh, domains=domains)))


def resources(templates: Mapping[str, Template], kind: str) -> Iterator[tuple[str, Template]]:
    """Every resource of type `kind`, with the name of its stack and its logical id."""
    for stack, template in templates.items():
        for logical_id, resource in template["Resources"].items():
            if resource["Type"] == kind:
                yield f"{stack}/{logical_id}", resource


def statements(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The statements of a policy, every value of principal, action and resource a list."""

    def listed(value: Any) -> list[Any]:
        return value if isinstance(value, list) else [value]

    found = []
    for each in document["Statement"]:
        statement = {**each, "Action": listed(each["Action"]), "Resource": listed(each.get("Resource", []))}
        if isinstance(statement.get("Principal"), dict):
            statement["Principal"] = {kind: listed(value) for kind, value in statement["Principal"].items()}
        found.append(statement)
    return found


def readable(folder: Path, stack: str) -> Template:
    """Resources and outputs of a template, with paths of constructs for logical ids and no asset hash."""
    text = (folder / f"{stack}.template.json").read_text()
    for path, entries in json.loads((folder / f"{stack}.metadata.json").read_text()).items():
        for entry in entries:
            if entry["type"] == "aws:cdk:logicalId" and not path.endswith("/Default"):
                # What the CDK leaves out of logical ids is left out here too.
                name = path.removeprefix(f"/{stack}/").replace("Default/", "").removeprefix("Template/")
                text = text.replace(f'"{entry["data"]}"', json.dumps(name))
    assets = json.loads((folder / f"{stack}.assets.json").read_text())["files"]
    for number, asset in enumerate(assets):
        text = text.replace(asset, f"<asset {number}>")
    template = json.loads(text)
    return {key: template[key] for key in ("Resources", "Outputs") if key in template}
