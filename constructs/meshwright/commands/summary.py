"""The first layer of what `explain` answers: yes or no, why, what would mend it and who, without AWS."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from meshwright.commands.explanation import Answer, broken
from meshwright.commands.unchecked import Unchecked


class Verdict(StrEnum):
    """Whether the role can read it; what can be read is not always what was agreed to."""

    YES = "yes"
    UNAGREED = "unagreed"
    NO = "no"


VERDICTS = {Verdict.YES: "Yes", Verdict.UNAGREED: "Yes, though no file agrees to it", Verdict.NO: "No"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The answer for whoever need not know how it comes about."""

    verdict: Verdict
    sentence: str
    """Without full stop: `analytics.analysts can read orders.sales.orders, only rows where country is DE`."""
    reasons: tuple[str, ...]
    """Why, without full stop; of a no the first one is to be mended first.

    Where no file agrees to a yes, why the files do not.
    """
    details: tuple[str, ...]
    """What can be read, and why not the rest."""
    fix: str = ""
    """What to change in the files, as a sentence."""
    place: str = ""
    """Where in them, as `domains/customers.yaml:52:102`."""
    mend: str = ""
    """What mends it in the accounts, as `accepting the share`, where the files need no change."""
    owner: str = ""
    """Who mends it."""
    unchecked: tuple[Unchecked, ...] = ()

    def as_object(self) -> dict[str, Any]:
        """For programs."""
        content = asdict(self)
        content["unchecked"] = [each._asdict() for each in self.unchecked]
        return content


def summary(answer: Answer, *, live: bool) -> Summary:
    """`live`: the accounts were asked, so that what is broken there counts beside what the files say."""
    return _yes(answer) if answer.allowed else _no(answer, live=live)


def _yes(answer: Answer) -> Summary:
    said = answer.agreement
    limits = "".join(f", {each}" for each in answer.limits)
    return Summary(
        verdict=verdict(answer),
        sentence=f"{answer.role} can read {answer.target}{limits}",
        reasons=(said.what,),
        details=answer.details,
        unchecked=answer.unchecked,
    )


def _no(answer: Answer, *, live: bool) -> Summary:
    """What the files do not agree to is mended there first, whatever else is broken."""
    said, hop = answer.agreement, broken(answer)
    counts = hop is not None and (live or said.holds)
    by_call = hop if said.holds else None
    return Summary(
        verdict=Verdict.NO,
        sentence=f"{answer.role} cannot read {answer.target}",
        reasons=(*(() if said.holds else (said.what,)), *((hop.plain,) if hop and counts else ())),
        details=(),
        fix=said.fix,
        place=answer.places[0] if said.fix and answer.places else "",
        mend=by_call.mend if by_call else "",
        owner=(by_call.team if by_call.mend else "") if by_call else answer.owner,
        unchecked=answer.unchecked if live else (),
    )


def verdict(answer: Answer) -> Verdict:
    """Yes or no, and whether the files agree to a yes."""
    if not answer.allowed:
        return Verdict.NO
    return Verdict.YES if answer.agreement.holds else Verdict.UNAGREED


def unchecked_texts(found: Sequence[Unchecked], *, live: bool) -> tuple[str, ...]:
    """`Not checked: the boundary acme-boundary; `--live` checks it.`"""
    by_live = [each.what for each in found if each.by_live and not live]
    others = [each.what for each in found if not each.by_live or live]
    texts = [f"Not checked: {', '.join(by_live)}; `--live` checks it."] if by_live else []
    return (*texts, *([f"Not checked: {', '.join(others)}."] if others else []))
