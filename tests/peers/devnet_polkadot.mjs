// polkadot.js 16.5 at a devnet: what it reads, submits and is told. Arguments: where the packages lie, and the
// devnet's address.
import { createRequire } from "node:module";
import { join } from "node:path";

const [home, url] = process.argv.slice(2);
const require = createRequire(join(home, "package.json"));
const { ApiPromise, Keyring, WsProvider } = require("@polkadot/api");
const TAO = 1_000_000_000n;
const known = [];
let numbers = 0;

const step = (name, run) => known.push([name, run]);

function say(name, problem = "") {
  process.stdout.write(JSON.stringify({ step: name, problem: problem.slice(0, 600) }) + "\n");
}

function equal(found, wanted) {
  const [one, other] = [found, wanted].map((value) => JSON.stringify(value, (_, v) => (typeof v === "bigint" ? `${v}` : v)));
  if (one !== other) throw new Error(`${one}, not ${other}`);
}

function isTrue(found, why) {
  if (!found) throw new Error(why);
}

/** What the devnet answers to one of its own methods. */
async function control(method, ...params) {
  const body = JSON.stringify({ jsonrpc: "2.0", id: ++numbers, method, params });
  const headers = { "Content-Type": "application/json" };
  const answer = await (await fetch(url.replace("ws://", "http://"), { method: "POST", headers, body })).json();
  if (answer.error) throw new Error(JSON.stringify(answer.error));
  return answer.result;
}

