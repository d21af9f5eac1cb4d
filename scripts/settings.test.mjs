import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { unstable_readConfig as readConfig } from "wrangler";

import { problemsOfConfig, secretsNeeded, verdictOfHealth } from "./settings.mjs";

const shipped = readConfig({
  config: join(dirname(fileURLToPath(import.meta.url)), "../wrangler.toml"),
});

function ready(vars = {}, rest = {}) {
  return {
    ...shipped,
    routes: [{ pattern: "pay.shop.test", custom_domain: true }],
    ...rest,
    vars: {
      ...shipped.vars,
      SHOP_NAME: "Lamps",
      BASE_URL: "https://pay.shop.test",
      SUPPORT_EMAIL: "help@shop.test",
      STAFF_EMAIL: "staff@shop.test",
      MAIL_FROM: "Lamps <orders@shop.test>",
      ACCESS_TEAM_BASE: "https://lamps.cloudflareaccess.com",
      ACCESS_AUD: "0123456789abcdef".repeat(4),
      ...vars,
    },
  };
}

test("the shipped example is refused for each value that is still an example", () => {
  const text = problemsOfConfig(shipped).join("\n");
  for (const word of ["SHOP_NAME", "BASE_URL", "SUPPORT_EMAIL", "STAFF_EMAIL", "ACCESS_TEAM_BASE", "ACCESS_AUD", "MAIL_FROM", "routes"]) {
    assert.match(text, new RegExp(word));
  }
});

test("a filled-in configuration has no problems", () => {
  assert.deepEqual(problemsOfConfig(ready()), []);
  assert.deepEqual(problemsOfConfig(ready({ ALLOWED_ORIGINS: "https://a.test, https://b.test" })), []);
});

test("each wrong value is told by name", () => {
  const cases = [
    { MODE: "prod" },
    { TAX_MODE: "" },
    { ORDER_LIFETIME_HOURS: "0" },
    { ORDER_LIFETIME_HOURS: "three" },
    { TRANSFER_SHORTFALL_PERCENT: "11" },
    { PROOF_RETENTION_DAYS: "0" },
    { TWO_APPROVERS_FROM: "EUR 5000.00" },
    { MAIL_SENDER: "smtp" },
    { BASE_URL: "http://pay.shop.test" },
    { BASE_URL: "https://pay.shop.test/" },
    { STRIPE_BASE: "" },
    { RELEASE_URL: "pay.shop.test" },
    { ALLOWED_ORIGINS: "https://a.test/" },
    { ALLOWED_ORIGINS: "*" },
    { STAFF_EMAIL: "" },
    { ACCESS_TEAM_BASE: "" },
    { ACCESS_TEAM_BASE: "http://lumen.cloudflareaccess.com" },
    { ACCESS_AUD: "tag" },
    { MAIL_SENDER: "resend", MAIL_FROM: "nobody" },
    { MAIL_SENDER: "cloudflare" },
    { PAYPAL_CLIENT_ID: "AbC-1", PAYPAL_WEBHOOK_ID: "" },
  ];
  for (const vars of cases) {
    const problems = problemsOfConfig(ready(vars));
    assert.equal(problems.length, 1, JSON.stringify(vars));
    assert.match(problems[0], new RegExp(Object.keys(vars).join("|")), JSON.stringify(vars));
  }
});

test("a sender of the platform needs its binding", () => {
  const config = ready({ MAIL_SENDER: "cloudflare" }, { send_email: [{ name: "EMAIL" }] });
  assert.deepEqual(problemsOfConfig(config), []);
});

test("the secrets needed follow from the settings", () => {
  const always = ["STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "LINK_SECRET"];
  assert.deepEqual(secretsNeeded(ready()), always);
  assert.deepEqual(secretsNeeded(ready({ MAIL_SENDER: "resend" })), [...always, "MAIL_API_KEY"]);
  assert.deepEqual(secretsNeeded(ready({ PAYPAL_CLIENT_ID: "AbC-1" })), [...always, "PAYPAL_SECRET"]);
  const releasing = ready({ RELEASE_URL: "https://production.test/releases" });
  assert.deepEqual(secretsNeeded(releasing), [...always, "RELEASE_SECRET"]);
});

test("a first deployment is well although its cron has not begun", () => {
  const report = (doors, alive) => JSON.stringify({ doors, cron: { alive } });
  const open = { orders: true, stripe: true, mail: false };
  assert.equal(verdictOfHealth(200, report(open, true)).ok, true);
  assert.equal(verdictOfHealth(503, report(open, false)).ok, true);
  assert.equal(verdictOfHealth(503, report({ ...open, stripe: false }, false)).ok, false);
  assert.equal(verdictOfHealth(522, "<html>").ok, false);
  assert.equal(verdictOfHealth(503, "{}").ok, false);
});
