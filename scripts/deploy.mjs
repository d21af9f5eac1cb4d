// Deploys with the account that wrangler is logged in to; what happens in which order is in
// deployment.mjs.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { unstable_readConfig as readConfig } from "wrangler";

import { Refused, deploy } from "./deployment.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const scratch = mkdtempSync(join(tmpdir(), "edgetill-deploy-"));

try {
  await deploy({
    config: readConfig({ config: join(root, "wrangler.toml") }),
    wrangler,
    health,
    sleep,
    say: (text) => console.log(`deploy: ${text}`),
  });
} catch (error) {
  if (!(error instanceof Refused)) throw error;
  console.error(`deploy: ${error.message}`);
  for (const detail of error.details) console.error(`  - ${detail}`);
  process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/**
 * Runs wrangler: at the terminal, where it may ask, or quietly. `entries` are what it reports for
 * programs (WRANGLER_OUTPUT_FILE_PATH).
 */
function wrangler(args, { quiet }) {
  const cli = join(root, "node_modules/wrangler/bin/wrangler.js");
  const report = join(scratch, "report");
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
    cwd: root,
    env: {
      ...process.env,
      NO_COLOR: quiet ? "1" : process.env.NO_COLOR,
      WRANGLER_HIDE_BANNER: "true",
      WRANGLER_OUTPUT_FILE_PATH: report,
      WRANGLER_SEND_METRICS: "false",
    },
    stdio: quiet ? ["ignore", "pipe", "pipe"] : "inherit",
    encoding: "utf8",
  });
  return { ok: status === 0, stdout: stdout ?? "", stderr: stderr ?? "", entries: entriesOf(report) };
}

function entriesOf(file) {
  let text;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return [];
  }
  rmSync(file);
  return text.trim().split("\n").map((line) => JSON.parse(line));
}

/** What the Worker says of itself; throws when it cannot be reached. */
async function health(base) {
  const answer = await fetch(`${base}/healthz`, { signal: AbortSignal.timeout(10_000) });
  return { status: answer.status, report: await answer.text() };
}
