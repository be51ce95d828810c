"""What an unquoted scalar stands for: the part of YAML on which its versions agree."""

import re
from typing import Any

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_START = frozenset("0123456789+-.")
MOST_DIGITS = 18
"""Of a whole number: all with so many fit into 64 bits."""
_WHOLE = re.compile(rf"[-+]?(0|[1-9][0-9]{{0,{MOST_DIGITS - 1}}})")
_FLOAT = re.compile(
    r"[-+]?([0-9]{1,30}\.[0-9]{0,30}|\.[0-9]{1,30}|[0-9]{1,30}(?=[eE]))([eE][-+]?[0-9]{1,3})?"
    r"|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
)
_DISPUTED = re.compile(
    r"[-+]?(0[oO][0-7_]+|0[xX][0-9a-fA-F_]+|0[bB][01_]+|[0-9][0-9_]*(:[0-5]?[0-9])*(\.[0-9_]*)?([eE][-+]?[0-9]+)?)"
)


class Disputed:
    """Digits that are a number to some versions of YAML, or too long for one: 012, 0o17, 0x1F, 1_000, 1:30.

    Neither text nor a number to the models, so that it is a problem wherever it stands.
    """


DISPUTED = Disputed()


def read_scalar(text: str) -> Any:
    """None, a bool, an int, a float, DISPUTED, or the text itself.

    `yes`, `no`, `on`, `off` and dates are text, as in YAML 1.2.
    """
    if text in _NULLS:
        return None
    if text[0] not in _START:
        return _BOOLS.get(text, text)
    if _WHOLE.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text.replace(".inf", "inf").replace(".nan", "nan").replace(".I", "I").replace(".N", "N"))
    return DISPUTED if _DISPUTED.fullmatch(text) else text
