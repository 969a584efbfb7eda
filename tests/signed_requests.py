"""Requests of Alice to Bob, signed at one moment, and how to send them."""

from __future__ import annotations

import hashlib

from raw_http import exchange
from taokit.protocol import BtauthDraft, EpistulaDraft, LegacyDraft, Terminal
from wire_vectors import ALICE, BOB

NOW = 1_795_200_000_000_000_000


def signed(message, *, nonce_ns=NOW, signer=ALICE):
    return BtauthDraft.of(message).signed(signer, receiver=BOB.ss58, nonce_ns=nonce_ns)


def signed_body(body, target="/Echo", *, nonce_ns=NOW):
    draft = BtauthDraft(target, body, hashlib.sha256(body).hexdigest())
    return draft.signed(ALICE, receiver=BOB.ss58, nonce_ns=nonce_ns)


def legacy(message, *, nonce_ns=NOW, timeout=12.0, uuid="u-1"):
    return LegacyDraft.of(message, timeout=timeout).signed(
        ALICE, receiver=Terminal(hotkey=BOB.ss58), nonce_ns=nonce_ns, uuid=uuid
    )


def changed(request, **headers):
    """The headers of a request with some replaced, or left out where the new value is None."""
    new = dict(headers)
    kept = [(name, new.pop(name, value)) for name, value in request.headers]
    return [(name, value) for name, value in (*kept, *new.items()) if value is not None]


async def ask(port, request, *more):
    return await exchange(port, "POST", request.target, [*request.headers, *more], request.body)


def epistula(message, *, nonce_ns=NOW, uuid="u-1", signer=ALICE):
    return EpistulaDraft.of(message).signed(signer, receiver=BOB.ss58, nonce_ns=nonce_ns, uuid=uuid)
