"""Keeps moto from loading what the embedded AWS has no use for.

To be called before anything of moto is imported.
"""

import importlib
import sys
from types import ModuleType
from typing import Any

CLOUDFORMATION, EC2 = "moto.cloudformation.parsing", "moto.ec2"


def leave_out_what_is_not_served() -> None:
    """Two thirds of the time in which a server starts. moto loads each service when it is first called."""
    _leave_out_resources_of_cloudformation()
    _leave_out_the_instances_of_systems_manager()


def _leave_out_resources_of_cloudformation() -> None:
    """moto's CloudFormation loads 26 services for the resources that it can make. Ours makes them itself."""
    module = ModuleType(CLOUDFORMATION)
    for name in ("Export", "OutputMap", "ResourceMap"):  # what is imported from it
        setattr(module, name, type(name, (), {}))
    sys.modules[CLOUDFORMATION] = module


class _Instances:
    """EC2's backends, loaded when they are first asked for: by a command that is sent to instances by tag."""

    def __getitem__(self, account: str) -> Any:
        return importlib.import_module(EC2).ec2_backends[account]


def _leave_out_the_instances_of_systems_manager() -> None:
    """Of all that moto's Systems Manager does, one thing needs EC2, which takes a second to load."""
    module = ModuleType(EC2)
    vars(module)["ec2_backends"] = _Instances()
    sys.modules[EC2] = module
    importlib.import_module("moto.ssm.models")
    del sys.modules[EC2]
