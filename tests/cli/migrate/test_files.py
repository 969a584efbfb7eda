import json
import os
import stat

import pytest

from taokit.cli.migrate import examine, sources, write
from taokit.errors import ConfigurationError


@pytest.fixture
def examined(tmp_path):
    def of(text, name="neuron.py"):
        file = tmp_path / name
        file.write_text(text)
        return examine(file)

    return of


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("import bittensor as bt  # the SDK\n", "import taokit.compat as bt  # the SDK\n"),
        ("import os, bittensor\n", "import os, taokit.compat as bittensor\n"),
        ("from bittensor import Synapse, axon\n", "from taokit.compat import Synapse, axon\n"),
        (
            "from bittensor.core.synapse import (\n    Synapse,  # kept\n)\n",
            "from taokit.compat import (\n    Synapse,  # kept\n)\n",
        ),
        (
            "from bittensor.utils.weight_utils import process_weights as p\n",
            "from taokit.compat.utils.weight_utils import process_weights as p\n",
        ),
        ("from bittensor.utils import weight_utils\n", "from taokit.compat.utils import weight_utils\n"),
        ("import bittensor.utils.weight_utils as w\n", "import taokit.compat.utils.weight_utils as w\n"),
        ("from bittensor.utils.btlogging import logging\n", "from taokit.compat import logging\n"),
        ("if 1:\n\timport bittensor as bt\r\n", "if 1:\n\timport taokit.compat as bt\r\n"),
    ],
)
def test_imports_are_rewritten_and_all_else_is_kept(examined, theirs, ours):
    before, after = "# first\n\n" + theirs + "\n\nx  =  1   # odd\n", "# first\n\n" + ours + "\n\nx  =  1   # odd\n"
    report = examined(before)
    assert report.after.decode().replace("\r", "") == after.replace("\r", "")
    assert report.verdict == "rewritten"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("import bittensor as bt\nbt.SubnetsAPI\n", 2, "bt.Dendrite"),
        ("import bittensor as bt\nbt.utils.networking.requests\n", 2, "utils.networking"),
        ("from bittensor import Synapse, SubtensorApi\n", 1, "taokit.connect"),
        ("from bittensor import *\n", 1, "import the names"),
        ("import bittensor.core.axon\n", 1, "import the names"),
        ("from bittensor.core.settings import version_as_int\n", 1, "no version_as_int"),
        ("import importlib\nimportlib.import_module('bittensor.core')\n", 2, "as text"),
        ("import bittensor as bt\nself.subtensor.substrate.query('x')\n", 2, "subtensor.substrate"),
        ("import bittensor as bt\nself.axon.router.add_api_route('/x', f)\n", 2, "axon.router"),
        ("import bittensor as bt\nclass M(bt.Synapse):\n    timeout: float = 3.0\n", 2, "declares timeout"),
        ("import fastapi\nHEADER = 'Epistula-Signed-By'\n", 2, "HTTP layer"),
    ],
)
def test_what_a_person_must_decide_is_named_with_its_line_and_page(examined, text, line, says):
    report = examined(text)
    assert report.verdict == "decide"
    (found,) = [one for one in report.findings if one.kind == "decide"]
    assert found.line == line
    assert says in found.said
    assert found.page.startswith("docs/how-to/")


def test_an_import_that_cannot_be_moved_whole_stays(examined):
    report = examined("import bittensor as bt\nfrom bittensor import Synapse, SubtensorApi\n")
    assert report.after == b"import taokit.compat as bt\nfrom bittensor import Synapse, SubtensorApi\n"
    assert report.verdict == "decide"


@pytest.mark.parametrize(
    "text", ["", "import os\n", "import taokit.compat as bt\nbt.Axon\n", "from . import bittensor\n"]
)
def test_what_needs_nothing_is_left_alone(examined, text):
    report = examined(text)
    assert (report.verdict, report.findings) == ("unchanged", ())


def test_a_message_without_hash_fields_is_noted_and_runs(examined):
    report = examined("import bittensor as bt\nclass M(bt.Synapse):\n    x: int = 1\n")
    assert report.verdict == "rewritten"
    assert [one.kind for one in report.findings] == ["rewritten", "note"]


def test_names_in_use_that_compat_has_are_no_finding(examined):
    uses = "import bittensor as bt\nself.metagraph.S[0]\nself.subtensor.get_current_block()\nbt.logging.info('x')\n"
    report = examined(
        uses
        + "self.config.axon.max_workers\nsynapse.dendrite.hotkey\n"
        + "axon = bt.axon(wallet=bt.wallet())\naxon.attach(f).serve(1)\n"
    )
    assert [one.kind for one in report.findings] == ["rewritten"]


