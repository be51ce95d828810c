"""What moto remembers, in pieces: one for each backend, and one for each object in a bucket.

A backend is a service in one account and Region.

Which backends an operation may have changed is known from moto's own register of them, through which every
access goes; of those only what differs from what was written last is written.
"""

import logging
import threading
import weakref
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from types import FunctionType
from typing import Any

import moto.backends
import moto.iam.models
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from moto.core.base_backend import AccountSpecificBackend, BackendDict, BaseBackend
from moto.s3.models import FakeBucket, FakeKey, S3Backend, s3_backends
from moto.s3.utils import _VersionedKeyStore
from moto.ssm.models import ParameterDict
from moto.utilities.tagging_service import TaggingService

from meshwright.local.persistence.codec import (
    DamagedError,
    Reduced,
    UnknownClassError,
    decode,
    encode,
)
from meshwright.local.persistence.objects import StoredValue, stored
from meshwright.local.persistence.store import Store, digest_of

log = logging.getLogger(__name__)
Place = tuple[str, str, str]
"""Service, account and Region (or partition) of a backend."""
LOCKS: Mapping[type, tuple[str, Callable[[], Any]]] = {
    type(threading.Lock()): ("lock", threading.Lock),
    type(threading.RLock()): ("rlock", threading.RLock),
    threading.Condition: ("condition", threading.Condition),
}
_MADE = dict(LOCKS.values())


def dictionary_of_dictionaries() -> defaultdict[str, dict[str, str]]:
    return defaultdict(dict)


FACTORIES: Mapping[str, Callable[[], Any]] = {
    "LambdaStorage.__init__.<locals>.<lambda>": dict,
    "SimpleSystemManagerBackend.__init__.<locals>.<lambda>": dictionary_of_dictionaries,
    "dictionary_of_dictionaries": dictionary_of_dictionaries,
}
"""What the defaultdicts of moto call that name no class, and what stands for it when they are read."""
NOT_KEPT = frozenset({"cloudformation", "lakeformation", "moto_api", "instance_metadata"})
"""Services whose backends hold nothing, since others stand in their place."""
BACKEND, OBJECT = "backend/", "object/"


class _Noted(threading.local):
    """What the operation of this thread has come by; None while nothing is noted."""

    backends: "set[Place] | None" = None
    objects: "set[tuple[_VersionedKeyStore, str]] | None" = None


_noted = _Noted()


