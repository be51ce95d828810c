"""`meshwright new domain`: a commented file for a new domain."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from meshwright.checks.accounts import TO_BE_SET
from meshwright.checks.registry import check
from meshwright.commands.templating import filled
from meshwright.config.domain_file import DomainFile
from meshwright.config.loading import Files, parse_text
from meshwright.config.mesh_file import MeshFile
from meshwright.config.problems import shown
from meshwright.config.suggest import suggestion
from meshwright.errors import UserError
from meshwright.project import load_files, with_domain
from meshwright.writing import create


def new_domain(*, root: Path, name: str, accounts: Sequence[str], team: str | None, email: str | None) -> int:
    """Write domains/<name>.yaml. `accounts` are given as `ENVIRONMENT=ACCOUNT`; those left out are to be set.

    Raises UserError when the file exists, or would not be valid.
    """
    files = load_files(root)
    if files.mesh is None:
        raise UserError("mesh.yaml has problems; mend them first: meshwright validate")
    file = f"domains/{name}.yaml"
    given = _accounts(files.mesh, accounts)
    text = domain_text(files.mesh, name=name, accounts=given, team=team, email=email)
    _refuse_invalid(files, file, name, text)
    create(root, {file: text})
    print(f"wrote {root / file}")
    missing = [environment for environment in files.mesh.environments if environment not in given]
    if missing:
        print(f"Set its account in {', '.join(missing)} there.")
    print(f"Next: meshwright new product {name} NAME; meshwright validate")
    return 0


def domain_text(
    mesh: MeshFile, *, name: str, accounts: Mapping[str, str], team: str | None, email: str | None
) -> str:
    """The file's text."""
    lines = [f'  {each}: "{accounts.get(each, TO_BE_SET)}"' for each in mesh.environments]
    return filled(
        "domain.yaml",
        domain=name,
        team=_quoted(team or f"{name} team"),
        email=_quoted(email or f"{name}@example.com"),
        accounts="\n".join(lines),
        classification=mesh.classifications[0],
    )


def _quoted(text: str) -> str:
    """The text in double quotes: JSON is YAML."""
    return json.dumps(text, ensure_ascii=False)


def _accounts(mesh: MeshFile, given: Sequence[str]) -> dict[str, str]:
    accounts = {}
    for each in given:
        environment, separator, account = each.partition("=")
        if not separator:
            raise UserError(f"--account {each}: write it as ENVIRONMENT=ACCOUNT, like dev=222222222221.")
        if environment not in mesh.environments:
            fix = suggestion(environment, list(mesh.environments), "")
            raise UserError(f"--account {each}: mesh.yaml has no environment `{environment}`. {fix}")
        accounts[environment] = account
    return accounts


def _refuse_invalid(files: Files, file: str, name: str, text: str) -> None:
    """Raises UserError when the new file would be wrong in itself or beside the others."""
    if name in files.domains or name in files.broken:
        raise UserError(f"There is a domain `{name}` already; its file is left as it is.")
    domain, source, problems = parse_text(text, file, DomainFile)
    found = list(problems)
    if domain is not None and source is not None:
        before = {(problem.file, problem.code, problem.what) for problem in check(files)}
        after = check(with_domain(files, domain, source))
        found = [
            problem
            for problem in after
            if (problem.file, problem.code, problem.what) not in before
            and problem.code != "account-to-be-set"
        ]
    if found:
        lines = "\n".join(shown(found).lines())
        raise UserError(f"{file} is not written, since it would be wrong:\n{lines}")
