"""Engines: what EMR Serverless can't do under Lake Formation, and names that AWS would refuse."""

from collections.abc import Iterator
from typing import Final

from meshwright.config.loading import Files
from meshwright.config.problems import Finding
from meshwright.mesh.names import Names
from meshwright.mesh.platform_roles import platform_roles

WRITES_SINCE: Final = (7, 12)
"""https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/lake-formation-section.html"""
MAX_ROLE: Final = 64
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""


def releases(files: Files) -> Iterator[Finding]:
    """Releases of EMR whose jobs could not write products."""
    for domain, file in files.domains.items():
        if file.compute is None or file.compute.spark is None:
            continue
        release = file.compute.spark.release
        major, minor, _ = release.removeprefix("emr-").split(".")
        if (int(major), int(minor)) < WRITES_SINCE:
            what = f"jobs of {release} can read under Lake Formation, but not write"
            fix = f"Use emr-{WRITES_SINCE[0]}.{WRITES_SINCE[1]}.0 or later."
            yield Finding(files.paths[domain], ("compute", "spark", "release"), "old-release", what, fix)


def role_names(files: Files) -> Iterator[Finding]:
    """Roles of services whose name, with mesh and domain before it, is too long or another role's."""
    if files.mesh is None:
        return
    names = Names(mesh=files.mesh.mesh, region="", qualifier="")
    for domain, file in files.domains.items():
        taken = {
            (role.name or names.created_role(domain, key)).lower(): key
            for key, role in file.roles.items()
            if role.create
        }
        for each in platform_roles(file):
            name = names.created_role(domain, each.key)
            if name in taken:
                what = f"the role `{name}` is also what meshwright calls the role of `{each.key}`"
                path = ("roles", taken[name])
                yield Finding(files.paths[domain], path, "name-collision", what, "Give it another `name`.")
            if len(name) > MAX_ROLE:
                what = f"its role `{name}` would have {len(name)} characters; IAM allows {MAX_ROLE}"
                fix = "Shorten the domain's or the mesh's name."
                yield Finding(files.paths[domain], ("domain",), "name-too-long", what, fix)
