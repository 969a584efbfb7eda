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
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgpack
import numpy as np
from bittensor import http_auth
from bittensor_core import Keypair

ALICE, BOB = map(Keypair.from_uri, ("//Alice", "//Bob"))
TIMEOUT_S, MANY = 20.0, 20
HARD = "a'b\"c\\\n\t\x7f\u2028\U0001f600"
ARRAY = np.arange(6, dtype=np.float32).reshape(3, 2)
HALVES = np.full((3, 2), 0.5, dtype=np.float32)


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
    return np.frombuffer(inner[b"data"], dtype=inner[b"type"]).reshape(inner[b"shape"])


QUESTIONS = {
    "ping": ("Synapse", {}),
    "plain": ("Echo", {"text": "héllo ✓ \"quoted\" 'too' \\ \n"}),
    "nested": (
        "Nested",
        {
            "points": [{"x": 1, "y": 0.5, "tag": "a'b"}, {"x": -2, "y": -0.25}],
            "origin": {"x": 3, "y": 1e16},
            "options": {"k": [1, "two", None, {"deep": True}], "é": HARD, "n": [2**70, -0.0, 1e16, 1e-07, 5e-324]},
            "flags": [True, False],
        },
    ),
    "list": ("Zip", {"words": ["a", "it's", ""], "numbers": [1.0, -0.5, 1e-07]}),
    "enum": ("Paint", {"color": "red"}),
    "numpy": ("TensorAdd", {"a": envelope(ARRAY), "b": envelope(HALVES)}),
    "stream": ("Tokens", {"prompt": "the quick brown fox"}),
    "refusal": ("Deny", {"text": "x"}),
}
QUESTIONS["many"] = QUESTIONS["plain"]


def answer(name, asked):
    """What a miner answers to a question: the answer fields."""
    if name == "Synapse":
        return {}
    if name == "Echo":
        return {"reply": asked["text"]}
    if name == "Nested":
        points = sum(point["x"] + point["y"] for point in asked["points"])
        return {"total": float(points + asked["origin"]["x"])}
    if name == "Zip":
        return {"pairs": [f"{word}={number}" for word, number in zip(asked["words"], asked["numbers"], strict=True)]}
    if name == "Paint":
        return {"other": {"red": "green", "green": "red"}[asked["color"]]}
    return {"out": envelope(array_in(asked["a"]) + array_in(asked["b"]))}


class Miner(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            http_auth.verify(self.headers, body, method="POST", path=self.path, self_hotkey_ss58=BOB.ss58_address)
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
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/{name}", data=body, headers={**headers, "Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def wrongs(port, kind):
    """What is wrong with the first answer that is not right; nothing when all are."""
    times = MANY if kind == "many" else 1
    with ThreadPoolExecutor(times) as pool:
        answers = [*pool.map(lambda _: asked(port, kind), range(times))]
    return next(filter(None, (wrong(kind, *one) for one in answers)), "")


def wrong(kind, status, body):
    """What is wrong with an answer; nothing when it is right."""
    if kind == "refusal":
        return "" if status == 403 else f"status {status}"
    if status != 200:
        return f"status {status}: {body[:200]!r}"
    if kind == "stream":
        return wrong_stream([json.loads(line) for line in body.splitlines()], QUESTIONS[kind][1]["prompt"])
    got, right = (
        json.loads(body),
        {
            "ping": {},
            "many": {"reply": QUESTIONS["plain"][1]["text"]},
            "plain": {"reply": QUESTIONS["plain"][1]["text"]},
            "nested": {"total": 2.25},
            "list": {"pairs": ["a=1.0", "it's=-0.5", "=1e-07"]},
            "enum": {"other": "green"},
            "numpy": {"out": [[0.5, 1.5], [2.5, 3.5], [4.5, 5.5]]},
        }[kind],
    )
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
        told = {kind: wrongs(int(sys.argv[2]), kind) for kind in sys.argv[3:]}
        sys.stdout.write(json.dumps(told) + "\n")