class Backends:
    """There is one in a process, since moto's register is one."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._written: dict[str, int] = {}
        """A fingerprint of each piece of a backend."""
        self._contents: dict[str, frozenset[str]] = {}
        """Which contents a piece names."""
        self._uses: Counter[str] = Counter()
        self.unkept: set[str] = set()
        """Backends that hold what can't be written down; what was written of them before stays."""
        _note_what_is_touched()

    def begin(self) -> None:
        """From now on, what this thread touches is noted."""
        _noted.backends, _noted.objects = set(), set()

    def drop(self) -> None:
        """The operation changed nothing."""
        _noted.backends = _noted.objects = None

    def commit(self, others: Iterable[tuple[str, bytes | None]] = ()) -> None:
        """Writes what the operation of this thread changed, with `others`, as one."""
        backends, objects = _noted.backends or set(), _noted.objects or set()
        self.drop()
        pieces, contents = dict(others), dict[str, bytes]()
        used: dict[str, frozenset[str]] = {}
        fingerprints: dict[str, int] = {}
        buffers: list[FakeKey] = []

        def encoded(name: str, value: Any) -> bytes:
            digests = set[str]()
            data = encode(value, lambda obj: self._reduced(obj, digests, contents, buffers))
            used[name] = frozenset(digests)
            return data

        for place in backends:
            name = BACKEND + "/".join(place)
            try:
                data = encoded(name, _backend(place).__dict__)
            except UnknownClassError as error:
                self._not_kept(name, error)
                continue
            fingerprint = hash(data)
            if self._written.get(name) != fingerprint:
                pieces[name], fingerprints[name] = data, fingerprint
            else:
                used.pop(name)
        for keys, key in objects:
            name = f"{OBJECT}{'/'.join(vars(keys)['place'])}/{key}"
            versions = dict.get(keys, key)
            pieces[name] = encoded(name, versions) if versions else None
        if not pieces:
            return
        forgotten = self._count(pieces, used)
        self._store.commit(pieces.items(), contents=contents.items(), forgotten=forgotten)
        self._written |= fingerprints
        for each in buffers:
            _unload(each, self._store)

    def _not_kept(self, name: str, error: UnknownClassError) -> None:
        if name not in self.unkept:
            log.warning("%s is not kept: it holds a %s", name, error)
            self.unkept.add(name)

    def note_object(self, bucket: str, key: str) -> None:
        """An operation is about this object, and may change it in place."""
        account = s3_backends.bucket_accounts.get(bucket)
        if account is None or _noted.objects is None:
            return
        found = s3_backends[account[1]][account[0]].buckets.get(bucket)
        if found is not None and key in found.keys:
            _noted.objects.add((found.keys, key))

    def restore(self, pieces: Iterable[tuple[str, bytes]]) -> None:
        """Brings back what was written. Raises DamagedError."""
        objects = []
        for name, data in pieces:
            if name.startswith(BACKEND):
                self._restore_backend(name, data)
            elif name.startswith(OBJECT):
                objects.append((name, data))
        for name, data in objects:
            account, partition, bucket, key = name.removeprefix(OBJECT).split("/", 3)
            found = s3_backends[account][partition].buckets.get(bucket)
            if found is None:
                raise DamagedError(f"an object of the bucket {bucket}, which is not there")
            dict.__setitem__(found.keys, key, self._decoded(name, data))
        known, there = set(self._uses), self._store.digests()
        if not known <= there:
            raise DamagedError("the content of an object in a bucket is missing")
        self._store.commit((), forgotten=there - known)

    def _restore_backend(self, name: str, data: bytes) -> None:
        service, account, region = name.removeprefix(BACKEND).split("/")
        backend = _backend((service, account, region))
        backend.__dict__.clear()
        backend.__dict__.update(self._decoded(name, data))
        self._written[name] = hash(data)
        if isinstance(backend, S3Backend):
            for bucket in backend.buckets.values():
                _place(bucket)
                s3_backends.bucket_accounts[bucket.name] = (bucket.partition, bucket.account_id)

    def _decoded(self, name: str, data: bytes) -> Any:
        digests = set[str]()
        value = decode(data, lambda kind, *given: self._revived(kind, given, digests))
        self._contents[name] = frozenset(digests)
        self._uses.update(digests)
        return value

    def _count(self, pieces: Mapping[str, Any], used: Mapping[str, frozenset[str]]) -> set[str]:
        """Keeps the count of what names a content; those that nothing names any more."""
        gone = set[str]()
        for name in pieces:
            before, after = self._contents.pop(name, frozenset()), used.get(name, frozenset())
            if after:
                self._contents[name] = after
            self._uses.update(after - before)
            self._uses.subtract(before - after)
            gone |= before - after
        gone = {digest for digest in gone if self._uses[digest] <= 0}
        for digest in gone:
            del self._uses[digest]
        return gone

    def _reduced(
        self, obj: Any, digests: set[str], contents: dict[str, bytes], buffers: list[FakeKey]
    ) -> Reduced | None:
        kind = type(obj)
        if kind is FakeKey:
            attributes = {k: v for k, v in obj.__dict__.items() if k not in ("_value_buffer", "lock")}
            digest = stored(obj._value_buffer)
            if digest is None and not obj.disposed:
                value = obj.value
                digest = digest_of(value)
                contents[digest] = value
                buffers.append(obj)
            if digest is not None:
                digests.add(digest)
            return "object", (attributes, digest)
        if kind is _VersionedKeyStore:
            return "keys", ()
        if kind in LOCKS:
            return LOCKS[kind][0], ()
        if kind is weakref.WeakValueDictionary:
            return "weak", (dict(obj),)
        if kind is ParameterDict:
            return "parameters", (obj.account_id, obj.region_name, obj.__dict__, dict(obj))
        if kind is FunctionType and obj.__qualname__ in FACTORIES:
            return "factory", (obj.__qualname__,)
        if isinstance(obj, BaseBackend):
            return "backend", (_service(obj), obj.account_id, obj.region_name)
        if isinstance(obj, RSAPrivateKey | EllipticCurvePrivateKey):
            pem = obj.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            return "private key", (pem,)
        return None

    def _revived(self, kind: str, given: tuple[Any, ...], digests: set[str]) -> Any:
        if kind in _MADE and not given:
            return _MADE[kind]()
        match kind, given:
            case "object", (dict() as attributes, digest):
                made: Any = FakeKey.__new__(FakeKey)
                made.__dict__.update(attributes)
                made.lock = threading.Lock()
                made._value_buffer = StoredValue(self._store, digest or "", made.contentsize)
                digests |= {digest} - {None}
                return made
            case "keys", ():
                return _VersionedKeyStore()
            case "weak", (dict() as values,):
                return weakref.WeakValueDictionary(values)
            case "parameters", (str() as account, str() as region, dict() as attributes, dict() as values):
                parameters = ParameterDict(account, region)
                parameters.__dict__.update(attributes)
                dict.update(parameters, values)
                return parameters
            case "factory", (str() as name,) if name in FACTORIES:
                return FACTORIES[name]
            case "backend", (str() as service, str() as account, str() as region):
                return _backend((service, account, region))
            case "private key", (bytes() as pem,):
                return serialization.load_pem_private_key(pem, password=None)
        raise DamagedError(f"a {kind!r}")


