"""What one custom resource itself added, kept in Systems Manager Parameter Store under its stack and name.

CloudFormation's old document is not enough to know what may be removed. After a skipped rollback, a failed
delete or a lost answer it never describes what is live; and what another party had granted before it was
declared must outlive the declaration. Lake Formation itself keeps one row per principal and resource, with
the last writer only.

So before anything is added, what is about to be added is written here (a crash in between leaves the record
too wide, never too narrow), and afterwards the record is narrowed to what is declared. It also holds the ids
of the last requests answered, so that a late duplicate of an older event changes nothing.

A record is cut into parameters of at most 4,096 characters (the free tier), each readable alone. A new
generation is written completely before the old one is deleted, and a reader takes the union of what it finds.
"""

import base64
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .calls import Calls

ROOT = "/meshwright/lakeformation"
LIMIT = 4096  # characters of a standard parameter
REMEMBERED = 20  # requests, newest last


@dataclass(frozen=True)
class Record:
    items: frozenset[str] = frozenset()
    answered: tuple[str, ...] = ()
    names: tuple[str, ...] = ()  # of the parameters that hold it

    @property
    def exists(self) -> bool:
        return bool(self.names)


class Ledger:
    def __init__(self, calls: Calls, *, stack: str, logical_id: str) -> None:
        self._calls = calls
        self._path = f"{ROOT}/{stack}/{logical_id}"
        self.record = self._read()

    def write(self, items: Iterable[str], *, answered: str | None = None) -> None:
        """Replace the record, adding a request id to those answered; no call if nothing changes."""
        wanted = frozenset(items)
        ids = (*self.record.answered, answered)[-REMEMBERED:] if answered else self.record.answered
        if self.record.exists and wanted == self.record.items and ids == self.record.answered:
            return
        generation = 1 + max(
            (int(name.rsplit("/", 1)[1].split("-")[0]) for name in self.record.names), default=0
        )
        names = []
        for number, value in enumerate(_chunks(sorted(wanted), ids)):
            names.append(f"{self._path}/{generation}-{number}")
            self._calls("ssm", "put_parameter", Name=names[-1], Value=value, Type="String", Overwrite=True)
        self._delete(self.record.names)
        self.record = Record(wanted, ids, tuple(names))

    def delete(self) -> None:
        self._delete(self.record.names)
        self.record = Record()

    def others(self) -> frozenset[str]:
        """What the account's other custom resources own."""
        return frozenset(
            item
            for name, value in self._parameters(ROOT)
            if not name.startswith(self._path + "/")
            for item in _decode(value)[0]
        )

    def _read(self) -> Record:
        items: set[str] = set()
        answered: dict[str, None] = {}
        names = []
        for name, value in sorted(self._parameters(self._path)):
            names.append(name)
            part, ids = _decode(value)
            items.update(part)
            answered.update(dict.fromkeys(ids))
        return Record(frozenset(items), tuple(answered)[-REMEMBERED:], tuple(names))

    def _parameters(self, path: str) -> Iterator[tuple[str, str]]:
        for parameter in self._calls.pages(
            "ssm", "get_parameters_by_path", "Parameters", Path=path, Recursive=True
        ):
            yield parameter["Name"], parameter["Value"]

    def _delete(self, names: tuple[str, ...]) -> None:
        for start in range(0, len(names), 10):
            self._calls("ssm", "delete_parameters", Names=list(names[start : start + 10]))


def _chunks(items: list[str], answered: tuple[str, ...]) -> Iterator[str]:
    packed = zlib.compress(json.dumps({"items": items, "answered": answered}).encode(), 9)
    value = base64.b64encode(packed).decode()
    if len(value) <= LIMIT or len(items) < 2:
        yield value
    else:
        yield from _chunks(items[: len(items) // 2], answered)
        yield from _chunks(items[len(items) // 2 :], ())


def _decode(value: str) -> tuple[list[str], list[str]]:
    content = json.loads(zlib.decompress(base64.b64decode(value)))
    return content["items"], content["answered"]
