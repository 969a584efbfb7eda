"""`taokit migrate`: what of a subnet written for SDK 10 runs, what is rewritten, what a person must decide."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from taokit.cli.migrate import Report

EXIT_DECIDE = 1
"""Something is left for a person."""


def migrate(
    path: Annotated[Path, typer.Argument(help="A file, or a folder with some.")],
    write: Annotated[bool, typer.Option("--write", help="Rewrite the files, not only look at them.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, nothing else.")] = False,
) -> None:
    """Move code from SDK 10: file by file, what runs unchanged, what is rewritten, what a person must decide.

    It reads Python, notebooks, requirements, pyproject.toml, setup.cfg, min_compute.yml, Dockerfiles, shell scripts and
    the files of pm2 and compose; it rewrites imports and lines of requirements alone. Exit codes: 0 nothing is left, 1
    a person must decide or a file was not understood, 2 there is no such path, or the extra `migrate` is missing.
    """
    from taokit.cli.migrate import examine, sources
    from taokit.cli.migrate import write as put

    reports = [examine(file) for file in sources(path)]
    written = [report.path for report in reports if write and put(report)]
    typer.echo(json.dumps(to_json(reports, written)) if as_json else "\n".join(lines(reports, written, write=write)))
    if any(report.verdict in ("decide", "skipped") for report in reports):
        raise typer.Exit(EXIT_DECIDE)


def to_json(reports: list[Report], written: list[Path]) -> dict[str, Any]:
    """The reports as plain values, with how many there are of each verdict."""
    counts = Counter(report.verdict for report in reports)
    return {
        "files": [report.to_json() for report in reports],
        "counts": dict(counts),
        "written": [str(path) for path in written],
    }


def lines(reports: list[Report], written: list[Path], *, write: bool) -> list[str]:
    """The reports as text: the files that need anything, then a line of counts."""
    from taokit.cli.migrate import VERDICTS

    told = []
    for report in reports:
        if report.verdict != "unchanged" or report.findings:
            told += [f"{report.path}: {report.error or VERDICTS[report.verdict]}"]
            told += [f"  line {one.line}: {_kind(one.kind, write)}{one.said}" for one in report.findings]
            told += [f"  see {page}" for page in dict.fromkeys(one.page for one in report.findings)]
    counts = Counter(report.verdict for report in reports)
    summary = ", ".join(f"{counts[verdict]} {said}" for verdict, said in VERDICTS.items() if counts[verdict])
    told.append(f"{len(reports)} files: {summary or 'none that it reads'}")
    if write:
        told.append(f"{len(written)} files rewritten")
    elif any(report.after != report.before for report in reports):
        told.append("nothing was written: pass --write to rewrite the files")
    return told


def _kind(kind: str, write: bool) -> str:
    if kind == "rewritten":
        return "rewritten: " if write else "to be rewritten: "
    return "decide: " if kind == "decide" else "note: "


__all__ = ["migrate"]
