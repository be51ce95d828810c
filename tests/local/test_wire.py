"""What reaches the embedded AWS at all: no page, no stranger, nobody who holds up the others."""

import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from meshwright.local import control
from meshwright.local.wire import listener, signature
from meshwright.local.wire.listener import Listener
from meshwright.local.wire.signature import Request, Secret, SignatureError, check
from tests.embedded import REGION, Aws

PATHS = (
    "/",
    "/moto-api/",
    "/moto-api/reset",
    "/moto-api/data.json",
    "/latest/meta-data/iam/security-credentials/",
    "/_meshwright/status",
    "/_meshwright/credentials",
    "/bucket/key",
    "/favicon.ico",
)


def asked(
    aws: Aws, method: str, path: str, headers: dict[str, str], body: bytes = b""
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", aws.embedded.port, timeout=10)
    connection.putrequest(method, path, skip_host="Host" in headers, skip_accept_encoding=True)
    for name, value in {**headers, "Content-Length": str(len(body))}.items():
        connection.putheader(name, value)
    connection.endheaders(body)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, text


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:5566"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none", "Sec-Purpose": "prefetch;prerender"},
        {"Host": "evil.example"},
        {"Host": "localhost:5566"},
    ],
    ids=lambda headers: "-".join(f"{name}={value}" for name, value in headers.items()),
)
def test_nothing_is_served_to_a_page_or_under_another_name(
    aws: Aws, path: str, method: str, headers: dict[str, str]
) -> None:
    status, answered, _ = asked(aws, method, path, headers)
    assert status == 403
    assert not [name for name in answered if name.startswith("access-control-")]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS"])
def test_nothing_is_served_unsigned(aws: Aws, path: str, method: str) -> None:
    status, answered, text = asked(aws, method, path, {})
    assert status == 403
    assert b"<Code>AccessDenied</Code>" in text or path.startswith("/_meshwright/")
    assert not [name for name in answered if name.startswith("access-control-")]


def test_the_body_of_a_refused_request_is_not_taken_for_a_request(aws: Aws) -> None:
    inner = f"GET /smuggled HTTP/1.1\r\nHost: 127.0.0.1:{aws.embedded.port}\r\n\r\n".encode()
    head = f"POST / HTTP/1.1\r\nHost: evil.example\r\nContent-Length: {len(inner)}\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", aws.embedded.port), timeout=10) as raw:
        raw.sendall(head + inner)
        answer = b""
        while part := raw.recv(65536):
            answer += part
    assert answer.count(b"HTTP/1.1 ") == 1
    assert answer.startswith(b"HTTP/1.1 403 ")


def test_a_target_with_another_host_is_refused(aws: Aws) -> None:
    port = aws.embedded.port
    with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:
        raw.sendall(f"GET http://evil.example/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        assert raw.recv(65536).startswith(b"HTTP/1.1 403 ")


def test_paths_of_motos_own_are_buckets_like_others(aws: Aws, account: Callable[[], str]) -> None:
    number = account()
    aws.client("sqs", number).create_queue(QueueName="stays")
    s3 = aws.client("s3", number)
    for call in (
        lambda: s3.get_object(Bucket="moto-api", Key="data.json"),
        lambda: s3.put_object(Bucket="moto-api", Key="reset", Body=b""),
        lambda: s3.get_object(Bucket="latest", Key="meta-data/iam/security-credentials/"),
    ):
        with pytest.raises(ClientError) as caught:
            call()
        assert caught.value.response["Error"]["Code"] == "NoSuchBucket"
    assert len(aws.client("sqs", number).list_queues()["QueueUrls"]) == 1


@pytest.mark.parametrize(
    ("service", "call", "code"),
    [
        ("s3", lambda client: client.list_buckets(), "InvalidAccessKeyId"),
        ("sts", lambda client: client.get_caller_identity(), "InvalidClientTokenId"),
        ("glue", lambda client: client.get_databases(), "UnrecognizedClientException"),
        ("lambda", lambda client: client.list_functions(), "UnrecognizedClientException"),
        ("cloudformation", lambda client: client.describe_stacks(), "InvalidClientTokenId"),
    ],
)
def test_keys_that_nobody_was_given(aws: Aws, service: str, call: Callable[[Any], Any], code: str) -> None:
    client = boto3.client(
        service,
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
        aws_secret_access_key="made-up",
        region_name=REGION,
        endpoint_url=aws.embedded.endpoint,
    )
    with pytest.raises(ClientError) as caught:
        call(client)
    assert caught.value.response["Error"]["Code"] == code


@pytest.mark.parametrize(
    ("service", "call", "code"),
    [
        ("s3", lambda client: client.list_buckets(), "SignatureDoesNotMatch"),
        ("sts", lambda client: client.get_caller_identity(), "SignatureDoesNotMatch"),
        ("glue", lambda client: client.get_databases(), "InvalidSignatureException"),
        ("lambda", lambda client: client.list_functions(), "InvalidSignatureException"),
    ],
)
def test_a_key_with_another_secret(aws: Aws, service: str, call: Callable[[Any], Any], code: str) -> None:
    environment = control.environment(aws.embedded, "222222222221", REGION)
    client = boto3.client(
        service,
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key="guessed",
        aws_session_token=environment["AWS_SESSION_TOKEN"],
        region_name=REGION,
        endpoint_url=aws.embedded.endpoint,
    )
    with pytest.raises(ClientError) as caught:
        call(client)
    assert caught.value.response["Error"]["Code"] == code


def test_users_keys_and_presigned_addresses_work(aws: Aws, account: Callable[[], str]) -> None:
    number = account()
    iam = aws.client("iam", number)
    iam.create_user(UserName="ann")
    keys = iam.create_access_key(UserName="ann")["AccessKey"]
    # S3 takes no signatures of version 2 for new buckets, which boto3 makes by default.
    version = Config(signature_version="v4")
    named = {"region_name": REGION, "endpoint_url": aws.embedded.endpoint, "config": version}
    session = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"])
    arn = session.client("sts", **named).get_caller_identity()["Arn"]
    assert arn == f"arn:aws:iam::{number}:user/ann"
    role = control.environment(aws.embedded, number, REGION)
    secrets = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
    given = {name.lower(): role[name] for name in secrets}
    for s3 in (session.client("s3", **named), boto3.Session(**given).client("s3", **named)):
        bucket = f"presigned-{number}-{s3._request_signer._credentials.access_key[-8:].lower()}"
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_object(Bucket=bucket, Key="a key/ä+1", Body=b"body", Metadata={"an_underscore": "1"})
        assert s3.head_object(Bucket=bucket, Key="a key/ä+1")["Metadata"] == {"an_underscore": "1"}
        address = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "a key/ä+1"})
        path = address.removeprefix(aws.embedded.endpoint)
        assert asked(aws, "GET", path, {})[::2] == (200, b"body")
        by_hand = {"Sec-Fetch-Site": "none"}
        assert asked(aws, "GET", path, by_hand)[0] == 200
        assert asked(aws, "GET", path, {**by_hand, "Sec-Purpose": "prefetch"})[0] == 403
        assert asked(aws, "GET", path.replace("a%20key", "a%20kex"), {})[0] == 403


