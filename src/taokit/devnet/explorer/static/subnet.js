// Pages about subnets, and about where their numbers come from.
import { h, table, facts, section, folded } from "./dom.js";
import { accountLink, blockLink, grouped, path, plural, share, short, tao, why } from "./format.js";
import { heatmap } from "./heatmap.js";
import { lines } from "./chart.js";
import { shown } from "./chain.js";
import { ask } from "./rpc.js";

export function subnetTable(subnets) {
  const own = (one) => ({ netuid: one.netuid });
  return table("Subnets", [
    { title: "Netuid", numeric: true, cell: (one) => h("a", { href: path("subnet", one.netuid) }, String(one.netuid)) },
    { title: "Name", cell: (one) => h("a", { href: path("subnet", one.netuid), class: "name", title: one.name }, one.name || `subnet ${one.netuid}`) },
    { title: "Neurons", numeric: true, cell: (one) => why(own(one), "neurons", `${one.neurons} of ${one.maxNeurons}`) },
    { title: "Price (TAO)", numeric: true, cell: (one) => why(own(one), "price", tao(one.price, 9)) },
    { title: "Moving price", numeric: true, cell: (one) => why(own(one), "movingPrice", tao(one.movingPrice, 9)) },
    { title: "Epoch", numeric: true, cell: (one) => why(own(one), "clock", grouped(one.epoch)) },
    { title: "Next at block", numeric: true, cell: (one) => (one.nextEpoch === null ? "–" : why(own(one), "clock", grouped(one.nextEpoch))) },
  ], subnets);
}

export const subnetsPage = {
  title: () => "Subnets",
  load: () => ask("subnets"),
  show: (subnets) => [h("h1", {}, "Subnets"), subnetTable(subnets)],
};

export const subnetPage = {
  title: ({ netuid }) => `Subnet ${netuid}`,
  load: async ({ netuid, mechanism = 0 }) => {
    const place = { netuid, mechanism };
    const [subnet, matrices, epochs, prices, commits] = await Promise.all(
      [ask("subnet", place), ask("matrices", place), ask("epochs", place), ask("prices", place), ask("commits", place)]);
    return { subnet, matrices, epochs, prices, commits };
  },
  show: ({ subnet, matrices, epochs, prices, commits }) => {
    const place = { netuid: subnet.netuid, mechanism: subnet.mechanism };
    return [
      h("h1", {}, subnet.name ? `Subnet ${subnet.netuid}: ${subnet.name}` : `Subnet ${subnet.netuid}`),
      subnet.mechanisms > 1 && h("p", { class: "pager" }, Array.from({ length: subnet.mechanisms }, (_, mechanism) =>
        h("a", { href: path("subnet", subnet.netuid, mechanism), "aria-current": mechanism === subnet.mechanism ? "page" : null }, `mechanism ${mechanism}`))),
      summary(place, subnet),
      section("Neurons", neurons(place, subnet)),
      section("Weights and bonds", h("div", { class: "pair" },
        matrix(place, "weights", "Weights: what each validator (row) gives each uid (column)", matrices),
        matrix(place, "bonds", "Bonds: what each validator (row) holds in each uid (column)", matrices))),
      section("Epochs", past(place, epochs)),
      section("Prices", priced(place, prices)),
      section("Commits", sealed(place, commits)),
      section("Settings", settings(place, subnet)),
    ];
  },
};

