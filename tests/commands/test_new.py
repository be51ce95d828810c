# ruff: noqa: E501 (whole lines of output)
"""`meshwright new`: valid files, nothing overwritten, nothing destroyed."""

import errno
import os
import re
from pathlib import Path

import pytest

from meshwright.cli import main
from tests.config.small_mesh import ANALYTICS_FILE, ORDERS, ORDERS_FILE, TEXTS, said_about, write_mesh

ACCOUNTS = ["--account", "dev=444444444441", "--account", "prod=444444444442"]
PRODUCT = """\
  returns:
    description: What returns holds and how fresh it is.
    classification: public
    tables:
      returns:
        description: What one row is.
        format: parquet              # or iceberg, json, csv
        columns:
          id: {type: string, description: What it identifies.}
          created_at: timestamp
          # email: {type: string, pii: true}   # hidden from others unless both sides say so
    # shared_with:                   # who may read it
    #   - {domain: other-domain, until: 2030-12-31}
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write_mesh(tmp_path)


def test_a_new_domain_with_its_accounts_is_valid(root: Path) -> None:
    assert main(["new", "domain", "shipping", *ACCOUNTS, "--team", "Ship it", "--email", "s@x.example"]) == 0
    assert said_about(root) == ()


def test_a_new_domain_without_accounts_says_that_they_are_to_be_set(root: Path) -> None:
    assert main(["new", "domain", "shipping", *ACCOUNTS[:2]]) == 0
    assert said_about(root) == (
        "domains/shipping.yaml:8:9: accounts.prod: the account in prod is still to be set. "
        'Write its 12 digits, in quotes: "222222222221".',
    )


def test_what_the_new_file_shows_in_comments_is_valid_too(root: Path) -> None:
    """Uncommented, its examples refer to another domain's product, which is all that is wrong with them."""
    main(["new", "domain", "shipping", *ACCOUNTS])
    file = root / "domains/shipping.yaml"
    text = file.read_text()
    shown = re.sub(
        r"(?m)^(\s*)# (?=streams|products|consumes|stewards|compute|pipelines|budget|monitoring|  |shards)",
        r"\1",
        text,
    )
    assert shown.count("\n") == text.count("\n")
    assert "\nconsumes:" in shown
    file.write_text(shown)
    assert [line.split(": ", 1)[1] for line in said_about(root)] == [
        "consumes[0].product: there is no domain `other-domain`. Known: `analytics`, `orders`."
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["orders"], "There is a domain `orders` already; its file is left as it is.\n"),
        (
            ["Orders"],
            "domains/Orders.yaml is not written, since it would be wrong:\ndomains/Orders.yaml:3:9: domain: `Orders` is not a name of "
            "lower-case letters and digits, with single hyphens inside, that begins with a letter. "
            "For example: order-intake\n",
        ),
        (
            ["shipping", "--account", "dev=222222222221"],
            "domains/shipping.yaml is not written, since it would be wrong:\n"
            "domains/shipping.yaml:7:8: accounts.dev: 222222222221 is the account of orders in dev already. "
            "Give each domain an account of its own in each environment.\n",
        ),
        (["new", "--account", "dev"], "--account dev: write it as ENVIRONMENT=ACCOUNT, like dev=222222222221.\n"),
        (
            ["new", "--account", "prd=1"],
            "--account prd=1: mesh.yaml has no environment `prd`. Did you mean `prod`?\n",
        ),
    ],
)  # fmt: skip
def test_a_domain_that_would_be_wrong_is_not_written(
    root: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    before = sorted((root / "domains").iterdir())
    assert main(["new", "domain", *arguments]) == 2
    assert capsys.readouterr().err == message
    assert sorted((root / "domains").iterdir()) == before
    assert (root / ORDERS_FILE).read_text() == ORDERS


def test_a_file_in_the_way_is_not_overwritten(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "domains/shipping.yaml").mkdir()
    assert main(["new", "domain", "shipping"]) == 2
    assert (root / "domains/shipping.yaml").is_dir()


@pytest.mark.parametrize("arguments", [["domain", "shipping", *ACCOUNTS], ["product", "orders", "returns"]])
@pytest.mark.parametrize("link", ["domains", ORDERS_FILE])
def test_nothing_is_written_through_a_link(
    root: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], link: str
) -> None:
    """A new file beside one that is a link is no matter."""
    elsewhere = root / "elsewhere"
    (root / link).rename(elsewhere)
    (root / link).symlink_to(elsewhere)
    if arguments[0] == "domain" and link != "domains":
        assert main(["new", *arguments]) == 0
        return
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    assert main(["new", *arguments]) == 2
    assert capsys.readouterr().err == (
        f"{link} is a link; nothing is written through links. Replace it by what it leads to.\n"
    )
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("arguments", [["domain", "shipping", *ACCOUNTS], ["product", "orders", "returns"]])
def test_a_full_disk_changes_nothing(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    monkeypatch.setattr(os, "fsync", full)
    assert main(["new", *arguments]) == 2
    assert capsys.readouterr().err.endswith(" can't be written: No space left on device.\n")
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("arguments", [["orders", "returns"], ["orders.returns"]])
def test_a_new_product_follows_the_others_and_all_else_stays(root: Path, arguments: list[str]) -> None:
    commented = ORDERS + "# the end\n"
    (root / ORDERS_FILE).write_text(commented)
    assert main(["new", "product", *arguments]) == 0
    assert (root / ORDERS_FILE).read_text() == f"{ORDERS}\n{PRODUCT}# the end\n"
    assert said_about(root) == ()


def test_the_first_product_of_a_domain(root: Path) -> None:
    assert main(["new", "product", "analytics", "returns"]) == 0
    text = TEXTS[ANALYTICS_FILE] + "\nproducts:\n" + PRODUCT
    assert (root / ANALYTICS_FILE).read_text() == text
    assert said_about(root) == ()


def test_products_before_other_keys_and_windows_line_ends(root: Path) -> None:
    moved = ORDERS.replace("\nroles:", "\nROLES:")
    head, _, products = moved.partition("products:\n")
    text = f"products:  # ours\n{products}  # done\n\n{head}".replace("ROLES", "roles").replace("\n", "\r\n")
    (root / ORDERS_FILE).write_bytes(text.encode())
    assert said_about(root) == ()
    assert main(["new", "product", "orders", "returns"]) == 0
    after = (root / ORDERS_FILE).read_bytes().decode()
    assert after.replace(("\n" + PRODUCT).replace("\n", "\r\n"), "") == text
    assert after.count("\n") == after.count("\r\n")
    assert said_about(root) == ()


def test_a_file_without_a_line_end(root: Path) -> None:
    (root / ORDERS_FILE).write_text(ORDERS.rstrip("\n"))
    assert main(["new", "product", "orders", "returns"]) == 0
    assert (root / ORDERS_FILE).read_text() == f"{ORDERS}\n{PRODUCT}"


def test_a_file_that_can_not_take_it_is_left_and_the_text_is_shown(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = TEXTS[ANALYTICS_FILE] + "products: {}\n"
    (root / ANALYTICS_FILE).write_text(text)
    assert main(["new", "product", "analytics", "returns"]) == 2
    assert (root / ANALYTICS_FILE).read_text() == text
    assert capsys.readouterr().err == (
        "domains/analytics.yaml is left as it is: its `products` is not written as an indented block. "
        f"Paste this under `products` of domains/analytics.yaml:\n\n{PRODUCT}\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["orders", "sales"], "domains/orders.yaml has a product `sales` already, which is left as it is.\n"),
        (["order", "x"], "There is no domain `order`. Did you mean `orders`?\n"),
        (["orders"], "Name the product too: meshwright new product DOMAIN NAME\n"),
        (
            ["orders", "Bad"],
            "domains/orders.yaml is left as it is: `Bad` is not a name of lower-case letters, digits and "
            "underscores (Glue and Athena store no others). For example: order_date\n",
        ),
    ],
)
def test_a_product_that_would_be_wrong(
    root: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert main(["new", "product", *arguments]) == 2
    assert capsys.readouterr().err == message
    assert (root / ORDERS_FILE).read_text() == ORDERS
