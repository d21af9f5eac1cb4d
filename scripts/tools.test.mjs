import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const scripts = dirname(fileURLToPath(import.meta.url));
const LAG = "error: failed to select a version for the requirement `wasm-bindgen`";

/** Installs a tool with a cargo that does as these lines of shell say, in a project of its own. */
function install(cargo) {
  const root = mkdtempSync(join(tmpdir(), "edgetill-tools-"));
  try {
    mkdirSync(join(root, "scripts"));
    mkdirSync(join(root, ".tools/bin"), { recursive: true });
    copyFileSync(join(scripts, "tools"), join(root, "scripts/tools"));
    const program = join(root, ".tools/bin/cargo");
    writeFileSync(program, `#!/usr/bin/env bash\n${cargo}\n`);
    chmodSync(program, 0o755);
    const { status, stderr } = spawnSync(join(root, "scripts/tools"), ["worker-build", "0.8.7"], {
      encoding: "utf8",
      timeout: 60_000,
    });
    return { status, lines: stderr.trimEnd().split("\n") };
  } finally {
    rmSync(root, { recursive: true });
  }
}

test("a tool whose locked versions this registry lacks is installed without an error in sight", () => {
  const { status, lines } = install(`
    [[ " $* " != *" --locked "* ]] || { echo "${LAG.replaceAll("`", "'")}" >&2; exit 101; }
    echo "  Installed worker-build" >&2`);
  assert.equal(status, 0);
  assert.deepEqual(lines, [
    "tools: compiling worker-build 0.8.7 (once; takes minutes)",
    "tools: worker-build's own choice of versions is not all in this registry; taking the newest that are",
    "  Installed worker-build",
  ]);
});

test("a tool that is installed as locked shows how far it is", () => {
  const { status, lines } = install(`
    [[ " $* " == *" --locked "* ]] || exit 101
    echo "   Compiling serde v1.0.0" >&2
    echo "warning: a long story" >&2`);
  assert.equal(status, 0);
  assert.deepEqual(lines.slice(1), ["   Compiling serde v1.0.0"]);
});

test("a tool that cannot be installed either way shows both reasons", () => {
  const { status, lines } = install(`
    [[ " $* " != *" --locked "* ]] || { echo "error: first" >&2; exit 101; }
    echo "error: second" >&2
    exit 101`);
  assert.equal(status, 1);
  assert.deepEqual(lines.slice(2), [
    "error: second",
    "error: first",
    "tools: cargo could not install worker-build 0.8.7: see above; is its registry reachable?",
  ]);
});
