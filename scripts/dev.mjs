// Runs the shop on this machine: the Worker on workerd, its local database, the sandbox that stands
// in for Stripe, PayPal and the mailbox, and a ticking cron. What they run has been built before (`make dev`).
//
// Settings, all by environment:
//   PORT=8787              the shop
//   SANDBOX_PORT=8790      the sandbox
//   CRON_SECONDS=60        how often the cron ticks; 0 for never
//   STATE_DIR=.dev         database, files, generated secrets and what the sandbox knows; delete it to
//                          start afresh
//   SANDBOX=start          `external`: something else listens at SANDBOX_PORT already
//   VARS_FILE=.dev.vars    the user's own settings and secrets, if the file exists
//
// A line that begins with "ready" tells that all of it answers. SIGINT, SIGTERM, the end of any part
// and the death of this process stop everything that it has started.
import { execFileSync, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { settingsOf } from "./dev-settings.mjs";
import { WRANGLER_NOISE, without } from "./quiet.mjs";

const HOST = "127.0.0.1";
const READY_MS_MAX = 180_000;
// workerd's stand-in for the platform's cron; it exists on local ports only.
const TICK_PATH = "/cdn-cgi/local/scheduled?cron=*+*+*+*+*";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const settings = readSettings();
const shop = `http://${HOST}:${settings.port}`;
const sandbox = `http://${HOST}:${settings.sandboxPort}`;
const storage = join(settings.state, "state");
const wrangler = join(root, "node_modules/.bin/wrangler");
const env = {
  ...process.env,
  PATH: `${join(root, "node_modules/.bin")}:${process.env.PATH}`,
  // No questions, no metrics, no look-up of a sample location, and no sight of other Workers in
  // development on this machine.
  CI: "true",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_HIDE_BANNER: "true",
  WRANGLER_LOG_PATH: join(settings.state, "logs"),
  WRANGLER_REGISTRY_PATH: join(settings.state, "registry"),
};

const parts = [];
let stopping = false;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => stop(0));

try {
  await main();
} catch (error) {
  fail(error.message);
}

async function main() {
  for (const port of [settings.port, ...(settings.startSandbox ? [settings.sandboxPort] : [])]) {
    if (await taken(port)) {
      throw new Error(`port ${port} is taken: stop what listens there, or set PORT and SANDBOX_PORT.`);
    }
  }
  mkdirSync(settings.state, { recursive: true });
  const variables = writeVariables();
  applySchema();
  if (settings.startSandbox) {
    start("sandbox", sandboxBinary(), [
      ...["--port", String(settings.sandboxPort)],
      ...["--shop-url", shop, "--state", join(settings.state, "sandbox.json")],
    ]);
  }
  start("shop", wrangler, [
    ...["dev", "--local", "--ip", HOST, "--port", String(settings.port), "--inspector-port", "0"],
    ...["--persist-to", storage, "--show-interactive-dev-session=false"],
    ...variables.flatMap((file) => ["--env-file", file]),
  ]);
  await Promise.all([until(`${shop}/healthz`), until(`${sandbox}/`)]);
  if (stopping) return;
  if (settings.cronSeconds > 0) {
    await tick();
    setInterval(tick, settings.cronSeconds * 1000);
  }
  announce();
}

/** Our own addresses, as the last that a start prints. */
function announce() {
  console.log(`ready ${shop}`);
  console.log(`
  shop       ${shop}/
  staff      ${sandbox}/access
  mailbox    ${sandbox}/mail
  sandbox    ${sandbox}/
  cron       ${settings.cronSeconds > 0 ? `every ${settings.cronSeconds} s` : "off"}
  stop with Ctrl-C
`);
}

/** The settings; what is wrong with one is told before there is anything to stop. */
function readSettings() {
  try {
    return settingsOf(process.env, root);
  } catch (error) {
    console.error(`dev: ${error.message}`);
    process.exit(1);
  }
}

/**
 * The files of variables and secrets for `wrangler dev`, later ones win. The first is generated and
 * keeps its secrets between starts; the second is the user's own, and only ever read.
 */
