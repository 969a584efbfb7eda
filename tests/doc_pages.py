"""The code blocks of a page of the documentation, and what runs them.

A block under a line that is only a file's name (`` `miner.py`: ``) is that file. An unnamed Python block is a program
of its own. A console block is run line by line; lines after one that begins with `$ ` are what it prints, `…` stands
for anything. Under `<!-- not run: why -->`, and in blocks of another kind, commands of taokit are only checked.
"""

import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import typer

from taokit.cli.app import app
from taokit.run import OPTIONS

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
NEURON_FLAGS = {"--set", "--json", "--quiet", "-q", "--verbose", "-v", "-vv", "-vvv", "--help", "-h"} | {
    name for option in OPTIONS for name in (option.flag, option.short) if name
}
PYTEST = ["-p", "no:cacheprovider", "-o", "asyncio_mode=auto", "-o", "asyncio_default_fixture_loop_scope=function"]
FENCE = re.compile(r"^(?P<indent> *)```(?P<kind>[a-z]*)[^\n]*\n(?P<text>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    kind: str
    text: str
    before: str  # the last line above it that is not empty
    line: int

    @property
    def file(self) -> str | None:
        named = re.fullmatch(r"`([\w./-]+)`:", self.before)
        return named[1] if named else None

    @property
    def runs(self) -> bool:
        return self.kind in ("python", "console") and not self.before.startswith("<!-- not run:")


def pages() -> list[str]:
    return sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))


def blocks(text: str) -> list[Block]:
    found = []
    for match in FENCE.finditer(text):
        above = [line for line in text[: match.start()].splitlines() if line.strip()]
        body = "".join(line.removeprefix(match["indent"]) for line in match["text"].splitlines(keepends=True))
        found.append(
            Block(match["kind"], body, above[-1].strip() if above else "", text.count("\n", 0, match.start()) + 1)
        )
    return found


def steps(block: Block) -> list[tuple[str, list[str]]]:
    """The commands of a block, each with the lines it prints; a line that ends in a backslash goes on."""
    lines = block.text.replace("\\\n", " ").splitlines()
    if not any(line.startswith("$ ") for line in lines):
        return [(line, []) for line in lines if line.strip() and not line.startswith("#")]
    made: list[tuple[str, list[str]]] = []
    for line in lines:
        if line.startswith("$ "):
            made.append((line[2:], []))
        elif line.strip():
            made[-1][1].append(line)
    return made


class Player:
    """Runs the blocks of one page in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = self.here = folder
        self.tested = False  # by a block of the page
        bin_folder = Path(sys.executable).parent
        self.environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith(("BT_", "TAOKIT_", "PYTEST"))},
            "PATH": f"{bin_folder}:{os.environ['PATH']}",
            "HOME": str(folder),
            "COLUMNS": "120",
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def play(self, block: Block) -> None:
        if block.file is not None:
            path = self.here / block.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text)
        elif block.kind == "python":
            self.run([sys.executable, "-W", "error", "-c", block.text])
        else:
            for command, printed in steps(block):
                self.console(command, printed)

    def console(self, command: str, printed: list[str]) -> None:
        if re.match(r"(python -m )?pip install", command):
            return
        output = self.run(["bash", "-ec", f"{command}\npwd > {shlex.quote(str(self.folder / '.here'))}"])
        self.here = Path((self.folder / ".here").read_text().strip())
        self.tested |= command.startswith("pytest") and self.here == self.folder
        for line in printed:
            wanted = r"\s+".join(re.escape(word).replace("…", ".*") for word in line.split())
            assert re.search(wanted, output), f"`{command}` prints no line {line!r}:\n{output}"

    def tests(self) -> None:
        """Import the page's modules, and run the tests that they hold."""
        if modules := sorted(path.stem for path in self.folder.glob("*.py") if not path.name.startswith("test_")):
            self.run([sys.executable, "-W", "error", "-c", f"import {', '.join(modules)}"])
        if any(self.folder.glob("test_*.py")) and not self.tested:
            self.run([sys.executable, "-m", "pytest", "-q", *PYTEST])

    def run(self, command: list[str]) -> str:
        done = subprocess.run(
            command, cwd=self.here, env=self.environment, text=True, timeout=180, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert done.returncode == 0, f"{command[-1]}\nexits with {done.returncode}:\n{done.stdout}"
        return done.stdout


def mistakes(block: Block) -> Iterator[str]:
    """What a block's commands ask of taokit that it does not have."""
    if block.kind not in ("console", "text", ""):
        return
    for command, _ in steps(block):
        for part in re.split(r"&&|;|\|", command.partition("  #")[0]):
            yield from _wrong_extras(part)
            yield from _wrong_words(part)


def _wrong_extras(command: str) -> Iterator[str]:
    for names in re.findall(r"taokit\[([\w,-]+)\]", command):
        yield from (f"no extra {name}" for name in names.split(",") if name not in EXTRAS)


def _wrong_words(command: str) -> Iterator[str]:
    if not re.match(r"\s*(\w+=\S+ )*taokit ", command):
        return
    words = shlex.split(command.replace("…", ""))
    words = words[words.index("taokit") + 1 :]
    at, known = typer.main.get_command(app), NEURON_FLAGS
    while words and words[0] in getattr(at, "commands", {}):
        at = at.commands[words.pop(0)]
    if getattr(at, "commands", {}) and words and not words[0].startswith("-") and at.name != "sim":
        yield f"`taokit` has no command {words[0]!r}"
    if at.name not in ("miner", "validator"):
        inner = at.commands["play"] if at.name == "sim" else at
        known = {"--help", "-h"} | {name for one in inner.params for name in (*one.opts, *one.secondary_opts)}
    for word in words:
        flag = word.partition("=")[0]
        if flag.startswith("-") and not re.fullmatch(r"-\d.*", flag) and flag not in known:
            yield f"`taokit {at.name}` has no option {flag}"
