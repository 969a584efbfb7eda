"""Run where bittensor 11.3 is installed: a miner and a validator over its `http_auth`, the rest by hand.

btauth_peer.py serve PORT             serves as //Bob until its input ends; says `ready` first
btauth_peer.py ask PORT KIND...       asks //Bob's axon as //Alice; what was wrong with each answer, as JSON
"""

import base64
import json
import sys
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgpack
import numpy
from bittensor import http_auth
from bittensor_core import Keypair

ALICE, BOB = map(Keypair.from_uri, ("//Alice", "//Bob"))
TIMEOUT_S = 20.0
ARRAY = numpy.arange(6, dtype=numpy.float32).reshape(3, 2)
HALVES = numpy.full((3, 2), 0.5, dtype=numpy.float32)


def envelope(array):
    """A tensor as JSON carries it: a msgpack map of the array's bytes."""
    inner = {
        b"nd": True,
        b"type": array.dtype.str,
        b"kind": b"",
        b"shape": list(array.shape),
        b"data": array.tobytes(),
    }
    return {
        "buffer": base64.b64encode(msgpack.packb(inner, use_bin_type=True)).decode(),
        "dtype": str(array.dtype),
        "shape": list(array.shape),
    }


def array_in(envelope):
    inner = msgpack.unpackb(base64.b64decode(envelope["buffer"]))
    return numpy.frombuffer(inner[b"data"], dtype=inner[b"type"]).reshape(inner[b"shape"])


QUESTIONS = {
    "plain": ("Echo", {"text": "héllo ✓ \"quoted\" 'too' \\ \n"}),
    "nested": (
        "Nested",
        {
            "points": [{"x": 1, "y": 0.5, "tag": "a'b"}, {"x": -2, "y": 1e-07}],
            "origin": {"x": 3, "y": 1e16},
            "options": {"k": [1, "two", None, 2.5, {"deep": True}], "é": "✓"},
            "flags": [True, False],
        },
    ),
    "list": ("Zip", {"words": ["a", "it's", ""], "numbers": [1.0, -0.5, 1e-07]}),
    "enum": ("Paint", {"color": "red"}),
    "numpy": ("TensorAdd", {"a": envelope(ARRAY), "b": envelope(HALVES)}),
    "stream": ("Tokens", {"prompt": "the quick brown fox"}),
    "refusal": ("Deny", {"text": "x"}),
}


def answer(name, asked):
    """What a miner answers to a question: the answer fields."""
    if name == "Echo":
        return {"reply": asked["text"]}
    if name == "Nested":
        points = sum(point["x"] + point["y"] for point in asked["points"])
        return {"total": float(points + asked["origin"]["x"])}
    if name == "Zip":
        return {"pairs": [f"{word}={number}" for word, number in zip(asked["words"], asked["numbers"])]}
    if name == "Paint":
        return {"other": {"red": "green", "green": "red"}[asked["color"]]}
    return {"out": envelope(array_in(asked["a"]) + array_in(asked["b"]))}


class Miner(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):  # noqa: N802
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            http_auth.verify(
                self.headers, body, method="POST", path=self.path, self_hotkey_ss58=BOB.ss58_address
            )
        except http_auth.AuthError as error:
            return self.tell(401, {"message": str(error)})
        if self.path == "/Deny":
            return self.tell(403, {"message": "nobody may ask this"})
        if self.path == "/Tokens":
            return self.stream(json.loads(body)["prompt"])
        return self.tell(200, answer(self.path[1:], json.loads(body)))

    def tell(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def stream(self, prompt):
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        words = prompt.split(" ")
        records = [{"chunk": " " + word if index else word} for index, word in enumerate(words)]
        for record in (*records, {"done": True, "answer": {"completion": prompt}}):
            line = json.dumps(record).encode() + b"\n"
            self.wfile.write(b"%x\r\n%b\r\n" % (len(line), line))
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *said):
        pass


def serve(port):
    server = ThreadingHTTPServer(("127.0.0.1", port), Miner)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.read()
    server.shutdown()


def asked(port, kind):
    """Status, and the body of the answer."""
    name, question = QUESTIONS[kind]
    body = json.dumps(question).encode()
    headers = http_auth.sign(ALICE, method="POST", path=f"/{name}", body=body, receiver_ss58=BOB.ss58_address)
    request = urllib.request.Request(  # noqa: S310
        f"http://127.0.0.1:{port}/{name}", data=body, headers={**headers, "Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:  # noqa: S310
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def wrong(kind, status, body):
    """What is wrong with an answer; nothing when it is right."""
    if kind == "refusal":
        return "" if status == 403 else f"status {status}"
    if status != 200:
        return f"status {status}: {body[:200]!r}"
    if kind == "stream":
        return wrong_stream([json.loads(line) for line in body.splitlines()], QUESTIONS[kind][1]["prompt"])
    got, right = json.loads(body), {
        "plain": {"reply": QUESTIONS["plain"][1]["text"]},
        "nested": {"total": 2.5000001},
        "list": {"pairs": ["a=1.0", "it's=-0.5", "=1e-07"]},
        "enum": {"other": "green"},
        "numpy": {"out": [[0.5, 1.5], [2.5, 3.5], [4.5, 5.5]]},
    }[kind]
    if kind == "numpy":
        got = {"out": array_in(got["out"]).tolist()}
    return "" if got == right else f"answered {got!r}, which should be {right!r}"


def wrong_stream(records, right):
    *chunks, last = records
    whole = last == {"done": True, "answer": {"completion": right}}
    return "" if whole and "".join(one["chunk"] for one in chunks) == right else f"streamed {records!r}"


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(int(sys.argv[2]))
    else:
        told = {kind: wrong(kind, *asked(int(sys.argv[2]), kind)) for kind in sys.argv[3:]}
        sys.stdout.write(json.dumps(told) + "\n")
