"""Commands that end by themselves, one after the other in one process, which costs a fraction of a process for each."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path


def endings(commands, folder):
    """Exit code and standard error of each `(command, *words)`.

    A miner or validator that is told its class is run as its supervisor runs it, any other as `taokit` does.
    """
    done = subprocess.run(
        [sys.executable, __file__], input=json.dumps(commands), capture_output=True, text=True, cwd=folder,
        timeout=120, check=True,
    )  # fmt: skip
    ended = json.loads(done.stdout)
    assert len(ended) == len(commands)
    return ended


def is_one_sentence_and_one_hint(said, errors):
    """Whether standard error ends with a sentence that says this, and a hint, and shows no stack."""
    *_, error, hint = errors.splitlines()
    shaped = error.startswith("error: ") and hint.startswith("hint: ") and "Traceback" not in errors
    return shaped and said in error


def _ending(beats, command):
    from taokit.cli.main import main as by_hand
    from taokit.run.__main__ import main as supervised

    below = command[0] in ("miner", "validator") and len(command) > 1
    main, sys.argv = by_hand, ["taokit", *command]
    if below:
        main, sys.argv[3:3] = supervised, [str(beats)]
    with tempfile.TemporaryFile("w+") as said, contextlib.redirect_stderr(said):
        try:
            main()
        except SystemExit as end:
            said.seek(0)
            return end.code, said.read()
    raise AssertionError(f"{command} returned")


if __name__ == "__main__":
    sys.path[0] = str(Path.cwd())
    _, beats = os.pipe()
    json.dump([_ending(beats, command) for command in json.load(sys.stdin)], sys.stdout)
