"""What must stay true of the code's shape."""

import re
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
SOURCES = sorted((REPOSITORY / "constructs").rglob("*.py"))


def test_constructs_is_no_package() -> None:
    """With an __init__.py it would shadow the library `constructs` that aws_cdk imports."""
    assert (REPOSITORY / "constructs" / "meshwright" / "__init__.py").exists()
    assert not (REPOSITORY / "constructs" / "__init__.py").exists()


def test_no_module_is_longer_than_four_hundred_lines() -> None:
    lengths = {path.relative_to(REPOSITORY): len(path.read_text().splitlines()) for path in SOURCES}
    assert len(lengths) > 50
    assert {path: length for path, length in lengths.items() if length > 400} == {}


def test_files_are_written_in_one_place() -> None:
    """The embedded AWS has a folder of its own, declared.py a temporary one."""
    writes = re.compile(
        r"\.write_(text|bytes)\(|open\([^)]*[\"'][wxa]b?[\"']|\.(rename|mkdir|symlink_to)\(|shutil\."
    )
    package = REPOSITORY / "constructs" / "meshwright"
    modules = {path.relative_to(package).as_posix() for path in SOURCES if writes.search(path.read_text())}
    assert {name for name in modules if not name.startswith("local/")} == {"writing.py", "cdk/declared.py"}


def test_the_command_line_starts_without_the_cdk_or_boto3() -> None:
    """What `validate` loads is in its own test."""
    code = (
        "import sys; from meshwright.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "print({'aws_cdk', 'jsii', 'boto3', 'botocore', 'moto'} & set(sys.modules), 'typer' in sys.modules)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, "--help"], cwd=REPOSITORY, text=True, capture_output=True, check=True
    )
    assert result.stdout.splitlines()[-1] == "set() True"