CREDENTIALS = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "token")
SECRET = Secret(CREDENTIALS.secret_key, "token")
segments = st.text(st.characters(codec="utf-8", exclude_characters="/"), min_size=1, max_size=8)


def prepared(request: AWSRequest) -> Request:
    sent = request.prepare()
    target = sent.url.removeprefix("http://127.0.0.1:5566")
    headers = {
        name.lower(): value.decode() if isinstance(value, bytes) else value
        for name, value in {"host": "127.0.0.1:5566", **dict(sent.headers.items())}.items()
    }
    body = sent.body or b""
    return Request(sent.method, target, headers, lambda: body if isinstance(body, bytes) else body.encode())


@given(
    path=st.lists(segments, max_size=3),
    query=st.dictionaries(segments, segments, max_size=3),
    body=st.binary(max_size=20),
    kind=st.sampled_from([(SigV4Auth, "glue"), (S3SigV4Auth, "s3")]),
    presigned=st.booleans(),
)
def test_what_botocore_signs_is_right_and_nothing_else(
    path: list[str], query: dict[str, str], body: bytes, kind: Any, presigned: bool
) -> None:
    """The signer is botocore's own."""
    from urllib.parse import quote

    signer, service = kind
    if presigned:
        signer = {"glue": SigV4QueryAuth, "s3": S3SigV4QueryAuth}[service]
    pairs = "&".join(f"{quote(k, safe='-_.~')}={quote(v, safe='-_.~')}" for k, v in query.items())
    url = "http://127.0.0.1:5566/" + "/".join(quote(each, safe="-_.~") for each in path)
    method = "GET" if presigned else "POST"
    request = AWSRequest(method, f"{url}?{pairs}" if pairs else url, data=b"" if presigned else body)
    signer(CREDENTIALS, service, REGION).add_auth(request)
    sent = prepared(request)
    now = signature.datetime.now(signature.UTC)
    check(sent, SECRET, now=now)
    others = [
        (sent, Secret("another", "token")),
        (sent, Secret(SECRET.key, None)),
        (Request("PUT", sent.target, sent.headers, sent.body), SECRET),
        (Request(sent.method, "/other" + sent.target, sent.headers, sent.body), SECRET),
        (Request(sent.method, sent.target, {**sent.headers, "host": "evil.example"}, sent.body), SECRET),
        (Request(sent.method, sent.target, {**sent.headers, "x-amz-more": "1"}, sent.body), SECRET),
    ]
    if not presigned:
        others.append((Request(sent.method, sent.target, sent.headers, lambda: body + b"x"), SECRET))
    for changed, secret in others:
        with pytest.raises(SignatureError):
            check(changed, secret, now=now)
    with pytest.raises(SignatureError) as caught:
        check(sent, SECRET, now=now + signature.timedelta(hours=2))
    assert caught.value.code == "RequestExpired"


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Basic abc",
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=0",
        "AWS AKID:signature",
        "AWS4-HMAC-SHA256 Credential=AKID/20260101/r/glue./aws4_request, SignedHeaders=host, Signature="
        + "0" * 64,
        "AWS4-HMAC-SHA256 Credential=AKID/20260101/r/s3/aws4_request, SignedHeaders=host, Signature="
        + "g" * 64,
    ],
)
def test_headers_that_are_no_signature(authorization: str) -> None:
    with pytest.raises(SignatureError) as caught:
        signature.scope_of(Request("GET", "/", {"authorization": authorization}, bytes))
    assert caught.value.code == "MissingAuthenticationToken"


