"""What the documentation takes from the code as it is built: commands, settings, public names, the lab's pictures."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

sys.path.insert(0, str(Path(__file__).parent))

from commands import commands_page
from pictures import pictures
from settings import settings_page

PACKAGES = {
    "taokit": "What a subnet imports",
    "taokit.neuron": "Miner, validator, their runners",
    "taokit.scoring": "From scores to shares",
    "taokit.axon": "The miner's server",
    "taokit.dendrite": "The validator's client",
    "taokit.protocol": "Messages and formats",
    "taokit.chain": "Reads, calls, clients",
    "taokit.chain.reads": "Named reads",
    "taokit.chain.calls": "Named calls",
    "taokit.metagraph": "A subnet as a value",
    "taokit.follow": "A metagraph kept fresh",
    "taokit.consensus": "Yuma, exact",
    "taokit.lab": "Simulation",
    "taokit.devnet": "A chain in the process",
    "taokit.testing": "For tests",
    "taokit.keys": "Wallet files",
    "taokit.run": "Running a neuron",
    "taokit.blocking": "Async from scripts",
    "taokit.units": "TAO, alpha, rao",
    "taokit.errors": "Every error",
    "taokit.compat": "Names of SDK 10",
}
"""The packages with a page of their own, in order; one that is not there yet has none."""


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put a page for each package where the navigation has none."""
    reference = next(part["Reference"] for part in config.nav or [] if "Reference" in part)
    python = next(part for part in reference if "Python" in part)
    python["Python"] = [{name: _path(name)} for name, _ in _packages()]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what is generated."""
    made = {"reference/cli.md": commands_page(), "reference/settings.md": settings_page()}
    made |= {_path(name): _package_page(name, module) for name, module in _packages()}
    made |= {f"explanation/pictures/{name}.svg": svg for name, svg in pictures().items()}
    for path, text in made.items():
        files.append(File.generated(config, path, content=text))
    return files


def _packages() -> Iterator[tuple[str, Any]]:
    for name in PACKAGES:
        try:
            module = importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name != name:
                raise
            continue
        if hasattr(module, "__all__"):
            yield name, module


def _path(name: str) -> str:
    return f"reference/python/{name}.md"


def _package_page(name: str, module: Any) -> str:
    names = [public for public in module.__all__ if not public.startswith("__")]
    members = "".join(f"        - {public}\n" for public in sorted(names))
    title = f"# {name}\n\n*{PACKAGES[name]}.*\n\n"
    return f"{title}::: {name}\n    options:\n      members:\n{members}"
