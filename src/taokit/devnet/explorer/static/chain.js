// Pages about blocks, extrinsics and accounts.
import { h, table, facts, section, folded } from "./dom.js";
import { accountLink, blockLink, grouped, path, plural, short, tao, time } from "./format.js";
import { ask } from "./rpc.js";

const PAGE = 25;
const MOST_SHOWN = 40; // entries of a list in an argument, before the rest is folded away

export function blockTable(blocks) {
  return table("Blocks", [
    { title: "Block", numeric: true, cell: (one) => blockLink(one.number) },
    { title: "Time (UTC)", cell: (one) => time(one.time) },
    { title: "Signed", numeric: true, about: "Signed extrinsics", cell: (one) => h("a", { href: path("block", one.number) }, String(one.signed)) },
    { title: "Failed", numeric: true, cell: (one) => (one.failed ? h("strong", { class: "bad" }, String(one.failed)) : "0") },
    { title: "Events", numeric: true, cell: (one) => h("a", { href: path("block", one.number) }, String(one.events)) },
    { title: "Epoch of", cell: (one) => one.epochs.map((netuid) => [h("a", { href: path("subnet", netuid) }, `subnet ${netuid}`), " "]) },
    { title: "Hash", cell: (one) => h("span", { class: "mono", title: one.hash }, short(one.hash, 10, 6)) },
  ], blocks, { empty: "No blocks are kept." });
}

export const blocksPage = {
  title: () => "Blocks",
  load: async ({ below = null }) => ({ below, blocks: await ask("blocks", { count: PAGE, below }), pool: await ask("pool") }),
  show: ({ below, blocks, pool }) => [
    h("h1", {}, "Blocks"),
    below === null && section("Waiting in the pool", table("Pool", [
      { title: "Call", cell: callName },
      { title: "Signer", cell: (one) => accountLink(one.signer) },
      { title: "Nonce", numeric: true, cell: (one) => grouped(one.nonce) },
    ], pool, { empty: "Nothing waits." })),
    section(below === null ? "Newest first" : `Below block ${grouped(below)}`, blockTable(blocks)),
    h("p", { class: "pager" },
      below !== null && h("a", { href: path("blocks") }, "Newest"),
      blocks.length > 0 && blocks.at(-1).number > 0 && h("a", { href: path("blocks", blocks.at(-1).number) }, "Older")),
  ],
};

const hash = (text) => h("span", { class: "mono wide" }, text);
const callName = (one) => `${one.pallet}.${one.call}`;

export const blockPage = {
  title: ({ block }) => `Block ${block}`,
  load: ({ block }) => ask("block", { block }),
  show: (block) => [
    h("h1", {}, `Block ${grouped(block.number)}`),
    h("p", { class: "pager" },
      block.number > 0 && h("a", { href: path("block", block.number - 1), rel: "prev" }, "Before"),
      h("a", { href: path("block", block.number + 1), rel: "next" }, "After")),
    facts([
      ["Time (UTC)", time(block.time)],
      ["Final", block.final ? "yes" : "not yet"],
      ["Hash", hash(block.hash)],
      ["Parent", block.number > 0 ? h("a", { class: "mono wide", href: path("block", block.parent) }, block.parent) : "none"],
      ["Root of extrinsics", hash(block.extrinsicsRoot)],
    ]),
    section("Extrinsics", block.extrinsics.map((one) => extrinsic(block, one))),
    section("Events outside of extrinsics", events(block.otherEvents, "none")),
  ],
};

function extrinsic(block, one) {
  return h("article", { class: `card ${one.ok ? "" : "failed"}`, id: `extrinsic-${one.index}` },
    h("h3", {}, `${one.index}  ${callName(one)} `,
      h("span", { class: one.ok ? "good" : "bad" }, one.ok ? "succeeded" : `failed: ${one.error}`)),
    facts([
      ["Signer", one.signer ? accountLink(one.signer) : "none: the block's author brings it"],
      one.signer && ["Nonce", grouped(one.nonce)],
      one.signer && ["Fee", `${tao(one.fee, 9)} TAO`],
      one.signer && one.tip > 0 && ["Tip", `${tao(one.tip, 9)} TAO`],
      one.opened && ["Carried", `extrinsic ${one.index + 1}, sealed until this block`],
      one.sealed && ["Sealed", `until this block, in extrinsic ${one.index - 1}`],
      one.signer && ["Valid", one.era ? `for ${plural(one.era[0], "block")}` : "for ever"],
      ["Bytes", grouped(one.bytes)],
      ["Hash", hash(one.hash)],
    ]),
    h("div", { class: "arguments" }, shown(one.args, `${block.number} ${one.index}`)),
    folded(`events ${block.number} ${one.index}`, plural(one.events.length, "event"), events(one.events)));
}

