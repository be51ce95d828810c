"""The embedded AWS must be running for its accounts to be entered."""

from datetime import date
from pathlib import Path

import pytest

from meshwright.commands.live import accounts_of
from meshwright.errors import UserError
from meshwright.project import load_mesh
from tests.config.small_mesh import write_mesh


def test_the_embedded_aws_is_not_running(tmp_path: Path) -> None:
    mesh = load_mesh(write_mesh(tmp_path), environment="dev", today=date(2027, 1, 1))
    with pytest.raises(UserError) as caught:
        accounts_of(mesh, root=tmp_path, local=True)
    assert str(caught.value) == (
        f"The embedded AWS of {tmp_path} is not running. Start it with `meshwright local up`, or with the "
        "mesh deployed to it: `meshwright local demo` (`make demo`)."
    )
