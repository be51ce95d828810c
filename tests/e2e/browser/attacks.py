"""What pages are told to send: every kind of request, at every path that could do or tell something.

The kinds are those of `requests.js`, the origins those of `attack.mjs`. The sets below say which kinds a
browser sends from where, and which answers it lets a page read; the harness' own server shows that it does.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal
from urllib.parse import urlencode

from botocore.auth import S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.embedded import REGION

REBOUND = "rebound"
"""A page of another name, which leads to the server since the page was loaded."""
OWN = "own"
"""A page that lies in the server itself, as an object of S3."""
ADDRESS_BAR = "address bar"
"""No page: an address that somebody opens, as from a mail."""
PAGES = ("page", "https page", "localhost", "same host", "data", "file", "blob", "sandboxed", REBOUND, OWN)
SAME_ORIGIN = {REBOUND, OWN}
"""Pages that the browser lets read what the server answers."""
LAST = "last"

WEBRTC = "webrtc"
"""A kind that isn't HTTP, and so carries no name. It comes last, since Chromium 153 loses requests that are
under way when a server doesn't answer it in kind."""
FROM_NOWHERE = {
    "fetch navigate",
    "fetch with a password",
    "web transport",
    "xml stylesheet",
    "link preconnect",
    "link icon",
    "link manifest",
}
"""Kinds that Chromium refuses, or doesn't send when it is headless."""
SITES = {"https page", "localhost", "same host"}
"""Pages of sites that Chromium trusts, as it does the machine's own."""
FROM_SOME = {
    "fetch same-origin": SAME_ORIGIN,
    "svg use": SAME_ORIGIN,
    "css filter": SAME_ORIGIN,
    "worker": SAME_ORIGIN,
    "shared worker": SAME_ORIGIN,
    "service worker": {OWN},
    "service worker imports": SITES,
    "service worker fetches": SITES,
    "service worker fetches no-cors": SITES,
    "service worker posts": SITES,
    "fetch later": {*SITES, "file", OWN},
    "audio worklet": {*SITES, "file", OWN},
    "paint worklet": {*SITES, "file", OWN},
    "shared worker fetches": {*PAGES} - {"data", "file", "sandboxed"},
    "anchor download": {*PAGES} - SAME_ORIGIN,
    "img redirected": {*PAGES} - {"https page"},
}
"""Kinds that only pages of some origins can send."""
AT_WILL = {"speculation prefetch", "speculation prerender"}
"""Kinds that Chromium sends when it thinks it worth it."""
THOROUGH = {"page", "sandboxed", REBOUND}
"""Pages that open windows, which takes long, and send some kinds to every path, not to one in turn."""
EVERYWHERE = {"fetch no-cors", "img", "fetch post text", "beacon text", "fetch method"}
WINDOWS = {
    "window",
    "window without opener",
    "window redirected",
    "window refreshed",
    "window sent on",
    "form in a window",
    "form get in a window",
    "anchor in a window",
    "anchor without referrer",
    "anchor download",
}
READABLE = {
    "fetch cors",
    "fetch credentials",
    "fetch no-store",
    "fetch range",
    "fetch redirected",
    "xhr",
    "xhr credentials",
    "xhr synchronous",
    "event source",
    "web socket",
    "img",
    "img crossorigin",
    "video",
    "audio",
    "track",
    "script",
    "script module",
    "import",
    "stylesheet crossorigin",
    "worker imports a script",
    "worker imports a module",
    "worker fetches",
    "fetch post text",
    "fetch post json",
    "xhr post json",
    "fetch method",
    "xhr method",
    "worker fetches method",
}
"""Kinds whose answer every page can read if the server lets it."""


@dataclass(frozen=True)
class Destination:
    """Where a request goes, and what it brings."""

    name: str
    target: str
    """Destination and query."""
    method: str = "GET"
    body: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    """The body as fields of a form: urlencoded, or as text with an equals sign between name and value."""
    headers: Mapping[str, str] = field(default_factory=dict)
    host: str | None = None
    """The name of the server in the address, if it isn't the usual one."""
    signed: Literal["", "query", "headers"] = ""
    service: str = "s3"
    keys: Credentials | None = None


@dataclass(frozen=True)
class Attack:
    id: str
    origin: str
    kind: str
    url: str
    method: str
    headers: Mapping[str, str]
    body: str | None
    fields: Mapping[str, str]

    @property
    def arrives(self) -> bool:
        """Whether Chromium sends it."""
        if self.kind in FROM_NOWHERE or self.kind in AT_WILL or self.kind == WEBRTC:
            return False
        return self.kind not in FROM_SOME or self.origin in FROM_SOME[self.kind]


