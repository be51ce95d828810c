"""A schedule: what happens, drawn from a seed, as plain data, so that it can be repeated and made shorter."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from meshwright.provider.document import Grant
from tests.soak.function import SECONDS, simulated
from tests.soak.resources import FOREIGN, KINDS, OWNER, PREEXISTING, STRANGER, Kind, Properties
from tests.soak.world import PASSING, REFUSED, Trouble, World

HARD = ("crash after", "crash before", "slow", *REFUSED)


@dataclass(frozen=True)
class Step:
    """`do` names what happens, with what else of the fields it needs."""

    do: str
    which: int = 0
    properties: Properties = field(default_factory=dict)
    faults: tuple[str, ...] = ()
    puts: tuple[str, ...] = ()
    seconds: float = SECONDS
    stops_at: int | None = None
    flag: bool = False
    """Of a deployment that its rollback is skipped, of a removal that the whole stack goes, and the like."""

    @property
    def trouble(self) -> Trouble:
        return Trouble(list(self.faults), list(self.puts), self.seconds, self.stops_at, self.flag)

    def __str__(self) -> str:
        """Without what is as usual."""
        usual = Step(self.do)
        rest = {name: value for name, value in vars(self).items() if value != getattr(usual, name)}
        return f"{self.do} {rest}"


@dataclass(frozen=True)
class Schedule:
    seed: int
    kinds: tuple[Kind, ...]
    preexisting: frozenset[Grant]
    page: int
    steps: tuple[Step, ...]

    @classmethod
    def of(cls, seed: int) -> "Schedule":
        chance = random.Random(seed)  # noqa: S311 - nothing secret
        kinds = tuple(chance.sample(KINDS, chance.choice((1, 1, 2, 3))))
        return cls(
            seed=seed,
            kinds=kinds,
            preexisting=frozenset(chance.sample(PREEXISTING, chance.randrange(5))),
            page=chance.choice((2, 1000, 1000)),
            steps=tuple(_step(chance, kinds) for _ in range(chance.randint(2, 8))),
        )

    def problems(self) -> list[str]:
        """What did not hold, in the order in which it happened."""
        world = World(list(self.kinds), self.preexisting, page=self.page)
        with simulated(world.clock, self.seed):
            for step in self.steps:
                _do(world, step)
            self._end(world)
        return world.problems

    def shrunk(self) -> "Schedule":
        """One that fails too, with as little in it as taking away one thing after another leaves."""
        shortest = self
        while shorter := next((one for one in shortest._shorter() if one.problems()), None):
            shortest = shorter
        return shortest

    def _shorter(self) -> Iterator["Schedule"]:
        for number, step in enumerate(self.steps):
            before, after = self.steps[:number], self.steps[number + 1 :]
            yield replace(self, steps=(*before, *after))
            simpler = [
                replace(step, faults=()),
                replace(step, puts=()),
                replace(step, seconds=SECONDS),
                replace(step, stops_at=None),
                replace(step, flag=False),
                *(
                    replace(step, faults=(*step.faults[:at], "none", *step.faults[at + 1 :]))
                    for at, fault in enumerate(step.faults)
                    if fault != "none"
                ),
            ]
            yield from (replace(self, steps=(*before, one, *after)) for one in simpler if one != step)
        if self.preexisting:
            yield replace(self, preexisting=frozenset())

    def _end(self, world: World) -> None:
        """All is brought in order, and taken away; what is delivered late changes none of it."""
        chance = random.Random(self.seed + 1)  # noqa: S311
        while world.paused:
            world.finish(*world.paused.pop())
        for state in world.states:
            properties = state.declared or state.kind.declare(chance)
            world.deploy(state, properties, Trouble())
        self._late(world, chance, HARD)
        for state in world.states:
            world.remove(state, Trouble(), whole_stack=chance.random() < 0.5)
        world.invite(OWNER)
        self._late(world, chance)
        if world.model.records:
            world.problems.append(f"records are left: {world.model.records}")
        if at_work := [name for name in world.model.parameters if "/at-work/" in name]:
            world.problems.append(f"still at work: {at_work}")

    def _late(self, world: World, chance: random.Random, hard: tuple[str, ...] = ()) -> None:
        for sent in chance.sample(world.sent, min(len(world.sent), 6)):
            world.duplicate(sent, Trouble(_faults(chance, hard) if chance.random() < 0.2 else []))
        world.check()


def _step(chance: random.Random, kinds: tuple[Kind, ...]) -> Step:
    which = chance.randrange(1000)
    do = chance.choices(list(STEPS), [weight for weight, _ in STEPS.values()])[0]
    if do not in ("deploy", "remove", "duplicate"):
        return Step(do, which, flag=chance.random() < 0.5)
    return Step(
        do,
        which,
        properties=kinds[which % len(kinds)].declare(chance) if do == "deploy" else {},
        faults=tuple(_faults(chance, HARD if chance.random() < 0.6 else ())),
        puts=tuple(chance.choices(("lost", "unsure"), k=chance.choice((0, 0, 0, 0, 0, 1, 2)))),
        seconds=chance.choice((SECONDS,) * 9 + (chance.uniform(1, 90),)),
        stops_at=chance.randrange(20) if chance.random() < 0.2 and do != "duplicate" else None,
        flag=chance.random() < 0.3,
    )


def _faults(chance: random.Random, hard: tuple[str, ...]) -> list[str]:
    """Of the calls of one event. A hard one comes once or twice, since Lambda tries three times.

    Only once a refusal: what can write neither that it is at work nor that it failed cannot be known again.
    """
    number = chance.choice((0, 0, 3, 8, 11))
    faults = [chance.choice(PASSING) if chance.random() < 0.4 else "none" for _ in range(number)]
    for _ in range(chance.choice((1, 1, 2)) if hard else 0):
        at = chance.randrange(40)
        faults += ["none"] * (at + 1 - len(faults))
        faults[at] = chance.choice(
            hard if {*REFUSED}.isdisjoint(faults) else [one for one in hard if one not in REFUSED]
        )
    return faults


def _do(world: World, step: Step) -> None:
    STEPS[step.do][1](world, step)


def _deploy(world: World, step: Step) -> None:
    state = world.states[step.which % len(world.states)]
    world.deploy(state, step.properties, step.trouble, after="skipped" if step.flag else "rollback")


def _remove(world: World, step: Step) -> None:
    state = world.states[step.which % len(world.states)]
    world.remove(state, step.trouble, whole_stack=step.flag)


def _duplicate(world: World, step: Step) -> None:
    if world.sent:
        world.duplicate(world.sent[step.which % len(world.sent)], step.trouble)
        world.check()


def _resume(world: World, step: Step) -> None:
    if world.paused:
        world.finish(*world.paused.pop(step.which % len(world.paused)))
        world.check()


def _clock(world: World, step: Step) -> None:
    """Time goes by, or the time of day is set, within what requests are remembered for."""
    if step.flag:
        world.clock.now += step.which * 60
    else:
        world.clock.offset += (step.which - 500) * 60


STEPS: dict[str, tuple[int, Callable[[World, Step], Any]]] = {
    "deploy": (8, _deploy),
    "remove": (3, _remove),
    "duplicate": (4, _duplicate),
    "resume": (1, _resume),
    "grant": (1, lambda world, step: world.grant(FOREIGN[step.which % len(FOREIGN)])),
    "kill": (1, lambda world, step: world.kill(forgets=step.flag)),
    "drift": (1, lambda world, step: world.drift(step.which)),
    "commit": (1, lambda world, step: world.commit()),
    "invite": (1, lambda world, step: world.invite(OWNER if step.flag else STRANGER)),
    "clock": (1, _clock),
}
"""What may happen, how often, and what it does."""
