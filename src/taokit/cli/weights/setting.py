"""`taokit weights set`: sends weights and stays until they are read back from the chain.

What it does is on the disk at each step, where a validator of this hotkey keeps it too. So it may be stopped at any
moment, and goes on without FILE where it was; and it does not run beside the validator.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import typer

from taokit.cli.weights.options import Who
from taokit.cli.weights.planning import Plan, plan_of, to_json
from taokit.cli.weights.planning import show as show_plan
from taokit.errors import ChainRefused, ConfigurationError, NetworkError, NotRegistered, UnknownBlock

if TYPE_CHECKING:
    from taokit.chain import AsyncChain, Call, Head
    from taokit.chain.preview import Preview
    from taokit.neuron.standing import Look
    from taokit.neuron.submission import Submission
    from taokit.neuron.weights import WeightSetter
    from taokit.signer import Signer

WAITED_FOR = frozenset({"SettingWeightsTooFast", "CommittingWeightsTooFast", "TooLateInEpoch"})
"""Obstacles that pass by themselves."""


ENVELOPE = 300
"""Bytes that a timelock adds to weights, about."""
FAR = 1 << 62
"""A beacon's round that is not out yet."""


@dataclass(frozen=True, slots=True)
class Errand:
    """What `taokit weights set` is told."""

    who: Who
    weights: Mapping[str, float] | None  # by uid or hotkey; None: only what is on its way already
    burn: float = 0.0
    dry_run: bool = False
    as_json: bool = False


def carry_out(errand: Errand) -> None:
    """Look at the weights, and send them unless that was all. Raises `ConfigurationError` where they would not pass."""
    signer = errand.who.signer()
    if errand.weights is not None:
        _look(errand, errand.weights, signer)
    if not errand.dry_run:
        asyncio.run(_carry(errand, signer))


def _look(errand: Errand, weights: Mapping[str, float], signer: Signer) -> None:
    from taokit.connect import connect

    with connect(errand.who.network) as chain:
        plan = plan_of(chain, errand.who, weights, burn=errand.burn)
        preview = chain.preview(_call(plan, signer), signer) if errand.dry_run else None
    if preview is not None:
        _show_rehearsal(plan, preview, as_json=errand.as_json)
        return
    lasting = [one for one in plan.hindered if one.name not in WAITED_FOR]
    if lasting:
        said = "; ".join(one.said for one in lasting)
        raise ConfigurationError(f"the chain would not take these weights: {said}", hint=_hints(lasting))
    if not errand.as_json:
        for one in plan.obstacles:
            typer.echo(f"note: {one.said}; {one.hint}", err=True)


def _hints(obstacles: list[Any]) -> str:
    return "; ".join(dict.fromkeys(one.hint for one in obstacles))


def _call(plan: Plan, signer: Signer) -> Call:
    """The call that would be sent. What is hashed or sealed has no salt, and zeros of the length that it would have."""
    from taokit.neuron.submission import FIRST, Submission, call_of

    assert plan.situation is not None
    sent = Submission(
        netuid=plan.graph.netuid,
        mechanism=plan.mechanism,
        epoch=0,
        made=plan.graph.block,
        uids=tuple(plan.prepared.uids.tolist()),
        values=tuple(plan.prepared.values.tolist()),
        salt=(),
        version_key=plan.version_key,
        stage=FIRST[plan.situation.form],
        sealed="00" * (ENVELOPE + 4 * plan.graph.n),
        round=FAR,
    )
    return call_of(sent, signer.public_key)


def _show_rehearsal(plan: Plan, preview: Preview, *, as_json: bool) -> None:
    refusal = preview.refusal
    if as_json:
        said = {"fee_rao": preview.fee.rao, "passes": preview.passes, "refusal": refusal.name if refusal else None}
        typer.echo(json.dumps({**to_json(plan), **said}))
    else:
        show_plan(plan, as_json=False)
        passes = {True: "passes", False: f"is refused: {refusal}", None: f"not possible here: {preview.untried}"}
        typer.echo(f"fee {preview.fee}\nrehearsal {passes[preview.passes]}\nnothing was sent")
    if plan.hindered or preview.passes is False:
        raise typer.Exit(1)


