// Prints the table of budgets: sizes and CPU from the shipped wasm on workerd, round trips and rows
// as the database counts them. Nothing is asserted: machines are shared and noisy.
//
//   SALES=200       how many sales are measured
//   BASE_PORT=9410  the first of four ports on 127.0.0.1
import { execFileSync, spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { Miniflare, convertV4MiniflareOptions } from "miniflare";

import { GOOD, addCoupon, caller, coupons } from "./coupons.mjs";
import { queue, uploads } from "./transfers.mjs";

const root = resolve(import.meta.dirname, "../..");
const sales = Number(process.env.SALES ?? 200);
const base = Number(process.env.BASE_PORT ?? 9410);
const SAMPLES = 10;
const parts = [];
process.on("exit", () => parts.forEach((part) => kill(part)));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

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
await uploads({ shop, bare, call, cpuOf, middle, line });
rows();
await coupons({ shop, call, settled, line });
await queue({ database: bare.database, statement: trace.queue, line });
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
  const against = async (kind, ours, budget = 1) => {
    const url = `${shop.sandbox}/style.css`;
    const asked = (index) => trace[kind][index % trace[kind].length];
    const { calls } = asked(0);
    const samples = await inTurns({
      ours,
      batches: cpuOf(bare.pids, (index) => callBare({ ...asked(index), calls: [] })),
      calls: cpuOf(bare.pids, () => callBare({ batches: [], calls, url })),
      nothing: cpuOf(bare.pids, () => callBare({ batches: [], calls: [] })),
    });
    table.push([kind, calls.length, budget, samples]);
  };
  for (const [kind, request] of Object.entries(kinds)) {
    if (kind === "POST /webhooks/stripe") for (const order of orders) await pay(order);
    await against(kind, cpuOf(shop.pids, request));
  }
  await withCoupon(against, { ...cart, country: "DE", coupon: GOOD });
  const approvals = await approvedAtPayPal(json, cart, billing);
  for (const { batches } of trace["before PayPal"]) await callBare({ batches, calls: [] });
  await against("POST /webhooks/paypal", cpuOf(shop.pids, (index) => call("/webhooks/paypal", approvals[index])), 1.5);
  await against("POST /webhooks/paypal, a new key", await withNewKey(), 4);
  await sandbox("/control/paypal/certificate", { certificate: "current" });
  console.log("\nCPU per request, workerd's own, in ms: the median, and the middle half of samples taken in turns");
  console.log("  beyond a bare Worker that runs the same batches and makes as many outside calls\n");
  for (const [kind, calls, budget, samples] of table) {
    const outside = (sample) => (calls ? sample.calls - sample.nothing : 0);
    const [first, beyond, third] = middle(samples.map((s) => s.ours - s.batches - outside(s)));
    const of = (part) => median(samples.map(part)).toFixed(2);
    const out = calls ? `, ${calls} outside calls ${of(outside)}` : "";
    const parts = `of ${of((s) => s.ours)}: batches ${of((s) => s.batches)}${out}`;
    line(kind, `${beyond.toFixed(2)} (${first.toFixed(2)} to ${third.toFixed(2)}) ${parts}`, `≤ ${budget}`);
  }
}

/** Quotes with a coupon; the table of rows has a line of its own for them. */
async function withCoupon(against, body) {
  await addCoupon(shop.database);
  const headers = { "content-type": "application/json" };
  const quote = (index) => call("/v1/quotes", { headers: { ...headers, ...caller(index) }, body });
  const from = shop.lines.length;
  await against("POST /v1/quotes, with a coupon", cpuOf(shop.pids, quote));
  shop.lines.splice(from);
}

/** Orders whose buyers have approved at PayPal, as the deliveries that tell it. */
async function approvedAtPayPal(headers, cart, billing) {
  await sandbox("/control/paypal/webhooks", { mode: "lost" });
  const approvals = [];
  for (let index = 0; index < sales; index += 1) {
    const customer = { name: "Ada Lovelace", email: `paypal-${index}@example.com` };
    const key = `bench-paypal-${String(index).padStart(12, "0")}`;
    const body = { ...cart, customer, billing };
    const made = await call("/v1/orders", { headers: { ...headers, "idempotency-key": key }, body });
    const begun = await call(`/v1/orders/${made.order_number}/payments`, {
      headers: { ...headers, authorization: `Bearer ${made.token}`, "idempotency-key": key },
      body: { method: "paypal" },
    });
    const id = new URL(begun.payment.redirect_url).searchParams.get("token");
    const { events } = await sandbox("/control/paypal/act", { action: "approve", id });
    approvals.push(await paypalEvent(events[0], "CHECKOUT.ORDER.APPROVED", { id, status: "APPROVED" }));
  }
  // Brings the key of the certificate.
  await call("/webhooks/paypal", await paypalEvent("WH-BENCH", "BILLING.PLAN.CREATED", {}));
  return approvals;
}

