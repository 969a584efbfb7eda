"""Requirements: which name the SDK, which exclude what taokit needs. Lines are rewritten with their comments kept."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from importlib.metadata import requires
from typing import Any, TypeAlias

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from taokit.cli.migrate.findings import MOVING, Finding, Kind

PYTHON = SpecifierSet(">=3.11")
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
QUOTED = re.compile(r"""(["'])(.*?)\1""")
LINE = re.compile(r"^(?P<before>\s*)(?P<text>[A-Za-z0-9][^#\\]*?)(?P<after>\s*(?:#.*)?)$")
POETRY = re.compile(r"^(?P<before>\s*bittensor\s*=\s*)(?P<value>\S.*?)(?P<after>\s*(?:#.*)?)$", re.IGNORECASE)
SOURCE = re.compile(r"opentensor/bittensor(\.git)?(?![\w-])")

Judged: TypeAlias = tuple[str | None, Kind, str]
"""What stands in a requirement's place (None: it stays), and what is to be said of it."""

Looked: TypeAlias = tuple[str, *tuple[Judged, ...]]
"""A line as it should be, and each requirement in it of which there is something to say."""


def judged(text: str) -> Judged | None:
    """What is to be done about one requirement, or None where nothing is."""
    if SOURCE.search(text):
        return None, "decide", "the SDK from its sources: require taokit"
    try:
        asked = Requirement(text)
    except InvalidRequirement:
        return None
    name = canonicalize_name(asked.name)
    if name == "bittensor":
        if asked.url:
            return None, "decide", f"the SDK from {asked.url}: require taokit"
        new = "taokit[torch]" if "torch" in asked.extras else "taokit"
        marker = f"; {asked.marker}" if asked.marker else ""
        return new + marker, "rewritten", f"requires {new} instead of {text.strip()}"
    if name == "bittensor-cli":
        return None, "note", "btcli may stay; installed apart (pipx, uv tool) it excludes nothing that taokit needs"
    ours = needed().get(name)
    if ours is not None and excluded(asked.specifier, ours):
        return None, "decide", f"{text.strip()} excludes what taokit needs: {name}{ours}"
    return None


def needed() -> dict[str, SpecifierSet]:
    """What taokit itself requires, by name; extras are left out."""
    asked = (Requirement(line) for line in requires("taokit") or ())
    return {canonicalize_name(one.name): one.specifier for one in asked if one.marker is None}


def excluded(theirs: SpecifierSet, ours: SpecifierSet) -> bool:
    """Whether no version fits both; versions that either names are tried, and a very new one."""
    named = [one.version.removesuffix(".*") for one in (*theirs, *ours)]
    nearby = [f"{version}.9999" for version in named]
    return not any(version in theirs and version in ours for version in (*named, *nearby, "9999"))


def old_python(text: str) -> bool:
    """Whether a range of Python versions, Poetry's `^3.9` among them, leaves out all that taokit runs on."""
    wanted = re.sub(r"\^\s*(\d+)(\.\d+)?", lambda found: f">={found[0][1:].strip()},<{int(found[1]) + 1}", text)
    try:
        given = SpecifierSet(wanted)
    except InvalidSpecifier:
        return False
    return not any(version in given for version in PYTHONS)


def of_lines(text: str) -> tuple[str, list[Finding]]:
    """A requirements file (or `install_requires` of `setup.cfg`) as it should be, and what was found."""
    return _each(text, _requirement_line)


def of_pyproject(text: str) -> tuple[str, list[Finding]]:
    """A `pyproject.toml` as it should be, and what was found. Raises `tomllib.TOMLDecodeError`."""
    read = tomllib.loads(text)
    lists, poetry = set(_listed(read)), _at(read, "tool", "poetry") is not None
    after, found = _each(text, lambda line: _quoted_line(line, lists) or (_poetry_line(line) if poetry else None))
    for where, wanted in _pythons(read):
        if old_python(wanted):
            said = f"{where} is {wanted}: taokit needs {PYTHON}"
            found.append(Finding(_line_of(text, where), "decide", said, MOVING))
    return after, found


def of_string(text: str) -> Judged | None:
    """What is to be done about a string of `setup.py`, or None where it is no requirement of ours."""
    return judged(text) if re.match(r"[A-Za-z][\w.-]*\s*(\[|[<>=!~]=?|@|;|$)", text) else None


def quoted(text: str, quote: str) -> str:
    """A requirement as it stands between these quotation marks."""
    return text.replace("'", '"') if quote.endswith("'") else text.replace('"', "'")


def _each(text: str, look: Callable[[str], Looked | None]) -> tuple[str, list[Finding]]:
    lines, found = text.splitlines(keepends=True), []
    for number, line in enumerate(lines):
        plain = line.rstrip("\r\n")
        seen = look(plain)
        if seen is not None:
            lines[number] = seen[0] + line[len(plain) :]
            found += [Finding(number + 1, kind, said, MOVING) for _, kind, said in seen[1:]]
    return "".join(lines), found


def _requirement_line(line: str) -> Looked | None:
    if line.rstrip().endswith("\\"):  # its hashes follow: no line of its own
        told = judged(line.rstrip("\\ \t").strip())
        return None if told is None else (line, (None, _by_hand(told[1]), _said(told)))
    if line.lstrip().startswith(("-e", "--editable", "git+")) and SOURCE.search(line):
        return line, (None, "decide", "the SDK from its sources: require taokit")
    parts = LINE.match(line)
    told = judged(parts["text"]) if parts else None
    if parts is None or told is None:
        return None
    return (line if told[0] is None else parts["before"] + told[0] + parts["after"]), told


def _quoted_line(line: str, lists: set[str]) -> Looked | None:
    """A line of a list of requirements, such as `"bittensor==10.5.0",`, or the whole list on one."""
    seen: list[Judged] = []
    for quote, text in QUOTED.findall(line):
        told = judged(text) if text in lists else None
        if told is not None:
            seen.append(told)
            new = text if told[0] is None else quoted(told[0], quote)
            line = line.replace(f"{quote}{text}{quote}", f"{quote}{new}{quote}", 1)
    return (line, *seen) if seen else None


def _poetry_line(line: str) -> Looked | None:
    """A line of Poetry's table, such as `bittensor = "^9.9"`; an inline table stays."""
    parts = POETRY.match(line)
    if parts is None:
        return None
    if parts["value"].startswith("{"):
        return line, (None, "decide", f"requires the SDK: {parts['value']}; require taokit")
    new = re.sub("bittensor", "taokit", parts["before"], flags=re.IGNORECASE) + '"*"' + parts["after"]
    return new, (new, "rewritten", f"requires taokit instead of bittensor {parts['value']}")


def _listed(read: Any) -> Iterator[str]:
    """Every text in a list anywhere below, which is where TOML keeps requirements."""
    for value in read.values() if isinstance(read, dict) else read if isinstance(read, list) else ():
        if isinstance(value, str):
            if isinstance(read, list):
                yield value
        else:
            yield from _listed(value)


def _pythons(read: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for path in (("project", "requires-python"), ("tool", "poetry", "dependencies", "python")):
        wanted = _at(read, *path)
        if isinstance(wanted, str):
            yield path[-1], wanted


def _at(read: Any, *path: str) -> Any:
    """What stands below these tables, None where one of them is missing or none."""
    for name in path:
        read = read.get(name) if isinstance(read, dict) else None
    return read


def _line_of(text: str, word: str) -> int:
    lines = text.splitlines()
    return next((number for number, line in enumerate(lines, 1) if line.strip().startswith(word)), 1)


def _by_hand(kind: Kind) -> Kind:
    return "decide" if kind == "rewritten" else kind


def _said(told: Judged) -> str:
    return f"{told[2]}, and its hashes are others" if told[0] else told[2]


__all__ = ["judged", "of_lines", "of_pyproject", "of_string", "old_python", "quoted"]
