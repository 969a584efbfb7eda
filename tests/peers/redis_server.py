"""A Redis of one's own: installs the server where it is missing, and runs it on a free port until it is told to end.

python tests/peers/redis_server.py      prints its address, ends with Ctrl-C
"""

import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager

INSTALL = ["apt-get", "install", "-y", "-q", "redis-server"]
START_S = 10.0


def server_binary():
    """The path of `redis-server`, which is installed first if need be."""
    found = shutil.which("redis-server")
    if found is None:
        done = subprocess.run(INSTALL, capture_output=True, text=True)
        found = shutil.which("redis-server")
        if found is None:
            raise RuntimeError(f"no redis-server, and `{' '.join(INSTALL)}` failed:\n{done.stderr}")
    return found


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


class Redis:
    """A running server: keeps nothing on disk, listens on loopback only."""

    def __init__(self, folder, port, *more):
        self.port, self.url = port, f"redis://127.0.0.1:{port}/0"
        options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder]
        self.process = subprocess.Popen([server_binary(), *options, *more], stdout=subprocess.DEVNULL)
        self._await_answer()

    def _await_answer(self):
        ends = time.monotonic() + START_S
        while time.monotonic() < ends and self.process.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                    connection.sendall(b"PING\r\n")
                    if connection.recv(16).startswith(b"+PONG"):
                        return
            except OSError:
                time.sleep(0.05)
        self.end()
        raise RuntimeError(f"redis-server did not answer on port {self.port} within {START_S:g} s")

    def pause(self):
        """Let it hang: it takes connections, and answers nothing."""
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def end(self):
        self.process.kill()
        self.process.wait()


@contextmanager
def redis_server(*more):
    """A server for the length of the block."""
    with tempfile.TemporaryDirectory() as folder:
        redis = Redis(folder, free_port(), *more)
        try:
            yield redis
        finally:
            redis.end()


if __name__ == "__main__":
    with redis_server() as served:
        sys.stdout.write(f"{served.url}\n")
        sys.stdout.flush()
        try:
            served.process.wait()
        except KeyboardInterrupt:
            sys.exit(0)
