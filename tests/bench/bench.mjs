// Prints the table of budgets: sizes and CPU from the shipped wasm on workerd, round trips and rows
// as the database counts them. Nothing is asserted: machines are shared and noisy.
//
//   SALES=200       how many sales are measured
//   BASE_PORT=9410  the first of four ports on 127.0.0.1
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";

const root = resolve(import.meta.dirname, "../..");
const sales = Number(process.env.SALES ?? 200);
const base = Number(process.env.BASE_PORT ?? 9410);
const state = join(root, "target/bench");
const bin = join(root, "node_modules/.bin");
const env = { ...process.env, PATH: `${bin}:${process.env.PATH}`, WRANGLER_SEND_METRICS: "false", CI: "true" };
const SAMPLES = 10;
const parts = [];
process.on("exit", () => parts.forEach((part) => kill(part)));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

rmSync(state, { recursive: true, force: true });
mkdirSync(state, { recursive: true });
const traceJson = execFileSync("cargo", ["run", "-q", "--locked", "-p", "edgetill-tests", "--bin", "trace", "--", String(sales)], {
  cwd: root,
  maxBuffer: 1 << 30,
});
const trace = JSON.parse(traceJson);

const shop = await startShop();
const bare = await startBare();
console.log(`\nEdgetill's budgets, measured over ${sales} sales\n`);
sizes();
await cpu();
rows();
process.exit(0);

// --- Sizes ----------------------------------------------------------------------------------------

function sizes() {
  const gzip = (file) => gzipSync(readFileSync(join(root, "build", file)), { level: 9 }).length / 1000;
  const wasm = gzip("index_bg.wasm");
  const js = gzip("index.js");
  line("wasm + JavaScript, gzip", `${(wasm + js).toFixed(1)} KB (${wasm.toFixed(1)} + ${js.toFixed(1)})`, "≤ 400 KB");
}

// --- CPU ------------------------------------------------------------------------------------------

/** Runs each kind of request on the product and on the bare Worker and compares workerd's CPU. */
async function cpu() {
  const orders = [];
  const json = { "content-type": "application/json" };
  const cart = { items: [{ product: "site-backup", period_months: 12, quantity: 1 }], currency: "EUR" };
  const billing = { name: "Ada Lovelace", line1: "Musterstr. 1", city: "Berlin", postal_code: "10115", country: "DE" };
  const auth = (order) => ({ authorization: `Bearer ${order.token}` });
  const kinds = {
    "GET /v1/products": () => call("/v1/products"),
    "POST /v1/quotes": () => call("/v1/quotes", { headers: json, body: { ...cart, country: "DE" } }),
    "POST /v1/orders": async (index) => {
      const customer = { name: "Ada Lovelace", email: `buyer-${index}@example.com` };
      const headers = { ...json, "idempotency-key": `bench-order-${String(index).padStart(12, "0")}` };
      const made = await call("/v1/orders", { headers, body: { ...cart, customer, billing } });
      orders[index] = { number: made.order_number, token: made.token };
    },
    "POST …/payments": async (index) => {
      const order = orders[index];
      const headers = { ...json, ...auth(order), "idempotency-key": `bench-payment-${order.number}` };
      const made = await call(`/v1/orders/${order.number}/payments`, { headers, body: { method: "stripe" } });
      order.session = made.payment.redirect_url.split("/").at(-1);
    },
    "POST /webhooks/stripe": (index) => call("/webhooks/stripe", orders[index].delivery),
    "GET /v1/orders/{number}": (index) => call(`/v1/orders/${orders[index].number}`, { headers: auth(orders[index]) }),
    "GET /orders/{number}": (index) => call(`/orders/${orders[index].number}`, { headers: auth(orders[index]) }),
  };
  await sandbox("/control/webhooks", { mode: "lost" });
  const table = [];
  for (const [kind, request] of Object.entries(kinds)) {
    if (kind === "POST /webhooks/stripe") for (const order of orders) await pay(order);
    const ours = await measure(shop.pids, request);
    await settled();
    const batches = trace[kind];
    const theirs = await measure(bare.pids, (index) => callBare(batches[index]));
    table.push([kind, ours, theirs]);
  }
  console.log("\nCPU per request, workerd's own, median of samples, in ms");
  console.log("  beyond the bare Worker: budget ≤ 1 ms\n");
  for (const [kind, ours, theirs] of table) {
    line(kind, `${(ours - theirs).toFixed(2)}`, `(${ours.toFixed(2)} against ${theirs.toFixed(2)}, ratio ${(ours / theirs).toFixed(2)})`);
  }
}