function events(all) {
  return table("Events", [
    { title: "Event", cell: (one) => `${one.pallet}.${one.event}` },
    { title: "Fields", cell: (one) => h("ul", { class: "fields" }, one.fields.map((field, at) =>
      h("li", {}, h("span", { class: "quiet" }, `${field.name ?? field.type} `), shown(field.value, `${one.event} ${at}`)))) },
  ], all, { empty: "None." });
}

// Any decoded value as text, lists and names.
export function shown(value, key) {
  if (value === null) return h("span", { class: "quiet" }, "none");
  if (typeof value === "string") return text(value, key);
  if (typeof value !== "object") return h("span", { class: "mono" }, typeof value === "number" ? grouped(value) : String(value));
  if (Array.isArray(value)) return list(value, key);
  return h("dl", { class: "inside" }, Object.entries(value).map(([name, one]) =>
    h("div", {}, h("dt", {}, name), h("dd", {}, shown(one, `${key} ${name}`)))));
}

// Text where bytes are text, as names and links on the chain are.
function readable(hex) {
  if (!/^0x([0-9a-f]{2})+$/.test(hex)) return null;
  try {
    const bytes = Uint8Array.from(hex.slice(2).match(/../g), (pair) => parseInt(pair, 16));
    const found = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return /[\p{Cc}\p{Cn}\p{Co}]/u.test(found) ? null : found;
  } catch {
    return null;
  }
}

function text(value, key) {
  const said = readable(value);
  if (said !== null) return [h("span", { class: "wrap" }, `“${said}” `), folded(`hex ${key}`, "hex", h("p", { class: "mono wrap" }, value))];
  if (value === "0x") return h("span", { class: "quiet" }, "empty");
  if (/^5[1-9A-HJ-NP-Za-km-z]{46,48}$/.test(value)) return accountLink(value);
  if (value.length > 140) return folded(`text ${key}`, h("span", { class: "mono" }, `${short(value, 40, 8)} (${value.length} characters)`), h("p", { class: "mono wrap" }, value));
  return h("span", { class: "mono wrap" }, value === "" ? "empty" : value);
}

function list(values, key) {
  if (!values.length) return h("span", { class: "quiet" }, "empty");
  const flat = values.every((one) => typeof one === "number" || Array.isArray(one) && one.every((inner) => typeof inner === "number"));
  const entries = (some) => flat
    ? h("span", { class: "mono wrap" }, some.map((one) => (Array.isArray(one) ? `(${one.join(", ")})` : one)).join(", "))
    : h("ol", { start: "0" }, some.map((one, at) => h("li", {}, shown(one, `${key} ${at}`))));
  if (values.length <= MOST_SHOWN) return entries(values);
  return [entries(values.slice(0, MOST_SHOWN)), folded(`rest ${key}`, `${values.length - MOST_SHOWN} more`, entries(values.slice(MOST_SHOWN)))];
}

export const accountPage = {
  title: ({ address }) => `Account ${short(address)}`,
  load: ({ address }) => ask("account", { address }),
  show: (account) => [
    h("h1", {}, account.known ?? (account.name || "Account")),
    h("p", { class: "mono wrap" }, account.address),
    facts([
      ["Free", `${tao(account.free, 9)} TAO`],
      ["Nonce", grouped(account.nonce)],
      account.owner && ["Owned by", accountLink(account.owner)],
      account.name && ["Calls itself", account.name],
    ]),
    section("Uids", table("Uids", [
      { title: "Subnet", numeric: true, cell: (one) => h("a", { href: path("subnet", one.netuid) }, String(one.netuid)) },
      { title: "Uid", numeric: true, cell: (one) => h("a", { href: path("why", one.netuid, 0, "stake", one.uid) }, String(one.uid)) },
    ], account.seats, { empty: "It has no uid anywhere." })),
    section("Stake", table("Stake", [
      { title: "Hotkey", cell: (one) => accountLink(one.hotkey) },
      { title: "Subnet", numeric: true, cell: (one) => h("a", { href: path("subnet", one.netuid) }, String(one.netuid)) },
      { title: "Amount", numeric: true, cell: (one) => tao(one.alpha, 9) },
    ], account.stakes, { empty: "It has staked nothing." })),
    section("Hotkeys", account.hotkeys.length ? h("ul", {}, account.hotkeys.map((one) => h("li", {}, accountLink(one, one)))) : h("p", { class: "quiet" }, "It owns none.")),
  ],
};
