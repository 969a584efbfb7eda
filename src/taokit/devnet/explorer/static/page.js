// The page: which part of the chain is shown, what is fetched anew when a block comes, and the controls.
import { h, facts, section, swap } from "./dom.js";
import { blockLink, grouped, path, time } from "./format.js";
import { accountPage, blockPage, blocksPage, blockTable } from "./chain.js";
import { subnetPage, subnetsPage, subnetTable, whyPage } from "./subnet.js";
import { ask, Rpc } from "./rpc.js";

const LEAST_MS = 300; // between two looks at a chain that makes blocks fast
const main = document.getElementById("main");

const homePage = {
  title: () => "taokit devnet",
  load: async () => {
    const [info, subnets, blocks] = await Promise.all([rpc.call("dev_info"), ask("subnets"), ask("blocks", { count: 10 })]);
    return { info, subnets, blocks };
  },
  show: ({ info, subnets, blocks }) => [
    h("h1", {}, "This chain"),
    facts([
      ["Best block", blockLink(info.blockNumber)],
      ["Final", blockLink(info.finalizedNumber)],
      ["Its time (UTC)", time(info.timestamp)],
      ["Blocks are made", pace(info)],
      ["Waiting", h("a", { href: path("blocks") }, grouped(info.pool))],
      ["Began as", info.preset ?? "a file"],
      ["Runtime", `node-subtensor ${info.specVersion}`],
      ["Clients", grouped(info.clients)],
      ["Genesis", h("span", { class: "mono wide" }, info.genesisHash)],
    ]),
    section("Subnets", subnetTable(subnets)),
    section("Newest blocks", blockTable(blocks), h("p", { class: "pager" }, h("a", { href: path("blocks") }, "All blocks"))),
  ],
};

function pace(info) {
  if (info.interval !== null) return `every ${info.interval} s`;
  return { Instant: "on every submission", Batch: "shortly after submissions", Manual: "when told to" }[info.buildMode];
}

// What the part after # means.
const ROUTES = [
  [/^\/?$/, homePage, []],
  [/^\/blocks(?:\/(\d+))?$/, blocksPage, ["below"]],
  [/^\/block\/([0-9a-fx]+)$/i, blockPage, ["block"]],
  [/^\/subnets$/, subnetsPage, []],
  [/^\/subnet\/(\d+)(?:\/(\d+))?$/, subnetPage, ["netuid", "mechanism"]],
  [/^\/why\/(\d+)\/(\d+)\/(\w+)(?:\/(\d+))?$/, whyPage, ["netuid", "mechanism", "what", "uid"]],
  [/^\/account\/(\w+)$/, accountPage, ["address"]],
];

function routed() {
  for (const [pattern, page, names] of ROUTES) {
    const found = pattern.exec(location.hash.slice(1));
    if (found) return [page, Object.fromEntries(names.map((name, at) => [name, found[at + 1]]).filter(([, value]) => value !== undefined))];
  }
  return [homePage, {}];
}

let shownText = null;
let due = false;
let busy = false;
let head = null;

async function refresh() {
  if (busy) return void (due = true);
  busy = true;
  due = false;
  const hash = location.hash;
  const [page, fields] = routed();
  try {
    const told = await page.load(fields);
    const text = hash + JSON.stringify(told);
    if (hash === location.hash && text !== shownText) {
      shownText = text;
      document.title = `${page.title(fields)} · taokit devnet`;
      swap(main, page.show(told));
    }
  } catch (error) {
    shownText = null;
    if (hash === location.hash) swap(main, [h("h1", {}, page.title(fields)), h("p", { class: "bad" }, error.message)]);
  }
  if (hash !== location.hash) due = true;
  setTimeout(() => {
    busy = false;
    if (due) refresh();
  }, hash === location.hash ? LEAST_MS : 0);
}

function current() {
  const place = location.hash.split("/")[1] ?? "";
  for (const link of document.querySelectorAll("nav a")) {
    const own = link.getAttribute("href").split("/")[1];
    link.toggleAttribute("aria-current", own !== "" && place !== "" && own.startsWith(place));
  }
}

