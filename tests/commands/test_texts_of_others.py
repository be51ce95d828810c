"""No command lets a text of a file, of an account or of data act on whoever reads its output."""

import json
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from meshwright.access.findings import Audit, Call, Finding, Severity
from meshwright.access.state import Unread
from meshwright.cli import main
from meshwright.commands.audit_text import Failed, Report, applied, call_lines, markdown, text
from meshwright.commands.audit_words import Words
from meshwright.commands.aws_lines import aws_line
from meshwright.mesh.model import Mesh
from meshwright.project import load_mesh
from meshwright.texts import inert
from tests.config.small_mesh import TEXTS, TODAY, write_mesh

ACTING = (
    "[link](https://x.example) ![image](https://x.example/i.png) <img src=x> <script>x</script> **b** ~~s~~ "
    "https://x.example www.x.example #1 GH-2 @acme/team a@b.example `c` | $x$ :tada: <!-- --> ``` </pre>"
)
READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
OUR_HTML = re.compile(
    r"<!-- (meshwright plan )?-->|<br>|</?details>|<summary>(Resources \([^<]*\)|Assumed)</summary>"
    r"|<pre>\n[^<]*</pre>|\n"
)


def acted(text: str) -> list[str]:
    """What of the Markdown is neither text nor ours, and what GitHub would find in its text."""
    found = []
    for block in READER.parse(text):
        if block.type == "html_block":
            found += [rest] if (rest := OUR_HTML.sub("", block.content)) else []
        for token in block.children or ():
            if token.type == "text":
                found += [sign for sign in ("://", "@acme", "#1", "GH-2", "www.") if sign in token.content]
            elif token.type not in ("code_inline", "softbreak", "strong_open", "strong_close"):
                found += [rest] if (rest := OUR_HTML.sub("", token.content)) else []
    return found


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    quoted = json.dumps(ACTING)
    texts = dict(TEXTS)
    for file, old in {
        "domains/orders.yaml": "Customer orders.",
        "domains/analytics.yaml": "Revenue by country.",
    }.items():
        texts[file] = texts[file].replace(old, quoted)
    orders = texts["domains/orders.yaml"]
    for plain in ("Orders and their lines.", "One row per order.", "One record per change."):
        orders = orders.replace(plain, quoted)
    texts["domains/orders.yaml"] = orders.replace(
        "          quantity: int\n",
        f"          quantity: {{type: int, description: {quoted}}}\n"
        '        quality: {rules: [dqdl: \'ColumnValues "order_id" = "`|<b>"\']}\n',
    )
    write_mesh(tmp_path, texts)
    monkeypatch.chdir(tmp_path)
    git = [
        "git",
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@b",
        "commit",
        "--quiet",
        "--allow-empty",
        "-m",
        "x",
    ]
    for command in (["git", "init", "--quiet"], git):
        subprocess.run(command, check=True)
    (tmp_path / "lines.json").write_text(
        json.dumps({"order_id": ACTING, "article": None, "quantity": 1}) + "\n"
    )
    return tmp_path


@pytest.mark.parametrize(
    "arguments",
    [
        ["access"],
        ["plan", "--base", "HEAD"],
        ["explain", "analytics.analysts", "orders.sales.orders"],
        ["cost"],
        ["quality", "check", "lines.json", "--table", "orders.sales.lines"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_markdown(arguments: list[str], root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*arguments, "--format", "markdown"]) in (0, 1)
    written = capsys.readouterr().out
    assert acted(written) == []
    if arguments[0] in ("access", "plan"):
        assert "script" in written


FINDING = Finding(
    code="role-unknown",
    severity=Severity.HIGH,
    account="222222222221",
    subject="x",
    what=f"the role {ACTING}\n is there",
    remedy=ACTING,
)


HOSTILE = "a\\'\n::add-mask::x\n\u202e\x1b[31m ##[group]\u2028\x85\x0b\x1cNo differences.\r\nNo differences."
"""Of an account: what ends lines, moves a terminal or is a command to a workflow."""


def test_no_text_of_an_account_makes_a_line_of_its_own(tmp_path: Path) -> None:
    mesh: Mesh = load_mesh(write_mesh(tmp_path), environment="dev", today=TODAY)
    finding = replace(FINDING, subject=HOSTILE, what=HOSTILE, remedy=HOSTILE)
    unread = (Unread("222222222221", "iam:GetRole", HOSTILE),)
    call = Call("222222222221", "iam", "tag_role", {"RoleName": HOSTILE})
    report = Report(mesh, Audit((finding,), unread), 3, {0: (call,)}, {0: HOSTILE})
    told = [text(report), markdown(report)]
    told += [
        applied(Words(mesh), 1, [Failed(finding, HOSTILE)], output=output) for output in ("text", "markdown")
    ]
    for written in told:
        shown = inert(written)
        assert not [line for line in shown.splitlines() if re.match(r"\s*(No differences|::)", line)]
        assert not re.search("[\x1b\u202e\u2028\x85\x0b\x1c]", shown)


@pytest.mark.parametrize(
    "value", [HOSTILE, "##[group]", "{", '{"a": "\u202e\n"}', "\U000e0041", "plain", "it's"]
)
def test_a_command_to_paste_means_what_the_account_has(value: str) -> None:
    call = Call(
        "222222222221", "iam", "tag_role", {"Name": value, "Names": [value, "b"], "Nested": [{"a": value}]}
    )
    line = inert(aws_line(call, "eu-west-1")).removeprefix("aws ")
    said = subprocess.run(
        ["bash", "-c", f"printf '%s\\0' {line}"], capture_output=True, check=True, env={"LC_ALL": "C.UTF-8"}
    )
    name, names, nested = (said.stdout.decode().split("\0")[place] for place in (5, 7, 10))
    assert name == value or json.loads(name) == json.loads(value)
    assert (names, json.loads(nested)) == (value, [{"a": value}])


def test_markdown_of_an_audit(tmp_path: Path) -> None:
    mesh: Mesh = load_mesh(write_mesh(tmp_path), environment="dev", today=TODAY)
    call = Call("222222222221", "iam", "tag_role", {"RoleName": f"a\n```\n{ACTING}"})
    unread = (Unread("222222222221", "iam:GetRole", ACTING),)
    report = Report(mesh, Audit((FINDING,), unread), 3, {0: (call,)}, {0: ACTING})
    assert acted(markdown(report)) == []
    words = Words(mesh)
    assert acted(applied(words, 1, [Failed(FINDING, ACTING)], output="markdown")) == []
    assert acted("\n".join(call_lines(words, call, output="markdown"))) == []


def test_a_line_of_a_report_is_no_command_of_a_workflow(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A purpose that is wrapped so that a line begins with it."""
    file = root / "domains/analytics.yaml"
    file.write_text(file.read_text().replace(json.dumps(ACTING), f"{'x' * 95} ::error::y z##[z]"))
    for output in ("text", "markdown", "json"):
        assert main(["access", "--format", output]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert [line for line in lines if line.lstrip().startswith("::") or "##[" in line] == []
        if output == "text":
            assert "        \\u003a:error::y z##\\u005bz]" in lines
