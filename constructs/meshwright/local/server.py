"""The embedded AWS as a process: moto's server with our CloudFormation, Lake Formation, Glue, RAM, Lambda,
Firehose, Athena, EventBridge and Step Functions.

Not modelled: see LIMITS. Binds 127.0.0.1 only, and goes on from the state that the last one left.
"""

import argparse
import logging
import os
import signal
import sys
from pathlib import Path
from types import FrameType

from meshwright.local.limits import LIMITS
from meshwright.local.persistence.codec import DamagedError
from meshwright.local.persistence.store import FILE as STATE_FILE
from meshwright.local.persistence.store import GO_ON, UnreadableError
from meshwright.local.private import PrivateFolder
from meshwright.local.record import FILE, LOCK, Record, started
from meshwright.local.states import STATE
from meshwright.local.wire.proof import new_token
from meshwright.texts import said

log = logging.getLogger(__name__)


def prepare_environment() -> None:
    """Nothing of the user's AWS configuration may reach the server or what it runs."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "MOTO_"))]:
        del os.environ[name]
    os.environ |= {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ACCESS_KEY_ID": "embedded",
        "AWS_SECRET_ACCESS_KEY": "embedded",
        "MOTO_DISABLE_GLOBAL_CORS": "true",
    }


def end_at_once(error: Exception) -> None:
    """As if killed, so that nothing is answered that the state does not hold."""
    log.critical(
        "The state can't be written (%s), so the embedded AWS ends. What it has answered is kept. Free some "
        "space, and go on: meshwright local up",
        error,
    )
    os._exit(3)


def unreadable_state(file: Path, error: UnreadableError | DamagedError, saved: str | None) -> str:
    """Why a state is not gone on from, and what to do, in one line."""
    why = said(str(error)).rstrip(".")
    if saved:
        again = "The state of before is kept. Go back to another one: meshwright local load NAME."
        return f"The saved state {saved} can't be gone on from: {why}. {again}"
    way = error.way if isinstance(error, UnreadableError) else GO_ON
    return f"The state in {file} can't be gone on from: {why}. {way}."


def main(argv: list[str] | None = None) -> int:
    """Serves until a signal ends it. With a busy port, takes a free one; the record tells which."""
    parser = argparse.ArgumentParser(prog="meshwright.local.server", epilog=LIMITS)
    parser.add_argument("--port", type=int, default=0, help="0 or a busy port: a free one is taken")
    parser.add_argument("--folder", type=Path, required=True, help="for the record, assets and logs")
    parser.add_argument(
        "--organization", help="id of an organization with RAM sharing that holds all accounts"
    )
    parser.add_argument("--saved", help="the file that the state was put back from")
    arguments = parser.parse_args(argv)
    os.umask(0o077)  # all that is written is its owner's alone
    folder = PrivateFolder(arguments.folder.resolve())
    folder.make()
    (folder.path / STATE).mkdir(mode=0o700, exist_ok=True)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for name in ("werkzeug", "waitress.queue"):
        logging.getLogger(name).setLevel(logging.ERROR)
    if folder.hold(LOCK) is None:
        print(f"Another embedded AWS of {folder.path.parent} is running.", file=sys.stderr)
        return 2
    prepare_environment()

    from meshwright.local.application import Application
    from meshwright.local.sockets import listen
    from meshwright.local.wire.listener import Listener

    listening = listen(arguments.port)
    address, port = listening.getsockname()
    token = new_token()
    try:
        application = Application(
            authority=f"{address}:{port}",
            token=token,
            folder=folder.path,
            organization=arguments.organization,
            unwritable=end_at_once,
        )
    except (UnreadableError, DamagedError) as error:
        print(unreadable_state(folder.path / STATE / STATE_FILE, error, arguments.saved), file=sys.stderr)
        return 2
    listener = Listener(application, listening)

    def stop(number: int, frame: FrameType | None) -> None:
        raise SystemExit

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    pid = os.getpid()
    record = Record(port=port, pid=pid, started=started(pid), wanted_port=arguments.port, token=token)
    try:
        application.services.resume()
        record.write(folder)
        log.info("listening on %s:%s", address, port)
        listener.run()
    except DamagedError as error:
        print(unreadable_state(folder.path / STATE / STATE_FILE, error, arguments.saved), file=sys.stderr)
        return 2
    finally:
        application.services.close()
        folder.remove(FILE)
    return 0


if __name__ == "__main__":
    code = main()
    logging.shutdown()
    os._exit(code)  # threads that wait for a function would hold up the end until it returns
