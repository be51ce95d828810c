"""Every alarm's runbook is a section of docs/runbooks.md, and every section is some alarm's."""

import re
from pathlib import Path

from meshwright.mesh.parts.watched import alarms_of
from meshwright.project import load_mesh
from tests.config.small_mesh import TODAY

REPOSITORY = Path(__file__).parents[2]
SECTION = re.compile(r"^## ([a-z]+(?:-[a-z]+)+)$", re.MULTILINE)


def sections() -> list[str]:
    return SECTION.findall((REPOSITORY / "docs" / "runbooks.md").read_text(encoding="utf-8"))


def test_each_runbook_named_in_the_code_has_its_section() -> None:
    parts = REPOSITORY / "constructs" / "meshwright" / "mesh"
    named = {
        name
        for file in parts.rglob("*.py")
        for name in re.findall(r'runbook="([^"]*)"', file.read_text(encoding="utf-8"))
    }
    assert len(named) >= 10
    assert sorted(sections()) == sorted(named)


def test_each_alarm_of_the_example_mesh() -> None:
    """Its names and its section are as AWS and the docs have them."""
    mesh = load_mesh(REPOSITORY, environment=None, today=TODAY)
    seen = 0
    for domain in mesh.domains.values():
        alarms = alarms_of(mesh, domain)
        names = [mesh.names.alarm(domain.name, each.key) for each in alarms]
        assert len(set(names)) == len(names)
        seen += len(alarms)
        for alarm in alarms:
            assert alarm.runbook in sections()
            assert len(alarm.text) < 800
            assert alarm.product is None or alarm.product in domain.file.products
            # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
            lasting = alarm.period * alarm.periods
            assert lasting <= (7 * 86_400 if alarm.period >= 3600 else 86_400)
    assert seen >= 15
