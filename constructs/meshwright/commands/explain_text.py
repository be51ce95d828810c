"""What `explain` answers, as text for people, Markdown, or JSON for programs."""

import json
import textwrap
from collections.abc import Callable, Iterator
from typing import Final

from meshwright.commands.access_wording import wrapped
from meshwright.commands.explanation import Answer, broken, verdict
from meshwright.markdown import code, escaped, row


def text(answer: Answer, files: Answer | None) -> str:
    """The answer, what is seen, and every hop; `files`: what the files say, where the accounts were asked."""
    return "\n".join(_lines(answer, files))


def _lines(answer: Answer, files: Answer | None) -> Iterator[str]:
    verb = "can read" if answer.allowed else "cannot read"
    name = answer.principal.rpartition("/")[2]
    yield wrapped(
        f"{verdict(answer)}: {answer.role} (role {name}) {verb} {answer.target}.",
        first="",
        rest="    ",
    )
    if answer.allowed and not answer.agreement.holds:
        yield wrapped(f"By the files it cannot: {answer.agreement.what}.", first="    ", rest="    ")
    if not answer.allowed:
        yield from _why_not(answer, live=files is not None)
    if answer.allowed:
        yield ""
        yield from answer.seen()
    yield ""
    yield from _hops(answer, live=files is not None)
    if resting := _rests_on(answer, live=files is not None):
        yield from ("", resting)
        yield from (wrapped(each, first="  - ", rest="    ") for each in dict.fromkeys(answer.assumed))
    if files is not None:
        yield ""
        yield from _compared(answer, files)


def _rests_on(answer: Answer, *, live: bool) -> str:
    """What stands over the assumptions; empty where there are none to tell."""
    if not answer.assumed or not (answer.shows or live):
        return ""
    return "This rests on:" if answer.allowed else "Taken for granted:"


def _why_not(answer: Answer, *, live: bool) -> Iterator[str]:
    said, hop = answer.agreement, broken(answer)
    if not said.holds:
        yield wrapped(f"Because {said.what}.", first="    ", rest="    ")
        if said.fix:
            place = f"{answer.places[0]}: " if answer.places else ""
            yield wrapped(f"{place}{said.fix}", first="    Fix: ", rest="         ")
        if answer.owner:
            yield wrapped(f"That is up to {answer.owner}.", first="    ", rest="    ")
    if hop is not None and (live or said.holds):
        yield wrapped(f"{'Because' if said.holds else 'Also,'} {hop.what}.", first="    ", rest="    ")
        if hop.repair.startswith("aws "):
            yield f"    Fix, by {hop.owner}:"
            yield textwrap.indent(hop.repair, "      ")
        elif hop.repair:
            yield wrapped(hop.repair, first=f"    Fix, by {hop.owner}: ", rest="      ")


def _hops(answer: Answer, *, live: bool) -> Iterator[str]:
    yield "What it takes, one after the other:"
    said = answer.agreement
    yield wrapped(f"{_mark(said.holds)}  {said.what}", first=" 1 ", rest="        ")
    if answer.places:
        yield wrapped(", ".join(answer.places), first="        ", rest="        ")
    if not said.holds and not live and not answer.shows:
        yield "        Nothing of what follows is deployed as long as this is so."
        return
    for number, hop in enumerate(answer.hops, start=2):
        yield wrapped(f"{_mark(hop.holds)}  {hop.what}", first=f"{number:2} ", rest="        ")
        for line in hop.evidence:
            yield wrapped(line, first="        ", rest="          ")


def _mark(holds: bool) -> str:
    return "yes" if holds else "NO "


def _compared(live: Answer, files: Answer) -> Iterator[str]:
    if live.outcome == files.outcome:
        yield "The files say the same."
        return
    verb = "can read" if files.allowed else "cannot read"
    seen = f": {files.briefly}" if files.allowed else ""
    yield wrapped(f"The files say otherwise: it {verb} it{seen}.", first="", rest="  ")
    expected = {hop.step: hop for hop in files.hops}
    for hop in live.hops:
        if hop.step in expected and expected[hop.step].holds != hop.holds:
            yield wrapped(f"they differ at: {hop.what}", first="  - ", rest="    ")
    yield "`meshwright audit` lists what differs in all accounts, with repairs; or deploy."


def markdown(answer: Answer, files: Answer | None) -> str:
    """The answer as a heading, its hops as a list."""
    verb = "can read" if answer.allowed else "cannot read"
    lines = [f"### {verdict(answer)}: {code(answer.role)} {verb} {code(answer.target)}", ""]
    if answer.allowed and not answer.agreement.holds:
        lines.append(f"- by the files it cannot: {escaped(answer.agreement.what)}")
    said_first = answer.seen() if answer.allowed else _why_not(answer, live=files is not None)
    lines += [f"- {escaped(part)}" for part in said_first]
    lines += ["", "| | hop | evidence |", "|---|---|---|"]
    said = answer.agreement
    lines.append(row([_sign(said.holds), escaped(said.what), escaped(", ".join(answer.places))]))
    for hop in answer.hops:
        lines.append(row([_sign(hop.holds), escaped(hop.what), escaped("; ".join(hop.evidence))]))
    if resting := _rests_on(answer, live=files is not None):
        lines += ["", resting, "", *(f"- {escaped(each)}" for each in dict.fromkeys(answer.assumed))]
    if files is not None:
        lines += ["", *map(_compared_markdown, _compared(answer, files))]
    return "\n".join(lines)


def _compared_markdown(line: str) -> str:
    text = line.strip()
    return f"- {escaped(text.removeprefix('- '))}" if text.startswith("- ") else escaped(text)


def _sign(holds: bool) -> str:
    return "yes" if holds else "**no**"


def as_json(answer: Answer, files: Answer | None) -> str:
    """One object; `files` too where the accounts were asked."""
    content = answer.as_object()
    if files is not None:
        content["files"] = files.as_object()
    return json.dumps(content, indent=2, ensure_ascii=False)


FORMATS: Final[dict[str, Callable[[Answer, Answer | None], str]]] = {
    "text": text,
    "markdown": markdown,
    "json": as_json,
}