/** An event of PayPal's, signed. */
async function paypalEvent(id, event_type, resource) {
  const body = JSON.stringify({ id, event_type, resource });
  const { headers } = await sandbox("/control/paypal/sign", { body });
  return { headers: { ...headers, "content-type": "application/json" }, body };
}

/**
 * Measures a delivery whose key is not at hand: under a certificate that says who issued it and was
 * not, which is fetched and checked in full each time, and never kept. A Worker fetches six a minute,
 * so each sample has a Worker of its own.
 */
async function withNewKey() {
  await sandbox("/control/paypal/certificate", { certificate: "forged_issuer" });
  const delivery = await paypalEvent("WH-FORGED", "BILLING.PLAN.CREATED", {});
  const deliver = async (at) => {
    const answer = await fetch(`${at}/webhooks/paypal`, { method: "POST", ...delivery });
    if (answer.status !== 400) throw new Error(`a forged chain: ${answer.status} ${await answer.text()}`);
    await answer.text();
  };
  return async () => {
    const fresh = await startWorker(base + 3, product(), () => {});
    for (let i = 0; i < 50; i += 1) await (await fetch(`${fresh.at}/v1/products`)).text();
    await settled();
    const used = await cpuOf(fresh.pids, () => deliver(fresh.at))(0, 6);
    await fresh.end();
    return used;
  };
}

/** Takes samples of several measurements in turns, so that a noisy moment meets all of them. */
async function inTurns(measurements) {
  const each = Math.floor(sales / SAMPLES);
  const samples = [];
  for (let turn = 0; turn < SAMPLES; turn += 1) {
    const sample = {};
    for (const [name, measure] of Object.entries(measurements)) sample[name] = await measure(turn * each, each);
    samples.push(sample);
  }
  return samples;
}

/** Measures requests from one index on: the CPU of each, in milliseconds. */
function cpuOf(pids, request) {
  return async (from, count) => {
    const before = cpuMs(pids);
    for (let i = 0; i < count; i += 1) await request(from + i);
    await settled();
    return (cpuMs(pids) - before) / count;
  };
}

/** Work after the reply belongs to the request. */
function settled() {
  return sleep(150);
}

function median(values) {
  return middle(values)[1];
}

/** The first quarter, the median and the third quarter. */
function middle(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return [0.25, 0.5, 0.75].map((part) => {
    const place = (sorted.length - 1) * part;
    return (sorted[Math.floor(place)] + sorted[Math.ceil(place)]) / 2;
  });
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
    const trips = median(counts.map((count) => count.round_trips));
    const rarely = most("round_trips") > trips ? `, ${most("round_trips")} at most` : "";
    line(route, `${trips} round trips${rarely}`, `${most("read")} rows read, ${most("written")} written`);
  }
  console.log("\n  budget: reads ≤ 1 round trip, writes ≤ 2, webhooks ≤ 3; beginning a payment 3, a proof 4 (see");
  console.log("  ARCHITECTURE.md); and 2 more when PayPal's token, which lasts for hours, is looked for and renewed\n");
  const sale = ["CreateQuote", "CreateOrder", "CreatePayment", "StripeWebhook", "ReadOrder"];
  const inAll = (what) => sale.reduce((sum, route) => sum + median(routes.get(route).map((count) => count[what])), 0);
  line("one sale: requests", `${sale.length}, of quote, order, payment, webhook and status`, "");
  line("  round trips", `${inAll("round_trips")} + deliveries`, "");
  line("  rows written", `${inAll("written")} + messages marked sent`, "≤ 40, aim 30");
  // Marking a message sent is a row and its index entry; a sale has three.
  const sent = shop.lines.filter((entry) => entry.delivered).map((entry) => entry.database);
  if (sent.length) {
    const each = (what) => median(sent.map((database) => database[what]));
    line("  a delivery", `${each("round_trips")} round trips, ${each("written")} rows written`, "");
  }
}

// --- Parts ----------------------------------------------------------------------------------------

