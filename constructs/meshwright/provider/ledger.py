"""What one custom resource itself added, kept in Systems Manager Parameter Store under its stack and name.

CloudFormation's old document is not enough to know what may be removed. After a skipped rollback, a failed
delete or a lost answer it never describes what is live; and what another party had granted before it was
declared must outlive the declaration. Lake Formation itself keeps one row per principal and resource, with
the last writer only.

So before anything is added, what is about to be added is written here (a crash in between leaves the record
too wide, never too narrow), and afterwards the record is narrowed to what is declared.

A record is cut into parameters of at most 4,096 characters (the free tier), each readable alone. A new one
is written completely, under names of its own, before the old one is deleted, and a reader takes the union of
what it finds.
"""

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .calls import Calls
from .packed import LIMIT, pack, unpack

ROOT = "/meshwright/lakeformation"


@dataclass(frozen=True)
class Record:
    items: frozenset[str] = frozenset()
    names: tuple[str, ...] = ()  # of the parameters that hold it

    @property
    def exists(self) -> bool:
        return bool(self.names)


class Ledger:
    def __init__(self, calls: Calls, *, stack: str, logical_id: str) -> None:
        self._calls = calls
        self._path = f"{ROOT}/{stack}/{logical_id}"
        self.record = self._read()

    def write(self, items: Iterable[str]) -> None:
        """Replace the record; no call if nothing changes."""
        wanted = frozenset(items)
        if self.record.exists and wanted == self.record.items:
            return
        self._calls.check(True)
        names = []
        for value in _chunks(sorted(wanted)):
            names.append(f"{self._path}/{uuid.uuid4().hex}")
            self._calls("ssm", "put_parameter", Name=names[-1], Value=value, Type="String", Overwrite=True)
        self._delete(self.record.names)
        self.record = Record(wanted, tuple(names))

    def others(self) -> frozenset[str]:
        """What the account's other custom resources own."""
        return frozenset(
            item
            for name, value in self._parameters(ROOT)
            if not name.startswith(self._path + "/")
            for item in unpack(value)["items"]
        )

    def _read(self) -> Record:
        parameters = dict(self._parameters(self._path))
        items = frozenset(item for value in parameters.values() for item in unpack(value)["items"])
        return Record(items, tuple(sorted(parameters)))

    def _parameters(self, path: str) -> Iterator[tuple[str, str]]:
        for parameter in self._calls.pages(
            "ssm", "get_parameters_by_path", "Parameters", Path=path, Recursive=True
        ):
            yield parameter["Name"], parameter["Value"]

    def _delete(self, names: tuple[str, ...]) -> None:
        for start in range(0, len(names), 10):
            self._calls("ssm", "delete_parameters", Names=list(names[start : start + 10]))


def _chunks(items: list[str]) -> Iterator[str]:
    value = pack({"items": items})
    if len(value) <= LIMIT or len(items) < 2:
        yield value
    else:
        yield from _chunks(items[: len(items) // 2])
        yield from _chunks(items[len(items) // 2 :])
