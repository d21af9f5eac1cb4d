#!/usr/bin/env node
// esbuild for worker-build, without the warnings that each build of this Worker draws.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { ESBUILD_NOISE, without } from "./quiet.mjs";

const esbuild = join(dirname(fileURLToPath(import.meta.url)), "../node_modules/.bin/esbuild");
const { status, stderr, error } = spawnSync(esbuild, process.argv.slice(2), {
  encoding: "utf8",
  stdio: ["inherit", "inherit", "pipe"],
});
if (error) throw error;
process.stderr.write(stderr.split("\n").filter(without(ESBUILD_NOISE)).join("\n"));
process.exitCode = status ?? 1;