def _unload(key: FakeKey, store: Store) -> None:
    """Lets go of the bytes in memory, now that they are in the store."""
    with key.lock:
        before = key._value_buffer
        if isinstance(before, StoredValue) or key.disposed:
            return
        before.seek(0)
        key._value_buffer = StoredValue(store, digest_of(before.read()), key.contentsize)  # type: ignore[assignment]
        before.close()


def _backend(place: Place) -> BaseBackend:
    service, account, region = place
    found: BaseBackend = moto.backends.get_backend(service)[account][region]  # type: ignore[call-overload]
    return found


def _service(backend: BaseBackend) -> str:
    """The name of the service that a backend is of."""
    instances: list[Any] = vars(BackendDict)["_instances"]
    for known in instances:
        if type(backend) is known.backend:
            return str(known.service_name)
    raise LookupError(type(backend))


def _place(bucket: FakeBucket) -> None:
    """Tells the keys of a bucket where they are."""
    bucket.keys.place = (bucket.account_id, bucket.partition, bucket.name)  # type: ignore[attr-defined]


def _note_what_is_touched() -> None:
    """Has moto's register and its buckets say what is come by."""
    register: Any = AccountSpecificBackend
    found = register.__getitem__

    def find(self: Any, region: str) -> Any:
        backend = found(self, region)
        if _noted.backends is not None and self.service_name not in NOT_KEPT:
            _noted.backends.add((self.service_name, self.account_id, backend.region_name))
        return backend

    register.__getitem__ = find
    make = FakeBucket.__init__

    def make_in_its_place(self: FakeBucket, *args: Any, **kwargs: Any) -> None:
        make(self, *args, **kwargs)
        _place(self)

    FakeBucket.__init__ = make_in_its_place  # type: ignore[method-assign]
    for name in ("__setitem__", "__delitem__", "setlist", "pop"):
        setattr(_VersionedKeyStore, name, _noting(getattr(_VersionedKeyStore, name)))
    for name in ("get_account_id_from", "mark_account_as_visited"):
        setattr(moto.iam.models, name, _unnoted(getattr(moto.iam.models, name)))
    tag = TaggingService.tag_resource

    def tag_if_any(self: TaggingService, arn: str, tags: list[dict[str, str]] | None) -> None:
        if tags or arn in self.tags:  # moto notes each object that has none, in one dictionary
            tag(self, arn, tags)

    TaggingService.tag_resource = tag_if_any  # type: ignore[method-assign]
    # A set of stores and keys tells stores apart by what they are, not by what they hold.
    _VersionedKeyStore.__hash__ = object.__hash__  # type: ignore[assignment]
    _VersionedKeyStore.__eq__ = object.__eq__  # type: ignore[method-assign]


def _unnoted(look: Callable[..., Any]) -> Callable[..., Any]:
    """What moto does at each request, whatever it asks for: look at all accounts, and write who called."""

    def unnoted(*given: Any, **named: Any) -> Any:
        noted, _noted.backends = _noted.backends, None
        try:
            return look(*given, **named)
        finally:
            _noted.backends = noted

    return unnoted


def _noting(change: Callable[..., Any]) -> Callable[..., Any]:
    def noting(self: _VersionedKeyStore, key: str, *more: Any) -> Any:
        if _noted.objects is not None:
            _noted.objects.add((self, key))
        return change(self, key, *more)

    return noting
