"""From SDK 10 to taokit, file by file: what runs, what is rewritten, what a person must decide. Extra `migrate`."""

from taokit.cli.migrate.files import examine, sources, write
from taokit.cli.migrate.findings import VERDICTS, Finding, Report

__all__ = ["VERDICTS", "Finding", "Report", "examine", "sources", "write"]
