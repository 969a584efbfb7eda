"""`min_compute.yml`: whether it reads as the file that subnets publish."""

from __future__ import annotations

import yaml

from taokit.cli.migrate.findings import MOVING, Finding


def of_compute(text: str) -> list[Finding]:
    """A note for one that `taokit doctor` reads. Raises `ValueError` for one that is no YAML."""
    try:
        told = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(f"no YAML: {str(error).splitlines()[0]}") from error
    if not isinstance(told, dict) or not isinstance(told.get("compute_spec"), dict):
        return [Finding(1, "decide", "has no compute_spec, which `taokit doctor` compares a machine with", MOVING)]
    return []


__all__ = ["of_compute"]
