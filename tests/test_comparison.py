# ruff: noqa: E501 (whole lines of output)
"""The files against a git ref: what is refused, by `validate --base`, `plan` and the app alike."""

import subprocess
from datetime import date
from pathlib import Path

import pytest

from meshwright import cli
from meshwright.command_line import files, review
from meshwright.comparison import compare, load_compared
from meshwright.config.git import at_merge_base
from meshwright.errors import UserError
from tests.config.small_mesh import ANALYTICS_FILE, MESH_FILE, ORDERS_FILE, TODAY, write_mesh

DROPPED = "domains/orders.yaml:{line}:3: products.sales: the approval of analytics is removed, but analytics (role analysts) reads `orders`. Put the approval back with an `until` that leaves analytics time; remove it after that day, or once analytics no longer asks for orders.sales."


def git(folder: Path, *arguments: str) -> None:
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@acme.example", *arguments]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "A state")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small mesh, committed on main, in the current folder; a branch is checked out."""
    git(tmp_path, "init", "--quiet", "--template=", "--initial-branch", "main")
    write_mesh(tmp_path)
    commit(tmp_path)
    git(tmp_path, "checkout", "--quiet", "-b", "work")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(review, "today", lambda: TODAY)
    return tmp_path


def edit(root: Path, file: str, old: str, new: str) -> None:
    text = (root / file).read_text()
    assert text.count(old) == 1
    (root / file).write_text(text.replace(old, new))


def drop_approval(root: Path) -> None:
    text = (root / ORDERS_FILE).read_text()
    (root / ORDERS_FILE).write_text(text[: text.index("    shared_with:")])


def dropped(root: Path) -> str:
    """What is said of it: at the product, since nothing of `shared_with` is left."""
    lines = (root / ORDERS_FILE).read_text().splitlines()
    return DROPPED.format(line=lines.index("  sales:") + 1)


def refusal(root: Path, base: str = "main", **arguments: object) -> str:
    with pytest.raises(UserError) as raised:
        load_compared(root, environment=None, today=TODAY, base=base, **arguments)  # type: ignore[arg-type]
    return str(raised.value).replace(str(root), "ROOT")


def test_what_happened_on_the_base_meanwhile_is_not_part_of_the_change(root: Path) -> None:
    git(root, "checkout", "--quiet", "main")
    edit(root, ORDERS_FILE, "description: Customer orders.", "description: All orders.")
    commit(root)
    git(root, "checkout", "--quiet", "work")
    edit(root, ANALYTICS_FILE, "description: Reports.", "description: Reports and models.")
    assert compare(root, base="main", today=TODAY).changed == {"analytics"}
    assert at_merge_base(root, "main").name == "main"


def test_without_a_common_commit(root: Path) -> None:
    git(root, "checkout", "--quiet", "--orphan", "other")
    git(root, "commit", "--quiet", "--message", "Another beginning")
    with pytest.raises(UserError) as raised:
        at_merge_base(root, "main")
    assert str(raised.value) == (
        f"{root}: `main` and HEAD have no commit in common. Name a commit that this branch comes from; in a shallow clone first get the history: git fetch --unshallow (in GitHub Actions: actions/checkout with `fetch-depth: 0`)"
    )


def test_the_app_refuses_what_validate_and_plan_refuse(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    drop_approval(root)
    line = dropped(root)
    assert refusal(root) == f"The files of the mesh have problems:\n{line}"
    assert cli.main(["validate", "--base", "main"]) == 1
    assert capsys.readouterr().out.splitlines()[-2:] == [
        line,
        "2 domains, 1 product, 0 subscriptions agreed, 1 pending: 1 problem",
    ]
    assert cli.main(["plan", "--base", "main"]) == 1
    assert " ".join(capsys.readouterr().out.split()).count(line) == 1


def test_nothing_is_refused_that_is_accepted_by_name(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    drop_approval(root)
    mesh = load_compared(root, environment=None, today=TODAY, base="main", accepted=("orders.sales",))
    assert mesh.agreed_by_producer == {}
    assert cli.main(["validate", "--base", "main", "--accept-breaking", "orders.sales"]) == 0
    assert capsys.readouterr().out.endswith("no problems\n")


def test_a_name_to_accept_that_nothing_has(root: Path) -> None:
    drop_approval(root)
    assert refusal(root, accepted=("orders.sale",)) == (
        "There is no product or stream `orders.sale` to accept the breaking of. Did you mean `orders.sales`?"
    )


def test_without_a_base_nothing_is_compared(root: Path) -> None:
    drop_approval(root)
    assert load_compared(root, environment=None, today=TODAY, base=None).agreed_by_producer == {}


def test_problems_of_the_files_and_refusals_stand_together(root: Path) -> None:
    drop_approval(root)
    edit(root, ANALYTICS_FILE, "description: Reports.", "descripton: Reports.")
    assert refusal(root).splitlines()[1:] == [
        "domains/analytics.yaml:1:1: description: the key `description` is missing. Add it: what the domain is about.",
        "domains/analytics.yaml:2:1: descripton: unknown key `descripton`. Did you mean `description`?",
    ]


def test_a_base_with_problems(root: Path) -> None:
    edit(root, ANALYTICS_FILE, "description: Reports.", "descripton: Reports.")
    commit(root)
    edit(root, ANALYTICS_FILE, "descripton: Reports.", "description: Reports.")
    assert refusal(root, base="HEAD").splitlines()[0] == (
        "The files at `HEAD` have problems, so there is nothing to compare with. Name another commit with --base."
    )


def test_an_environment_that_neither_side_has(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["plan", "--environment", "prd"]) == 2
    assert capsys.readouterr().err.startswith("mesh.yaml has no environment `prd`.")


def test_a_ref_that_is_not_there(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["plan", "--base", "mian"]) == 2
    assert "there is no commit `mian`" in capsys.readouterr().err


def test_the_end_of_a_sunset_frees_the_producer(root: Path) -> None:
    edit(
        root,
        ORDERS_FILE,
        "    classification: internal\n",
        "    classification: internal\n    status: deprecated\n    sunset: 2027-01-31\n",
    )
    commit(root)
    drop_approval(root)
    assert refusal(root, base="HEAD") == f"The files of the mesh have problems:\n{dropped(root)}"
    after = date(2027, 2, 1)
    assert load_compared(root, environment=None, today=after, base="HEAD").agreed_by_producer == {}


def test_an_environment_is_removed_with_all_that_is_in_it(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(
        root,
        MESH_FILE,
        "  dev: {",
        '  test: {governance_account: "111111111119", region: eu-west-1}\n  dev: {',
    )
    edit(
        root,
        ORDERS_FILE,
        'accounts: {dev: "222222222221"',
        'accounts: {test: "222222222229", dev: "222222222221"',
    )
    commit(root)
    git(root, "checkout", "--quiet", "main", "--", ".")
    assert cli.main(["plan"]) == 1
    out = " ".join(capsys.readouterr().out.split())
    assert "Environment dev; the same in prod: no change. Environment test. Access" in out
    assert (
        "orders: The domain leaves. Its data stays in account 222222222229, managed by nothing any more"
        in out
    )
    assert "acme-governance (account 111111111119, eu-west-1): no file leads to it any more." in out


def test_the_first_pull_request_of_a_new_mesh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its base has no mesh yet, so nothing can be taken from anyone."""
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "Nothing yet")
    write_mesh(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(files, "today", lambda: TODAY)
    assert cli.main(["validate", "--base", "main"]) == 0
    assert load_compared(tmp_path, environment=None, today=TODAY, base="main").name == "acme"
