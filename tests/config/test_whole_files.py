"""Files that can't be used as a whole: each gives one clear line, and the other files are still checked."""

import os
from pathlib import Path

import pytest

from meshwright.errors import UserError
from meshwright.project import load_files, load_mesh
from tests.config.small_mesh import ANALYTICS_FILE, MESH_FILE, TEXTS, TODAY, said_about, write_mesh

BOMB = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 10)}]\n"
    for before, name in zip("abcdefghi", "bcdefghij", strict=True)
)
BAD: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "1:1: the file is empty. Fill it in, or remove it."),
    "only a comment": (b"# soon\n", "1:1: the file is empty. Fill it in, or remove it."),
    "null": (b"~\n", "1:1: the file is empty. Fill it in, or remove it."),
    "a list": (b"- a\n", "1:1: the file holds a list, not keys with values. Begin it with: domain: NAME"),
    "text": (b"hello\n", "1:1: the file holds text, not keys with values. Begin it with: domain: NAME"),
    "deep flow": (
        b"[" * 100_000,
        "1:51: more than 50 levels inside each other. Remove the inner levels.",
    ),
    "deep block": (
        b"- " * 60 + b"a\n",
        "1:101: more than 50 levels inside each other. Remove the inner levels.",
    ),
    "alias bomb": (
        BOMB.encode(),
        "6:4: this holds more than 200,000 values, with those that aliases (`*name`) repeat. "
        "Write fewer; a domain can be divided into several.",
    ),
    "too large": (
        b"#" * 5_000_000,
        "1:1: the file has 5,000,000 bytes; the limit is 1,000,000. "
        "A domain file is a few kilobytes: is this another file, or a domain to be split?",
    ),
    "latin-1": (
        "domain: analytics\ndescription: für alle\n".encode("latin-1"),
        "2:15: the file is not UTF-8: byte 33 of it is 0xfc. Save it as UTF-8.",
    ),
    "utf-16": ("domain: x".encode("utf-16"), "1:1: the file is in UTF-16, not UTF-8. Save it as UTF-8."),
    "binary": (b"\x00\x01\x02", "1:1: the character U+0000 is not allowed: a control character. Remove it."),
}


@pytest.mark.parametrize(("content", "line"), BAD.values(), ids=BAD)
def test_a_file_that_cannot_be_used_gives_one_line(content: bytes, line: str, tmp_path: Path) -> None:
    root = write_mesh(tmp_path)
    (root / ANALYTICS_FILE).write_bytes(content)
    assert said_about(root) == (f"{ANALYTICS_FILE}:{line}",)


def test_a_byte_order_mark_and_windows_line_ends_are_fine(tmp_path: Path) -> None:
    root = write_mesh(tmp_path, {name: "\ufeff" + text.replace("\n", "\r\n") for name, text in TEXTS.items()})
    assert said_about(root) == ()


def test_a_link_to_itself(tmp_path: Path) -> None:
    root = write_mesh(tmp_path)
    (root / "domains/loop.yaml").symlink_to("loop.yaml")
    assert said_about(root) == (
        "domains/loop.yaml:1:1: this link leads back to itself. Replace it by the file.",
    )


def test_a_link_to_nothing(tmp_path: Path) -> None:
    root = write_mesh(tmp_path)
    (root / "domains/gone.yaml").symlink_to("nowhere.yaml")
    assert said_about(root) == ("domains/gone.yaml:1:1: this link points to nothing. Repair or remove it.",)


def test_a_folder_and_a_pipe_named_like_files(tmp_path: Path) -> None:
    root = write_mesh(tmp_path)
    (root / "domains/folder.yaml").mkdir()
    os.mkfifo(root / "domains/pipe.yaml")
    assert said_about(root) == (
        "domains/folder.yaml:1:1: this is a folder. Give the folder another name, or remove it.",
        "domains/pipe.yaml:1:1: this is not a regular file. Replace it by a plain text file.",
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path: Path) -> None:
    root = write_mesh(tmp_path)
    (root / ANALYTICS_FILE).chmod(0)
    assert said_about(root) == (
        f"{ANALYTICS_FILE}:1:1: the file may not be read. Allow it: chmod u+r {ANALYTICS_FILE}",
    )


def test_other_endings_are_named_and_other_files_ignored(tmp_path: Path) -> None:
    root = write_mesh(tmp_path)
    for name in ("new.yml", "Big.YAML", "notes.md", ".hidden.yaml"):
        (root / "domains" / name).write_text("x")
    assert said_about(root) == (
        "domains/Big.YAML:1:1: a domain file ends in .yaml, not in .YAML. "
        "Rename it: git mv domains/Big.YAML domains/Big.yaml",
        "domains/new.yml:1:1: a domain file ends in .yaml, not in .yml. "
        "Rename it: git mv domains/new.yml domains/new.yaml",
    )


def test_domains_missing_and_empty(tmp_path: Path) -> None:
    root = write_mesh(tmp_path, {MESH_FILE: TEXTS[MESH_FILE]})
    first = "Write the first domain: meshwright new domain NAME"
    assert said_about(root) == (f"domains:1:1: there is no such folder. {first}",)
    (root / "domains").mkdir()
    assert said_about(root) == (f"domains:1:1: the folder holds no domain file. {first}",)
    (root / "domains").rmdir()
    (root / "domains").write_text("")
    assert said_about(root) == ("domains:1:1: the folder can't be read: Not a directory. Repair it.",)


def test_no_mesh_yaml(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"there is no mesh\.yaml here"):
        load_files(tmp_path)


def test_problems_of_all_files_come_together_and_broken_domains_still_exist(
    tmp_path: Path,
) -> None:
    texts = {name: text.replace("description:", "descripton:", 1) for name, text in TEXTS.items()}
    found = said_about(write_mesh(tmp_path, texts))
    assert [line.split(": ")[0] for line in found] == [
        "domains/analytics.yaml:1:1",
        "domains/analytics.yaml:2:1",
        "domains/orders.yaml:1:1",
        "domains/orders.yaml:2:1",
    ]


def test_load_mesh_raises_with_every_line(tmp_path: Path) -> None:
    root = write_mesh(tmp_path)
    (root / ANALYTICS_FILE).write_text("")
    with pytest.raises(UserError) as raised:
        load_mesh(root, environment=None, today=TODAY)
    assert str(raised.value) == (
        "The files of the mesh have problems:\n"
        "domains/analytics.yaml:1:1: the file is empty. Fill it in, or remove it."
    )


def test_load_mesh_takes_the_first_environment(tmp_path: Path) -> None:
    mesh = load_mesh(write_mesh(tmp_path), environment=None, today=TODAY)
    assert (mesh.environment, mesh.governance_account) == ("dev", "111111111111")
    prod = load_mesh(tmp_path, environment="prod", today=TODAY)
    assert {name: domain.account for name, domain in prod.domains.items()} == {
        "analytics": "333333333332",
        "orders": "222222222222",
    }


def test_an_unknown_environment(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no environment `prd`\. Did you mean `prod`\?"):
        load_mesh(write_mesh(tmp_path), environment="prd", today=TODAY)
