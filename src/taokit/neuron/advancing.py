"""What a vector of weights does at a block: decided here, from values alone.

    setting ────────────────────────────────► landed        (commit-reveal off)
    committing ──► committed ──► revealing ──► landed        (by hash)
    locking ─────► locked ───────────────────► landed        (under a timelock: the chain reveals)

A submission is written down before anything is sent, with the nonce and the lifetime of its extrinsic. So whoever reads
the file after a crash can tell from the chain alone whether it got there. What is lost is sent again under the same
nonce, of which a chain takes one extrinsic at most; under another only when the first can no longer get in. A commit
lives no longer than its epoch, so that it cannot count as the next one's. `landed` means read back from the chain; it
is kept for `SETTLED` blocks, in which a fork may still lose it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from taokit.chain import Call
from taokit.neuron.submission import Submission, View, call_of

LIFETIME = 16
"""Blocks for which a weights extrinsic is valid at most."""
SHORTEST = 4
"""Blocks for which an extrinsic is valid at least: the chain knows no shorter era."""
AGAIN = 4
"""Blocks after which what is not in a block is sent again."""
SETTLED = 8
"""Blocks for which weights that were read back are still looked after: no fork lives longer."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do in this block."""

    reason: str


@dataclass(frozen=True, slots=True)
class Send:
    """Send this call under the submission's nonce, valid for so many blocks."""

    call: Call
    lives: int = LIFETIME  # a power of two from `SHORTEST` to `LIFETIME`


@dataclass(frozen=True, slots=True)
class Landed:
    """The vector is visible on chain."""

    block: int  # at which it was read back


@dataclass(frozen=True, slots=True)
class Settled:
    """It landed long enough ago, or newer weights took its place: nothing is left to do."""


@dataclass(frozen=True, slots=True)
class Anew:
    """It no longer fits the chain and nothing of it can get there: weights are to be made once more."""

    reason: str


@dataclass(frozen=True, slots=True)
class Dropped:
    """The vector is lost."""

    reason: str


Step: TypeAlias = Wait | Send | Landed | Settled | Anew | Dropped
Decided: TypeAlias = tuple[Submission, Step]


def advance(it: Submission, view: View, hotkey: bytes) -> Decided:
    """The submission as it stands at this block, and what follows from that."""
    if it.landed is not None:
        return _landed(it, view, hotkey)
    stages: dict[str, Callable[[Submission, View, bytes], Decided]] = {
        "setting": _setting,
        "committing": _committing,
        "committed": _committed,
        "revealing": _revealing,
        "locking": _locking,
        "locked": _locked,
    }
    return stages[it.stage](it, view, hotkey)


def _landed(it: Submission, view: View, hotkey: bytes) -> Decided:
    """A block that was read from may be in a fork that loses; then the chain is again as it was before."""
    assert it.landed is not None
    if not _undone(it, view, hotkey):
        over = view.block >= it.landed + SETTLED or view.row != it.stored()
        return it, Settled() if over else Wait("")
    return advance(replace(it, landed=None), view, hotkey)


def _undone(it: Submission, view: View, hotkey: bytes) -> bool:
    if it.stage == "setting":
        return view.last_update <= it.made
    return view.commit(it.hash(hotkey)) is not None if it.stage == "revealing" else view.lock(it) is not None


def _setting(it: Submission, view: View, hotkey: bytes) -> Decided:
    if view.row == it.stored() and view.last_update > it.made:
        return _found(it, view)
    if view.epoch > it.epoch + 1:
        return it, Dropped("its weights did not get into a block")
    if reason := _outdated(it, view):
        return it, Wait("its weights to get into a block") if it.pending(view) else Anew(reason)
    return _sent(it, view, call_of(it, hotkey), "its weights to get into a block")


def _committing(it: Submission, view: View, hotkey: bytes) -> Decided:
    if view.commit(it.hash(hotkey)) is not None:
        return _committed(replace(it, stage="committed"), view, hotkey)
    return _commit(it, view, call_of(it, hotkey))


def _locking(it: Submission, view: View, hotkey: bytes) -> Decided:
    if view.lock(it) is not None:
        return _locked(replace(it, stage="locked"), view, hotkey)
    if it.sent is not None and view.row == it.stored() and view.last_update > it.made:
        return _found(it, view)  # revealed while nobody looked
    return _commit(it, view, call_of(it, hotkey))


def _commit(it: Submission, view: View, call: Call) -> Decided:
    """A commit that is not on chain: it gets there in its own epoch or not at all."""
    reason = "its commit to get into a block"
    if it.pending(view) and (view.epoch > it.epoch or _outdated(it, view)):
        return it, Wait(reason)
    if view.epoch > it.epoch:
        return it, Dropped(f"its commit did not get into a block of epoch {it.epoch}")
    if outdated := _outdated(it, view):
        return it, Anew(outdated)
    if it.sent is not None and view.left is not None and view.left < SHORTEST:
        return it, Wait(f"{reason} of this epoch, which ends too soon to send it again")
    return _sent(it, view, call, reason, within=view.left)


