import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { unstable_readConfig as readConfig } from "wrangler";

import { problemsOfConfig, secretsMissing, verdictOfHealth, warningsOfConfig } from "./settings.mjs";

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

test("an address of the shop that no route leads to is told", () => {
  const routed = (pattern, host) => problemsOfConfig(ready({ BASE_URL: `https://${host}` }, { routes: [pattern] }));
  for (const [pattern, host] of [
    [{ pattern: "Pay.shop.test", custom_domain: true }, "pay.shop.test"],
    [{ pattern: "pay.shop.test/*", zone_name: "shop.test" }, "pay.shop.test"],
    ["https://pay.shop.test/*", "pay.shop.test"],
    ["*.shop.test/*", "pay.shop.test"],
    ["*shop.test/*", "shop.test"],
  ]) {
    assert.deepEqual(routed(pattern, host), [], `${JSON.stringify(pattern)} ${host}`);
  }
  for (const [pattern, host] of [
    [{ pattern: "pay.shop.test", custom_domain: true }, "shop.test"],
    ["pay.shop.test/*", "pay.shop.test.evil.test"],
    ["http://pay.shop.test/*", "pay.shop.test"],
    ["*.shop.test/*", "shop.test"],
  ]) {
    assert.deepEqual(routed(pattern, host), [`no route of wrangler.toml leads to ${host}, the host of BASE_URL.`]);
  }
  assert.deepEqual(problemsOfConfig(ready({}, { routes: [], route: "pay.shop.test/*" })), []);

  const platform = { routes: [], workers_dev: true };
  const base = { BASE_URL: "https://edgetill.lamps.workers.dev" };
  assert.deepEqual(problemsOfConfig(ready(base, platform)), []);
  assert.match(problemsOfConfig(ready({}, platform)).join(), /^no route .* leads to pay\.shop\.test,/);
  assert.match(problemsOfConfig(ready(base)).join(), /^no route .* leads to edgetill\.lamps\.workers\.dev,/);
});

test("a shop that sends no mail is warned of what that means, and is no error", () => {
  const [warning, ...others] = warningsOfConfig(ready({ MAIL_SENDER: "none" }));
  assert.match(warning, /MAIL_SENDER is none.*mails wait.*no link to their order.*no alerts.*coupons cannot be used/);
  assert.deepEqual(others, []);
  assert.deepEqual(problemsOfConfig(ready({ MAIL_SENDER: "none" })), []);
  assert.deepEqual(warningsOfConfig(ready({ MAIL_SENDER: "resend" })), []);
});

test("the secrets needed follow from the settings", () => {
  const always = ["STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "LINK_SECRET"];
  const missing = (vars, present = []) => secretsMissing(ready(vars), present);
  assert.deepEqual(missing(), always);
  assert.deepEqual(missing({}, always), []);
  assert.deepEqual(missing({ MAIL_SENDER: "resend" }), [...always, "MAIL_API_KEY"]);
  assert.deepEqual(missing({ RELEASE_URL: "https://production.test/releases" }), [...always, "RELEASE_SECRET"]);
});

test("with PayPal Stripe's two secrets are there together or not at all", () => {
  const missing = (...present) => secretsMissing(ready({ PAYPAL_CLIENT_ID: "AbC-1" }), present);
  assert.deepEqual(missing(), ["LINK_SECRET", "PAYPAL_SECRET"]);
  assert.deepEqual(missing("LINK_SECRET", "PAYPAL_SECRET"), []);
  const both = ["STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"];
  assert.deepEqual(missing("LINK_SECRET", "PAYPAL_SECRET", ...both), []);
  assert.deepEqual(missing("LINK_SECRET", "PAYPAL_SECRET", both[0]), [both[1]]);
  assert.deepEqual(missing("LINK_SECRET", "PAYPAL_SECRET", both[1]), [both[0]]);
});

test("a first deployment is well although its cron has not begun", () => {
  const report = (doors, alive) => JSON.stringify({ doors, cron: { alive } });
  const open = { orders: true, stripe: true, mail: false };
  assert.equal(verdictOfHealth(200, report(open, true)).ok, true);
  assert.equal(verdictOfHealth(503, report(open, false)).ok, true);
  assert.equal(verdictOfHealth(503, report({ ...open, stripe: false }, false)).ok, false);
  assert.equal(verdictOfHealth(503, report({ ...open, stripe: false, paypal: true }, false)).ok, true);
  assert.equal(verdictOfHealth(522, "<html>").ok, false);
  assert.equal(verdictOfHealth(503, "{}").ok, false);
});