async function startShop() {
  const outside = `http://127.0.0.1:${base + 1}`;
  const program = join(root, "target/debug/edgetill-sandbox");
  start(program, ["--port", String(base + 1), "--shop-url", `http://127.0.0.1:${base}`]);
  await answers(`${outside}/`);
  const lines = [];
  // Without the rate limiter: its local stand-in is a durable object that costs more than most of
  // our routes, and says nothing about the platform's own.
  const started = await startWorker(base, product(), ({ message }) => {
    if (message.startsWith("{")) lines.push(JSON.parse(message));
  });
  return { ...started, sandbox: outside, lines };
}

/** The shipped Worker and its settings. */
function product() {
  const outside = `http://127.0.0.1:${base + 1}`;
  const certificate = (name) => readFileSync(join(root, `tests/sandbox/certs/${name}.pem`), "utf8");
  const modules = [
    { type: "ESModule", path: join(root, "build/index.js") },
    { type: "CompiledWasm", path: join(root, "build/index_bg.wasm") },
  ];
  const bindings = {
    SHOP_NAME: "Bench", BASE_URL: `http://127.0.0.1:${base}`, MODE: "test",
    STRIPE_BASE: `${outside}/stripe`, CHECKOUT_ORIGIN: outside, STRIPE_SECRET_KEY: "sk_test_sandbox",
    STRIPE_WEBHOOK_SECRET: "whsec_sandbox_stripe_webhook_local_only",
    PAYPAL_BASE: `${outside}/paypal`, PAYPAL_CHECKOUT_ORIGIN: `${outside}/paypal`,
    PAYPAL_CLIENT_ID: "sandbox-paypal-client", PAYPAL_SECRET: "sandbox-paypal-secret-local-only",
    PAYPAL_WEBHOOK_ID: "SANDBOX0WEBHOOK01", PAYPAL_CA_PEM: certificate("root") + certificate("intermediate"),
    LINK_SECRET: "5f0c9a7be1d24386b7c0fd3391a2e84d",
    MAIL_SENDER: "resend", MAIL_BASE: `${outside}/resend`, MAIL_FROM: "shop@bench.test",
    MAIL_API_KEY: "re_sandbox", SUPPORT_EMAIL: "help@bench.test", STAFF_EMAIL: "staff@bench.test",
    RELEASE_URL: `${outside}/production/releases`,
    RELEASE_SECRET: "whsec_c2FuZGJveC1yZWxlYXNlLXNlY3JldC1sb2NhbA==",
  };
  return { modules, bindings };
}

function startBare() {
  const modules = [{ type: "ESModule", path: join(root, "tests/bench/bare.mjs") }];
  return startWorker(base + 2, { modules }, () => {});
}

/** A Worker on a workerd of its own, with a database that has the schema and the demo catalogue. */
async function startWorker(port, options, handleStructuredLogs) {
  const miniflare = new Miniflare(convertV4MiniflareOptions({
    host: "127.0.0.1", port, cf: false, compatibilityDate: "2026-11-17",
    compatibilityFlags: ["no_nodejs_compat", "no_nodejs_compat_v2"],
    d1Databases: { DB: `bench-${port}` }, r2Buckets: { PROOFS: `bench-${port}` }, handleStructuredLogs, ...options,
  }));
  const before = new Set(workerds(process.pid));
  await miniflare.ready;
  const database = await miniflare.getD1Database("DB");
  for (const file of ["schema.sql", "demo/catalogue.sql", "demo/bank_accounts.sql"]) {
    await database.prepare(readFileSync(join(root, file), "utf8")).run();
  }
  const pids = workerds(process.pid).filter((pid) => !before.has(pid));
  return { at: `http://127.0.0.1:${port}`, pids, database, end: () => miniflare.dispose() };
}

async function answers(url) {
  for (let tries = 0; tries < 100; tries += 1) {
    try { return await fetch(url); } catch { await sleep(50); }
  }
  throw new Error(`nothing answers at ${url}`);
}

/** Starts a program that ends with this one. */
function start(command, args) {
  parts.push(spawn(command, args, { cwd: root, stdio: "ignore" }));
}

function kill(child) {
  child.kill("SIGTERM");
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
  const response = await fetch(shop.at + path, {
    method: body ? "POST" : "GET",
    headers,
    body: text,
    redirect: "manual",
  });
  const answer = await response.text();
  if (response.status >= 400) throw new Error(`${path}: ${response.status} ${answer}`);
  return response.headers.get("content-type")?.includes("json") ? JSON.parse(answer) : answer;
}

async function callBare(work) {
  const response = await fetch(bare.at, { method: "POST", body: JSON.stringify(work) });
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
