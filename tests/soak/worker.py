"""A function's process, whose clock is that of the machine under test: see `faults`."""

import random
import runpy
from pathlib import Path

import boto3

from meshwright.local.lambdas import container
from tests.soak.faults import follow_clock

WORKER = container.WORKER
SERVICES = ("lakeformation", "glue", "ram", "sts", "ssm", "iam", "s3", "lambda")


def load() -> None:
    """Loads what AWS's runtime has and the provider calls."""
    session = boto3.Session(region_name="eu-west-1", aws_access_key_id="none", aws_secret_access_key="none")
    for service in SERVICES:
        session.client(service)


def program(arguments: list[str]) -> None:
    """Arguments as the worker's."""
    random.seed()
    follow_clock(next(parent for parent in Path(arguments[0]).parents if parent.name == ".meshwright"))
    runpy.run_path(str(WORKER), run_name="__main__")
