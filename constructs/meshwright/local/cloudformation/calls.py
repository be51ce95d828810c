"""The calls that a deployment has made for a resource, so that none is made twice after a crash.

A call's answer is kept with what the call changed, as one. A deployment that is taken up again makes its
calls from the beginning, and gets the answers of those that were made already.
"""

from collections import defaultdict
from collections.abc import Mapping

from meshwright.local.clients import Reply
from meshwright.local.persistence.keeper import Keeper, Pieces, written

CALLS = "call/"


class Calls:
    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        found: Mapping[str, tuple[int, list[tuple[str, str]], bytes]] = keeper.pieces_of(CALLS)
        self._made = {call: Reply(*parts) for call, parts in found.items()}
        self._of: dict[str, set[str]] = defaultdict(set)
        """The calls that are kept, by the work that they are part of."""
        for call in self._made:
            self._of[work_of(call)].add(call)

    def answered(self, call: str) -> Reply | None:
        """What was answered to a call before the crash."""
        return self._made.get(call)

    def noted(self, call: str, reply: Reply) -> Pieces:
        """What to keep of a call, with what it changed."""
        self._of[work_of(call)].add(call)
        return {CALLS + call: written((reply.status, list(reply.headers), reply.body))}

    def keep(self, call: str, reply: Reply) -> None:
        """The same for one that changed nothing else."""
        self._keeper.store.commit(self.noted(call, reply).items())

    def done(self, work: str) -> Pieces:
        """What to keep no longer, since the work has ended."""
        calls = self._of.pop(work, set())
        for call in calls:
            self._made.pop(call, None)
        return {CALLS + call: None for call in calls}


def work_of(call: str) -> str:
    return call.rpartition("#")[0]