addEventListener("hashchange", () => {
  shownText = null;
  if (location.hash.startsWith("#/") || location.hash === "") {
    current();
    scrollTo(0, 0);
    refresh();
  }
});

const status = document.getElementById("status");
const said = document.getElementById("message");

function say(text, bad = false) {
  said.textContent = text;
  said.className = bad ? "bad" : "";
}

function showStatus(connected) {
  status.replaceChildren(
    h("span", { class: `lamp ${connected ? "on" : "off"}`, "aria-hidden": "true" }),
    connected ? "live" : "not connected",
    ...(head === null ? [] : [" · block ", blockLink(head)]));
  for (const one of document.querySelectorAll("#controls button")) one.disabled = !connected;
}

const rpc = new Rpc({
  onHead: (number) => {
    head = number;
    showStatus(true);
    refresh();
  },
  onState: (connected) => {
    showStatus(connected);
    if (connected) {
      listChoices();
      refresh();
    }
  },
});

// The controls

const count = h("input", { id: "count", type: "number", min: "1", max: "100000", value: "1", "aria-label": "How many blocks" });
const netuid = h("select", { id: "netuid", "aria-label": "Subnet of the epoch" });
const snapshot = h("select", { id: "snapshot", "aria-label": "Snapshot to go back to" });

function button(id, text, act) {
  return h("button", {
    id, type: "button",
    onclick: async (event) => {
      const pressed = event.currentTarget;
      pressed.disabled = true;
      try {
        await act();
      } catch (error) {
        say(error.message, true);
      } finally {
        pressed.disabled = rpc.socket.readyState !== WebSocket.OPEN;
        listChoices();
      }
    },
  }, text);
}

document.getElementById("controls").append(
  h("span", { class: "group" }, button("mine", "Mine", async () => {
    const blocks = Number(count.value);
    if (!Number.isInteger(blocks) || blocks < 1 || blocks > 100000) throw new Error("name 1 to 100,000 blocks");
    await rpc.call("dev_newBlock", { count: blocks });
    say(blocks === 1 ? "One block was made." : `${grouped(blocks)} blocks were made.`);
  }), count),
  h("span", { class: "group" }, button("epoch", "Next epoch", async () => {
    const chosen = Number(netuid.value);
    await rpc.call("dev_nextEpoch", chosen);
    say(`An epoch of subnet ${chosen} has run.`);
  }), netuid),
  h("span", { class: "group" }, button("snap", "Snapshot", async () => {
    const made = await rpc.call("dev_snapshot");
    say(`Snapshot ${made} was taken.`);
    await listChoices();
    snapshot.value = String(made);
  })),
  h("span", { class: "group" }, button("revert", "Revert", async () => {
    if (snapshot.value === "") throw new Error("there is no snapshot to go back to: take one first");
    await rpc.call("dev_revert", Number(snapshot.value));
    say(`The chain is back at snapshot ${snapshot.value}.`);
  }), snapshot));

async function listChoices() {
  try {
    const [subnets, snapshots] = await Promise.all([ask("subnets"), ask("snapshots")]);
    choose(netuid, subnets.filter((one) => one.nextEpoch !== null).map((one) => [one.netuid, `subnet ${one.netuid}`]), "no subnet");
    choose(snapshot, snapshots.map((block, at) => [at, `${at}: block ${grouped(block)}`]), "none taken");
  } catch (error) {
    say(error.message, true);
  }
}

function choose(select, options, none) {
  const [before, length] = [select.value, select.options.length];
  const made = options.length ? options : [["", none]];
  if (document.activeElement === select && length === made.length) return;
  select.replaceChildren(...made.map(([value, text]) => h("option", { value }, text)));
  if (made.some(([value]) => String(value) === before)) select.value = before;
}

document.getElementById("find").addEventListener("submit", (event) => {
  event.preventDefault();
  const wanted = document.getElementById("wanted").value.trim();
  if (/^(\d+|0x[0-9a-f]{64})$/i.test(wanted)) location.hash = path("block", wanted);
  else if (/^[1-9A-HJ-NP-Za-km-z]{40,60}$/.test(wanted)) location.hash = path("account", wanted);
  else say("Neither a block's number or hash nor an address.", true);
});

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  shownText = null;
  refresh();
});

current();
showStatus(false);
