"""What `explain` answers, as text for people, Markdown, or JSON for programs.

It has two layers: the answer with its reason and what would mend it, and below it, if asked for, every hop.
"""

import json
import textwrap
from collections.abc import Callable, Iterator
from typing import Final

from meshwright.commands.access_wording import wrapped
from meshwright.commands.explanation import Answer, broken
from meshwright.commands.summary import VERDICTS, Summary, Verdict, summary, unchecked_texts
from meshwright.markdown import escaped, fenced, row

MORE = "`--hops` shows each hop, what makes it hold, and the call that mends it."


def text(answer: Answer, files: Answer | None, hops: bool = False) -> str:
    """The answer, and with `hops` each of them; `files`: what they say, where the accounts were asked."""
    return "\n".join(_lines(answer, files, hops))


def _lines(answer: Answer, files: Answer | None, hops: bool) -> Iterator[str]:
    live = files is not None
    said = summary(answer, live=live)
    yield wrapped(f"{VERDICTS[said.verdict]}: {said.sentence}.", first="", rest="    ")
    for sentence in _sentences(said):
        yield wrapped(sentence, first="    ", rest="      ")
    for sentence in unchecked_texts(said.unchecked, live=live):
        yield wrapped(sentence, first="    ", rest="      ")
    if files is not None:
        yield ""
        yield from (wrapped(each, first="", rest="  ") for each in _compared(answer, files))
    yield ""
    if not hops:
        yield MORE
        return
    yield from _hops(answer, live=live)
    yield from _call(answer, live=live)
    if resting := _rests_on(answer, live=live):
        yield from ("", resting)
        yield from (wrapped(each, first="  - ", rest="    ") for each in dict.fromkeys(answer.assumed))
    if files is not None and (differing := _differing(answer, files)):
        yield from ("", "Files and accounts differ at:")
        yield from (wrapped(each, first="  - ", rest="    ") for each in differing)


def _sentences(said: Summary) -> Iterator[str]:
    """Why, what can be read, and who mends what cannot."""
    first = "By the files it cannot:" if said.verdict is Verdict.UNAGREED else "Because"
    for number, reason in enumerate(said.reasons):
        yield f"{first if number == 0 else 'Also,'} {reason}."
    yield from said.details
    if said.fix:
        yield f"Fix: {said.place + ': ' if said.place else ''}{said.fix}"
    if said.owner:
        yield f"Who mends it: {said.owner}{', by ' + said.mend if said.mend else ''}."


def _rests_on(answer: Answer, *, live: bool) -> str:
    """What stands over the assumptions; empty where there are none to tell."""
    if not answer.assumed or not (answer.shows or live):
        return ""
    return "This rests on:" if answer.allowed else "Taken for granted:"


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


def _call(answer: Answer, *, live: bool) -> Iterator[str]:
    """What mends the first hop that does not hold, where that is what keeps the role out."""
    hop = broken(answer)
    if answer.allowed or hop is None or not hop.repair or not (live or answer.agreement.holds):
        return
    yield ""
    if hop.repair.startswith("aws "):
        yield f"Fix, by {hop.owner}:"
        yield textwrap.indent(hop.repair, "  ")
    else:
        yield wrapped(hop.repair, first=f"Fix, by {hop.owner}: ", rest="  ")


def _mark(holds: bool) -> str:
    return "yes" if holds else "NO "


def _compared(live: Answer, files: Answer) -> Iterator[str]:
    if live.outcome == files.outcome:
        yield "The files say the same."
        return
    by_files = summary(files, live=False)
    yield f"The files say otherwise: by them {by_files.sentence}."
    yield "`meshwright audit` lists what differs in all accounts, with repairs; or deploy."


def _differing(live: Answer, files: Answer) -> list[str]:
    """The hops that hold on one side alone."""
    if live.outcome == files.outcome:
        return []
    expected = {hop.step: hop for hop in files.hops}
    return [hop.what for hop in live.hops if hop.step in expected and expected[hop.step].holds != hop.holds]


def markdown(answer: Answer, files: Answer | None, hops: bool = False) -> str:
    """The answer as a heading; with `hops` each of them as a row of a table."""
    live = files is not None
    said = summary(answer, live=live)
    lines = [f"### {VERDICTS[said.verdict]}: {escaped(said.sentence)}", ""]
    lines += [f"- {escaped(each)}" for each in _sentences(said)]
    lines += [f"- {escaped(each)}" for each in unchecked_texts(said.unchecked, live=live)]
    if files is not None:
        lines += ["", *(escaped(each) for each in _compared(answer, files))]
    if not hops:
        return "\n".join([*lines, "", MORE])
    agreed = answer.agreement
    lines += ["", "| | hop | evidence |", "|---|---|---|"]
    lines.append(row([_sign(agreed.holds), escaped(agreed.what), escaped(", ".join(answer.places))]))
    for hop in answer.hops:
        lines.append(row([_sign(hop.holds), escaped(hop.what), escaped("; ".join(hop.evidence))]))
    lines += _call_markdown(list(_call(answer, live=live)))
    if resting := _rests_on(answer, live=live):
        lines += ["", resting, "", *(f"- {escaped(each)}" for each in dict.fromkeys(answer.assumed))]
    if files is not None and (differing := _differing(answer, files)):
        lines += ["", "Files and accounts differ at:", "", *(f"- {escaped(each)}" for each in differing)]
    return "\n".join(lines)


def _call_markdown(lines: list[str]) -> list[str]:
    """What `_call` yields: an empty line, who mends it, and the command if there is one."""
    if not lines:
        return []
    _, who, *command = lines
    said = ["", escaped(" ".join(who.split()))]
    return [*said, "", *fenced(textwrap.dedent("\n".join(command)).splitlines(), "sh")] if command else said


def _sign(holds: bool) -> str:
    return "yes" if holds else "**no**"


def as_json(answer: Answer, files: Answer | None, hops: bool = True) -> str:
    """One object with both layers; `files` too where the accounts were asked."""
    content = {"summary": summary(answer, live=files is not None).as_object(), **answer.as_object()}
    if files is not None:
        content["files"] = {"summary": summary(files, live=False).as_object(), **files.as_object()}
    return json.dumps(content, indent=2, ensure_ascii=False)


FORMATS: Final[dict[str, Callable[[Answer, Answer | None, bool], str]]] = {
    "text": text,
    "markdown": markdown,
    "json": as_json,
}
