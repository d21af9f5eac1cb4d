// What a deployment needs and what its health means: pure checks, tested in settings.test.mjs.
//
// The Worker repeats the important ones at run time: a missing or example secret closes its door and
// shows on /healthz.

/** Sentences about the variables and bindings of wrangler.toml; none when all is well. */
export function problemsOfConfig(config) {
  const { vars } = config;
  const problems = [];
  const expect = (holds, problem) => holds || problems.push(problem);
  const oneOf = (name, ...values) =>
    expect(values.includes(vars[name]), `${name} must be one of ${values.join(", ")}.`);

  for (const [name, value] of Object.entries(vars)) {
    expect(!/example/i.test(value), `${name} is still the example "${value}".`);
  }
  for (const name of ["SHOP_NAME", "SUPPORT_EMAIL", "STAFF_EMAIL"]) {
    expect(vars[name], `${name} is empty.`);
  }
  oneOf("MODE", "test", "live");
  oneOf("TAX_MODE", "exclusive", "inclusive");
  oneOf("MAIL_SENDER", "resend", "cloudflare", "none");
  const hours = Number(vars.ORDER_LIFETIME_HOURS);
  expect(
    Number.isInteger(hours) && hours >= 1 && hours <= 720,
    "ORDER_LIFETIME_HOURS must be a whole number from 1 to 720.",
  );
  const percent = Number(vars.TRANSFER_SHORTFALL_PERCENT ?? 0);
  expect(
    Number.isInteger(percent) && percent >= 0 && percent <= 10,
    "TRANSFER_SHORTFALL_PERCENT must be a whole number from 0 to 10.",
  );
  const days = Number(vars.PROOF_RETENTION_DAYS ?? 90);
  expect(
    Number.isInteger(days) && days >= 1 && days <= 3650,
    "PROOF_RETENTION_DAYS must be a whole number from 1 to 3650.",
  );
  const amounts = (vars.TWO_APPROVERS_FROM ?? "").split(",").filter((part) => part.trim() !== "");
  expect(
    amounts.every((part) => /^[A-Z]{3} [0-9]+$/.test(part.trim())),
    "TWO_APPROVERS_FROM must be like EUR 500000, JPY 800000.",
  );
  for (const name of ["BASE_URL", "STRIPE_BASE", "MAIL_BASE", "RELEASE_URL"]) {
    const optional = name === "RELEASE_URL" && !vars[name];
    expect(optional || isAddress(vars[name]), `${name} must begin with https:// and have no slash at the end.`);
  }
  expect(isAddress(vars.ACCESS_TEAM_BASE), "ACCESS_TEAM_BASE is not the address of a team, https://….cloudflareaccess.com.");
  expect(/^[0-9a-f]{64}$/.test(vars.ACCESS_AUD), "ACCESS_AUD is not the audience tag of an application: 64 hexadecimal digits.");
  for (const origin of (vars.ALLOWED_ORIGINS ?? "").split(",")) {
    if (origin.trim() === "") continue;
    const exact = URL.canParse(origin) && new URL(origin).origin === origin.trim();
    expect(exact, `ALLOWED_ORIGINS has "${origin}", which is not an origin such as https://shop.test.`);
  }
  if (vars.PAYPAL_CLIENT_ID) {
    expect(/^[A-Z0-9]{17}$/.test(vars.PAYPAL_WEBHOOK_ID), "PAYPAL_WEBHOOK_ID is not the id of a webhook.");
  }
  if (vars.MAIL_SENDER !== "none") {
    expect(/\S+@\S+/.test(vars.MAIL_FROM), "MAIL_FROM is not an address.");
  }
  if (vars.MAIL_SENDER === "cloudflare") {
    const bound = (config.send_email ?? []).some(({ name }) => name === "EMAIL");
    expect(bound, 'MAIL_SENDER is "cloudflare" and there is no send_email binding EMAIL.');
  }
  const routes = [config.route, ...(config.routes ?? [])].filter(Boolean);
  const reachable = config.workers_dev || routes.length > 0;
  expect(reachable, "no `routes` are set, so nobody could reach the shop.");
  if (reachable && isAddress(vars.BASE_URL)) {
    const { hostname } = new URL(vars.BASE_URL);
    const routed =
      (config.workers_dev && hostname.endsWith(".workers.dev")) ||
      routes.some((route) => leadsTo(route, hostname));
    expect(routed, `no route of wrangler.toml leads to ${hostname}, the host of BASE_URL.`);
  }
  return problems;
}

/** Sentences about what keeps nothing from being deployed and should have been meant. */
export function warningsOfConfig({ vars }) {
  if (vars.MAIL_SENDER !== "none") return [];
  return [
    "MAIL_SENDER is none: mails wait, buyers are mailed no link to their order and staff no alerts, " +
      "and coupons cannot be used.",
  ];
}

/** They go together; a shop with PayPal can do without both. */
export const STRIPE_SECRETS = ["STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"];

/** The secrets that this configuration cannot do without and that are not among those present. */
export function secretsMissing({ vars }, present) {
  const needed = [];
  const usesStripe = STRIPE_SECRETS.some((name) => present.includes(name));
  if (usesStripe || !vars.PAYPAL_CLIENT_ID) needed.push(...STRIPE_SECRETS);
  needed.push("LINK_SECRET");
  if (vars.PAYPAL_CLIENT_ID) needed.push("PAYPAL_SECRET");
  if (vars.MAIL_SENDER === "resend") needed.push("MAIL_API_KEY");
  if (vars.RELEASE_URL) needed.push("RELEASE_SECRET");
  return needed.filter((name) => !present.includes(name));
}

/** What `/healthz` of a Worker that was just deployed means; `final` says that waiting changes nothing. */
export function verdictOfHealth(status, report) {
  if (status === 200) return { ok: true, reason: "the shop is up." };
  let health;
  try {
    health = JSON.parse(report);
  } catch {
    return { ok: false, reason: `/healthz answered ${status}, and not from this Worker.` };
  }
  const paid = health.doors?.stripe || health.doors?.paypal;
  if (health.doors?.orders && paid && health.cron?.alive === false) {
    return { ok: true, reason: "the shop is up; its cron begins within 15 minutes of a first deployment." };
  }
  return { ok: false, final: true, reason: "the shop is deployed and cannot sell yet: see the report above." };
}

/** Whether a route takes requests to the host over HTTPS. `*` at its beginning stands for any beginning. */
function leadsTo(route, hostname) {
  const pattern = (typeof route === "string" ? route : route.pattern).toLowerCase();
  const [host] = pattern.replace(/^https:\/\//, "").split("/");
  return host.startsWith("*") ? hostname.endsWith(host.slice(1)) : hostname === host;
}

function isAddress(text) {
  return URL.canParse(text) && text.startsWith("https://") && !text.endsWith("/");
}
