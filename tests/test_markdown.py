"""Markdown shows the texts of others and makes nothing of them."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from meshwright.markdown import code, escaped, fenced, preformatted, row, table, without_html

FEW = settings(max_examples=50, deadline=None)
READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
SIGNS = st.sampled_from(
    [
        *"\\`*_[]()<>#@!~|$&:-+=.1 a\n",
        *("https://x.example", "www.x.example", "@team", "#1", "GH-1", "a_b", ":smile:", "&lt;"),
        *("<b>", "<!--", "![a](b)", "[a](b)", "`a`", "``", "---", "1. a", "# a"),
    ]
)
TEXTS = st.lists(
    SIGNS | st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=3), max_size=12
).map("".join)


def said(tokens: Sequence[Token] | None) -> str:
    """What a line says. There is nothing in it but text, code, and comments that say nothing."""
    parts = []
    for token in tokens or ():
        assert token.type in ("text", "code_inline") or token.content == "<!-- -->", token
        parts.append(f"`{token.content}`" if token.type == "code_inline" else token.content)
    return "".join(part for part in parts if part != "<!-- -->")


def lines(markdown: str) -> list[str]:
    return [said(token.children) for token in READER.parse(markdown) if token.type == "inline"]


@FEW
@given(TEXTS)
def test_a_cell_says_the_text(text: str) -> None:
    assert lines("\n".join(table(["a", "b"], [[text, "x"]]))) == ["a", "b", " ".join(text.split()), "x"]


@FEW
@given(TEXTS)
def test_a_line_says_the_text(text: str) -> None:
    expected = " ".join(text.split())
    kinds = [token.type for token in READER.parse(f"x\n\n- a {escaped(text)}\n\n{escaped(text)}")]
    assert [kind for kind in kinds if kind in ("heading_open", "ordered_list_open", "hr", "html_block")] == []
    assert lines(f"{escaped(text)}\n\n- {escaped(text)}") == ([expected] * 2 if expected else [])


@FEW
@given(TEXTS)
def test_code_says_the_text(text: str) -> None:
    expected = " ".join(text.split())
    [children] = [token.children for token in READER.parse(f"a {code(text)} b") if token.type == "inline"]
    found = [token.content for token in children or () if token.type == "code_inline"]
    assert found == ([expected] if expected else [])


@FEW
@given(TEXTS)
def test_blocks_hold_the_text(text: str) -> None:
    fence, *_ = READER.parse("\n".join(fenced(text.split("\n"), "sh")))
    assert (fence.type, fence.content) == ("fence", f"{text}\n")
    block, *others = READER.parse("\n".join(preformatted(text.split("\n"))))
    assert (block.type, others, block.content.count("<")) == ("html_block", [], 2)


@FEW
@given(TEXTS)
def test_a_dashboard_says_the_text(text: str) -> None:
    written = without_html(text)
    assert lines(f"a\n\n{written}")[1:] in ([], [" ".join(text.split())])


def test_what_github_looks_for_is_apart() -> None:
    assert escaped("Ask @acme/team, see #1, GH-2, https://x.example and www.x.example :tada:") == (
        "Ask &#64;<!-- -->acme/team, see #<!-- -->1, GH-<!-- -->2, https:<!-- -->//x.example and "
        "www<!-- -->.x.example :<!-- -->tada:"
    )
    assert escaped("`orders` of order_date [x](y) <b> 50% | a") == (
        "`orders` of order_date \\[x\\](y) &lt;b&gt; 50% \\| a"
    )
    assert escaped("arn:aws:iam::222222222221:role/A") == "arn:aws:iam::222222222221:role/A"
    assert row(["a", "b"]) == "| a | b |"
