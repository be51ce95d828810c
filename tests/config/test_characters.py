# ruff: noqa: E501 (whole lines of output)
"""Characters that nobody sees are refused, wherever a file has them."""

from pathlib import Path

import pytest

from meshwright.project import examine
from tests.config.small_mesh import MESH_FILE, ORDERS_FILE, TODAY, edited, said_about, write_mesh

DESCRIPTION = "description: Customer orders."
ROLE = "  analysts: OrdersAnalyst"
CASES = {
    "direction": (
        DESCRIPTION,
        "description: Customer\u202e orders.",
        "2:22: description: the character U+202E (RIGHT-TO-LEFT OVERRIDE) is not allowed: it turns the direction of the text around it. Remove it.",
    ),
    "control": (
        DESCRIPTION,
        "description: Customer\x1b[31m orders.",
        "2:22: description: the character U+001B is not allowed: a control character. Remove it.",
    ),
    "control in a second line of a block": (
        DESCRIPTION,
        "description: |\n  Customer\n  orders\x08.\n  \tAll of them.",
        "4:9: description: the character U+0008 is not allowed: a control character. Remove it.",
    ),
    "an escape": (
        DESCRIPTION,
        'description: "Customer \\x1b[31m orders."',
        "2:24: description: the character U+001B is not allowed: a control character. Remove it.",
    ),
    "an escape with a name": (
        DESCRIPTION,
        'description: "Customer\\L orders."',
        "2:23: description: the character U+2028 (LINE SEPARATOR) is not allowed: it can't be seen. Remove it.",
    ),
    "carriage return": (
        DESCRIPTION,
        'description: "Customer\\rorders."',
        "2:23: description: the character U+000D is not allowed: a control character. Remove it.",
    ),
    "no width": (
        ROLE,
        "  analysts: Orders\u200bAnalyst",
        "7:19: roles.analysts: the character U+200B (ZERO WIDTH SPACE) is not allowed: it can't be seen. Remove it.",
    ),
    "a key": (
        ROLE,
        "  ana\u00adlysts: OrdersAnalyst",
        "7:6: roles.ana\\u00adlysts: the character U+00AD (SOFT HYPHEN) is not allowed: it can't be seen. Remove it.",
    ),
    "a key's escape": (
        ROLE,
        '  "analysts\\0": OrdersAnalyst',
        "7:12: roles.analysts\\u0000: the character U+0000 is not allowed: a control character. Remove it.",
    ),
    "a joiner between Latin letters": (
        DESCRIPTION,
        "description: Pay\u200dPal orders.",
        "2:17: description: the character U+200D (ZERO WIDTH JOINER) is not allowed: it can't be seen. Remove it.",
    ),
    "a tag": (
        DESCRIPTION,
        "description: Customer orders\U000e0041.",
        "2:29: description: the character U+E0041 (TAG LATIN CAPITAL LETTER A) is not allowed: it can't be seen. Remove it.",
    ),
    "a comment": (
        DESCRIPTION,
        f"{DESCRIPTION} # all\u2067 of them\u2069",
        "2:36: the character U+2067 (RIGHT-TO-LEFT ISOLATE) is not allowed: it turns the direction of the text around it. Remove it.",
    ),
    "a byte order mark inside": (
        "streams:",
        "\ufeffstreams:",
        "8:1: \ufffdstreams: the character U+FEFF (ZERO WIDTH NO-BREAK SPACE) is not allowed: it can't be seen. Remove it.",
    ),
    "a line's end of old": (
        DESCRIPTION,
        "description: Customer\x85orders.",
        "2:22: description: the character U+0085 is not allowed: a control character. Remove it.",
    ),
}


@pytest.mark.parametrize(("old", "new", "line"), CASES.values(), ids=CASES)
def test_each_is_refused_at_its_place(old: str, new: str, line: str, tmp_path: Path) -> None:
    root = write_mesh(tmp_path, edited(ORDERS_FILE, old, new))
    assert said_about(root) == (f"{ORDERS_FILE}:{line}",)


def test_all_places_are_told_and_other_mistakes_too(tmp_path: Path) -> None:
    text = "mesh: ac\u200bme\nenvironments:\n  dev: {governance_account: '1', region: eu-west-1}\nclassifications: ['\u202ea', b]\n"
    root = write_mesh(tmp_path, {**edited(ORDERS_FILE, DESCRIPTION, DESCRIPTION), MESH_FILE: text})
    assert said_about(root) == (
        "mesh.yaml:1:9: mesh: the character U+200B (ZERO WIDTH SPACE) is not allowed: it can't be seen. Remove it.",
        'mesh.yaml:3:29: environments.dev.governance_account: `1` is not an AWS account id: exactly 12 digits. For example: "222222222221"',
        "mesh.yaml:4:20: classifications[0]: the character U+202E (RIGHT-TO-LEFT OVERRIDE) is not allowed: it turns the direction of the text around it. Remove it.",
    )


@pytest.mark.parametrize(
    "text",
    [
        "|\n  Several lines,\n  \tone with a tab.",
        '"Escapes: \\t \\n \\u00e9 \\\\u202e"',
        "'No escape: \\u202e \\0'",
        "می‌خواهم, क्‍ष, 👩‍💻, ❤️ and 1️⃣.",
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_what_people_write_is_taken(text: str, newline: str, tmp_path: Path) -> None:
    texts = edited(ORDERS_FILE, DESCRIPTION, f"description: {text}")
    root = write_mesh(tmp_path, {file: text.replace("\n", newline) for file, text in texts.items()})
    assert said_about(root) == ()
    assert examine(root, environment=None, today=TODAY).errors == ()
