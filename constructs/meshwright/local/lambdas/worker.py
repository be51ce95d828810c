"""A warm Lambda container: runs one function's handler for each request line on standard input.

Started as a script in a fresh interpreter without site-packages, so that a deployed function finds what
Lambda's Python runtime has (the standard library and boto3) and nothing else of this machine.
Arguments: the folder of the unpacked asset, the handler string, the site-packages folder that holds boto3.
"""

import importlib
import importlib.machinery
import json
import os
import signal
import sys
import threading
import time
import traceback
from typing import Any

RUNTIME = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six")
"""Top-level packages that AWS's Python runtimes bring."""


class RuntimePackages:
    """Finds the runtime's packages in site-packages, and only those."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if path is None and name in RUNTIME:
            return importlib.machinery.PathFinder.find_spec(name, [self._folder], target)
        return None


class Context:
    """The context object of a Lambda invocation."""

    def __init__(self, request: dict[str, Any]) -> None:
        self.aws_request_id = request["request_id"]
        self.invoked_function_arn = request["function_arn"]
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = "$LATEST"
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.identity = self.client_context = None
        self._deadline = request["deadline"]

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self._deadline - time.monotonic()) * 1000))


def load(handler: str) -> Any:
    """The handler function, from `package.module.function` or `package/module.function`."""
    module, _, function = handler.rpartition(".")
    return getattr(importlib.import_module(module.replace("/", ".")), function)


def failure(error: BaseException) -> dict[str, Any]:
    return {
        "errorMessage": str(error),
        "errorType": type(error).__name__,
        "stackTrace": traceback.format_exception(error),
    }


def end_with(parent: int) -> None:
    """Ends this process and all that it started once its parent is gone, killed perhaps."""
    while os.getppid() == parent:
        time.sleep(1)
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def main() -> None:
    threading.Thread(target=end_with, args=(os.getppid(),), daemon=True).start()
    asset, handler_name, site_packages = sys.argv[1:]
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what the function prints goes to its log, not among the replies
    sys.path.insert(0, asset)
    sys.meta_path.append(RuntimePackages(site_packages))
    os.chdir(asset)
    handler: Any = None
    broken: dict[str, Any] | None = None
    try:
        handler = load(handler_name)
    except BaseException as raised:
        broken = failure(raised)
    for line in sys.stdin:
        request = json.loads(line)
        problem = broken
        result = None
        if handler is not None:
            try:
                result = json.dumps(handler(request["event"], Context(request)))
            except BaseException as raised:
                problem = failure(raised)
        if problem:
            print("[ERROR] " + "".join(problem["stackTrace"]), file=sys.stderr)
        sys.stderr.flush()
        sys.stdout.flush()
        reply = {"request_id": request["request_id"], "result": result, "error": problem}
        print(json.dumps(reply), file=replies, flush=True)


if __name__ == "__main__":
    main()
