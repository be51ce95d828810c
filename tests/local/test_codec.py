"""The form in which the state is written, and that nothing in it is run."""

import os
import pickle
import re
from collections import OrderedDict, defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshwright.local.cloudformation.model import Resource, Stack
from meshwright.local.lakeformation.keys import Key
from meshwright.local.lakeformation.lake import Grant
from meshwright.local.persistence.codec import (
    DamagedError,
    UnknownClassError,
    decode,
    encode,
    revived,
    sealed,
)


def whole(obj: Any) -> None:
    return None


def nothing(*given: Any) -> Any:
    raise AssertionError(given)


def refuse(*given: Any) -> Any:
    raise DamagedError(given)


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.datetimes(timezones=st.just(UTC))
    | st.decimals(allow_nan=False)
    | st.frozensets(st.integers()),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.text(), inner)
        | st.tuples(inner, inner, inner, inner)
        | st.dictionaries(st.text(), inner).map(OrderedDict)
        | st.dictionaries(st.text(), inner).map(lambda values: defaultdict(list, values))
    ),
    max_leaves=20,
)


@given(plain)
def test_what_is_written_is_read(value: Any) -> None:
    assert decode(encode(value, whole), nothing) == value


def test_objects_of_ours_are_read() -> None:
    key = Key("1", "TABLE", ("a", "b"))
    values: list[Any] = [
        Grant("1", "2", key, frozenset({"SELECT"})),
        Resource("a", "AWS::S3::Bucket", "b", {"c": [1]}),
        {key: Decimal(1), "pattern": re.compile("a+"), "hour": timedelta(hours=1)},
    ]
    assert decode(encode(values, whole), nothing) == values


def test_what_can_not_be_written_is_named_and_revived() -> None:
    opened = object()

    def reduce(obj: Any) -> Any:
        return ("opened", (1, "a")) if obj is opened else None

    def revive(*given: Any) -> Any:
        assert given == ("opened", 1, "a")
        return opened

    assert decode(encode([opened, [opened]], reduce), revive) == [opened, [opened]]


class Evil:
    def __init__(self, *call: Any) -> None:
        self._call = call

    def __reduce__(self) -> Any:
        return self._call[0], self._call[1:]


class Asking:
    """Asks the reader to make something."""

    def __init__(self, *given: Any) -> None:
        self._given = given

    def __reduce__(self) -> Any:
        return revived, self._given


class Setting:
    """A class whose objects run something when they are read."""

    def __setstate__(self, state: Any) -> None:
        raise AssertionError("it ran")


@pytest.mark.parametrize(
    "data",
    [
        pickle.dumps(Evil(os.system, "exit 1")),
        pickle.dumps(Evil(eval, "1")),
        pickle.dumps(Evil(getattr, "", "join")),
        pickle.dumps(Evil(Stack, "name", "id", "account", "region")),
        pickle.dumps(os.system),
        pickle.dumps(print),
        pickle.dumps(encode),
        pickle.dumps(Setting()),
        b"cos\nsystem\n(S'exit 1'\ntR.",
        b"(S'exit 1'\nios\nsystem\n.",
        b"\x80\x05\x8c\x02os\x8c\x06system\x93.",
        b"\x80\x05\x8c\x0fmeshwright.cli.x\x8c\x04main\x93.",
        b"\x80\x05\x8c\x0emeshwright.cli\x8c\x08sys.exit\x93.",
        b"\x80\x05Pid\n.",
        b"\x80\x05\x82\x01.",
        b"",
        b"\x80\x05.",
        b"\x80\x05K",
        pickle.dumps(Asking("new", "os", "system", "exit 1")),
        pickle.dumps(Asking("new", "os", "PathLike")),
        pickle.dumps(Asking("new", "meshwright.cli", "main")),
        pickle.dumps(Asking("new", "meshwright.cli", "sys.exit")),
        pickle.dumps(Asking("new", "meshwright.cli.x", "main")),
        pickle.dumps(Asking("new", "moto.s3.models", "FakeKey")),
        pickle.dumps(Asking("new", Setting.__module__, "Setting")),
        pickle.dumps(Asking("enum", "meshwright.local.cloudformation.model", "Stack", "name")),
        pickle.dumps(Asking("counter", print)),
        pickle.dumps(Asking("unheard of")),
        b"\x80\x05\x8c\x08datetime\x8c\x08datetime\x93N}\x8c\x03nowNs\x86b.",
        b"\x80\x05\x8c\x0bcollections\x8c\x0bdefaultdict\x93}\x8c\x03popNsb.",
    ],
)
def test_bytes_that_ask_for_something_are_refused(data: bytes) -> None:
    with pytest.raises(DamagedError):
        decode(sealed(data), refuse)


@given(st.data())
def test_damaged_bytes_are_refused(data: st.DataObject) -> None:
    written = bytearray(encode({"a": [Key("1", "TABLE"), datetime.now(UTC), {1, 2}, "text" * 9]}, whole))
    written[data.draw(st.integers(0, len(written) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(DamagedError):
        decode(bytes(written[: data.draw(st.integers(0, len(written)))]), nothing)


@pytest.mark.parametrize("value", [Setting(), Evil(os.system, "exit 1"), print, Stack, nothing])
def test_what_could_run_something_is_not_written(value: Any) -> None:
    with pytest.raises(UnknownClassError):
        encode([value], whole)