/** The median over samples of the CPU per request, in milliseconds. */
async function measure(pids, request) {
  const each = Math.floor(sales / SAMPLES);
  const samples = [];
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    const before = cpuMs(pids);
    for (let i = 0; i < each; i += 1) await request(sample * each + i);
    await settled();
    samples.push((cpuMs(pids) - before) / each);
  }
  return median(samples);
}

/** Work after the reply belongs to the request. */
const settled = () => sleep(150);

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

/** CPU that all threads of these processes have used, in milliseconds. */
function cpuMs(pids) {
  let ns = 0;
  for (const pid of pids) {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      ns += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]);
    }
  }
  return ns / 1e6;
}

/** The buyer pays; the event is kept here, to be delivered when it is measured. */
async function pay(order) {
  await sandbox("/control/act", { action: "pay", id: order.session });
  const session = await (await fetch(`${shop.sandbox}/stripe/v1/checkout/sessions/${order.session}`, {
    headers: { authorization: "Bearer sk_test_sandbox" },
  })).json();
  const event = {
    id: `evt_bench_${order.number}`, object: "event", api_version: "2026-10-28.endive",
    created: Math.floor(Date.now() / 1000), data: { object: session }, livemode: false,
    pending_webhooks: 1, request: null, type: "checkout.session.completed",
  };
  const body = JSON.stringify(event, null, 2);
  const { signature } = await sandbox("/control/sign", { body, sent: Math.floor(Date.now() / 1000) });
  order.delivery = { headers: { "stripe-signature": signature, "content-type": "application/json" }, body };
}

// --- Rows -----------------------------------------------------------------------------------------

/** What the database counted, from the product's own log: one line per request. */
function rows() {
  console.log("\nThe database, per request, as D1 counts\n");
  const routes = new Map();
  for (const { route, database } of shop.lines) {
    if (!route) continue;
    routes.set(route, [...(routes.get(route) ?? []), database]);
  }
  for (const [route, counts] of routes) {
    const most = (name) => Math.max(...counts.map((count) => count[name]));
    line(route, `${most("round_trips")} round trips`, `${most("read")} rows read, ${most("written")} written`);
  }
  console.log("\n  budget: reads ≤ 1 round trip, writes ≤ 2 (beginning a payment: 3, see ARCHITECTURE.md)\n");
  const written = [...routes.entries()]
    .filter(([route]) => ["CreateOrder", "CreatePayment", "StripeWebhook"].includes(route))
    .map(([, counts]) => median(counts.map((count) => count.written)));
  // Marking a message sent is a row and its index entry; a sale has three.
  const sent = shop.lines.filter((entry) => entry.delivered).map((entry) => entry.database.written);
  const total = written.reduce((sum, rows) => sum + rows, 0);
  line("one sale: rows written", `${total} + messages marked sent`, "≤ 40, aim 30");
  if (sent.length) line("", `${median(sent)} per delivery`, "");
}

// --- Parts ----------------------------------------------------------------------------------------