@pytest.mark.parametrize(
    "content", [b"def f(:\n", b"x = '\xff'\n", b"x" * (5 << 20), b"(" * 100_000, b"-" * 2000 + b"1"]
)
def test_what_does_not_parse_is_reported_and_left_alone(tmp_path, content):
    file = tmp_path / "bad.py"
    file.write_bytes(content)
    report = examine(file)
    assert report.verdict == "skipped"
    assert report.error
    assert not write(report)
    assert file.read_bytes() == content


def test_a_file_in_another_encoding_keeps_it(tmp_path):
    file = tmp_path / "latin.py"
    file.write_bytes("# -*- coding: latin-1 -*-\n# Grüße\nimport bittensor as bt\n".encode("latin-1"))
    report = examine(file)
    assert write(report)
    assert file.read_bytes().decode("latin-1") == "# -*- coding: latin-1 -*-\n# Grüße\nimport taokit.compat as bt\n"


def test_writing_keeps_the_mode_and_is_done_once(tmp_path):
    file = tmp_path / "run.py"
    file.write_text("import bittensor as bt\n")
    file.chmod(0o755)
    report = examine(file)
    assert write(report)
    assert stat.S_IMODE(file.stat().st_mode) == 0o755
    assert [*tmp_path.iterdir()] == [file]
    assert examine(file).verdict == "unchanged"
    with pytest.raises(ConfigurationError, match="changed meanwhile"):
        write(report)


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    file = tmp_path / "run.py"
    file.write_text("import bittensor as bt\n")
    report = examine(file)

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ConfigurationError, match="No space left"):
        write(report)
    assert file.read_text() == "import bittensor as bt\n"
    assert [*tmp_path.iterdir()] == [file]


def test_folders_are_walked_without_what_is_installed_or_hidden(tmp_path):
    for name in ("a.py", "b/c.py", ".venv/x.py", "venv/x.py", "b/__pycache__/x.py", "b/notes.txt", ".hidden.py"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("")
    (tmp_path / "link.py").symlink_to(tmp_path / "a.py")
    assert [file.relative_to(tmp_path).as_posix() for file in sources(tmp_path)] == ["a.py", "b/c.py"]
    with pytest.raises(ConfigurationError, match="is not there"):
        [*sources(tmp_path / "nowhere")]


def test_a_report_is_plain_values(examined):
    told = json.loads(json.dumps(examined("import bittensor as bt\n").to_json()))
    assert told["verdict"] == "rewritten"
    assert told["findings"][0]["line"] == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("from bittensor import logging\nlogging.get_queue()\n", "logging.get_queue"),
        ("import bittensor as bt\nbt.Synapse.from_headers({})\n", "taokit.protocol"),
        ("import bittensor as bt\nself.wallet.hotkey.private_key\n", "wallet.hotkey.private_key"),
        ("def f(self):\n    return self.mock_subtensor.query_map('x')\n", "reads.named"),
        ("from unittest.mock import patch\npatch('bittensor.core.subtensor.Subtensor')\n", "as text"),
        ("from bittensor.core.extrinsics.serving import serve_extrinsic\n", "subtensor.serve_axon"),
        ("from bittensor.core.extrinsics.root import root_register_extrinsic\n", "methods of"),
    ],
)
def test_what_has_gone_is_found_where_it_is_used(examined, text, says):
    (found,) = [one for one in examined(text).findings if one.kind == "decide"]
    assert says in found.said


@pytest.mark.parametrize(
    "text",
    [
        "import bittensor\ndef f(s: 'bittensor.subtensor') -> 'bittensor.metagraph': ...\n",
        "import bittensor as bt\nbt.utils.networking.get_external_ip()\nbt.MockSubtensor().force_register_neuron(1)\n",
        "URL = 'bittensor.com'\n",
        "from bittensor.mock.wallet_mock import MockWallet, get_mock_wallet\n",
        "from bittensor.utils.networking import int_to_ip\nfrom bittensor.utils.balance import Balance, tao\n",
        "import bittensor as bt\nawait self.async_subtensor.initialize()\nsubtensor.commit_weights\n",
    ],
)
def test_what_is_here_is_no_finding(examined, text):
    assert [one.said for one in examined(text).findings if one.kind == "decide"] == []
