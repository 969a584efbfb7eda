// Numbers as people read them. Amounts come as whole rao, in strings where JSON's own numbers are too short.
import { h } from "./dom.js";

const WHOLE = 1_000_000_000n;

export function tao(rao, digits = 4) {
  const amount = BigInt(rao);
  const size = amount < 0n ? -amount : amount;
  const step = 10n ** BigInt(9 - digits);
  const rounded = (size + step / 2n) / step;
  const unit = WHOLE / step;
  const fraction = String(rounded % unit).padStart(digits, "0").replace(/0+$/, "");
  const text = grouped(rounded / unit) + (fraction ? `.${fraction}` : "");
  if (rounded === 0n && size > 0n) return `< 0.${"0".repeat(digits - 1)}1`;
  return (amount < 0n ? "−" : "") + text;
}

export function grouped(number) {
  return String(number).replace(/\B(?=(\d{3})+(?!\d))/g, " ");
}

export function plural(count, word) {
  return `${grouped(count)} ${word}${count === 1 ? "" : "s"}`;
}

export function share(value) {
  return value === 0 ? "0" : (value / 65535).toFixed(4);
}

export function time(milliseconds) {
  return new Date(milliseconds).toISOString().replace("T", " ").slice(0, 19);
}

export function short(text, head = 6, tail = 4) {
  return text.length > head + tail + 1 ? `${text.slice(0, head)}…${text.slice(-tail)}` : text;
}

export const path = (...parts) => `#/${parts.map((part) => encodeURIComponent(part)).join("/")}`;

export function blockLink(number) {
  return h("a", { href: path("block", number) }, grouped(number));
}

export function accountLink(address, known = null) {
  if (!address) return "–";
  return h("a", { href: path("account", address), title: address, class: "mono name" }, known ?? short(address));
}

// A number of a subnet or of one of its uids, which leads to what explains it.
export function why(place, what, text, { uid = null, title = null } = {}) {
  const parts = ["why", place.netuid, place.mechanism ?? 0, what];
  if (uid !== null) parts.push(uid);
  return h("a", { href: path(...parts), title, class: "why" }, text);
}
