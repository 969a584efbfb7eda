"""Every block of the documentation runs, or names commands and options that exist."""

import re
import tomllib

import pytest

from doc_pages import DOCS, EXTRAS, ROOT, Block, Player, blocks, mistakes, pages, steps

pytestmark = pytest.mark.pages


@pytest.mark.parametrize("page", pages())
def test_the_blocks_of_a_page_run(page, tmp_path):
    text = (DOCS / page).read_text()
    if needed := re.match(r"<!-- needs: (\w+) -->", text):
        pytest.importorskip(needed[1])
    found = blocks(text)
    if not any(block.runs or block.file for block in found):
        return
    player = Player(tmp_path)
    for block in found:
        if block.runs or block.file:
            try:
                player.play(block)
            except AssertionError as error:
                raise AssertionError(f"{page}:{block.line}: {error}") from None
    player.tests()


@pytest.mark.parametrize("path", [ROOT / "README.md", *(DOCS / page for page in pages())], ids=lambda path: path.name)
def test_a_page_names_commands_and_options_that_exist(path):
    text = path.read_text()
    inline = [Block("text", span, "", 0) for span in re.findall(r"`(taokit [^`\n]+)`", text)]
    found = [f"line {block.line}: {said}" for block in [*blocks(text), *inline] for said in mistakes(block)]
    assert found == []


@pytest.mark.parametrize("page", pages())
def test_a_console_block_shows_its_prompts_so_that_commands_are_copied_without_output(page):
    consoles = [block for block in blocks((DOCS / page).read_text()) if block.kind == "console"]
    assert [block.line for block in consoles if not block.text.startswith("$ ")] == []


def test_every_page_is_in_the_navigation():
    named = re.findall(r"[\w-]+(?:/[\w-]+)*\.md", (ROOT / "mkdocs.yml").read_text().partition("\nnav:")[2])
    assert sorted(named) == sorted([*pages(), "reference/cli.md", "reference/settings.md"])  # these are made when built


def test_every_dependency_and_every_extra_has_its_reason():
    page = (DOCS / "explanation" / "dependencies.md").read_text()
    core = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    names = [re.match(r"[\w-]+", one)[0] for one in core]
    assert [name for name in names if f"\n| {name} |" not in page] == []
    assert [name for name in EXTRAS if f"\n| `{name}` |" not in page] == []


def test_a_wrong_option_and_a_wrong_extra_are_found():
    block = Block("console", "pip install 'taokit[labb]'\ntaokit dev . --epoch 3\ntaokit devnt\n", "", 1)
    assert len(list(mistakes(block))) == 3


def test_a_block_is_read_with_what_stands_above_it():
    text = "`a/b.py`:\n\n```python\nx = 1\n```\n\n<!-- not run: needs a node -->\n```console\n$ taokit dev\nout\n```\n"
    first, second = blocks(text)
    assert (first.file, first.text, first.line) == ("a/b.py", "x = 1\n", 3)
    assert (second.runs, steps(second)) == (False, [("taokit dev", ["out"])])


def test_output_that_differs_is_an_error(tmp_path):
    with pytest.raises(AssertionError, match="prints no line 'two'"):
        Player(tmp_path).play(Block("console", "$ echo one\ntwo\n", "", 1))