def _committed(it: Submission, view: View, hotkey: bytes) -> Decided:
    commit = view.commit(it.hash(hotkey))
    if commit is None:
        if not it.opens(view):  # only a fork takes a commit away before its epoch
            return _committing(replace(it, stage="committing", commit_epoch=None), view, hotkey)
        return _gone(it, view)
    it = replace(it, commit_epoch=commit.epoch)
    if (uid := view.newcomer(it)) is not None:
        return it, _handed_over(uid)
    if not it.opens(view):
        return it, Wait(f"epoch {_due(it, view)}, to reveal what it committed in epoch {it.commit_epoch}")
    return _revealing(replace(it, stage="revealing", sent=None, nonce=None, expires=None), view, hotkey)


def _revealing(it: Submission, view: View, hotkey: bytes) -> Decided:
    if view.commit(it.hash(hotkey)) is None:
        return _gone(it, view)
    if view.epoch > _due(it, view):
        return it, Dropped(f"the time to reveal it, epoch {_due(it, view)}, has passed")
    if view.form == "plain":
        return it, Dropped("commit-reveal was switched off before it could be revealed")
    return _sent(it, view, call_of(it, hotkey), "its reveal to get into a block")


def _locked(it: Submission, view: View, hotkey: bytes) -> Decided:
    """Nothing can stop or hurry it: the chain reveals it, or drops it without a word."""
    if (commit := view.lock(it)) is not None:
        it = replace(it, commit_epoch=commit.epoch)
        reason = f"the chain to reveal it in epoch {_due(it, view)}, when round {it.round} of the beacon is out"
        return it, Wait(reason)
    if not it.opens(view):  # only a fork takes a commit away before its epoch
        return _locking(replace(it, stage="locking", commit_epoch=None), view, hotkey)
    if view.row == it.stored():
        return _found(it, view)
    return it, Dropped(f"the chain dropped its commit: round {it.round} was missing, or it did not pass as weights")


def _outdated(it: Submission, view: View) -> str:
    """Why a vector that is not on chain should not get there any more; empty while it should."""
    if (uid := view.newcomer(it)) is not None:
        return f"uid {uid} has changed hands since it was scored"
    if view.form is not None and (view.form == "plain") != (it.stage == "setting"):
        return f"commit-reveal was switched {'off' if view.form == 'plain' else 'on'}"
    if it.stage == "locking" and view.form == "hash":
        return "the chain no longer takes timelocked commits of the form that it took"
    if it.stage == "locking" and it.round <= view.pulse:
        return f"round {it.round} of the beacon, to which it is locked, is out already"
    return ""


def _handed_over(uid: int) -> Dropped:
    """A row that is revealed after a uid changed hands would pay the newcomer from the validator's next commit on.

    The chain masks it only up to then (`epoch` drops weights that are older than the registration of their target).
    """
    return Dropped(f"uid {uid} has changed hands since it was scored")


def _due(it: Submission, view: View) -> int:
    assert it.commit_epoch is not None
    return it.commit_epoch + view.reveal_period


def _found(it: Submission, view: View) -> Decided:
    return replace(it, landed=view.block), Landed(view.block)


def _gone(it: Submission, view: View) -> Decided:
    """A commit leaves the chain when it is revealed, or when a later reveal or commit swept it away."""
    if view.row == it.stored():
        return _found(replace(it, stage="revealing"), view)
    return it, Dropped("its commit is no longer on chain")


def _sent(it: Submission, view: View, call: Call, reason: str, *, within: int | None = None) -> Decided:
    """Send now, unless what was sent may still be on its way, or the chain would refuse it."""
    if it.sent is not None and it.sent <= view.block < it.sent + AGAIN:
        return it, Wait(reason)
    if it.stage != "revealing" and (held := _held(it, view)):
        return it, Wait(held)
    nonce = _nonce(it, view)
    if nonce is None:
        return it, Wait(reason)
    lives = lifetime(within)
    return replace(it, sent=view.block, nonce=nonce, expires=view.block + lives), Send(call, lives)


def lifetime(within: int | None) -> int:
    """Blocks that an extrinsic is to live so that it gets in before so many have passed; a power of two."""
    lives = LIFETIME
    while within is not None and lives > max(within, SHORTEST):
        lives //= 2
    return lives


def _held(it: Submission, view: View) -> str:
    """What the chain would refuse it for in the next block and may take later; empty when nothing."""
    if view.block + 1 < view.free_from:
        return f"block {view.free_from}, before which the rate limit of {view.rate_limit} blocks refuses weights"
    if it.version_key < view.version:
        return f"newer code: the subnet takes weights of version {view.version}, these are of {it.version_key}"
    return ""


def _nonce(it: Submission, view: View) -> int | None:
    """The nonce to send under; None while what was sent under another may still get in.

    It is the one of before for as long as the chain waits for exactly that one.
    """
    if it.nonce is not None and view.nonce == it.nonce:
        return it.nonce
    return None if it.pending(view) else view.free_nonce()


__all__ = [
    "AGAIN",
    "LIFETIME",
    "SETTLED",
    "SHORTEST",
    "Anew",
    "Dropped",
    "Landed",
    "Send",
    "Settled",
    "Step",
    "Wait",
    "advance",
    "lifetime",
]