async function startShop() {
  const at = `http://127.0.0.1:${base}`;
  const lines = [];
  const started = start("node", [join(root, "scripts/dev.mjs")], {
    PORT: String(base), SANDBOX_PORT: String(base + 1), CRON_SECONDS: "0", STATE_DIR: join(state, "shop"),
  }, (text) => {
    const json = text.match(/\{.*\}$/);
    if (json) try { lines.push(JSON.parse(json[0])); } catch { /* not one of ours */ }
  });
  await started.until(/^ready /);
  return { at, sandbox: `http://127.0.0.1:${base + 1}`, lines, pids: workerds(started.pid) };
}

async function startBare() {
  const at = `http://127.0.0.1:${base + 2}`;
  const config = join(root, "tests/bench/bare/wrangler.toml");
  const storage = join(state, "bare");
  const local = ["DB", "--local", "--persist-to", storage, "--config", config];
  const quiet = { env, stdio: "ignore" };
  execFileSync(join(bin, "wrangler"), ["d1", "migrations", "apply", ...local], quiet);
  execFileSync(join(bin, "wrangler"), ["d1", "execute", ...local, "--yes", "--file", join(root, "demo/catalogue.sql")], quiet);
  const started = start(join(bin, "wrangler"), [
    "dev", "--local", "--ip", "127.0.0.1", "--port", String(base + 2), "--inspector-port", "0",
    "--persist-to", storage, "--config", config, "--show-interactive-dev-session=false",
  ], {}, () => {});
  await started.until(/Ready on/);
  return { at, pids: workerds(started.pid) };
}

function start(command, args, extra, onLine) {
  const child = spawn(command, args, { cwd: root, env: { ...env, ...extra }, detached: true });
  parts.push(child);
  const waiting = [];
  let rest = "";
  const read = (data) => {
    const texts = (rest + data).split("\n");
    rest = texts.pop();
    for (const text of texts) {
      onLine(text);
      for (const wait of waiting) if (wait.pattern.test(text)) wait.done();
    }
  };
  child.stdout.on("data", read);
  child.stderr.on("data", read);
  const until = (pattern) => new Promise((done, failed) => {
    waiting.push({ pattern, done });
    child.on("exit", () => failed(new Error(`${command} ended before it was ready`)));
    setTimeout(() => failed(new Error(`${command} is not ready after two minutes`)), 120_000).unref();
  });
  return { pid: child.pid, until };
}

function kill(child) {
  try { process.kill(-child.pid, "SIGTERM"); } catch { /* gone already */ }
}

/** The workerd processes below a process. */
function workerds(ancestor) {
  const parents = new Map();
  const names = new Map();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const end = stat.lastIndexOf(")");
      names.set(Number(pid), stat.slice(stat.indexOf("(") + 1, end));
      parents.set(Number(pid), Number(stat.slice(end + 2).split(" ")[1]));
    } catch { /* ended meanwhile */ }
  }
  const below = (pid) => pid === ancestor || (parents.has(pid) && pid > 1 && below(parents.get(pid)));
  return [...names.keys()].filter((pid) => names.get(pid) === "workerd" && below(pid));
}

async function call(path, { headers = {}, body } = {}) {
  const text = typeof body === "object" ? JSON.stringify(body) : body;
  const response = await fetch(shop.at + path, { method: body ? "POST" : "GET", headers, body: text, redirect: "manual" });
  const answer = await response.text();
  if (response.status >= 400) throw new Error(`${path}: ${response.status} ${answer}`);
  return response.headers.get("content-type")?.includes("json") ? JSON.parse(answer) : answer;
}

async function callBare(batches) {
  const response = await fetch(bare.at, { method: "POST", body: JSON.stringify(batches) });
  if (!response.ok) throw new Error(`the bare Worker: ${response.status} ${await response.text()}`);
  await response.text();
}

async function sandbox(path, body) {
  const headers = { "content-type": "application/json" };
  const response = await fetch(shop.sandbox + path, { method: "POST", headers, body: JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
  return text ? JSON.parse(text) : {};
}

function line(name, value, budget) {
  console.log(`  ${name.padEnd(34)} ${value.padEnd(34)} ${budget}`);
}
