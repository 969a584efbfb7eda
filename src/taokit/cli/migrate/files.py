"""Files that mention the SDK: found, read with a bound, and replaced whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from taokit.cli.migrate.commands import of_commands
from taokit.cli.migrate.compute import of_compute
from taokit.cli.migrate.findings import Finding, Report
from taokit.cli.migrate.kinds import FileKind, kind_of
from taokit.errors import ConfigurationError

LARGEST = 4 << 20
"""Bytes of a file that is looked at."""
PASSED_OVER = frozenset({"__pycache__", "node_modules", "site-packages", "build", "dist", "venv", "env"})


def sources(path: Path) -> Iterator[Path]:
    """The files at or below a path that are looked at, by name; hidden and installed ones and links are passed over.

    Raises `ConfigurationError` for a path that is not there.
    """
    if not path.exists():
        raise ConfigurationError(f"{path} is not there", hint="name a file or a folder")
    if path.is_file():
        yield path
        return
    for folder, below, names in os.walk(path):
        below[:] = sorted(name for name in below if not name.startswith(".") and name not in PASSED_OVER)
        for name in sorted(names):
            file = Path(folder, name)
            if kind_of(file) and not name.startswith(".") and not file.is_symlink():
                yield file


def examine(file: Path) -> Report:
    """What is to be done about a file. Raises `ConfigurationError` without libcst and packaging (extra `migrate`)."""
    try:
        import libcst
        import packaging  # noqa: F401  asked for here, so that one sentence says it
    except ImportError as error:
        hint = "install it: pip install 'taokit[migrate]'"
        raise ConfigurationError(f"migrating needs {error.name}, which is not installed", hint=hint) from error

    try:
        before = _content(file)
        after, findings = _looked(before, kind_of(file) or "python", file.name)
    except SyntaxError as error:
        return Report(file, error=f"line {error.lineno} does not parse: {error.msg}")
    except libcst.ParserSyntaxError as error:
        return Report(file, error=f"line {error.raw_line} does not parse")
    except (OSError, ValueError, RecursionError, MemoryError) as error:
        return Report(file, error=f"cannot be read: {error or type(error).__name__}")
    return Report(file, findings, before, after)


def _looked(before: bytes, kind: FileKind, name: str) -> tuple[bytes, tuple[Finding, ...]]:
    """The file as it should be, and what was found in it. Raises what `examine` catches."""
    if kind == "python":
        from taokit.cli.migrate.rewriting import rewritten

        return rewritten(before, requirements=name == "setup.py")
    text = before.decode()
    if kind in ("requirements", "pyproject"):
        from taokit.cli.migrate import requirements

        look = requirements.of_lines if kind == "requirements" else requirements.of_pyproject
        after, found = look(text)
        return after.encode(), tuple(sorted(found, key=lambda one: one.line))
    return before, tuple(_reported(text, kind))


def _reported(text: str, kind: FileKind) -> list[Finding]:
    if kind == "notebook":
        from taokit.cli.migrate.notebooks import of_notebook

        return of_notebook(text)
    if kind == "compute":
        return of_compute(text)
    return of_commands(text)


def write(report: Report) -> bool:
    """Put the rewritten file in the place of the old one; False where nothing is to be rewritten.

    Whatever ends the process, the file is the old or the new one. Raises `ConfigurationError` for one that changed
    meanwhile or cannot be replaced.
    """
    if report.after == report.before or report.error:
        return False
    try:
        if _content(report.path) != report.before:
            raise ConfigurationError(f"{report.path} has changed meanwhile", hint="run it again")
        _replace(report.path, report.after)
    except OSError as error:
        raise ConfigurationError(f"cannot write {report.path}: {error.strerror}", hint="check who owns it") from error
    return True


def _content(file: Path) -> bytes:
    with file.open("rb") as opened:
        content = opened.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise ValueError(f"more than {LARGEST >> 20} MiB")
    return content


def _replace(file: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        Path(name).chmod(file.stat().st_mode & 0o7777)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


__all__ = ["LARGEST", "examine", "sources", "write"]
