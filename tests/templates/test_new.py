"""`taokit new`: what it writes, what it refuses, and that nothing half finished is left."""

import ast
import contextlib
import hashlib
import json
import os
import pty
import signal
import subprocess
import sys

import pytest

from taokit.errors import ConfigurationError
from taokit.scaffold import ANSWERS_FILE, answered, create, templates, update
from template_kinds import KINDS

TAOKIT = [sys.executable, "-m", "taokit"]


def new(*args, **options):
    return subprocess.run([*TAOKIT, "new", *args], capture_output=True, text=True, timeout=60, **options)


def lines_of(folder):
    """Lines that are not blank, of all Python files."""
    texts = [path.read_text() for path in folder.rglob("*.py")]
    return sum(1 for text in texts for line in text.splitlines() if line.strip())


@pytest.mark.parametrize(("template", "choices"), KINDS)
def test_every_kind_is_whole_and_short(tmp_path, template, choices):
    folder = create(answered("My own Subnet", template=template, choices=choices), tmp_path)
    assert folder == tmp_path / "my-own-subnet"
    wanted = ["README.md", "Dockerfile", "compose.yaml", "min_compute.yml", "pyproject.toml", "Makefile", ANSWERS_FILE]
    wanted += ["deploy/my-own-subnet@.service", ".github/workflows/ci.yml", "my_own_subnet/miner.py", "tests"]
    assert [name for name in wanted if not (folder / name).exists()] == []
    assert lines_of(folder) < 250
    for path in (path for path in folder.rglob("*") if path.is_file()):
        text = path.read_text()
        assert "cookiecutter" not in text
        assert "{%" not in text
        assert text.endswith("\n")
        assert not text.endswith("\n\n")
        if path.suffix == ".py":
            ast.parse(text)


def test_questions_are_few_and_none_is_asked_without_a_terminal(tmp_path):
    result = new(cwd=tmp_path, stdin=subprocess.DEVNULL)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("my-subnet is in my-subnet.")
    said = json.loads(new("two", "--template", "artefact", "--set", "store=s3", "--json", cwd=tmp_path).stdout)
    assert (said["folder"], said["template"], said["choices"]) == ("two", "artefact", {"store": "s3"})


