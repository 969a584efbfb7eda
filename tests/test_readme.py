"""The subnet of the README is one that runs."""

import json
import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"


def test_the_file_of_the_readme_is_a_subnet(tmp_path):
    blocks = re.findall(r"`(\w+\.py)`:\n\n```python\n(.*?)```", README.read_text(), flags=re.DOTALL)
    assert [name for name, _ in blocks] == ["squares.py"]
    (tmp_path / "squares.py").write_text(blocks[0][1])
    command = [sys.executable, "-m", "taokit", "dev", "squares.py", "--seed", "1", "--json"]
    done = subprocess.run(
        [*command, "--epochs", "3", "--interval", "0"], capture_output=True, text=True, cwd=tmp_path, timeout=120
    )
    assert (done.returncode, done.stderr) == (0, "")
    last = json.loads(done.stdout.splitlines()[-1])
    assert [row["score"] for row in last["miners"]] == [1, 1, 1, 1]
    assert sum(row["incentive"] for row in last["miners"]) > 0.99
