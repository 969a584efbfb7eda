"""`taokit emission`: what a block mints at an issuance, until when, and who gets it."""

from __future__ import annotations

import json
from dataclasses import asdict
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

import typer

from taokit.errors import ConfigurationError
from taokit.units import RAO_PER_TAO, Rao

BLOCKS_A_DAY = 7200
"""At twelve seconds a block."""


def emission(
    issuance: Annotated[str, typer.Option("--issuance", help="TAO that exist, such as 11330335.")],
    alpha_issuance: Annotated[str, typer.Option("--alpha-issuance", help="A subnet's alpha that exists.")] = "0",
    root_tao: Annotated[str, typer.Option("--root-tao", help="TAO staked on root.")] = "0",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, amounts in rao.")] = False,
) -> None:
    """What a block mints at an issuance, the next halving, and how a subnet divides its block's alpha."""
    told = figures(
        _rao("--issuance", issuance), _rao("--alpha-issuance", alpha_issuance), root_tao=_rao("--root-tao", root_tao)
    )
    typer.echo(json.dumps(told) if as_json else _text(told))


def figures(issuance: int, alpha_issuance: int, *, root_tao: int) -> dict[str, Any]:
    """Block reward, next halving and split; all amounts in rao, days at twelve seconds a block."""
    from taokit.consensus import alpha_shares, block_emission, root_proportion

    alpha_out = block_emission(alpha_issuance)
    root = root_proportion(root_tao, alpha_issuance)
    return {
        "issuance": issuance,
        "block_emission": block_emission(issuance),
        "day_emission": block_emission(issuance) * BLOCKS_A_DAY,
        "next_halving": _halving(issuance),
        "split": {"alpha_out": alpha_out, **asdict(alpha_shares(alpha_out, root_proportion=root))},
    }


def _halving(issuance: int) -> dict[str, Any] | None:
    from taokit.consensus import block_emission, next_halving

    at = next_halving(issuance)
    if at is None:
        return None
    blocks = -(-(at - issuance) // block_emission(issuance))
    return {"issuance": at, "left": at - issuance, "blocks": blocks, "days": round(blocks / BLOCKS_A_DAY, 1)}


def _rao(flag: str, amount: str) -> int:
    try:
        rao = Decimal(amount.replace("_", "").replace(",", "")) * RAO_PER_TAO
        whole = int(rao)
    except (InvalidOperation, OverflowError, ValueError) as error:
        raise ConfigurationError(f"{flag} is {amount!r}, which is no amount", hint="such as 11330335.25") from error
    if not 0 <= whole < 1 << 64:
        raise ConfigurationError(f"{flag} is {amount}, outside 0 to {(2**64 - 1) // RAO_PER_TAO}")
    return whole


def _text(told: dict[str, Any]) -> str:
    split = told["split"]
    lines = [
        f"issuance       {Rao(told['issuance'])}",
        f"a block mints  {Rao(told['block_emission'])}",
        f"a day mints    {Rao(told['day_emission'])}",
        f"next halving   {_until(told['next_halving'])}",
        "",
        f"a block's alpha of a subnet: {Rao(split['alpha_out']).tao}",
    ]
    return "\n".join(
        [*lines, *(f"  {name:11}{_part(split, name)}" for name in ("owner", "server", "validator", "root"))]
    )


def _until(halving: dict[str, Any] | None) -> str:
    if halving is None:
        return "none, nothing is minted any more"
    return f"at {Rao(halving['issuance'])}, in {halving['blocks']:,} blocks or {halving['days']:,} days at the least"


def _part(split: dict[str, int], name: str) -> str:
    part = split[name] / split["alpha_out"] if split["alpha_out"] else 0.0
    return f"{Rao(split[name]).tao:.9f}  {part:7.2%}"


__all__ = ["emission", "figures"]
