"""Dockerfiles, shell scripts, pm2's and compose's files: lines that install or start the SDK. None is rewritten."""

from __future__ import annotations

import re
from collections.abc import Iterator

from taokit.cli.migrate.findings import MOVING, Finding, Kind
from taokit.run.options import OPTIONS
from taokit.run.precedence import SWITCHES

FLAGS = {dotted: option.flag for option in OPTIONS for dotted in option.dotted} | SWITCHES
"""The flags of SDK 10's neurons and what `taokit miner` and `taokit validator` call them; empty: nothing is needed."""

GONE = re.compile(r"\bbtcli\s+(?:subnets?|s|wallet|w|root|r)\s+(pow_register|faucet|boost|slash|weights|lock_cost)\b")
REGISTER = re.compile(r"\bbtcli\s+(?:(?:subnets?|s)\s+)?(?:register|recycle_register)\b")
METAGRAPH = re.compile(r"\bbtcli\s+(?:(?:subnets?|s)\s+)?metagraph\b")
BTCLI = re.compile(r"\bbtcli\s+[a-z]")
SOURCE = re.compile(r"opentensor/bittensor(?:\.git)?(?![\w-])")
PACKAGE = r"(?<![\w./~-])bittensor(?![\w./-])"
INSTALL = re.compile(rf"\b(?:pip3?|uv|poetry|pipx|conda|mamba)\b.*\b(?:install|add|sync)\b.*{PACKAGE}")
INLINE = re.compile(rf"\b(?:import|from)\s+{PACKAGE}")
PYTHON = re.compile(r"\bpython[:=]?3\.(\d+)\b|^\s*FROM\s+\S*python:3\.(\d+)")
DOTTED = re.compile(r"--(?:axon|wallet|subtensor|logging|neuron|blacklist)\.[a-z_.]+")
COMMENT = ("#", "//", "*", ";")


def of_commands(text: str) -> list[Finding]:
    """What was found: what a person must decide in every line, notes once. Comments are passed over."""
    said: dict[tuple[Kind, str, int], int] = {}  # the line of each; what is no note is said of every line
    flags: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith(COMMENT):
            continue
        for kind, one in _in_line(line):
            said.setdefault((kind, one, 0 if kind == "note" else number), number)
        for flag in DOTTED.findall(line):
            flags.setdefault(flag, number)
    found = [Finding(number, kind, one, MOVING) for (kind, one, _), number in said.items()]
    return sorted([*found, *_of_flags(flags)], key=lambda one: one.line)


def _in_line(line: str) -> Iterator[tuple[Kind, str]]:
    if INSTALL.search(line) or SOURCE.search(line):
        yield "decide", "installs the SDK: install taokit"
    elif INLINE.search(line):
        yield "decide", "runs code on the SDK: import taokit.compat"
    if any(int(one or other) < 11 for one, other in PYTHON.findall(line)):
        yield "decide", "taokit needs Python 3.11 or newer"
    yield from _of_btcli(line)


def _of_btcli(line: str) -> Iterator[tuple[Kind, str]]:
    if gone := GONE.search(line):
        yield "decide", f"`btcli` has no {gone[1]} any more"
    elif REGISTER.search(line):
        yield "note", "btcli stays; `taokit register --netuid N --wallet W/H` does the same with a rehearsal"
    elif METAGRAPH.search(line):
        yield "note", "btcli stays; `taokit metagraph --netuid N` shows the same"
    elif BTCLI.search(line):
        yield "note", "btcli stays: wallets, stake and subnets are its own"


def _of_flags(flags: dict[str, int]) -> list[Finding]:
    """One note on all of a file's dotted flags."""
    if not flags:
        return []
    known = [f"{flag} is {FLAGS[flag] or 'not needed'}" for flag in flags if flag in FLAGS]
    own = [flag for flag in flags if flag not in FLAGS]
    known += [f"{', '.join(own)}: settings of your own, filled by --set"] if own else []
    said = f"flags run as they are on taokit.compat; for `taokit miner` and `taokit validator` {'; '.join(known)}"
    return [Finding(min(flags.values()), "note", said, MOVING)]


__all__ = ["FLAGS", "of_commands"]