LEAKED = "leaked keys"
"""How the names of the paths begin that any server would serve to whoever isn't a page."""
GUESSED = (Credentials("embedded", "embedded"), Credentials("test", "test"))
TEMPLATE = json.dumps({"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}})
STACK = {"Action": "CreateStack", "StackName": "planted", "TemplateBody": TEMPLATE, "Version": "2010-05-15"}
QUEUE = {"Action": "CreateQueue", "QueueName": "planted", "Version": "2012-11-05"}
FUNCTION = json.dumps(
    {
        "FunctionName": "planted",
        "Runtime": "python3.12",
        "Handler": "planted.handler",
        "Role": "arn:aws:iam::111111111111:role/planted",
        "Code": {"ZipFile": "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA=="},
        "Description": "",
    }
)
ROLE = json.dumps({"role": "arn:aws:iam::111111111111:role/embedded-admin", "session": "page"})
DELETE = '<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Object><Key>first</Key></Object></Delete>'


def _as_field(body: str) -> dict[str, str]:
    """A field that makes a form of type text/plain send the body."""
    name, _, value = body.partition("=")
    if not value:  # JSON, whose last string then ends with an equals sign
        name, value = body.removesuffix('"}'), '"}'
    return {name: value}


def gets(bucket: str, role: str, leaked: Credentials) -> tuple[Destination, ...]:
    """Paths that are asked with GET. `leaked` are credentials that the server gave."""
    delete = "/?" + urlencode({"Action": "DeleteRole", "RoleName": role, "Version": "2010-05-08"})
    return (
        Destination("object", f"/{bucket}/first"),
        Destination("buckets", "/"),
        Destination("create stack", "/?" + urlencode(STACK)),
        Destination("moto's data", "/moto-api/data.json"),
        Destination("moto's reset", "/moto-api/reset"),
        Destination("metadata", "/latest/meta-data/iam/security-credentials/"),
        Destination("status", "/_meshwright/status"),
        Destination("credentials", "/_meshwright/credentials"),
        Destination("object of localhost", f"/{bucket}/first", host="localhost"),
        Destination("object of another name", f"/{bucket}/first", host="evil.example"),
        *(
            Destination(f"guessed keys {keys.access_key}", delete, signed="query", service="iam", keys=keys)
            for keys in GUESSED
        ),
        Destination(f"{LEAKED}, object", f"/{bucket}/first", signed="query", keys=leaked),
        Destination(f"{LEAKED}, delete", delete, signed="query", service="iam", keys=leaked),
    )


def posts(bucket: str, leaked: Credentials) -> tuple[Destination, ...]:
    """Paths that are asked with POST."""
    return (
        Destination("create queue", "/", body=urlencode(QUEUE), fields=QUEUE),
        Destination("create stack", "/", body=urlencode(STACK), fields=STACK),
        Destination("create function", "/2015-03-31/functions", body=FUNCTION, fields=_as_field(FUNCTION)),
        Destination("moto's reset", "/moto-api/reset"),
        Destination("credentials", "/_meshwright/credentials", body=ROLE, fields=_as_field(ROLE)),
        Destination("upload", f"/{bucket}", body="x", fields={"key": "planted", "file": "x"}),
        Destination(
            f"{LEAKED}, delete",
            f"/{bucket}?delete",
            method="POST",
            body=DELETE,
            fields=_as_field(DELETE),
            signed="query",
            keys=leaked,
        ),
    )


def anys(bucket: str, leaked: Credentials) -> tuple[Destination, ...]:
    """Paths that are asked with other methods or headers, for which a browser asks permission first."""
    object_ = f"/{bucket}/first"
    return (
        Destination("put", object_, "PUT", "planted", signed="query", keys=leaked),
        Destination("delete", object_, "DELETE", signed="query", keys=leaked),
        Destination("patch", object_, "PATCH", "planted", signed="query", keys=leaked),
        Destination("head", object_, "HEAD", headers={"x-amz-date": "0"}),
        Destination("options", object_, "OPTIONS"),
        Destination("response", "/_meshwright/response/1", "PUT", "{}"),
        Destination("buckets, signed", "/", signed="headers", keys=leaked),
        Destination(
            "create function",
            "/2015-03-31/functions",
            "POST",
            FUNCTION,
            signed="headers",
            service="lambda",
            keys=leaked,
        ),
        Destination("target", "/", "POST", "{}", headers={"x-amz-target": "AmazonSQS.ListQueues"}),
    )


def attacks(
    kinds: Mapping[str, list[str]], paths: Mapping[str, tuple[Destination, ...]], port: int
) -> Iterator[Attack]:
    """All, at a server on the port. Kinds and paths are both by `get`, `post` and `any`."""
    for turn, origin in enumerate(PAGES):
        for method, names in kinds.items():
            for number, kind in enumerate(names, turn):
                if kind == WEBRTC or (kind in WINDOWS and origin not in THOROUGH):
                    continue
                choice: Iterable[Destination] = paths[method]
                if kind in AT_WILL:
                    choice = [path for path in choice if path.name.startswith(LEAKED)]
                elif kind not in EVERYWHERE or origin not in THOROUGH:
                    choice = [paths[method][number % len(paths[method])]]
                for path in choice:
                    if origin == "https page" and path.host == "evil.example":
                        continue  # blocked as mixed content, unlike what goes to the machine itself
                    yield _attack(origin, kind, path, port)
    for kind in ("opened", "opened and redirected"):
        for path in paths["get"]:
            if not path.name.startswith(LEAKED):  # whoever opens a signed address uses it
                yield _attack(ADDRESS_BAR, kind, path, port)
    yield _attack(LAST, WEBRTC, paths["get"][0], port)


def signed(path: Destination, port: int) -> AWSRequest:
    """The request, with the signature that the path has."""
    request = AWSRequest(path.method, f"http://127.0.0.1:{port}{path.target}", dict(path.headers))
    if path.signed == "query":
        signer = S3SigV4QueryAuth if path.service == "s3" else SigV4QueryAuth
        signer(path.keys, path.service, REGION).add_auth(request)
    elif path.signed == "headers":
        request.data = path.body
        SigV4Auth(path.keys, path.service, REGION).add_auth(request)
    return request


def _attack(origin: str, kind: str, path: Destination, port: int) -> Attack:
    name = f"{origin}/{kind}/{path.name}"
    mark = ("&" if "?" in path.target else "?") + urlencode({"attack": name})
    request = signed(replace(path, target=path.target + mark), port)
    host = path.host or ("evil.example" if origin == REBOUND else "127.0.0.1")
    return Attack(
        id=name,
        origin=origin,
        kind=kind,
        url=request.url.replace("127.0.0.1", host, 1),
        method=path.method,
        headers=dict(request.headers.items()),
        body=path.body or None,
        fields={**path.fields, "attack": name},
    )
