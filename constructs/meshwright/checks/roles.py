"""IAM roles of the domains: each is either created, or exists in the domain's account."""

from collections.abc import Iterator

from meshwright.config.domain_file import DomainFile, Role
from meshwright.config.loading import Files
from meshwright.config.problems import Finding
from meshwright.mesh.platform_roles import KEYS


def check(files: Files) -> Iterator[Finding]:
    """Roles that could not be created or found."""
    for domain, file in files.domains.items():
        for key, role in file.roles.items():
            for code, field, what, fix in _mistakes(file, key, role):
                yield Finding(files.paths[domain], ("roles", key, *field), code, what, fix)


def _mistakes(file: DomainFile, key: str, role: Role) -> Iterator[tuple[str, tuple[str, ...], str, str]]:
    if key in KEYS:
        fix = "Give it another key."
        yield "reserved-name", (), f"`{key}` is what meshwright calls a role of its own", fix
    if role.name is None and not role.create:
        fix = "Give its `name`, or write `create: true`."
        yield "role-without-name", (), "the role has neither a name nor `create: true`", fix
    if role.trusted_by and not role.create:
        fix = "Add `create: true`, or leave `trusted_by` to whoever made the role."
        yield "unused-key", ("trusted_by",), "`trusted_by` has no effect on a role that exists already", fix
    if role.name is None or not role.name.startswith("arn:"):
        return
    account = role.name.split(":")[4]
    bare = role.name.rpartition("/")[2]
    others = [name for name, each in file.accounts.items() if each != account]
    if role.create:
        yield (
            "role-account",
            ("name",),
            "a role to create is named, not given as ARN",
            f"Write its name: {bare}",
        )
    elif len(others) == len(file.accounts):
        what = f"the role is in account {account}, which is not an account of this domain"
        yield "role-account", ("name",), what, "Name a role of the domain's own account."
    elif others:
        what = f"the role is in account {account}, but in {', '.join(others)} the domain has another account"
        yield "role-account", ("name",), what, f"Write its name alone, to use it in each account: {bare}"
