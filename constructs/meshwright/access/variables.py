"""Variables in policies: `${aws:PrincipalTag/team}` and what it stands for.

They count in resources and in the values of conditions, of policies of version 2012-10-17
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html).
"""

import re
from collections.abc import Mapping

from meshwright.access.patterns import LITERAL

VARIABLE = re.compile(r"\$\{([^}]*)\}")
DEFAULT = re.compile(r"(.*?)\s*,\s*'(.*)'", re.DOTALL)
WITH_VARIABLES = "2012-10-17"


def has_variables(text: str) -> bool:
    """Whether there is one in it that is not a literal `${*}`, `${?}` or `${$}`."""
    return "${" in text and any(each not in LITERAL for each in VARIABLE.findall(text))


def keys_in(text: str) -> frozenset[str]:
    """The condition keys that its variables name, in lower case."""
    names = [each for each in VARIABLE.findall(text) if each not in LITERAL] if "${" in text else []
    return frozenset(_parts(each)[0] for each in names)


def literally(text: str) -> str:
    """The text for policies in which variables count, so that it means what it says without any."""
    return text.replace("${", "${$}{")


def filled(text: str, known: Mapping[str, str | None]) -> str | None:
    """The text with the values of the variables that are known; those that are not are left in it.

    `known` has None for a key that the request does not have. Then the default of the variable stands for
    it, and without one the text matches nothing: None. In a value, `*` and `?` are no wildcards.
    """
    gone = False

    def value(found: re.Match[str]) -> str:
        nonlocal gone
        if found[1] in LITERAL:
            return found[0]
        key, default = _parts(found[1])
        if key not in known:
            return found[0]
        given = known[key] if known[key] is not None else default
        gone = gone or given is None
        return re.sub(r"[*?$]", lambda each: f"${{{each[0]}}}", given or "")

    text = VARIABLE.sub(value, text)
    return None if gone else text


def anything(text: str) -> str:
    """The text with a wildcard for each variable that is left in it."""
    return VARIABLE.sub(lambda found: found[0] if found[1] in LITERAL else "*", text)


def _parts(variable: str) -> tuple[str, str | None]:
    """`aws:username, 'nobody'` is a key and its default."""
    found = DEFAULT.fullmatch(variable)
    return (found[1].strip().lower(), found[2]) if found else (variable.strip().lower(), None)
