"""Constructs of a data mesh, alone or as whole stacks: `from meshwright.cdk import DomainStorage`.

Names are loaded when they are asked for, so that importing one does not load the modules of all.
"""

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

from meshwright.node import node_environment

if TYPE_CHECKING:
    from meshwright.cdk.catalog import ProductDatabase, ProductTables, RegisteredLocation, product_parameters
    from meshwright.cdk.context import Context, create_app, read_context
    from meshwright.cdk.delivery import StreamDelivery
    from meshwright.cdk.governance import LakeFormationSettings, RegistrationRole
    from meshwright.cdk.key import DomainKey
    from meshwright.cdk.loading import load_for
    from meshwright.cdk.mesh_stacks import MeshStacks, build
    from meshwright.cdk.pipeline import Engines, Pipeline
    from meshwright.cdk.provider import LakeFormationProvider
    from meshwright.cdk.roles import DomainRole
    from meshwright.cdk.sharing import LakeFormationGrants, ResourceLinks
    from meshwright.cdk.storage import DomainStorage
    from meshwright.cdk.streams import DomainStreams
    from meshwright.mesh.role_policies import WriteAccess

__all__ = [
    "Context",
    "DomainKey",
    "DomainRole",
    "DomainStorage",
    "DomainStreams",
    "Engines",
    "LakeFormationGrants",
    "LakeFormationProvider",
    "LakeFormationSettings",
    "MeshStacks",
    "Pipeline",
    "ProductDatabase",
    "ProductTables",
    "RegisteredLocation",
    "RegistrationRole",
    "ResourceLinks",
    "StreamDelivery",
    "WriteAccess",
    "build",
    "create_app",
    "load_for",
    "product_parameters",
    "read_context",
]

_MODULES = {
    "mesh_stacks": ("MeshStacks", "build"),
    "catalog": ("ProductDatabase", "ProductTables", "RegisteredLocation", "product_parameters"),
    "context": ("Context", "create_app", "read_context"),
    "delivery": ("StreamDelivery",),
    "governance": ("LakeFormationSettings", "RegistrationRole"),
    "key": ("DomainKey",),
    "loading": ("load_for",),
    "pipeline": ("Engines", "Pipeline"),
    "provider": ("LakeFormationProvider",),
    "roles": ("DomainRole", "WriteAccess"),
    "sharing": ("LakeFormationGrants", "ResourceLinks"),
    "storage": ("DomainStorage",),
    "streams": ("DomainStreams",),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}

# jsii starts Node when aws_cdk is first imported, which every module of this package does.
os.environ.setdefault("JSII_NODE", node_environment({})["JSII_NODE"])


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
