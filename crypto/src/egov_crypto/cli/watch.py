"""`egov-verify watch`: a log, or a whole site, looked at again and again, and what was seen recorded."""

import argparse
import json
import signal
import sys
import time
from pathlib import Path
from typing import Any, Final

from egov_crypto.cli import console, log, log_report, mailing, pace, site, site_report
from egov_crypto.cli.record import Record
from egov_crypto.cli.signals import Signals, Stopped
from egov_crypto.cli.site_report import SiteFound
from egov_crypto.cli.watcher import Round, Watcher

DESCRIPTION: Final = """\
Look at a log, or at a whole site, again and again. Each checkpoint that holds is recorded with its cosignatures in a
git repository, of which anybody may keep a copy: two such histories that differ are evidence. When something does not
hold, what shows it is recorded too, and mailed if wanted: once, and again when something else does not hold."""

INTERVAL: Final = 60
DEADLINE: Final = 600


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's."""
    site.add_arguments(parser)
    parser.add_argument(
        "--into", type=Path, required=True, metavar="DIR", help="the git repository; made if it is not there"
    )
    parser.add_argument(
        "--interval", type=_interval, default=INTERVAL, metavar="SECONDS", help="between two rounds (60)"
    )
    parser.add_argument(
        "--deadline",
        type=console.seconds,
        default=DEADLINE,
        metavar="SECONDS",
        help=f"for one round; of what was not answered by then, nothing can be told (default: {DEADLINE})",
    )
    parser.add_argument("--once", action="store_true", help="one round, for a program that starts others at set times")
    parser.add_argument(
        "--site",
        action="store_true",
        help="look at the whole site, as egov-verify site does: it fetches every archive each time",
    )
    parser.add_argument("--exit", action="store_true", help="end, with 1, as soon as something does not hold")
    mailing.add_arguments(parser)


def watch(options: argparse.Namespace) -> int:
    """The command."""
    log.terms_of(options, options.key)  # wrong usage ends it now, and not each round
    watcher, signals = Watcher(Record(options.into), mailing.Mailer.of(options)), Signals()
    with signals.heard():
        try:
            while True:
                with signals.obeyed():
                    found = _look(options)
                if options.json:
                    print(json.dumps(found.report), flush=True)
                told = _taken(watcher, found)
                if options.once or (options.exit and found.failures):
                    return found.status or (console.OK if told else console.CANNOT_TELL)
                with signals.obeyed():
                    time.sleep(options.interval)
        except Stopped:
            return console.OK if signals.number == signal.SIGTERM else console.INTERRUPTED


def _taken(watcher: Watcher, found: Round) -> bool:
    """Whether what was found is recorded and told; why not, is said, and the next round tries again."""
    for subject, error in found.errors:
        print(console.plain(f"{subject}: {console.sentence(error)}"), file=sys.stderr)
    try:
        return watcher.take(found)
    except Exception as error:  # noqa: BLE001  whatever it is, the next round is not lost
        print(console.plain(console.sentence(error)), file=sys.stderr)
        return False


def _look(options: argparse.Namespace) -> Round:
    """One round. Whatever goes wrong in it is told, as something that cannot be told: no answer ends the watching."""
    try:
        with pace.ending(options.deadline):
            return _looked(options)
    except Exception as error:  # noqa: BLE001
        subject: Any = {"kind": "site" if options.site else "log", "source": options.url}
        report = {"ok": None, "subject": subject, "checks": [], "failure": None}
        return Round(None, {**report, "error": console.sentence(error)}, errors=[("watch", error)])


def _looked(options: argparse.Namespace) -> Round:
    if options.site:
        found = SiteFound(options.url)
        site.check(options, found, quiet=True, seconds=options.interval)
        return Round(found.log, site_report.as_json(found), found.failures, found.errors)
    reading, failure, error = log.check(options, as_json=True)
    made = Round(reading, log_report.as_json(options.url, reading, failure, error))
    made.failures += [("log", failure)] if failure else []
    made.errors += [("log", error)] if error else []
    return made


def _interval(text: str) -> int:
    number = console.natural(text)
    if number is None or not 1 <= number <= 86_400:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds between 1 and 86400")
    return number
