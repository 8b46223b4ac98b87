"""`egov-witness`: cosign the checkpoints of a transparency log, so that it cannot show two versions of itself."""

import argparse
import re
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from egov_crypto import note
from egov_crypto.cli import console
from egov_crypto.cli.console import OK, count, read_text, say, write_new
from egov_crypto.cli.witness_server import Server, Witness, record
from egov_crypto.cli.witness_state import State
from egov_crypto.cosignature import WitnessSigningKey
from egov_crypto.errors import UsageError
from egov_crypto.witness import Logs, parse_logs

LISTEN: Final = ("127.0.0.1", 7380)
_EXIT: Final = """\
exit status:
  0    done
  2    cannot be done: unreadable, lost or damaged state, wrong usage
  130  interrupted
"""
_ADDRESS: Final = re.compile(r"(?:\[([0-9a-fA-F:.]+)\]|([0-9A-Za-z.-]+)):([0-9]{1,5})", re.ASCII)


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status; ``arguments`` are the command line's unless given."""
    options = _parser().parse_args(arguments)
    return console.run(lambda: options.run(options))


def new(options: argparse.Namespace) -> int:
    """Make a witness: its key file, for it alone, and the folder of its state. Prints its verifier key."""
    folder = _state_folder(options)
    console.refuse_existing([options.keyfile, folder])
    key = WitnessSigningKey.generate(options.name)
    write_new(options.keyfile, f"{key.text}\n".encode(), private=True)
    State.create(folder, key.verifier_key)
    print(key.verifier_key.text)
    return OK


def serve(options: argparse.Namespace) -> int:
    """Answer logs that ask for cosignatures, until it is told to end (SIGTERM, SIGINT)."""
    key = _read_key(options.keyfile)
    logs = _logs(options)
    server = Server(options.listen, Witness(key, logs, State(_state_folder(options), key.verifier_key)))
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1})
    thread.start()
    record(f"{key.verifier_key.text} witnesses {count(len(logs), 'log')} at {server.url}")
    stopped.wait()
    server.stop()
    thread.join()
    record("stopped")
    return OK


def show(options: argparse.Namespace) -> int:
    """What was cosigned last of each log, and the witness's verifier key."""
    key = _read_key(options.keyfile).verifier_key
    state = State(_state_folder(options), key)
    say(f"Witness: {key.text}")
    for origin in state.logs():
        last = state.read(origin)
        assert last is not None
        say(
            "",
            f"Log:       {origin}",
            f"Size:      {last.checkpoint.size}",
            f"Root hash: {note.to_base64(last.checkpoint.root)}",
            f"Cosigned:  {datetime.fromtimestamp(last.time, UTC):%Y-%m-%d %H:%M:%S} UTC",
        )
        for path in state.forks(origin):
            say(f"FORK:      {path} is another log of that size, signed by its key")
        for path in state.unproved(origin):
            say(f"UNPROVED:  {path} is signed by its key; nothing proved that it continues what was cosigned then")
    return OK


def _read_key(path: Path) -> WitnessSigningKey:
    if path.stat().st_mode & 0o007:
        raise UsageError(f"{path} can be read by everybody on this machine: chmod 600 {path}")
    return WitnessSigningKey.parse(read_text(path).strip())


def _logs(options: argparse.Namespace) -> Logs:
    lines = [*options.log, *(read_text(options.logs).splitlines() if options.logs else [])]
    logs = parse_logs(lines)
    if not logs:
        raise UsageError("no log is given: --log or --logs")
    return logs


def _state_folder(options: argparse.Namespace) -> Path:
    folder: Path | None = options.state
    return folder or options.keyfile.with_name(options.keyfile.name + ".state")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="egov-witness",
        description=__doc__,
        epilog=_EXIT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        help_ = (run.__doc__ or "").strip()
        made = commands.add_parser(name, help=help_, description=help_, allow_abbrev=False)
        made.set_defaults(run=run)
        made.add_argument("keyfile", type=Path, metavar="KEYFILE")
        made.add_argument("--state", type=Path, metavar="FOLDER", help="its state (default: KEYFILE.state)")
        return made

    made = command("new", new)
    made.add_argument("--name", required=True, help="an address of yours without https://, such as witness.example.org")
    made = command("serve", serve)
    made.add_argument(
        "--log",
        action="append",
        default=[],
        metavar="'KEY [ORIGIN]'",
        help="a log's verifier key, and its origin if that is not the key's name; once for each",
    )
    made.add_argument("--logs", type=Path, metavar="FILE", help="the same, one a line")
    made.add_argument(
        "--listen",
        type=_address,
        default=LISTEN,
        metavar="ADDRESS:PORT",
        help=f"where to listen (default: {LISTEN[0]}:{LISTEN[1]})",
    )
    command("show", show)
    return parser


def _address(text: str) -> tuple[str, int]:
    found = _ADDRESS.fullmatch(text)
    if not found or int(found[3]) > 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} is not ADDRESS:PORT")
    return found[1] or found[2], int(found[3])


if __name__ == "__main__":
    sys.exit(main())
