// The order of a deployment: every check first, then the database, then the Worker, then a look at
// its health. Nothing is changed before all checks have passed. The old Worker runs on the new schema
// for some seconds, so a migration may only add.
//
// Knows wrangler's commands and what they print (as of the version in package.json); runs none itself.
import {
  STRIPE_SECRETS,
  problemsOfConfig,
  secretsMissing,
  verdictOfHealth,
  warningsOfConfig,
} from "./settings.mjs";

/** A new domain needs its certificate, which takes some minutes. */
const HEALTH_TRIES = 18;
const HEALTH_PERIOD_MS = 10_000;

/** Why nothing more was done, with what to do about it. */
export class Refused extends Error {
  constructor(headline, details = []) {
    super(headline);
    this.details = details;
  }
}

/**
 * Deploys. `wrangler(args, { quiet })` runs it and tells `{ ok, stdout, stderr, entries }`; `health(base)`
 * asks the Worker and tells `{ status, report }`.
 */
export async function deploy({ config, wrangler, health, sleep, say }) {
  const quietly = (...args) => wrangler(args, { quiet: true });
  const loudly = (...args) => {
    const run = wrangler(args, { quiet: false });
    if (!run.ok) throw new Refused(`\`wrangler ${args.join(" ")}\` failed; see above.`);
    return run;
  };
  const problems = problemsOfConfig(config);
  if (problems.length > 0) throw new Refused("wrangler.toml is not ready:", problems);
  for (const warning of warningsOfConfig(config)) say(`warning: ${warning}`);

  say("checking the account");
  checkAccount(config, quietly);
  checkSecrets(config, quietly);

  const [{ binding }] = config.d1_databases;
  say("applying the migrations");
  loudly("d1", "migrations", "apply", binding, "--remote");
  // Whoever answers its question with "no" makes it end well.
  const pending = quietly("d1", "migrations", "list", binding, "--remote");
  if (!/No migrations to apply/.test(pending.stdout)) {
    throw new Refused("the database is not at the newest schema, so nothing was uploaded.", said(pending));
  }

  say("uploading the Worker");
  const version = loudly("deploy").entries.find(({ type }) => type === "deploy")?.version_id;
  if (!version) throw new Refused("nothing was uploaded.");
  say(`version ${version} is deployed; \`npx wrangler rollback\` goes back to the one before`);

  await checkHealth(config.vars.BASE_URL, { health, sleep, say });
}

function checkAccount(config, quietly) {
  const [database] = config.d1_databases;
  const [bucket] = config.r2_buckets;
  if (!quietly("whoami", "--json").ok) {
    throw new Refused(
      "wrangler has no access to an account: run `npx wrangler login`, or set CLOUDFLARE_API_TOKEN.",
    );
  }
  expect(
    quietly("d1", "info", database.database_name, "--json"),
    `the database cannot be found. If there is none yet, run \`npx wrangler d1 create ${database.database_name}\` ` +
      "(add --location or --jurisdiction to choose where buyers' data is kept).",
  );
  expect(
    quietly("r2", "bucket", "info", bucket.bucket_name, "--json"),
    `the bucket cannot be found. If there is none yet, run \`npx wrangler r2 bucket create ${bucket.bucket_name}\`.`,
  );
}

function checkSecrets(config, quietly) {
  const listed = quietly("secret", "list", "--format", "json");
  // A Worker that does not exist yet has none; the first `secret put` makes it.
  const isNew = !listed.ok && /not found/i.test(listed.stdout + listed.stderr);
  if (!isNew) expect(listed, "the Worker's secrets cannot be listed.");
  const present = isNew ? [] : JSON.parse(listed.stdout).map(({ name }) => name);
  const missing = secretsMissing(config, present);
  if (missing.length === 0) return;
  const details = missing.map((name) => `run \`npx wrangler secret put ${name}\``);
  const half = STRIPE_SECRETS.filter((name) => present.includes(name));
  if (config.vars.PAYPAL_CLIENT_ID && half.length === 1) {
    details.push(
      "Stripe's two secrets go together; to take payments by PayPal alone, " +
        `run \`npx wrangler secret delete ${half[0]}\``,
    );
  }
  throw new Refused("secrets are missing:", details);
}

async function checkHealth(base, { health, sleep, say }) {
  say("asking the Worker how it is");
  for (let tries = 1; ; tries += 1) {
    const answer = await health(base).catch((error) => ({ error }));
    const verdict = answer.error
      ? { ok: false, reason: `${base} cannot be reached (${answer.error.cause?.code ?? answer.error.message}).` }
      : verdictOfHealth(answer.status, answer.report);
    if (verdict.ok || verdict.final || tries === HEALTH_TRIES) {
      if (answer.report) say(answer.report);
      if (!verdict.ok) throw new Refused(verdict.reason);
      return say(verdict.reason);
    }
    say(`${verdict.reason} A new domain takes some minutes; asking again.`);
    await sleep(HEALTH_PERIOD_MS);
  }
}

/** Refuses when a command failed, with what wrangler said: it may be something else than we think. */
function expect(run, headline) {
  if (!run.ok) throw new Refused(headline, said(run));
}

function said({ stdout, stderr }) {
  const lines = `${stderr}\n${stdout}`.split("\n").map((line) => line.trim());
  return lines.filter((line) => line && !line.includes("Logs were written to")).slice(0, 8);
}
