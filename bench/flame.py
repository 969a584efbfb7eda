"""Draws collapsed stacks as a small flame graph: the pictures of docs/explanation/performance.md.

py-spy record --pid PID --duration 10 --rate 500 --format raw --output axon.raw
python bench/flame.py axon.raw axon.svg --from Handle._run --title "one request"
"""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

WIDTH, ROW, LEAST = 1000, 17, 0.006
COLOURS = (("taokit", "#f2b134"), ("aiohttp", "#9db4c0"), ("pydantic", "#c7a9d9"), ("", "#d8dee4"))


@dataclass(slots=True)
class Frame:
    """A function as it was called here, and how many samples met it."""

    samples: int = 0
    calls: dict[str, Frame] = field(default_factory=dict)


def folded(text: str, *, root: str) -> Frame:
    """All stacks below the function `root`, as one tree."""
    tree = Frame()
    for line in text.splitlines():
        stack, _, count = line.rpartition(" ")
        names = [re.sub(r":\d+\)$", ")", frame) for frame in stack.split(";")]
        begin = next((index for index, name in enumerate(names) if name.startswith(root)), None)
        if begin is None:
            continue
        at = tree
        at.samples += int(count)
        for name in names[begin + 1 :]:
            at = at.calls.setdefault(name, Frame())
            at.samples += int(count)
    return tree


def boxes(tree: Frame, whole: int, *, x: float = 0.0, depth: int = 0) -> list[tuple[float, int, float, str, float]]:
    """What to draw: left edge, level, width, name and share of each frame that is wide enough."""
    found = []
    for name, frame in sorted(tree.calls.items(), key=lambda item: -item[1].samples):
        share = frame.samples / whole
        if share >= LEAST:
            found.append((x, depth, share * WIDTH, name, share))
            found += boxes(frame, whole, x=x, depth=depth + 1)
        x += share * WIDTH
    return found


def drawn(tree: Frame, title: str) -> str:
    """The picture as SVG."""
    rows = boxes(tree, tree.samples)
    height = (max(depth for _, depth, *_ in rows) + 3) * ROW
    looks = f'viewBox="0 0 {WIDTH} {height}" font-family="monospace" font-size="11"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {looks}>',
        f'<text x="4" y="13">{escape(title)}, {tree.samples} samples</text>',
    ]
    for x, depth, width, name, share in rows:
        function, _, file = name.partition(" (")
        colour = next(colour for word, colour in COLOURS if word in file)
        y, shown = (depth + 1.5) * ROW, escape(function[: int(width / 6.8)])
        box = f'x="{x:.1f}" y="{y:.0f}" width="{max(width - 0.5, 0.5):.1f}" height="{ROW - 1}" fill="{colour}"'
        label = f'<text x="{x + 2:.1f}" y="{y + 12:.0f}">{shown}</text>'
        parts.append(f"<g><title>{escape(name)} {share:.1%}</title><rect {box}/>{label}</g>")
    return "\n".join([*parts, "</svg>\n"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stacks", type=Path)
    parser.add_argument("picture", type=Path)
    parser.add_argument("--from", dest="root", default="Handle._run")
    parser.add_argument("--title", default="")
    options = parser.parse_args()
    tree = folded(options.stacks.read_text(), root=options.root)
    options.picture.write_text(drawn(tree, options.title))


if __name__ == "__main__":
    main()
