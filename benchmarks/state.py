"""How long the embedded AWS takes to keep what it holds, and to go on from it.

    python benchmarks/state.py                  # 20,000 objects of 25 KB, which are 500 MB
    python benchmarks/state.py 1000 --size 100

Objects are put one after the other over HTTP with boto3, each kept before it is answered. Then the server is
killed and started again: the time is that from the start of the process to its first answer. Every run is
in a new folder; "at once" is a server with nothing in its state, for comparison.
"""

import argparse
import os
import platform
import signal
import tempfile
import time
from pathlib import Path
from typing import Any

from meshwright.aws.accounts import Account
from meshwright.local import control, states
from meshwright.local.private import PrivateFolder

ACCOUNT, REGION = "222222222221", "eu-west-1"


def started(root: Path) -> float:
    begun = time.perf_counter()
    control.up(root, 0)
    return time.perf_counter() - begun


def client(root: Path, service: str) -> Any:
    running = control.up(root)
    environment = control.environment(running, ACCOUNT, REGION)
    return Account(account=ACCOUNT, region=REGION, environment=environment).client(service)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("objects", type=int, nargs="?", default=20_000)
    parser.add_argument("--size", type=int, default=25_000, help="bytes of an object")
    options = parser.parse_args()
    print(f"Python {platform.python_version()}, {platform.system()}, {os.cpu_count()} processors")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        print(f"started at once                 {started(root):8.2f} s")
        s3 = client(root, "s3")
        s3.create_bucket(Bucket="bench", CreateBucketConfiguration={"LocationConstraint": REGION})
        begun = time.perf_counter()
        for number in range(options.objects):
            body = os.urandom(options.size)
            s3.put_object(Bucket="bench", Key=f"folder/{number:06d}", Body=body)
        took = time.perf_counter() - begun
        each = took / options.objects * 1000
        print(f"{options.objects} objects put and kept     {took:8.2f} s, {each:.2f} ms each")
        os.kill(control.up(root).pid, signal.SIGKILL)
        while control.status(root):
            time.sleep(0.01)
        file = root / ".meshwright" / "state" / "state.sqlite"
        print(f"the file                        {file.stat().st_size / 1e6:8.0f} MB")
        print(f"started again after kill -9     {started(root):8.2f} s")
        s3 = client(root, "s3")
        begun = time.perf_counter()
        body = s3.get_object(Bucket="bench", Key="folder/000000")["Body"].read()
        took = (time.perf_counter() - begun) * 1000
        print(f"an object of {len(body)} bytes read  {took:8.2f} ms")
        begun = time.perf_counter()
        states.save(PrivateFolder.of(root), "bench", replace=False)
        print(f"local save, while it runs       {time.perf_counter() - begun:8.2f} s")
        control.down(root)


if __name__ == "__main__":
    main()