async def _carry(errand: Errand, signer: Signer) -> None:
    from taokit.connect import connection
    from taokit.neuron import StateFolder, WeightSetter
    from taokit.neuron.submission import SALT_WORDS
    from taokit.neuron.timelock import Timelock
    from taokit.run.logs import log_to_stderr

    def salt(epoch: int) -> tuple[int, ...]:
        return tuple(secrets.randbelow(1 << 16) for _ in range(SALT_WORDS))

    log_to_stderr(as_json=errand.as_json, verbosity=-1)
    timelock = Timelock()
    try:
        async with connection(errand.who.network) as chain:
            path = errand.who.folder(await chain.genesis(), signer.ss58)
            with StateFolder(path) as folder:
                setter = WeightSetter(chain, signer, folder, salt=salt, seal=timelock.encrypt)
                await Carrier(errand, chain, signer, setter).run()
    finally:
        await timelock.close()


class Carrier:
    """One errand on its way, block by block."""

    def __init__(self, errand: Errand, chain: AsyncChain, signer: Signer, setter: WeightSetter) -> None:
        self._errand, self._chain, self._signer, self._setter = errand, chain, signer, setter
        self._epoch: int | None = None  # in which its own weights were made
        self._before = setter.landed_block
        self._said = ""

    async def run(self) -> None:
        """Until the weights are read back. Raises `ChainRefused` where they are lost."""
        if self._errand.weights is None and not self._under_way():
            raise ConfigurationError("no weights are on their way", hint="name a FILE with weights to set")
        heads = self._chain.heads()
        head = await self._chain.head()
        while not await self._tried(head):
            head = await anext(heads)

    async def _tried(self, head: Head) -> bool:
        """Whether it is done. A chain that cannot be asked for a while is no reason to end."""
        try:
            return await self._done(head)
        except (NetworkError, UnknownBlock) as error:
            typer.echo(f"block {head.number}: {error}", err=True)
            return False

    def _under_way(self) -> list[Submission]:
        return [item for item in self._setter.submissions if item.landed is None]

    async def _done(self, head: Head) -> bool:
        seen = await self._look(head)
        await self._setter.advance(seen.weights)
        if self._errand.weights is not None and not self._made():
            await self._propose(seen)
        if self._errand.weights is None:
            landed = self._setter.landed_block
            return self._tell(seen) if self._under_way() else self._landed(landed if landed != self._before else None)
        if self._epoch is None:
            return self._tell(seen)
        mine = next((item for item in self._setter.submissions if item.epoch == self._epoch), None)
        if mine is None:
            hint = "see the log above, and set them again"
            raise ChainRefused(f"the weights of epoch {self._epoch} are lost", hint=hint)
        return self._landed(mine.landed) if mine.landed is not None else self._tell(seen)

    def _made(self) -> bool:
        return self._epoch is not None and self._setter.proposed(self._epoch)

    async def _look(self, head: Head) -> Look:
        from taokit.neuron.standing import look

        who = self._errand.who
        read = look(who.netuid, self._signer.ss58, mechanism=who.mechanism, pending=True)
        seen = await self._chain.read(read, at=head.hash)
        if seen is None:
            raise NotRegistered(self._signer.ss58, who.netuid)
        return seen

    async def _propose(self, seen: Look) -> None:
        """Send them where the epoch leaves the time, and nothing was sent in it before."""
        from taokit.chain import reads
        from taokit.cli.weights.vector import by_uid
        from taokit.neuron.scores import burned
        from taokit.neuron.timetable import MARGIN
        from taokit.neuron.weights import Target

        errand, who, left = self._errand, self._errand.who, seen.schedule.blocks_left
        assert errand.weights is not None
        self._epoch = None
        if self._setter.proposed(seen.weights.epoch) or (left is not None and left < MARGIN):
            return
        graph = await self._chain.read(reads.metagraph(who.netuid), at=seen.weights.hash)
        version = graph.parameters.weights_version if who.version_key is None else who.version_key
        weights = burned(by_uid(errand.weights, graph), graph, errand.burn)
        await self._setter.propose(Target(who.netuid, who.mechanism, version), weights, graph, seen.weights)
        if self._setter.proposed(seen.weights.epoch):
            self._epoch = seen.weights.epoch

    def _tell(self, seen: Look) -> bool:
        """Say what is waited for, once; False, as it is not over."""
        waits = self._setter.waiting or f"the next epoch, at block {seen.schedule.next_epoch}"
        if waits != self._said and not self._errand.as_json:
            typer.echo(f"block {seen.schedule.block}: waits for {waits}", err=True)
        self._said = waits
        return False

    def _landed(self, block: int | None) -> bool:
        if block is None:
            raise ChainRefused("what was on its way is lost", hint="see the log above, and set weights again")
        said = {"netuid": self._errand.who.netuid, "hotkey": self._signer.ss58, "block": block}
        typer.echo(json.dumps(said) if self._errand.as_json else f"weights are on chain, read back at block {block}")
        return True


__all__ = ["Carrier", "Errand", "carry_out"]
