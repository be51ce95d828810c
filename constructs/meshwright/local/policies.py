"""Policies that were put into the embedded AWS, where moto takes any text for one."""

import json

from meshwright.access.iam import Policy, parse_policy


def policy_of(document: str) -> Policy:
    """The policy of a document; of one that is none, which AWS refuses, one that lets nobody in."""
    try:
        return parse_policy(json.loads(document))
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError):
        return Policy()
