"""What goes on in the embedded AWS between requests: events under way, runs of pipelines and of rules."""

import threading
from collections.abc import Callable, Sequence

import moto.events.urls
import moto.stepfunctions.urls

from meshwright.local.clients import Clients
from meshwright.local.events import s3
from meshwright.local.events.api import EventsResponse
from meshwright.local.events.delivery import Delivery
from meshwright.local.glue.api import GlueResponse
from meshwright.local.glue.rulesets import RuleResult, Run
from meshwright.local.lakeformation.lake import Lake
from meshwright.local.stepfunctions.api import StepFunctionsResponse
from meshwright.local.stepfunctions.executions import Executions


class Running:
    """EventBridge and Step Functions, in the place of moto's, and Glue's evaluation of rules."""

    def __init__(
        self,
        clients: Clients,
        *,
        lakes: Callable[[str], Lake],
        lock: threading.Lock,
        organization: bool,
    ) -> None:
        """`lock` is held by whoever is in moto; `organization`: whether all accounts are in one."""
        self._delivery = Delivery(clients, lock=lock, organization=organization)
        self._executions = Executions(clients)

        def evaluate(run: Run, name: str, text: str) -> Sequence[RuleResult]:
            # Here, because few servers evaluate rules, and all have to start quickly.
            from meshwright.local.glue.evaluation import Evaluator

            return Evaluator(clients, lakes, lock)(run, name, text)

        GlueResponse.evaluate = staticmethod(evaluate)
        EventsResponse.delivery = self._delivery
        StepFunctionsResponse.executions = self._executions
        s3.send_through(self._delivery)
        moto.events.urls.url_paths = {"{0}/": EventsResponse.dispatch}
        moto.stepfunctions.urls.url_paths = {"{0}/$": StepFunctionsResponse.dispatch}

    def close(self) -> None:
        """Stops what goes on."""
        self._delivery.close()
        self._executions.close()
