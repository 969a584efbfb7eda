"""The subnet of the README is one that runs."""

import json
import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"


def test_the_two_files_of_the_readme_are_a_subnet(tmp_path):
    blocks = re.findall(r"`(\w+\.py)`:\n\n```python\n(.*?)```", README.read_text(), flags=re.DOTALL)
    assert [name for name, _ in blocks] == ["miner.py", "validator.py"]
    for name, code in blocks:
        (tmp_path / name).write_text(code)
    command = [sys.executable, "-m", "taokit", "dev", ".", "--epochs", "3", "--seed", "1", "--json", "--interval", "0"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    last = json.loads(done.stdout.splitlines()[-1])
    assert all(0 < row["score"] < 1 for row in last["miners"])
    assert sum(row["incentive"] for row in last["miners"]) > 0.99
