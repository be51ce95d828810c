"""The content of objects in buckets: in the file of the state, not in memory."""

import io
from dataclasses import dataclass
from typing import Any

from meshwright.local.persistence.store import Store


@dataclass
class StoredValue:
    """What moto takes for the file of an object's bytes, which are read from the store when asked for."""

    store: Store
    digest: str
    size: int
    _own: io.BytesIO | None = None
    """Once it was written to, which moto does to replace all of it."""
    _at: int = 0

    def read(self, size: int = -1) -> bytes:
        if self._own is not None:
            return self._own.read(size)
        if self._at >= self.size:
            return b""
        data = self.store.content(self.digest)
        end = self.size if size < 0 else min(self.size, self._at + size)
        part, self._at = data[self._at : end], end
        return part

    def seek(self, offset: int, whence: int = 0) -> int:
        if self._own is not None:
            return self._own.seek(offset, whence)
        self._at = offset + {0: 0, 1: self._at, 2: self.size}[whence]
        return self._at

    def tell(self) -> int:
        return self._at if self._own is None else self._own.tell()

    def truncate(self, size: int | None = None) -> int:
        return self._writable().truncate(size)

    def write(self, data: bytes) -> int:
        return self._writable().write(data)

    def close(self) -> None:
        if self._own is not None:
            self._own.close()

    def _writable(self) -> io.BytesIO:
        if self._own is None:
            self._own = io.BytesIO(self.store.content(self.digest))
            self._own.seek(self._at)
        return self._own


def stored(value: Any) -> str | None:
    """The digest of a buffer that is unchanged in the store."""
    return value.digest if isinstance(value, StoredValue) and value._own is None else None
