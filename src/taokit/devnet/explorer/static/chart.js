// Lines over blocks.
import { h } from "./dom.js";
import { grouped } from "./format.js";

const [WIDEST, HEIGHT, LEFT, BOTTOM, TOP] = [520, 170, 92, 22, 10];

// points are [block, value]; label(value) is its text.
export function lines({ title, points, label }) {
  const width = Math.min(WIDEST, document.getElementById("main").clientWidth);
  const values = points.map(([, value]) => value);
  let [low, high] = [Math.min(...values), Math.max(...values)];
  if (low === high) high += Math.max(1, Math.abs(high));
  const [first, last] = [points[0][0], points.at(-1)[0]];
  const x = (block) => LEFT + ((width - LEFT - 8) * (block - first)) / Math.max(1, last - first);
  const y = (value) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - (value - low) / (high - low));
  const ticks = [low, (low + high) / 2, high];
  return h("figure", { class: "chart" },
    h("figcaption", {}, title),
    h("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": `${title}, from block ${first} to ${last}` },
      ticks.map((value) => [
        h("line", { x1: LEFT, x2: width - 8, y1: y(value), y2: y(value), class: "grid" }),
        h("text", { x: LEFT - 6, y: y(value) + 4, "text-anchor": "end" }, label(value)),
      ]),
      h("text", { x: LEFT, y: HEIGHT - 5 }, grouped(first)),
      h("text", { x: width - 8, y: HEIGHT - 5, "text-anchor": "end" }, grouped(last)),
      h("polyline", { class: "line", points: points.map(([block, value]) => `${x(block).toFixed(1)},${y(value).toFixed(1)}`).join(" ") }),
      points.length === 1 && h("circle", { class: "dot", cx: x(first), cy: y(low), r: 3 })));
}
