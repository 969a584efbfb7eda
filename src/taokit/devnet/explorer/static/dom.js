// Elements from values. Whatever the chain says becomes text, never markup.

export function h(tag, attributes = {}, ...children) {
  const made = tag === "svg" || SVG.has(tag)
    ? document.createElementNS("http://www.w3.org/2000/svg", tag)
    : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.flat(9).filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

const SVG = new Set(["path", "line", "text", "g", "rect", "circle", "polyline"]);

// A table that scrolls sideways by itself. Columns are {title, numeric, cell(row)}.
export function table(name, columns, rows, { empty = "Nothing yet.", caption = null } = {}) {
  if (!rows.length) return h("p", { class: "quiet" }, empty);
  const align = (column) => (column.numeric ? "number" : null);
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": name, "data-key": `table ${name}` },
    h("table", {},
      caption && h("caption", {}, caption),
      h("thead", {}, h("tr", {}, columns.map((column) =>
        h("th", { scope: "col", class: align(column), title: column.about }, column.title)))),
      h("tbody", {}, rows.map((row) =>
        h("tr", {}, columns.map((column) => h("td", { class: align(column) }, column.cell(row))))))));
}

// What goes together with its names, side by side where there is room.
export function facts(pairs) {
  return h("dl", { class: "facts" }, pairs.filter(Boolean).map(([name, ...value]) =>
    h("div", {}, h("dt", {}, name), h("dd", {}, ...value))));
}

export function section(title, ...children) {
  const id = `part-${title.toLowerCase().replace(/[^a-z]+/g, "-")}`;
  return h("section", { "aria-labelledby": id }, h("h2", { id }, title), ...children);
}

export function folded(key, title, ...children) {
  return h("details", { "data-key": `fold ${key}` }, h("summary", {}, title), ...children);
}

// Put new content in the place of the old, and leave the reader where they were.
export function swap(target, nodes) {
  const focused = target.contains(document.activeElement) ? keyOf(target, document.activeElement) : null;
  const open = new Set([...target.querySelectorAll("details[open]")].map((one) => one.dataset.key));
  const scrolled = new Map([...target.querySelectorAll(".scroll")].map((one) => [one.dataset.key, [one.scrollLeft, one.scrollTop]]));
  target.replaceChildren(...[nodes].flat(9).filter(Boolean));
  for (const one of target.querySelectorAll("details")) one.open ||= open.has(one.dataset.key);
  for (const one of target.querySelectorAll(".scroll")) [one.scrollLeft, one.scrollTop] = scrolled.get(one.dataset.key) ?? [0, 0];
  if (focused !== null) {
    [...target.querySelectorAll(FOCUSABLE)].find((one) => keyOf(target, one) === focused)?.focus({ preventScroll: true });
  }
}

const FOCUSABLE = "a[href], button, input, select, summary, [tabindex]";

// What tells a focusable element from the others, the same before and after.
function keyOf(target, element) {
  const name = (one) => `${one.tagName} ${one.getAttribute("href") ?? one.dataset.key ?? one.id} ${one.textContent.slice(0, 40)}`;
  const stable = (one) => one.getAttribute("href") ?? one.dataset.key ?? one.id;
  const alike = [...target.querySelectorAll(FOCUSABLE)].filter((one) => one.tagName === element.tagName && stable(one) === stable(element));
  return alike.length ? `${element.tagName} ${stable(element)} ${alike.indexOf(element)}` : name(element);
}
