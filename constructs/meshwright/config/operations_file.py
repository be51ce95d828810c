"""Cost and watching: budgets and monitoring of a domain, and the trail of the mesh."""

from typing import Annotated

from pydantic import Field, StringConstraints

from meshwright.config import spelling
from meshwright.config.base import FileModel

HttpsAddress = Annotated[str, StringConstraints(pattern=spelling.HTTPS, max_length=500)]
"""Short enough for the description of an alarm, which has 1,024 characters.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
"""


class Budget(FileModel):
    """An AWS Budget of the domain's account."""

    monthly_usd: Annotated[int, Field(ge=1, le=100_000_000)]
    """What the account may cost in a month, in US dollars."""
    alert_at: Annotated[list[Annotated[int, Field(ge=1, le=1000)]], Field(min_length=1, max_length=4)] = [
        80,
        100,
    ]
    """The owner is told when the cost of the month reaches so many percent of it, or is forecast to reach the
    highest of them."""


class Monitoring(FileModel):
    """Dashboard and alarms of the domain. `monitoring: {}` is enough."""

    dashboard: bool = True
    """A CloudWatch dashboard: 3 US dollars a month, unless small and among the account's first three."""
    chat_webhook: Annotated[str, StringConstraints(pattern=spelling.FUNCTION_ARN)] | None = None
    """ARN of a Lambda function that posts what it is called with to a chat. It is called in the environment
    whose account of the domain it is in."""
    runbooks: HttpsAddress | None = None
    """Address of the domain's runbooks, if they aren't those of mesh.yaml; alarms link to it."""


class MeshMonitoring(FileModel):
    """Watching the mesh as a whole. `monitoring: {}` is enough."""

    dashboard: bool = True
    """A CloudWatch dashboard of the mesh, in the governance account."""
    runbooks: HttpsAddress | None = None
    """Address of the runbooks that alarms link to: `#delivery-failed` and the like are put behind it."""


class AuditTrail(FileModel):
    """A CloudTrail in the governance account, encrypted and retained: who did what with data. Where that
    account has a trail already, management events cost 2 US dollars for 100,000."""

    retention_days: Annotated[int, Field(ge=90, le=3653)] = 365
    """How long its files are kept, in days (90 to 3653)."""
    data_events: bool = True
    """Also each object read or written through Lake Formation: 0.10 US dollars for 100,000 of them."""
