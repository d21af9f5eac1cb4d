// Deploys: checks every setting, brings the database to the newest schema, uploads the Worker, and
// asks it whether it is well. Nothing is changed before all checks have passed.
import { spawnSync } from "node:child_process";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { unstable_readConfig as readConfig } from "wrangler";

import { problemsOfConfig, secretsNeeded, verdictOfHealth } from "./settings.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const env = { ...process.env, WRANGLER_HIDE_BANNER: "true", WRANGLER_SEND_METRICS: "false" };

const config = readConfig({ config: join(root, "wrangler.toml") });
const [database] = config.d1_databases;
const [bucket] = config.r2_buckets;

const problems = problemsOfConfig(config);
refuseIf(problems.length > 0, "wrangler.toml is not ready:", ...problems);

step("checking the account");
refuseIf(
  !quietly("whoami", "--json").ok,
  "wrangler has no access to an account: run `npx wrangler login`, or set CLOUDFLARE_API_TOKEN.",
);
refuseIf(
  !quietly("d1", "info", database.database_name, "--json").ok,
  `there is no database: run \`npx wrangler d1 create ${database.database_name}\` ` +
    "(add --location or --jurisdiction to choose where buyers' data is kept).",
);
refuseIf(
  !quietly("r2", "bucket", "info", bucket.bucket_name, "--json").ok,
  `there is no bucket: run \`npx wrangler r2 bucket create ${bucket.bucket_name}\`.`,
);

const present = secretsPresent();
const missing = secretsNeeded(config).filter((name) => !present.includes(name));
refuseIf(
  missing.length > 0,
  "secrets are missing:",
  ...missing.map((name) => `run \`npx wrangler secret put ${name}\``),
);

step("applying the migrations");
loudly("d1", "migrations", "apply", database.binding, "--remote");
step("uploading the Worker");
loudly("deploy");
step("asking the Worker how it is");
await askHealth(config.vars.BASE_URL);

/** Names of the secrets that the Worker has; none before its first deployment. */
function secretsPresent() {
  const { ok, output } = quietly("secret", "list", "--format", "json");
  return ok ? JSON.parse(output).map(({ name }) => name) : [];
}

async function askHealth(base) {
  let answer;
  try {
    answer = await fetch(`${base}/healthz`, { signal: AbortSignal.timeout(10_000) });
  } catch (error) {
    refuseIf(true, `${base}/ cannot be reached (${error.message}); a new domain takes some minutes.`);
  }
  const report = await answer.text();
  console.log(`deploy: ${report}`);
  const { ok, reason } = verdictOfHealth(answer.status, report);
  refuseIf(!ok, reason);
  console.log(`deploy: ${reason}`);
}

function quietly(...args) {
  const { status, stdout } = wrangler(args, ["ignore", "pipe", "pipe"]);
  return { ok: status === 0, output: stdout };
}

function loudly(...args) {
  refuseIf(wrangler(args, "inherit").status !== 0, `\`wrangler ${args.join(" ")}\` failed; see above.`);
}

function wrangler(args, stdio) {
  const cli = join(root, "node_modules/wrangler/bin/wrangler.js");
  return spawnSync(process.execPath, [cli, ...args], { cwd: root, env, stdio, encoding: "utf8" });
}

function step(text) {
  console.log(`deploy: ${text}`);
}

function refuseIf(condition, headline, ...details) {
  if (!condition) return;
  console.error(`deploy: ${headline}`);
  for (const detail of details) console.error(`  - ${detail}`);
  process.exit(1);
}