function summary(place, subnet) {
  const amount = (what, rao, unit, digits = 4) => [why(place, what, tao(rao, digits), { title: `${grouped(rao)} rao` }), ` ${unit}`];
  const alpha = subnet.symbol || "alpha";
  return [
    facts([
      ["Price", ...amount("price", subnet.price, "TAO", 9)],
      ["Moving price", ...amount("movingPrice", subnet.movingPrice, "TAO", 9)],
      ["Neurons", why(place, "neurons", `${subnet.neurons} of ${subnet.maxNeurons}`)],
      ["Tempo", why(place, "clock", `${grouped(subnet.tempo)} blocks`)],
      ["Epoch", why(place, "clock", grouped(subnet.epoch))],
      ["Last epoch", subnet.lastEpoch ? blockLink(subnet.lastEpoch) : "none yet"],
      ["Next epoch", subnet.nextEpoch === null ? "never" : why(place, "clock", `block ${grouped(subnet.nextEpoch)}`)],
      ["Registration", ...amount("burn", subnet.burn, "TAO")],
      ["TAO in the pool", ...amount("pool", subnet.tao, "TAO")],
      ["Alpha in the pool", ...amount("pool", subnet.alphaIn, alpha)],
      ["Alpha outside", ...amount("pool", subnet.alphaOut, alpha)],
      ["Waiting for miners", ...amount("pending", subnet.pendingServer, alpha)],
      ["Waiting for validators", ...amount("pending", subnet.pendingValidator, alpha)],
      ["Weights", why(place, "commits", subnet.commitReveal ? `sealed for ${plural(subnet.revealPeriod, "epoch")}` : "in the open")],
      ["Owner", accountLink(subnet.owner)],
    ]),
    Object.keys(subnet.identity).length > 0 && folded("identity", "What the owner says", facts(
      Object.entries(subnet.identity).map(([name, said]) => [name, h("span", { class: "wrap" }, said)]))),
  ];
}

function neurons(place, subnet) {
  const number = (what, title, text, about) => ({
    title, numeric: true, about, cell: (one) => why(place, what, text(one[what]), { uid: one.uid, title: grouped(one[what]) }),
  });
  const flag = (what, title) => ({ title, cell: (one) => why(place, what, one[what] ? "yes" : "no", { uid: one.uid }) });
  return table("Neurons", [
    { title: "Uid", numeric: true, cell: (one) => why(place, "weights", String(one.uid), { uid: one.uid }) },
    { title: "Hotkey", cell: (one) => [accountLink(one.hotkey), one.uid === subnet.ownerUid && h("span", { class: "tag" }, "owner")] },
    { title: "Coldkey", cell: (one) => accountLink(one.coldkey, one.name || null) },
    number("stake", "Stake", (rao) => tao(rao, 2), "Stake weight: alpha, and root TAO by its weight"),
    number("incentive", "Incentive", share),
    number("consensus", "Consensus", share),
    number("dividends", "Dividends", share),
    number("validatorTrust", "Trust", share, "Validator trust"),
    number("emission", "Emission", (rao) => tao(rao), "Alpha of the last epoch"),
    flag("permit", "Permit"),
    flag("active", "Active"),
    number("lastUpdate", "Updated", grouped, "Block of the last report"),
    number("registered", "Registered", grouped, "Block"),
    { title: "Axon", cell: (one) => h("span", { class: "mono" }, one.axon ?? "–") },
  ], subnet.uids, { empty: "Nobody is registered." });
}

function matrix(place, what, title, matrices) {
  const rows = matrices[what];
  if (!rows.length) return h("figure", {}, h("figcaption", {}, title), h("p", { class: "quiet" }, `No ${what} are stored.`));
  const dense = rows.map(([, entries]) => new Map(entries));
  const largest = Math.max(1, ...rows.flatMap(([, entries]) => entries.map(([, value]) => value)));
  const columns = Array.from({ length: matrices.neurons }, (_, uid) => uid);
  const value = (row, uid) => dense[row].get(uid) ?? 0;
  return h("div", {},
    heatmap({
      key: `${what} ${place.netuid} ${place.mechanism}`, title, rows: rows.map(([uid]) => uid), columns,
      value: (row, uid) => value(row, uid) / largest,
      say: (row, uid) => `uid ${rows[row][0]} → uid ${uid}: ${value(row, uid)} (${share(value(row, uid))})`,
      open: (row) => path("why", place.netuid, place.mechanism, what, rows[row][0]),
    }),
    folded(`${what} numbers`, "As numbers", table(`${what} as numbers`, [
      { title: "From", numeric: true, cell: ([uid]) => why(place, what, String(uid), { uid }) },
      { title: "To: stored value", cell: ([uid, entries]) => h("span", { class: "mono wrap" }, entries.filter(([, one]) => one).map(([to, one]) =>
        [why(place, what, `${to}: ${one}`, { uid }), "  "])) },
    ], rows)));
}

