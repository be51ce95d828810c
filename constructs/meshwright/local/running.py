"""What goes on in the embedded AWS between requests: events under way, runs of pipelines and of rules."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import moto.events.urls
import moto.stepfunctions.urls

from meshwright.local.clients import Clients
from meshwright.local.events import s3
from meshwright.local.events.api import EventsResponse
from meshwright.local.events.delivery import Delivery
from meshwright.local.glue.api import GlueResponse
from meshwright.local.glue.rulesets import RuleResult, Run
from meshwright.local.lakeformation.lake import Lake
from meshwright.local.operations import Operation
from meshwright.local.persistence.keeper import Keeper
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
        keeper: Keeper,
    ) -> None:
        """`lock` is held by whoever is in moto; `organization`: whether all accounts are in one."""
        self._delivery = Delivery(clients, lock=lock, organization=organization)

        @contextmanager
        def keeping() -> Iterator[None]:
            with lock, keeper.operation(Operation("states", "", changes=True)):
                yield

        self._executions = Executions(clients, keeping)
        keeper.keep("event/", self._delivery.pending)
        keeper.keep("run/", self._executions.runs)
        keeper.keep("ruleset/", GlueResponse.rulesets)
        keeper.keep("evaluation/", GlueResponse.runs)

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

    def resume(self) -> None:
        """Goes on with what was under way when the last process ended."""
        self._delivery.resume()
        self._executions.resume()
        GlueResponse.resume()

    def close(self) -> None:
        """Stops what goes on."""
        self._delivery.close()
        self._executions.close()
