"""What the variables and the configuration file say, and the key that they name."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from pathlib import Path

from taokit.cli.doctor.finding import Finding, bad, good, note, skipped
from taokit.errors import ConfigurationError, KeyFileError
from taokit.keys import coldkey_lies_open, lies_open
from taokit.neuron import Miner
from taokit.run import KeyChoice, hotkey_address, hotkey_of, read_config, unknown_variables
from taokit.run.precedence import config_path

log = logging.getLogger("taokit")


def configuration(environment: Mapping[str, str], home: Path) -> Iterator[Finding]:
    """Whether the configuration file reads, and the variables mean something."""
    path = config_path(environment, home)
    try:
        read_config(environment, home)
    except ConfigurationError as error:
        yield bad("configuration", str(error), f"mv {path} {path}.broken")
    else:
        yield good("configuration", f"{path} reads" if path.exists() else "no configuration file, which is fine")
    for said in unknown_variables([Miner], environment):  # a setting of a miner of one's own is none of these
        name = said.split()[2]
        yield note("variables", f"{said}, unless it is a setting of your own class", f"unset {name}")


def key(choice: KeyChoice, address: str | None, environment: Mapping[str, str]) -> tuple[list[Finding], str | None]:
    """Whether the hotkey opens as a neuron would open it; and its address where that is known."""
    if address is not None:
        return [good("key", f"hotkey {address}")], address
    if choice.wallet is None and choice.mnemonic_file is None and not environment.get("TAOKIT_MNEMONIC"):
        return [skipped("key", "no key is named", "taokit doctor --wallet NAME/HOTKEY --netuid NUMBER")], None
    found, known = _opened(choice, environment)
    return [found, *_exposed(choice)], known


def _opened(choice: KeyChoice, environment: Mapping[str, str]) -> tuple[Finding, str | None]:
    try:
        address = hotkey_of(choice, environment).ss58
    except (ConfigurationError, KeyFileError) as error:
        return bad("key", str(error), error.hint or ""), _public(choice, environment)
    return good("key", f"hotkey {address}"), address


def _public(choice: KeyChoice, environment: Mapping[str, str]) -> str | None:
    """The address of a key that does not open."""
    try:
        return hotkey_address(choice, environment)
    except (ConfigurationError, KeyFileError):
        return None


def _exposed(choice: KeyChoice) -> Iterator[Finding]:
    wallet, words = choice.wallet, choice.mnemonic_file
    if words is not None and lies_open(words):
        yield bad("key", f"other users of this machine can read {words}", f"chmod 600 {words}")
    if wallet is None or wallet.startswith("//"):
        return
    if coldkey_lies_open(wallet, path=choice.folder):
        cold = choice.folder / wallet.partition("/")[0] / "coldkey"
        yield note("key", f"{cold} lies here unencrypted, and a neuron needs none", f"keep a copy elsewhere; rm {cold}")


__all__ = ["configuration", "key"]