function past(place, epochs) {
  if (!epochs.length) return h("p", { class: "quiet" }, "No epoch has run while somebody watched.");
  const of = (what) => over(place, what, epochs);
  return [
    h("p", { class: "quiet" }, "A row is a uid, a column an epoch."),
    h("div", { class: "pair" }, of("incentive"), of("consensus"), of("dividends")),
    folded("epochs numbers", "As numbers", table("Epochs as numbers", [
      { title: "Epoch", numeric: true, cell: (one) => why(place, "clock", grouped(one.index)) },
      { title: "Block", numeric: true, cell: (one) => blockLink(one.block) },
      { title: "Price (TAO)", numeric: true, cell: (one) => why(place, "price", tao(one.price, 9)) },
      ...["incentive", "consensus", "dividends"].map((what) => ({
        title: `${what[0].toUpperCase()}${what.slice(1)}, by uid`,
        cell: (one) => h("span", { class: "mono" }, listed(one[what])),
      })),
    ], [...epochs].reverse())),
  ];
}

function listed(column) {
  const some = column.map((value, uid) => [uid, value]).filter(([, value]) => value);
  return some.length ? some.map(([uid, value]) => `${uid}: ${share(value)}`).join("  ") : "all 0";
}

function over(place, what, epochs) {
  const length = Math.max(...epochs.map((one) => one[what].length));
  const uids = Array.from({ length }, (_, uid) => uid).filter((uid) => epochs.some((one) => one[what][uid]));
  const title = `${what[0].toUpperCase()}${what.slice(1)} by epoch`;
  if (!uids.length) return h("figure", {}, h("figcaption", {}, title), h("p", { class: "quiet" }, "0 for everybody so far."));
  const largest = Math.max(1, ...epochs.flatMap((one) => one[what]));
  const value = (row, column) => epochs[column][what][uids[row]] ?? 0;
  const last = epochs.length - 1;
  return heatmap({
    key: `epochs ${what} ${place.netuid} ${place.mechanism}`, title, rows: uids, columns: epochs.map((one) => one.index),
    value: (row, column) => value(row, column) / largest,
    say: (row, column) => `uid ${uids[row]}, epoch ${epochs[column].index}, block ${grouped(epochs[column].block)}: ${share(value(row, column))}`,
    open: (row, column) => (column === last ? path("why", place.netuid, place.mechanism, what, uids[row]) : path("block", epochs[column].block)),
  });
}

function priced(place, prices) {
  if (!prices.length) return h("p", { class: "quiet" }, "No block was made while somebody watched.");
  const label = (rao) => tao(Math.round(rao), rao >= 1e10 ? 4 : rao >= 1e9 ? 6 : 9);
  return [
    h("div", { class: "pair" },
      lines({ title: "Price: TAO for one alpha", points: prices.map(([block, price]) => [block, price]), label }),
      lines({ title: "Moving price: TAO for one alpha", points: prices.map(([block, , moving]) => [block, moving]), label })),
    h("p", { class: "quiet" }, "After block ", blockLink(prices.at(-1)[0]), ": ",
      why(place, "price", tao(prices.at(-1)[1], 9)), " and ", why(place, "movingPrice", tao(prices.at(-1)[2], 9)), " TAO."),
  ];
}