/** A promise that gives up after some seconds. */
function within(seconds, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing within ${seconds} s`)), seconds * 1000);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Sign and send; every status on the way, and the last result. */
function sent(call, signer) {
  return within(30, new Promise((resolve, reject) => {
    const statuses = [];
    call
      .signAndSend(signer, (result) => {
        statuses.push(result.status.type);
        if (result.status.isFinalized) resolve({ statuses, result });
        if (result.isError) reject(new Error(statuses.join()));
      })
      .catch(reject);
  }));
}

async function free(api, address) {
  return (await api.query.system.account(address)).data.free.toBigInt();
}

step("connect", async ({ api }) => {
  equal(api.runtimeChain.toString(), "taokit devnet");
  equal(api.runtimeVersion.specVersion.toNumber(), 425);
  equal(api.registry.chainDecimals, [9]);
});

step("balance", async ({ api, alice }) => {
  const derived = await api.derive.balances.account(alice.address);
  const all = await api.derive.balances.all(alice.address);
  equal(derived.freeBalance.toBigInt(), await free(api, alice.address));
  isTrue(all.transferable.toBigInt() > 900_000n * TAO, "too little");
  equal(api.consts.balances.existentialDeposit.toBigInt(), 500n);
});

step("transfer", async ({ api, alice, bob }) => {
  const before = [await free(api, alice.address), await free(api, bob.address)];
  const call = api.tx.balances.transferKeepAlive(bob.address, TAO);
  const planned = (await call.paymentInfo(alice)).partialFee.toBigInt();
  const { statuses, result } = await sent(call, alice);
  equal([statuses[0], statuses.at(-1)], ["Ready", "Finalized"]); // it leaves out what is overtaken by the next one
  equal(result.dispatchError, undefined);
  equal((await free(api, bob.address)) - before[1], TAO);
  const fee = before[0] - (await free(api, alice.address)) - TAO;
  isTrue(fee - planned <= 2n && planned - fee <= 2n, `another fee: ${fee} ${planned}`);
});

step("refusals", async ({ api, alice, bob }) => {
  const { result } = await sent(api.tx.subtensorModule.startCall(1), alice);
  isTrue(result.dispatchError?.isBadOrigin, "another error");
  const unregistered = await sent(api.tx.subtensorModule.setWeights(1, [0], [1], 0), bob).catch((error) => error);
  isTrue(unregistered instanceof Error || unregistered.result.dispatchError, "it was not refused");
  const nonce = (await api.rpc.system.accountNextIndex(alice.address)).toNumber() - 1;
  const spent = await api.tx.balances.transferKeepAlive(bob.address, 1).signAndSend(alice, { nonce }).catch((e) => e);
  isTrue(/1010/.test(`${spent}`), `${spent}`);
});

step("map pages", async ({ api }) => {
  const rows = await api.query.subtensorModule.keys.entries(1);
  equal(rows.map(([key]) => key.args[1].toNumber()).sort((a, b) => a - b), [...Array(12).keys()]);
  const page = await api.query.subtensorModule.keys.entriesPaged({ args: [1], pageSize: 5 });
  equal(page.length, 5);
  equal((await api.query.subtensorModule.tempo.multi([0, 1]))[1].toNumber(), 360);
});

step("events decoded", async ({ api, alice, bob }) => {
  const { result } = await sent(api.tx.balances.transferKeepAlive(bob.address, TAO), alice);
  const names = result.events.map(({ event }) => event.method);
  equal(names, ["Withdraw", "Transfer", "TransactionFeePaid", "ExtrinsicSuccess"]);
  const block = await api.rpc.chain.getBlock(result.status.asFinalized);
  equal(block.block.extrinsics.map((one) => one.method.method), ["set", "transferKeepAlive"]);
  const header = await api.derive.chain.getHeader(result.status.asFinalized);
  equal(header.number.toNumber(), block.block.header.number.toNumber());
});

step("runtime call", async ({ api }) => {
  equal((await api.call.subnetInfoRuntimeApi.getMetagraph(1)).unwrap().numUids.toNumber(), 12);
  equal((await api.call.neuronInfoRuntimeApi.getNeuronsLite(1)).length, 12);
});

step("serve axon", async ({ api, keyring }) => {
  const miner = keyring.addFromUri("//miner/0");
  const { result } = await sent(api.tx.subtensorModule.serveAxon(1, 1, 2130706433, 8091, 4, 4, 0, 0), miner);
  equal(result.dispatchError, undefined);
  equal((await api.query.subtensorModule.axons(1, miner.address)).unwrap().port.toNumber(), 8091);
});

step("batch and sudo", async ({ api, alice, bob }) => {
  const sudo = api.tx.sudo.sudo(api.tx.adminUtils.sudoSetTempo(1, 300));
  const { result } = await sent(api.tx.utility.batchAll([sudo, api.tx.balances.transferKeepAlive(bob.address, TAO)]), alice);
  equal(result.dispatchError, undefined);
  equal((await api.query.subtensorModule.tempo(1)).toNumber(), 300);
});

step("heads", async ({ api }) => {
  const seen = [];
  await within(30, new Promise((resolve, reject) => {
    api.rpc.chain
      .subscribeNewHeads((head) => {
        seen.push(head.number.toNumber());
        if (seen.length === 1) control("dev_newBlock", { count: 2 }).catch(reject);
        if (seen.length === 3) resolve();
      })
      .then((stop) => setTimeout(stop, 1000), reject);
  }));
  equal(seen.map((number) => number - seen[0]), [0, 1, 2]);
});

step("storage told of", async ({ api, bob }) => {
  const seen = [];
  await within(30, new Promise((resolve, reject) => {
    api.query.system
      .account(bob.address, ({ data }) => {
        seen.push(data.free.toBigInt());
        if (seen.length === 1) control("dev_fund", bob.address, 5).catch(reject);
        if (seen.length === 2) resolve();
      })
      .then((stop) => setTimeout(stop, 1000), reject);
  }));
  equal(seen[1] - seen[0], 5n);
});

step("revert", async ({ api, alice, bob }) => {
  const saved = await control("dev_snapshot");
  const before = await free(api, bob.address);
  const abandoned = (await sent(api.tx.balances.transferKeepAlive(bob.address, TAO), alice)).result.status.asFinalized;
  const again = new Promise((resolve) => api.once("connected", resolve));
  await control("dev_revert", saved);
  await within(30, again);
  equal(await free(api, bob.address), before);
  const { result } = await sent(api.tx.balances.transferKeepAlive(bob.address, TAO), alice);
  isTrue(result.status.asFinalized.toHex() !== abandoned.toHex(), "the same hash");
  equal((await free(api, bob.address)) - before, TAO);
});

const api = await ApiPromise.create({ provider: new WsProvider(url), noInitWarn: true, throwOnConnect: true });
const keyring = new Keyring({ type: "sr25519" });
const given = { api, keyring, alice: keyring.addFromUri("//Alice"), bob: keyring.addFromUri("//Bob") };
for (const [name, run] of known) {
  try {
    await run(given);
    say(name);
  } catch (error) {
    say(name, `${error}`);
  }
}
await api.disconnect();
process.exit(0);
