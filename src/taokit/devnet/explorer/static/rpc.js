// JSON-RPC over the websocket that every client uses, and the page's own JSON.

const DEADLINE_MS = 120_000;
const RETRY_MS = [250, 500, 1000, 2000, 4000];

export class Rpc {
  constructor({ onHead, onState }) {
    this.onHead = onHead;
    this.onState = onState;
    this.waiting = new Map();
    this.next = 1;
    this.tries = 0;
    this.connect();
  }

  connect() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    this.socket = new WebSocket(`${scheme}://${location.host}/`);
    this.socket.onopen = () => this.opened();
    this.socket.onmessage = (message) => this.received(JSON.parse(message.data));
    this.socket.onclose = () => this.closed();
  }

  async opened() {
    this.tries = 0;
    this.onState(true);
    try {
      await this.call("chain_subscribeNewHeads");
    } catch {
      this.socket.close();
    }
  }

  received(message) {
    if (message.method === "chain_newHead") return this.onHead(Number(message.params.result.number));
    const asked = this.waiting.get(message.id);
    if (!asked) return;
    this.waiting.delete(message.id);
    clearTimeout(asked.timer);
    if (message.error) asked.reject(new Error([message.error.message, message.error.data].filter(Boolean).join(": ")));
    else asked.resolve(message.result);
  }

  closed() {
    for (const asked of this.waiting.values()) {
      clearTimeout(asked.timer);
      asked.reject(new Error("the connection was closed before the answer came"));
    }
    this.waiting.clear();
    this.onState(false);
    setTimeout(() => this.connect(), RETRY_MS[Math.min(this.tries++, RETRY_MS.length - 1)]);
  }

  call(method, ...params) {
    return new Promise((resolve, reject) => {
      if (this.socket.readyState !== WebSocket.OPEN) return reject(new Error("not connected"));
      const id = this.next++;
      const timer = setTimeout(() => {
        this.waiting.delete(id);
        reject(new Error(`no answer to ${method} in ${DEADLINE_MS / 1000} s`));
      }, DEADLINE_MS);
      this.waiting.set(id, { resolve, reject, timer });
      this.socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    });
  }
}

// The text of an answer and the answer; two that are alike need not be shown twice.
export async function ask(name, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined);
  const response = await fetch(`/explorer/api/${name}?${new URLSearchParams(given)}`, {
    signal: AbortSignal.timeout(DEADLINE_MS),
  });
  const told = await response.json().catch(() => ({ error: `the server answered ${response.status}` }));
  if (!response.ok) throw new Error(told.error);
  return told;
}