function sealed(place, { waiting, lately, texts }) {
  const uid = { title: "Uid", numeric: true, cell: (one) => (one.uid === null ? "gone" : why(place, "weights", String(one.uid), { uid: one.uid })) };
  const hotkey = { title: "Hotkey", cell: (one) => accountLink(one.hotkey) };
  const block = { title: "Block", numeric: true, cell: (one) => blockLink(one.block) };
  return [
    h("h3", {}, "Committed and not revealed"),
    table("Committed and not revealed", [
      uid, hotkey, block,
      { title: "Kind", cell: (one) => (one.kind === "hash" ? "hash" : `timelock, round ${grouped(one.round)}`) },
      { title: "Epoch", numeric: true, cell: (one) => why(place, "commits", grouped(one.epoch)) },
      { title: "To reveal in", numeric: true, cell: (one) => why(place, "commits", `epoch ${grouped(one.revealEpoch)}`) },
      { title: "Stage", cell: (one) => one.stage },
      { title: "Hash", cell: (one) => h("span", { class: "mono", title: one.digest }, short(one.digest, 10, 6)) },
    ], waiting, { empty: "None." }),
    h("h3", {}, "Committed and revealed lately"),
    table("Committed and revealed lately", [block, uid, hotkey, { title: "What", cell: (one) => one.event }], lately, { empty: "None." }),
    h("h3", {}, "Texts"),
    table("Texts", [block, uid, hotkey,
      { title: "State", cell: (one) => (one.revealed ? "revealed" : "published") },
      { title: "Text", cell: (one) => h("span", { class: "wrap" }, one.fields.join(" · ")) },
    ], texts, { empty: "None." }),
  ];
}

function settings(place, subnet) {
  return folded("settings", `${Object.keys(subnet.settings).length} entries`, table("Settings", [
    { title: "Entry", cell: ([name]) => why(place, name, name) },
    { title: "Value", cell: ([name, value]) => shown(value, `setting ${name}`) },
  ], Object.entries(subnet.settings)));
}

export const whyPage = {
  title: ({ what, uid }) => (uid === undefined ? `Why: ${what}` : `Why: ${what} of uid ${uid}`),
  load: (place) => ask("why", place),
  show: (told) => [
    h("p", { class: "pager" }, h("a", { href: path("subnet", told.netuid, told.mechanism) }, `Subnet ${told.netuid}`)),
    h("h1", {}, told.uid === null ? `${told.title} of subnet ${told.netuid}` : `${told.title} of uid ${told.uid} on subnet ${told.netuid}`),
    h("p", { class: "rule" }, told.text),
    told.uid !== null && told.ofUid && section("In the last epoch", epoch(told.epoch)),
    section("What is stored", h("p", { class: "quiet" }, `After block ${grouped(told.block)}. The raw key is what state_getStorage takes.`), table("What is stored", [
      { title: "Entry", cell: (one) => h("span", {}, h("code", {}, one.entry), one.keys.length > 0 && ` [${one.keys.map((key) => (typeof key === "string" ? short(key) : key)).join(", ")}]`) },
      { title: "Value", cell: (one) => stored(one, told.uid) },
      { title: "Type", cell: (one) => h("code", {}, one.type) },
      { title: "Raw key", cell: (one) => folded(`key ${one.raw}`, h("span", { class: "mono" }, short(one.raw, 12, 8)), h("p", { class: "mono wrap" }, one.raw)) },
    ], told.reads)),
  ],
};

function stored(one, uid) {
  const whole = h("div", { class: "value" }, shown(one.value, `${one.entry} ${one.raw}`));
  if (one.ofUid === null) return whole;
  return h("div", { class: "value" }, `uid ${uid}: `, shown(one.ofUid, `own ${one.raw}`), folded(`column ${one.raw}`, "Every uid", whole));
}

function epoch(told) {
  if (!told) return h("p", { class: "quiet" }, "What the last epoch had read is no longer kept, or none has run yet: the states of the last 256 blocks are kept.");
  return [
    h("p", { class: "quiet" }, "Worked out again from what it read in block ", blockLink(told.block), "."),
    h("ul", {}, told.sentences.map((one) => h("li", {}, one))),
    table("The parts", told.columns.map((title, at) => ({ title, cell: (row) => row[at] })), told.rows, { empty: "There are no parts." }),
  ];
}
