// Exports or erases what the shop knows of a buyer; which rows that are is said in buyer-data.mjs.
//
// usage: node scripts/buyer.mjs export|erase ADDRESS [--local]
//   export   writes a folder with data.json and the documents that the buyer handed in
//   erase    forgets the buyer, order by order; says what is not over yet. Can be run again
//   --local  on the database of `make dev`, and not of the account that wrangler is logged in to
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { unstable_readConfig as readConfig } from "wrangler";

import { Refused, eraseBuyer, exportBuyer } from "./buyer-data.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const [command, address, place] = process.argv.slice(2);
const commands = { export: exportBuyer, erase: eraseBuyer };
if (!commands[command] || !address?.includes("@") || ![undefined, "--local"].includes(place)) {
  console.error("usage: node scripts/buyer.mjs export|erase ADDRESS [--local]");
  process.exit(2);
}
const where = place
  ? ["--local", "--persist-to", join(resolve(root, process.env.STATE_DIR || ".dev"), "state")]
  : ["--remote"];
const config = readConfig({ config: join(root, "wrangler.toml") });
const [{ binding }] = config.d1_databases;
const [{ bucket_name: bucket }] = config.r2_buckets;

try {
  await commands[command]({ address, sql, object, save: saver(), say: console.log });
} catch (error) {
  if (!(error instanceof Refused)) throw error;
  console.error(`buyer: ${error.message}`);
  process.exitCode = 1;
}

/** Runs a statement: its rows, or the words with which the schema refused it. */
function sql(text) {
  const run = wrangler("d1", "execute", binding, ...where, "--json", "--command", text);
  const refusal = /erasure_\w+/.exec(run.stdout + run.stderr)?.[0];
  if (run.status === 0) return { rows: JSON.parse(run.stdout)[0].results };
  if (refusal) return { refusal };
  throw new Refused(`the database did not answer: ${run.stderr || run.stdout}`);
}

/** Fetches an object of the bucket into a file; whether it is there. */
function object(key, file) {
  return wrangler("r2", "object", "get", `${bucket}/${key}`, "--file", file, ...where).status === 0;
}

/** Writes into a folder that is made with the first file, readable by its owner only. */
function saver() {
  const folder = resolve(`buyer-${new Date().toISOString().replaceAll(/[:.]/g, "-")}`);
  return (name, text) => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const file = join(folder, name);
    if (text !== undefined) writeFileSync(file, text, { mode: 0o600 });
    return file;
  };
}

function wrangler(...args) {
  const cli = join(root, "node_modules/wrangler/bin/wrangler.js");
  return spawnSync(process.execPath, [cli, ...args], {
    cwd: root,
    env: { ...process.env, CI: "true", NO_COLOR: "1", WRANGLER_HIDE_BANNER: "true", WRANGLER_SEND_METRICS: "false" },
    encoding: "utf8",
    maxBuffer: 256 * 1024 * 1024,
  });
}
