"""The built pages lead nowhere wrong, load nothing from elsewhere and say what their pictures show."""

import os
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from doc_pages import ROOT

pytestmark = pytest.mark.pages
LOADING = {"img": "src", "script": "src", "iframe": "src", "source": "src", "link": "href"}


class Page(HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.path, self.names, self.links, self.loads, self.untold, self.levels = path, set(), [], [], [], []
        self.feed(path.read_text())

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.names.add(given.get("id"))
        if tag == "a" and given.get("href"):
            self.links.append(urlsplit(given["href"]))
        if given.get(LOADING.get(tag, ""), "").partition(":")[0] not in ("", "data"):
            self.loads.append(urlsplit(given[LOADING[tag]]))
        if tag == "img" and not given.get("alt"):
            self.untold.append(given["src"])
        if tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
            self.levels.append(int(tag[1]))

    def target(self, link):
        return (self.path.parent / unquote(link.path)).resolve() if link.path else self.path


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    pytest.importorskip("mkdocs")
    folder = tmp_path_factory.mktemp("site").resolve()
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, timeout=170, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    return {path: Page(path) for path in folder.rglob("*.html") if path.name != "404.html"}


def test_every_link_and_every_anchor_is_there(site):
    wrong = []
    for page in site.values():
        for link in page.links:
            if link.scheme:
                continue
            target = page.target(link)
            if not target.is_file() or (link.fragment and unquote(link.fragment) not in site[target].names):
                wrong.append((page.path.name, link.geturl()))
    assert wrong == []


def test_nothing_is_loaded_from_elsewhere(site):
    elsewhere = [load.geturl() for page in site.values() for load in page.loads if load.netloc]
    missing = [load.geturl() for page in site.values() for load in page.loads if not page.target(load).is_file()]
    assert (elsewhere, missing) == ([], [])


def test_pictures_are_told_and_headings_step_down_one_by_one(site):
    assert [(page.path.name, page.untold) for page in site.values() if page.untold] == []
    for page in site.values():
        steps = zip([0, *page.levels], page.levels, strict=False)
        assert page.levels.count(1) == 1, page.path
        assert all(after <= before + 1 for before, after in steps), page.path


def test_the_reference_tells_what_fields_mean(site):
    axon = next(path for path in site if path.name == "taokit.axon.html")
    assert "seconds that a legacy caller may claim to wait" in Path(axon).read_text()
