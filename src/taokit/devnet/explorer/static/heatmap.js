// A matrix as colours, drawn on a canvas: 256 by 256 in one go. Arrow keys read it cell by cell.
import { h } from "./dom.js";

const cursors = new Map(); // by key, so that a fresh drawing keeps its place
const LABEL = 34;
const FOOT = 16;

// rows and columns are names, value(row, column) a share from 0 to 1, say(row, column) what a cell means,
// open(row, column) the address that explains it.
export function heatmap({ key, title, rows, columns, value, say, open }) {
  const canvas = h("canvas", {
    tabindex: "0", role: "application", "data-key": `map ${key}`,
    "aria-label": `${title}: ${rows.length} rows, ${columns.length} columns. Arrow keys move, Enter explains.`,
  });
  const told = h("p", { class: "told", role: "status", "aria-live": "polite" }, "Point at a cell, or focus and use the arrow keys.");
  const figure = h("figure", { class: "heatmap" }, h("figcaption", {}, title), legend(), canvas, told);
  const map = { key, canvas, rows, columns, value, figure };
  const at = () => cursors.get(key) ?? null;
  const move = (cell) => {
    cursors.set(key, cell);
    told.replaceChildren(h("a", { href: open(...cell), class: "why" }, say(...cell)));
    draw(map, cell);
  };
  canvas.addEventListener("pointermove", (event) => { const cell = hit(map, event); if (cell) move(cell); });
  canvas.addEventListener("click", (event) => { const cell = hit(map, event); if (cell) location.hash = open(...cell); });
  canvas.addEventListener("focus", () => move(at() ?? [0, 0]));
  canvas.addEventListener("keydown", (event) => {
    const [row, column] = at() ?? [0, 0];
    if (event.key === "Enter") location.hash = open(row, column);
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!step) return;
    event.preventDefault();
    move([clamp(row + step[0], rows.length), clamp(column + step[1], columns.length)]);
  });
  const cell = at();
  if (cell && (cell[0] >= rows.length || cell[1] >= columns.length)) cursors.delete(key);
  new ResizeObserver(() => draw(map, at())).observe(figure);
  return figure;
}

function clamp(number, length) {
  return Math.min(Math.max(number, 0), length - 1);
}

function legend() {
  const steps = Array.from({ length: 6 }, (_, step) => h("span", { class: `step step${step}` }));
  return h("p", { class: "legend", "aria-hidden": "true" }, "0", steps, "largest");
}

function layout({ rows, columns, figure }) {
  const room = Math.max(60, figure.clientWidth - LABEL - 2);
  const width = Math.max(1, Math.min(28, room / columns.length));
  const height = Math.max(4, Math.min(20, 1400 / rows.length, Math.max(width, 10)));
  return { width, height };
}

function draw(map, cursor) {
  const { canvas, rows, columns, value } = map;
  const { width, height } = layout(map);
  const [full, tall] = [Math.ceil(LABEL + width * columns.length) + 2, Math.ceil(height * rows.length) + FOOT];
  const scale = window.devicePixelRatio || 1;
  canvas.width = full * scale;
  canvas.height = tall * scale;
  canvas.style.width = `${full}px`;
  canvas.style.height = `${tall}px`;
  const pen = canvas.getContext("2d");
  const style = getComputedStyle(document.documentElement);
  const [ink, quiet] = [style.getPropertyValue("--ink"), style.getPropertyValue("--quiet")];
  pen.scale(scale, scale);
  pen.font = "11px system-ui, sans-serif";
  const gap = width > 6 && height > 6 ? 1 : 0;
  for (let row = 0; row < rows.length; row++) {
    for (let column = 0; column < columns.length; column++) {
      pen.fillStyle = colour(style, value(row, column));
      pen.fillRect(LABEL + column * width, row * height, width - gap + 0.02, height - gap + 0.02);
    }
  }
  names(pen, rows, columns, { width, height, quiet });
  if (cursor && document.activeElement === canvas || cursor && canvas.matches(":hover")) {
    pen.strokeStyle = ink;
    pen.lineWidth = 2;
    pen.strokeRect(LABEL + cursor[1] * width, cursor[0] * height + 1, Math.max(width - gap, 3), Math.max(height - gap, 3) - 1);
  }
}

function names(pen, rows, columns, { width, height, quiet }) {
  pen.fillStyle = quiet;
  pen.textBaseline = "middle";
  pen.textAlign = "right";
  const down = Math.ceil(11 / height);
  for (let row = 0; row < rows.length; row += down) pen.fillText(rows[row], LABEL - 5, row * height + height / 2);
  pen.textAlign = "center";
  const across = Math.ceil((Math.max(...columns.map((name) => String(name).length)) * 7 + 6) / width);
  for (let column = 0; column < columns.length; column += across) {
    pen.fillText(columns[column], LABEL + column * width + width / 2, rows.length * height + 9);
  }
}

// From the page's background to its accent; small shares are lifted so that they can be told from none.
function colour(style, share) {
  const none = parsed(style.getPropertyValue("--cell-none"));
  if (!(share > 0)) return `rgb(${none.join(" ")})`;
  const part = 0.12 + 0.88 * Math.sqrt(Math.min(share, 1));
  const most = parsed(style.getPropertyValue("--cell-most"));
  return `rgb(${none.map((from, at) => Math.round(from + (most[at] - from) * part)).join(" ")})`;
}

function parsed(hex) {
  const number = parseInt(hex.trim().slice(1), 16);
  return [number >> 16, (number >> 8) & 255, number & 255];
}

function hit(map, event) {
  const { width, height } = layout(map);
  const column = Math.floor((event.offsetX - LABEL) / width);
  const row = Math.floor(event.offsetY / height);
  const inside = row >= 0 && row < map.rows.length && column >= 0 && column < map.columns.length;
  return inside ? [row, column] : null;
}
