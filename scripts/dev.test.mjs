import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const scripts = dirname(fileURLToPath(import.meta.url));

/** Runs a script with some more environment; tells how it ended and what it complained of. */
function run(command, args, env) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    env: { ...process.env, ...env },
    encoding: "utf8",
    timeout: 60_000,
  });
  return { status, stdout, stderr };
}

test("a setting that cannot be ends the start with one sentence and starts nothing", () => {
  for (const [env, reason] of [
    [{ CRON_SECONDS: "-5" }, "CRON_SECONDS must be a whole number from 0 to 86400, not '-5'."],
    [{ PORT: "9101", SANDBOX_PORT: "9101" }, "PORT and SANDBOX_PORT are both 9101: they must differ."],
  ]) {
    const seen = run(process.execPath, [join(scripts, "dev.mjs")], env);
    assert.deepEqual(seen, { status: 1, stdout: "", stderr: `dev: ${reason}\n` });
  }
});

test("a port that is taken ends the start before anything is written", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address();
  const place = mkdtempSync(join(tmpdir(), "edgetill-dev-"));
  try {
    const state = join(place, "state");
    const env = { PORT: "1", SANDBOX_PORT: String(port), STATE_DIR: state };
    const reason = `port ${port} is taken: stop what listens there, or set PORT and SANDBOX_PORT.`;
    const seen = run(process.execPath, [join(scripts, "dev.mjs")], env);
    assert.deepEqual(seen, { status: 1, stdout: "", stderr: `dev: ${reason}\n` });
    assert.ok(!existsSync(state));
  } finally {
    rmSync(place, { recursive: true });
    other.close();
  }
});

test("ports that are alike or none are told before anything is built", () => {
  for (const [ports, reason] of [
    [["9101", "9101"], "PORT and SANDBOX_PORT are both 9101: they must differ."],
    [["9101", "x"], "'x' is not a port number."],
    [["65536", "9101"], "'65536' is not a port number."],
  ]) {
    const seen = run(join(scripts, "preflight"), ports);
    assert.deepEqual(seen, { status: 1, stdout: "", stderr: `make: ${reason}\n` });
  }
});

test("a machine that can build is told nothing, with ports to look at and without", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const free = String(other.address().port);
  other.close();
  await once(other, "close");
  for (const ports of [[], [free]]) {
    const seen = run(join(scripts, "preflight"), ports);
    assert.deepEqual(seen, { status: 0, stdout: "", stderr: "" });
  }
});
