"""Keeps moto from loading what the embedded AWS has no use for."""

import sys
from types import ModuleType

UNUSED = "moto.cloudformation.parsing"


def leave_out_resources_of_cloudformation() -> None:
    """moto's CloudFormation loads all of EC2 and 25 other services for the resources that it can make.

    That is two thirds of the time in which a server starts. Ours makes them itself, and moto loads each
    service when it is first called. To be called before anything of moto is imported.
    """
    module = ModuleType(UNUSED)
    for name in ("Export", "OutputMap", "ResourceMap"):  # what is imported from it
        setattr(module, name, type(name, (), {}))
    sys.modules[UNUSED] = module