function writeVariables() {
  const file = join(settings.state, "dev.vars");
  const kept = existsSync(file) ? /^LINK_SECRET=(\w+)$/m.exec(readFileSync(file, "utf8")) : null;
  const values = {
    SHOP_NAME: "Demo shop",
    BASE_URL: shop,
    SUPPORT_EMAIL: "support@shop.test",
    STAFF_EMAIL: "staff@shop.test",
    MAIL_FROM: "Demo shop <orders@shop.test>",
    MODE: "test",
    STRIPE_BASE: `${sandbox}/stripe`,
    CHECKOUT_ORIGIN: sandbox,
    PAYPAL_BASE: `${sandbox}/paypal`,
    PAYPAL_CHECKOUT_ORIGIN: `${sandbox}/paypal`,
    // The sandbox's own authority, on one line.
    PAYPAL_CA_PEM: pem("root") + pem("intermediate"),
    ACCESS_TEAM_BASE: `${sandbox}/access`,
    MAIL_SENDER: "resend",
    MAIL_BASE: `${sandbox}/resend`,
    RELEASE_URL: `${sandbox}/production/releases`,
    LINK_SECRET: kept ? kept[1] : randomBytes(32).toString("hex"),
    // What the sandbox believes: `SandboxConfig::local`.
    STRIPE_SECRET_KEY: "sk_test_sandbox",
    STRIPE_WEBHOOK_SECRET: "whsec_sandbox_stripe_webhook_local_only",
    PAYPAL_CLIENT_ID: "sandbox-paypal-client",
    PAYPAL_SECRET: "sandbox-paypal-secret-local-only",
    PAYPAL_WEBHOOK_ID: "SANDBOX0WEBHOOK01",
    ACCESS_AUD: "5a4db0010ed9e7115a4db0010ed9e7115a4db0010ed9e7115a4db0010ed9e711",
    MAIL_API_KEY: "re_sandbox",
    RELEASE_SECRET: "whsec_c2FuZGJveC1yZWxlYXNlLXNlY3JldC1sb2NhbA==",
  };
  const lines = Object.entries(values).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(file, `# Generated by scripts/dev.mjs at each start.\n${lines.join("")}`);
  return [file, settings.vars].filter((path) => existsSync(path));
}

/** A certificate of the sandbox without line ends. */
function pem(name) {
  const file = join(root, "tests/sandbox/certs", `${name}.pem`);
  return readFileSync(file, "utf8").replaceAll("\n", " ");
}

/** Brings the local database to the newest schema and loads the demo; skipped when nothing changed. */
function applySchema() {
  const migrations = join(root, "migrations");
  const demo = ["catalogue", "bank_accounts", "staff"].map((name) => join(root, `demo/${name}.sql`));
  const files = readdirSync(migrations).sort().map((name) => join(migrations, name));
  files.push(...demo);
  const digest = createHash("sha256");
  for (const file of files) digest.update(readFileSync(file));
  const fingerprint = digest.digest("hex");
  const stamp = join(settings.state, "applied");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === fingerprint) return;

  const local = ["DB", "--local", "--persist-to", storage];
  console.log("dev: applying the migrations");
  once("d1", "migrations", "apply", ...local);
  console.log("dev: loading the demo");
  for (const file of demo) once("d1", "execute", ...local, "--file", file, "--yes");
  writeFileSync(stamp, fingerprint);
}

/** Runs wrangler to its end; its output is shown only when it fails. */
function once(...args) {
  try {
    execFileSync(wrangler, args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    throw new Error(`wrangler ${args.join(" ")} failed:\n${error.stdout}${error.stderr}`);
  }
}

/** Starts a part on a leash (see leash.mjs); when it ends, everything ends. */
function start(name, command, args) {
  const leash = join(root, "scripts/leash.mjs");
  const part = spawn(process.execPath, [leash, command, ...args], {
    cwd: root,
    env,
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
  });
  parts.push(part);
  for (const stream of [part.stdout, part.stderr]) {
    const isNews = without(WRANGLER_NOISE);
    createInterface(stream).on("line", (line) => {
      if (line && isNews(line)) console.log(`[${name}] ${line}`);
    });
  }
  part.on("exit", (code, signal) => {
    if (!stopping) fail(`the ${name} ended by itself with ${signal ?? `exit code ${code}`}.`);
  });
}

async function tick() {
  try {
    const answer = await fetch(`${shop}${TICK_PATH}`, { signal: AbortSignal.timeout(30_000) });
    if (!answer.ok) console.log(`[cron] answered ${answer.status}`);
    await answer.body?.cancel();
  } catch (error) {
    if (!stopping) console.log(`[cron] ${error.message}`);
  }
}

/** Waits until a part answers a request with anything at all. */
async function until(url) {
  const end = Date.now() + READY_MS_MAX;
  while (!stopping) {
    try {
      const left = Math.max(1, end - Date.now());
      const answer = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(left) });
      await answer.body?.cancel();
      return;
    } catch (error) {
      if (Date.now() >= end) throw new Error(`${url} does not answer (${error.message}).`);
      await sleep(50);
    }
  }
}

/** Whether something listens at a port of this machine. */
function taken(port) {
  return new Promise((done) => {
    const socket = connect(port, HOST);
    socket.once("error", () => done(false));
    socket.once("connect", () => {
      socket.destroy();
      done(true);
    });
  });
}

function sandboxBinary() {
  const target = process.env.CARGO_TARGET_DIR || join(root, "target");
  return join(target, "debug/edgetill-sandbox");
}

function fail(reason) {
  console.error(`dev: ${reason}`);
  stop(1);
}

/** Lets go of every leash and leaves when the parts have gone. */
function stop(code) {
  if (stopping) return;
  stopping = true;
  process.exitCode = code;
  const gone = parts.map((part) => new Promise((done) => {
    if (part.exitCode !== null || part.signalCode !== null) return done();
    part.once("exit", done);
    part.stdin.end();
  }));
  Promise.all(gone).then(() => process.exit(code));
}