@pytest.fixture
def echo(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The port of a server with little patience that tells how long a body was."""
    monkeypatch.setattr(listener, "RECEIVE_SECONDS", 0.3)
    monkeypatch.setattr(listener, "NEW_SECONDS", 0.6)
    monkeypatch.setattr(listener, "CONNECTIONS", 20)
    monkeypatch.setattr(listener, "BODY_BYTES", 1000)

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        size = len(environ["wsgi.input"].read())
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(size).encode()]

    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    server = Listener(application, listening)
    server.adj.cleanup_interval = 0.05
    server.adj.asyncore_loop_timeout = 0.05
    threading.Thread(target=server.run, daemon=True).start()
    yield listening.getsockname()[1]
    server.task_dispatcher.shutdown()
    server.close()


def closed_within(raw: socket.socket, seconds: float) -> bool:
    raw.settimeout(seconds)
    try:
        while raw.recv(65536):
            pass
    except TimeoutError:
        return False
    except ConnectionError:
        pass
    return True


def test_slow_clients_are_dropped_and_hold_up_nobody(echo: int) -> None:
    head = f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{echo}\r\nContent-Length: 100\r\n\r\n".encode()
    with (
        socket.create_connection(("127.0.0.1", echo)) as stalled,
        socket.create_connection(("127.0.0.1", echo)) as dripping,
    ):
        stalled.sendall(head + b"half")
        stop = threading.Event()

        def drip() -> None:
            for byte in head:
                if stop.wait(0.05):
                    return
                try:
                    dripping.send(bytes([byte]))
                except OSError:
                    return

        thread = threading.Thread(target=drip)
        thread.start()
        started = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", echo, timeout=5)
        connection.request("POST", "/", b"12345")
        assert connection.getresponse().read() == b"5"
        assert time.monotonic() - started < 5
        assert closed_within(stalled, 5)
        assert closed_within(dripping, 5)
        stop.set()
        thread.join()


@pytest.mark.parametrize(
    "sent", [b"", b"P", b"\r\n", b"POST / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 2\r\n\r\n12"]
)
def test_many_connections_that_ask_nothing_keep_nobody_out(echo: int, sent: bytes) -> None:
    """Neither those that never sent a request nor those that were answered, and stay."""
    others = []
    for _ in range(70):
        others.append(socket.create_connection(("127.0.0.1", echo), timeout=5))
        others[-1].sendall(sent.replace(b"{port}", str(echo).encode()))
    connection = http.client.HTTPConnection("127.0.0.1", echo, timeout=5)
    started = time.monotonic()
    for size in range(3):
        connection.request("POST", "/", b"1" * size)
        assert connection.getresponse().read() == str(size).encode()
    assert time.monotonic() - started < 2
    for other in others:
        other.close()


def test_one_that_works_is_not_the_one_that_ends(echo: int) -> None:
    """Of all connections those end first that are silent longest."""
    connection = http.client.HTTPConnection("127.0.0.1", echo, timeout=5)
    others, ports = [], set()
    for number in range(70):
        others.append(socket.create_connection(("127.0.0.1", echo), timeout=5))
        if number % 10 == 0:
            connection.request("POST", "/", b"1")
            assert connection.getresponse().read() == b"1"
            ports.add(connection.sock.getsockname()[1])
    assert len(ports) == 1
    for other in others:
        other.close()


@pytest.mark.parametrize("sent", [b"", b"\r\n"])
def test_a_connection_that_sends_no_request_is_closed(echo: int, sent: bytes) -> None:
    with socket.create_connection(("127.0.0.1", echo)) as silent:
        silent.sendall(sent)
        assert not closed_within(silent, 0.2)
        assert closed_within(silent, 5)


@pytest.mark.parametrize("chunked", [True, False])
def test_a_body_that_is_too_large_is_not_taken(echo: int, chunked: bool) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", echo, timeout=5)
    body: Any = iter([b"x" * 600, b"x" * 600]) if chunked else b"x" * 1200
    connection.request("POST", "/", body, encode_chunked=chunked)
    assert connection.getresponse().status == 413
