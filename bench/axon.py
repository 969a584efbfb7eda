"""What an authenticated request costs an axon, beside the least that it could cost.

The least is bare aiohttp, sent the very same requests. Its handler computes the one hash that the format's signature
covers (the body's sha256 for btauth, the legacy format's sha3 of the field), reads the JSON into the same model,
verifies one signature, and writes the answer from the model. It looks at no header, and answers without the legacy
format's own headers and envelope. Beside it stand one without hash and model, and one without the signature too. For
tensors the floor is bare aiohttp with `json` and base64, without a signature. Server and client have a core each. The
servers are asked by turns in short slices, and every request is signed beforehand. Prints a table and writes it as
JSON.

    python bench/axon.py [--rounds 15] [--connections 16] [--only 200] [--out axon.json]
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import hashlib
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from aiohttp import web
from wire_peers import ALICE, BOB, Echo, Grow, MiB, Serve, btauth, echo, grow, legacy, pinned, raw, servers, slices

from taokit.axon import Axon, Route, everyone
from taokit.protocol import verify

MESSAGE = b"m" * 280
SIGNATURE = ALICE.sign(MESSAGE)

Answer = Callable[[bytes], bytes]


async def serve_axon() -> int:
    """The axon with all messages of this benchmark."""
    routes = [Route(Echo, echo), Route(Grow, grow, max_body=64 * MiB)]
    return await Axon(BOB.ss58, routes, admit=everyone).start("127.0.0.1")


async def serve_bare(answer: Answer, *, check: bool) -> int:
    """An aiohttp server that reads the body, maybe verifies one signature, and answers."""

    async def handler(request: web.BaseRequest) -> web.Response:
        body = await request.content.read()
        if check and not verify(ALICE.ss58, MESSAGE, SIGNATURE):
            raise web.HTTPUnauthorized
        return web.Response(body=answer(body), content_type="application/json")

    door = web.Server(handler, access_log=None)
    server = await asyncio.get_running_loop().create_server(door, "127.0.0.1", 0)
    return int(server.sockets[0].getsockname()[1])


def plain(body: bytes) -> bytes:
    """The answer of a handler without a model."""
    return json.dumps({"reply": json.loads(body)["text"]}).encode()


def modelled(body: bytes) -> bytes:
    """The answer of a handler with the same model as the axon's, which hashes the body that the signature covers."""
    hashlib.sha256(body).hexdigest()
    return echoed(Echo.model_validate_json(body))


def modelled_legacy(body: bytes) -> bytes:
    """The same of one that hashes what a signature of the legacy format covers."""
    message = Echo.model_validate_json(body)
    digest = hashlib.sha3_256(message.text.encode()).hexdigest()
    hashlib.sha3_256(digest.encode()).hexdigest()
    return echoed(message)


def echoed(message: Echo) -> bytes:
    """The answer to a message as JSON."""
    message.reply = message.text
    return message.model_dump_json(include={"reply"}).encode()


def grown(body: bytes) -> bytes:
    """The answer of a handler of tensors."""
    given = json.loads(body)["values"]
    values = np.frombuffer(base64.b64decode(given["buffer"]), dtype=given["dtype"]).reshape(given["shape"]) + 1
    text = base64.b64encode(values.tobytes()).decode("ascii")
    return json.dumps({"grown": {**given, "buffer": text}}).encode()


def bare_tensors(values: np.ndarray, count: int) -> list[bytes]:
    """Requests for the floor of tensors."""
    text = base64.b64encode(values.tobytes()).decode("ascii")
    body = json.dumps({"values": {"buffer": text, "dtype": values.dtype.name, "shape": list(values.shape)}}).encode()
    return [raw("/", [("Content-Type", "application/json")], body)] * count


SMALL, LARGE = Echo(text="x" * (200 - len('{"text":""}'))), Echo(text="x" * 100_000)
VALUES = np.zeros(MiB // 4, dtype="f4")
TENSOR = Grow(values=VALUES)

SERVERS: dict[str, Serve] = {
    "bare": partial(serve_bare, plain, check=False),
    "verify": partial(serve_bare, plain, check=True),
    "model": partial(serve_bare, modelled, check=True),
    "legacy": partial(serve_bare, modelled_legacy, check=True),
    "tensor": partial(serve_bare, grown, check=False),
    "axon": serve_axon,
}
TABLE: list[tuple[str, int, list[tuple[str, str, Callable[[int], list[bytes]]]]]] = [
    (
        "200 B",
        1000,
        [
            ("bare aiohttp + model + verify", "model", partial(btauth, SMALL)),
            ("bare aiohttp + verify", "verify", partial(btauth, SMALL)),
            ("bare aiohttp", "bare", partial(btauth, SMALL)),
            ("axon, btauth", "axon", partial(btauth, SMALL)),
        ],
    ),
    (
        "200 B, legacy",
        1000,
        [
            ("bare aiohttp + model + verify", "legacy", partial(legacy, SMALL)),
            ("bare aiohttp + verify", "verify", partial(legacy, SMALL)),
            ("bare aiohttp", "bare", partial(legacy, SMALL)),
            ("axon, legacy", "axon", partial(legacy, SMALL)),
        ],
    ),
    (
        "100 kB",
        150,
        [
            ("bare aiohttp + model + verify", "model", partial(btauth, LARGE)),
            ("axon, btauth", "axon", partial(btauth, LARGE)),
        ],
    ),
    (
        "1 MiB tensor",
        20,
        [
            ("bare aiohttp, JSON + base64", "tensor", partial(bare_tensors, VALUES)),
            ("axon, JSON", "axon", partial(btauth, TENSOR)),
            ("axon, binary", "axon", partial(btauth, TENSOR, binary=True)),
        ],
    ),
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--only", default="", help="sizes that begin so")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    pinned(1)
    found: dict[str, dict[str, dict[str, float]]] = {}
    print(f"{'size':14}{'server':32}{'CPU ms':>9}{'x floor':>9}{'requests/s':>12}{'of floor':>10}")
    with servers(SERVERS) as running:
        for size, count, rows in TABLE:
            if not size.startswith(options.only):
                continue
            asked = {name: (running[server], make) for name, server, make in rows}
            found[size] = slices(asked, rounds=options.rounds, size=count, connections=options.connections)
            floor = found[size][rows[0][0]]
            for name, row in found[size].items():
                row["cpu_ratio"] = row["cpu_ms"] / floor["cpu_ms"]
                row["rate_ratio"] = row["requests_per_s"] / floor["requests_per_s"]
                print(
                    f"{size:14}{name:32}{row['cpu_ms']:9.3f}{row['cpu_ratio']:9.2f}"
                    f"{row['requests_per_s']:12.0f}{row['rate_ratio']:10.2f}"
                )
    print(
        "aims: 200 B 0.30 ms and 0.75 of the floor's rate; 100 kB 1.3 x; tensors 1.5 x as JSON, binary 3 x below that"
    )
    if options.out:
        options.out.write_text(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
