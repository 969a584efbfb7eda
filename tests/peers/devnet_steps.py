"""What the clients' scripts share: steps that are told one by one, and the devnet's own controls over HTTP.

It runs in the clients' environments, so it needs nothing but the standard library.
"""

import json
import os
import sys
import traceback
from itertools import count
from urllib.request import Request, urlopen

URL = sys.argv[1] if len(sys.argv) > 1 else ""
CONTROL_S = 60.0

_numbers = count(1)


class Steps:
    """The steps of one client, in the order they were written down. One that fails does not keep the next from going.

    Each prints a line of JSON when it is over: its name and what went wrong, "" where nothing did.
    """

    def __init__(self):
        self.known = []

    def __call__(self, name):
        """Make a function the step of this name."""

        def add(function):
            self.known.append((name, function))
            return function

        return add

    def go(self, *given):
        """Take them all, with these arguments."""
        for name, function in self.known:
            problem = ""
            try:
                function(*given)
            except Exception as error:
                problem = _told(error)
            say(name, problem)

    async def go_async(self, *given):
        """The same for functions that are awaited."""
        for name, function in self.known:
            await _take(name, function, *given)

    async def go_each(self, connected):
        """The same with a client of its own for each step, from an async context manager."""
        for name, function in self.known:
            async with connected() as client:
                await _take(name, function, client)


async def _take(name, function, *given):
    problem = ""
    try:
        await function(*given)
    except Exception as error:
        problem = _told(error)
    say(name, problem)


def say(step, problem=""):
    sys.stdout.write(json.dumps({"step": step, "problem": problem}) + "\n")
    sys.stdout.flush()


def _told(error):
    """The error in one line, with the last line of our script that led to it."""
    if os.environ.get("TRACE"):
        traceback.print_exception(error)
    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if "devnet_" in frame.filename]
    where = f" ({ours[-1].line})" if ours else ""
    return " ".join(f"{type(error).__name__}: {error}{where}".split())[:600]


def control(method, *params):
    """What the devnet answers to one of its own methods."""
    body = json.dumps({"jsonrpc": "2.0", "id": next(_numbers), "method": method, "params": params}).encode()
    request = Request(URL.replace("ws://", "http://"), body, {"Content-Type": "application/json"})
    with urlopen(request, timeout=CONTROL_S) as response:
        answer = json.load(response)
    if "error" in answer:
        raise RuntimeError(answer["error"])
    return answer["result"]


def equal(found, wanted):
    if found != wanted:
        raise AssertionError(f"{found!r}, not {wanted!r}")


def true(found, why):
    if not found:
        raise AssertionError(f"{why}: {found!r}")