def test_a_terminal_is_asked_at_most_four_things(tmp_path):
    ours, theirs = pty.openpty()
    asking = subprocess.Popen([*TAOKIT, "new"], cwd=tmp_path, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    os.write(ours, b"Walnut\n\ntext\n\n")
    heard = everything(ours)
    assert asking.wait(30) == 0
    kept = json.loads((tmp_path / "walnut" / ANSWERS_FILE).read_text())
    assert kept["choices"] == {"task": "text", "answers": "plain"}
    assert heard.count(b")\x1b[0m: ") == 4
    assert [heard.count(question) for question in (b"Name ", b"Template ", b"Task ", b"Answers ")] == [1, 1, 1, 1]
    assert all(2 + len(kind.options) <= 4 for kind in templates().values())


def everything(terminal):
    """What is written to a terminal until its other end closes, which Linux tells by an error."""
    heard = b""
    with contextlib.suppress(OSError):
        while some := os.read(terminal, 4096):
            heard += some
    os.close(terminal)
    return heard


@pytest.mark.parametrize(
    ("name", "folder", "package"),
    [
        ("my subnet", "my-subnet", "my_subnet"),
        ("  Größe 7 ", "groe-7", "groe_7"),
        ("Ünïted", "united", "united"),
        ("a--b..c", "a-b-c", "a_b_c"),
    ],
)
def test_names_become_folders_and_packages(name, folder, package):
    answers = answered(name)
    assert (answers.folder, answers.package) == (folder, package)


@pytest.mark.parametrize(
    ("options", "said", "hint"),
    [
        ({"name": "class"}, "would hide", "class-subnet"),
        ({"name": "match"}, "would hide", "match-subnet"),
        ({"name": "json"}, "would hide", "json-subnet"),
        ({"name": "torch"}, "would hide", "torch-subnet"),
        ({"name": "子网"}, "makes no name", "--set package="),
        ({"name": "9lives"}, "makes no name", "Latin letter"),
        ({"name": ""}, "cannot be the name", "printable"),
        ({"name": 'a"b'}, "cannot be the name", "quotation"),
        ({"name": "a\nb"}, "cannot be the name", "printable"),
        ({"name": "{{ 7 * 7 }}"}, "cannot be the name", "braces"),
        ({"name": "x" * 61}, "cannot be the name", "60"),
        ({"name": "fine", "template": "arteface"}, "no template", "artefact"),
        ({"name": "fine", "choices": {"answers": "fast"}}, "no answers 'fast'", "streaming"),
        ({"name": "fine", "choices": {"store": "s3"}}, "no option 'store'", "task, answers, package"),
        ({"name": "fine", "template": "relay", "choices": {"task": "text"}}, "no option 'task'", "package"),
    ],
)
def test_answers_that_cannot_work_say_what_would(options, said, hint):
    with pytest.raises(ConfigurationError, match=said) as caught:
        answered(**options)
    assert hint in caught.value.hint


@pytest.mark.parametrize("name", ["", ".", "..", "/", "a/.."])
def test_a_path_without_a_name_is_refused(tmp_path, name):
    result = new(name, "--yes", cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert f"error: {name!r} names no new folder\nhint: name it as in: taokit new my-subnet\n" == result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_name_in_other_letters_takes_a_package(tmp_path):
    folder = create(answered("子网", package="zi_wang"), tmp_path)
    assert folder.name == "zi-wang"
    assert "# 子网" in (folder / "README.md").read_text(encoding="utf-8")


def test_what_exists_is_left_alone(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").write_text("mine")
    result = new("mine", "--yes", cwd=tmp_path)
    assert result.returncode == 2
    assert "exists already" in result.stderr
    assert "--update" in result.stderr
    assert [path.name for path in tmp_path.rglob("*")] == ["mine", "file"]


def test_a_place_that_cannot_be_written_to_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    for parent in (tmp_path / "nowhere", tmp_path / "file", "/proc"):
        result = new(f"{parent}/mine", "--yes")
        assert result.returncode == 2
        assert f"cannot write to {parent}" in result.stderr
        assert "that you may write to" in result.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_one_that_is_interrupted_leaves_nothing(tmp_path, number):
    """It stops itself in the middle: the first file that it writes is the sign."""
    code = (
        "import os, sys, cookiecutter.generate as g\n"
        "from taokit.cli.main import main\n"
        "real = g.generate_file\n"
        "def once(*args):\n"
        "    real(*args)\n"
        f"    os.kill(os.getpid(), {int(number)})\n"
        "g.generate_file = once\n"
        "sys.argv = ['taokit', 'new', 'mine', '--yes']\n"
        "main()\n"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert "Traceback" not in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_update_follows_the_template_and_keeps_what_was_edited(tmp_path):
    folder = create(answered("mine"), tmp_path)
    record = folder / ANSWERS_FILE
    kept = json.loads(record.read_text())
    now = {name: (folder / name).read_text() for name in kept["files"]}
    age(folder, kept, "Makefile", "as the template had it\n")  # not edited: follows
    age(folder, kept, "Dockerfile", "as the template had it\n")  # edited and changed: both are kept
    (folder / "Dockerfile").write_text("mine\n")
    (folder / "README.md").write_text("mine\n")  # edited, the template did not change
    (folder / "min_compute.yml").unlink()  # thrown away, and the template did not change
    age(folder, kept, "old.cfg", "as the template had it\n")  # the template has it no more
    del kept["files"]["compose.yaml"]  # the template did not have it yet
    (folder / "compose.yaml").unlink()
    record.write_text(json.dumps(kept))
    changes = update(folder)
    assert changes.updated == ("Makefile",)
    assert changes.added == ("compose.yaml",)
    assert changes.removed == ("old.cfg",)
    assert changes.conflicts == ("Dockerfile",)
    assert (folder / "Makefile").read_text() == now["Makefile"]
    assert (folder / "Dockerfile").read_text() == (folder / "README.md").read_text() == "mine\n"
    assert (folder / "Dockerfile.new").read_text() == now["Dockerfile"]
    assert not (folder / "min_compute.yml").exists()
    assert update(folder) == type(changes)()
    assert [path.name for path in folder.glob(".taokit-new*")] == []


def age(folder, record, name, text):
    """Let a file be as an older template wrote it."""
    (folder / name).write_text(text)
    record["files"][name] = hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "has no .taokit-answers.json"),
        ("{", "does not read"),
        ("[]", "does not read"),
        ('{"name": "a", "template": "relay", "choices": {}, "package": "a", "files": {"../x": ""}}', "outside"),
        ('{"name": "a", "template": "gone", "choices": {}, "package": "a", "files": {}}', "no template"),
    ],
)
def test_an_update_of_something_else_says_so(tmp_path, text, said):
    if text is not None:
        (tmp_path / ANSWERS_FILE).write_text(text)
    result = new("--update", str(tmp_path), "--json")
    assert result.returncode == 2
    assert said in json.loads(result.stderr or result.stdout)["error"]
