"""The command line of the scripts here that try many peers and write a page of the reference about them."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Trials:
    """What a script tries, and how it shows what came of it."""

    names: tuple[str, ...]
    results: Callable[[str], Awaitable[dict]]  # what went wrong in each part with one of them, "" where nothing did
    table: Callable[[dict], str]  # of the results by name, in Markdown
    page: Callable[[dict], str]


def main(trials):
    """Try those that the command line names, or all; exits with 1 when anything failed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of {', '.join(trials.names)}; all without any")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="write the page of the reference here")
    given = parser.parse_args()
    if unknown := set(given.names) - set(trials.names):
        parser.error(f"no {', '.join(sorted(unknown))} here: choose from {', '.join(trials.names)}")
    sys.exit(asyncio.run(_failed(trials, given.names or trials.names, given.write)))


async def _failed(trials, names, write):
    found = {}
    for name in names:
        found[name] = await trials.results(name)
        for part, problem in found[name].items():
            if problem:
                words = part if isinstance(part, str) else ", ".join(part)
                sys.stderr.write(f"{name}, {words}: {problem}\n")
    sys.stdout.write(f"{trials.table(found)}\n")
    if write is not None:
        write.write_text(trials.page(found))
    return any(problem for results in found.values() for problem in results.values())
