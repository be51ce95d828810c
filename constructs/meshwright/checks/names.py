"""Names: of files, and of what the mesh makes in AWS, where lengths are limited and prefixes can collide."""

from collections.abc import Iterator

from meshwright.config.loading import Files
from meshwright.config.problems import Finding
from meshwright.config.reading import MESH_FILE
from meshwright.mesh.names import Names
from meshwright.mesh.platform_roles import KEYS
from meshwright.texts import said

MAX_BUCKET = 63
"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"""
MAX_ROLE = 64
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
MAX_TAG_VALUE = 50
"""https://docs.aws.amazon.com/lake-formation/latest/dg/TBAC-notes.html"""
ACCOUNT_DIGITS = "0" * 12
_RESERVED_BUCKETS = ("sthree-", "amzn-s3-demo-")
_RESERVED_PARAMETERS = ("aws", "ssm")
"""https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html"""
_RESERVED_BUS = "default"
"""https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateEventBus.html"""


def _names(mesh: str) -> Names:
    return Names(mesh=mesh, region="", qualifier="")


def _reserved(mesh: str) -> str | None:
    """Why AWS would refuse what the mesh names after itself."""
    if f"{mesh}-".startswith(_RESERVED_BUCKETS):
        return f"S3 refuses bucket names that begin with `{mesh}-`"
    if mesh.startswith(_RESERVED_PARAMETERS):
        return f"Systems Manager refuses parameters whose name begins with `/{mesh[:3]}`"
    if mesh == _RESERVED_BUS:
        return f"every account has an event bus `{mesh}`, and the mesh's own would be called the same"
    return None


def file_names(files: Files) -> Iterator[Finding]:
    """A domain's file is called like the domain, so that its owner is found by its name."""
    for domain, file in files.paths.items():
        if file != f"domains/{domain}.yaml":
            yield Finding(
                file,
                ("domain",),
                "file-name",
                f"the file of the domain `{domain}` is called {file.removeprefix('domains/')}",
                f"Rename it (git mv {file} domains/{domain}.yaml), or correct the domain's name.",
            )


def lengths(files: Files) -> Iterator[Finding]:
    """Names that AWS would refuse."""
    for domain, file in files.domains.items():
        for product in file.products:
            if len(product) > MAX_TAG_VALUE:
                what = (
                    f"`{product}` has {len(product)} characters; as LF-Tag value it may have {MAX_TAG_VALUE}"
                )
                yield Finding(
                    files.paths[domain],
                    ("products", product),
                    "name-too-long",
                    what,
                    "Shorten it.",
                    at_key=True,
                )
    if files.mesh is None:
        return
    names = _names(files.mesh.mesh)
    if (why := _reserved(files.mesh.mesh)) is not None:
        yield Finding(MESH_FILE, ("mesh",), "reserved-name", why, "Choose another name for the mesh.")
    for domain, file in files.domains.items():
        bucket = names.bucket(domain, ACCOUNT_DIGITS, "products")
        if len(bucket) > MAX_BUCKET:
            over = len(bucket) - MAX_BUCKET
            shown = names.bucket(domain, "<account>", "products")
            what = f"its bucket `{shown}` would have {len(bucket)} characters"
            fix = f"S3 allows {MAX_BUCKET}: shorten the domain's or the mesh's name by {over}."
            yield Finding(files.paths[domain], ("domain",), "name-too-long", what, fix)
        for key, role in file.roles.items():
            name = role.name or names.created_role(domain, key)
            bare = name.rpartition("/")[2]
            if len(bare) > MAX_ROLE:
                what = f"the role's name `{said(bare)}` has {len(bare)} characters; IAM allows {MAX_ROLE}"
                path = ("roles", key, "name") if role.name else ("roles", key)
                yield Finding(files.paths[domain], path, "name-too-long", what, "Give it a shorter `name`.")


def twins(files: Files) -> Iterator[Finding]:
    """Products or created roles of a domain that would be one resource: CloudFormation's ids have no signs.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resources-section-structure.html
    """
    for domain, file in files.domains.items():
        created = [key for key, role in file.roles.items() if role.create]
        for part, keys, taken in (("products", list(file.products), ()), ("roles", created, KEYS)):
            known = {key: key for key in taken}
            for key in keys:
                earlier = known.setdefault(key.replace("_", "").replace("-", ""), key)
                if earlier != key:
                    what = f"`{key}` and `{earlier}` differ by `-` or `_` alone, which CloudFormation drops"
                    yield Finding(
                        files.paths[domain],
                        (part, key),
                        "name-collision",
                        what,
                        "Choose another name." if earlier in taken else "Rename one of the two.",
                        at_key=True,
                    )


def collisions(files: Files) -> Iterator[Finding]:
    """Two things that would get one name once the prefix is put before it."""
    if files.mesh is None:
        return
    names = _names(files.mesh.mesh)
    databases: dict[str, str] = {}
    for domain, file in sorted(files.domains.items()):
        for product in file.products:
            database = names.database(domain, product)
            if database in databases:
                what = (
                    f"its Glue database `{database}` is also that of {databases[database]} (`-` becomes `_`)"
                )
                fix = "Rename one of the two products."
                path = ("products", product)
                yield Finding(files.paths[domain], path, "name-collision", what, fix, at_key=True)
            databases.setdefault(database, f"{domain}.{product}")
        reserved = {names.provider.lower(): "the Lake Formation provider's role"}
        for key, role in file.roles.items():
            if not role.create:
                continue
            of_services = names.service_role(domain, "")
            if (role.name or "").lower().startswith(of_services):
                what = f"the names of roles that services use for this domain begin with `{of_services}`"
                fix = "Give it another `name`."
                yield Finding(files.paths[domain], ("roles", key, "name"), "name-collision", what, fix)
            # IAM names differ by more than case: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
            name = role.name or names.created_role(domain, key)
            if name.lower() in reserved:
                what = f"the role `{name}` is also {reserved[name.lower()]}"
                fix = "Give it another `name`."
                yield Finding(files.paths[domain], ("roles", key), "name-collision", what, fix)
            reserved.setdefault(name.lower(), f"created as `{key}`")
