import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { unstable_readConfig as readConfig } from "wrangler";

import { Refused, deploy } from "./deployment.mjs";

const shipped = readConfig({
  config: join(dirname(fileURLToPath(import.meta.url)), "../wrangler.toml"),
});
const config = {
  ...shipped,
  routes: [{ pattern: "pay.shop.test", custom_domain: true }],
  vars: {
    ...shipped.vars,
    SHOP_NAME: "Lamps",
    BASE_URL: "https://pay.shop.test",
    SUPPORT_EMAIL: "help@shop.test",
    STAFF_EMAIL: "staff@shop.test",
    MAIL_FROM: "Lamps <orders@shop.test>",
    ACCESS_TEAM_BASE: "https://lamps.cloudflareaccess.com",
    ACCESS_AUD: "0123456789abcdef".repeat(4),
  },
};
const SECRETS = ["STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "LINK_SECRET"];
// What wrangler prints when all is well.
const GOOD = {
  "secret list": { stdout: JSON.stringify(SECRETS.map((name) => ({ name, type: "secret_text" })), null, 2) },
  "d1 migrations list": { stdout: "✅ No migrations to apply!\n" },
  deploy: { entries: [{ type: "deploy", version: 1, version_id: "8e1f-1" }] },
};
const WELL = { status: 200, report: '{"status":"green"}' };

/** A deployment where some commands answer otherwise; tells what was run and said. */
async function attempt(answers = {}, healths = [WELL], settings = config) {
  const ran = [];
  const told = [];
  let error;
  try {
    await deploy({
      config: settings,
      wrangler: (args) => {
        ran.push(args.join(" "));
        const known = { ...GOOD, ...answers };
        const name = Object.keys(known).find((command) => args.join(" ").startsWith(command));
        return { ok: true, stdout: "", stderr: "", entries: [], ...known[name] };
      },
      health: async () => {
        const next = healths.length > 1 ? healths.shift() : healths[0];
        if (next instanceof Error) throw next;
        return next;
      },
      sleep: async () => told.push("slept"),
      say: (text) => told.push(text),
    });
  } catch (thrown) {
    if (!(thrown instanceof Refused)) throw thrown;
    error = [thrown.message, ...thrown.details].join("\n");
  }
  return { ran, told: told.join("\n"), error };
}

const isChange = (command) => command === "deploy" || command.includes("migrations apply");

test("a deployment checks first, then migrates, then uploads, then asks for its health", async () => {
  const { ran, told, error } = await attempt();
  assert.equal(error, undefined);
  assert.deepEqual(ran, [
    "whoami --json",
    "d1 info edgetill --json",
    "r2 bucket info edgetill-proofs --json",
    "secret list --format json",
    "d1 migrations apply DB --remote",
    "d1 migrations list DB --remote",
    "deploy",
  ]);
  assert.match(told, /version 8e1f-1 is deployed.*rollback/);
  assert.match(told, /the shop is up/);
});

test("whatever a check finds, nothing is changed and the sentence says what to do", async () => {
  const failed = (stderr) => ({ ok: false, stderr });
  const cases = [
    [{ whoami: failed("") }, /npx wrangler login/],
    [{ "d1 info": failed("✘ [ERROR] Couldn't find DB with name 'edgetill'") }, /npx wrangler d1 create edgetill/],
    [{ "d1 info": failed("More than one account available") }, /More than one account available/],
    [{ "r2 bucket info": failed("Please enable R2") }, /r2 bucket create edgetill-proofs[^]*Please enable R2/],
    [{ "secret list": failed('Worker "edgetill" not found.') }, /npx wrangler secret put STRIPE_SECRET_KEY[^]*LINK_SECRET/],
    [{ "secret list": failed("A request to the Cloudflare API failed.") }, /cannot be listed[^]*API failed/],
    [{ "secret list": { stdout: "[]" } }, /secrets are missing/],
  ];
  for (const [answers, sentence] of cases) {
    const { ran, error } = await attempt(answers);
    assert.match(error, sentence);
    assert.ok(!ran.some(isChange), error);
  }
  const { ran, error } = await attempt({}, [WELL], shipped);
  assert.match(error, /SHOP_NAME/);
  assert.deepEqual(ran, []);
});

test("a new Worker has no secrets, which is no error of the list", async () => {
  const { error } = await attempt({ "secret list": { ok: false, stdout: 'Worker "edgetill" not found.' } });
  assert.match(error, /secrets are missing/);
});

test("with PayPal alone Stripe's secrets may be missing, but not one of them", async () => {
  const paypal = {
    ...config,
    vars: { ...config.vars, PAYPAL_CLIENT_ID: "AbC-1", PAYPAL_WEBHOOK_ID: "0123456789ABCDEFG" },
  };
  const having = (...names) => ({
    "secret list": { stdout: JSON.stringify(["LINK_SECRET", "PAYPAL_SECRET", ...names].map((name) => ({ name }))) },
  });
  assert.equal((await attempt(having(), [WELL], paypal)).error, undefined);
  const { ran, error } = await attempt(having("STRIPE_SECRET_KEY"), [WELL], paypal);
  assert.match(error, /npx wrangler secret put STRIPE_WEBHOOK_SECRET/);
  assert.match(error, /Stripe's two secrets go together[^]*npx wrangler secret delete STRIPE_SECRET_KEY/);
  assert.ok(!ran.some(isChange), error);
});

test("a shop without mail is deployed, and warned of before anything is changed", async () => {
  const { ran, told, error } = await attempt();
  assert.equal(error, undefined);
  assert.ok(ran.includes("deploy"));
  assert.match(told, /^warning: MAIL_SENDER is none[^]*applying the migrations/);
  const sending = { ...config, send_email: [{ name: "EMAIL" }], vars: { ...config.vars, MAIL_SENDER: "cloudflare" } };
  const quiet = await attempt({}, [WELL], sending);
  assert.equal(quiet.error, undefined);
  assert.doesNotMatch(quiet.told, /warning/);
});

test("nothing is uploaded on a schema that is not the newest", async () => {
  for (const list of [{ stdout: "Migrations to be applied:\n0002_more.sql" }, { ok: false, stderr: "no network" }]) {
    const { ran, error } = await attempt({ "d1 migrations list": list });
    assert.match(error, /not at the newest schema/);
    assert.ok(!ran.includes("deploy"));
  }
  const { ran, error } = await attempt({ "d1 migrations apply": { ok: false } });
  assert.match(error, /migrations apply DB --remote` failed/);
  assert.ok(!ran.includes("deploy"));
});

test("an upload that was called off at wrangler's question is not taken for one", async () => {
  for (const entries of [[], [{ type: "deploy", version: 1, version_id: null }]]) {
    const { told, error } = await attempt({ deploy: { entries } });
    assert.match(error, /nothing was uploaded/);
    assert.doesNotMatch(told, /asking the Worker/);
  }
});

test("a new domain is waited for, a Worker that cannot sell is not", async () => {
  const unknown = Object.assign(new Error("fetch failed"), { cause: { code: "ENOTFOUND" } });
  const later = await attempt({}, [unknown, { status: 522, report: "<html>" }, WELL]);
  assert.equal(later.error, undefined);
  assert.equal(later.told.match(/slept/g).length, 2);
  assert.match(later.told, /ENOTFOUND/);

  const never = await attempt({}, [unknown]);
  assert.match(never.error, /cannot be reached/);

  const closed = { status: 503, report: '{"doors":{"orders":false,"stripe":true},"cron":{"alive":true}}' };
  const broken = await attempt({}, [closed]);
  assert.match(broken.error, /cannot sell yet/);
  assert.doesNotMatch(broken.told, /slept/);
});
