import assert from "node:assert/strict";
import { test } from "node:test";

import { ESBUILD_NOISE, WRANGLER_NOISE, without } from "./quiet.mjs";

const left = (blocks, lines) => lines.filter(without(blocks));

test("of a start of wrangler its tables and its word on cron are left out, and nothing else", () => {
  const yellow = "\x1b[33m▲ \x1b[43;33m[\x1b[43;30mWARNING\x1b[43;33m]\x1b[0m \x1b[1m";
  const lines = [
    "Using secrets defined in .dev/dev.vars",
    "Your Worker has access to the following bindings:",
    "Binding                                               Resource                  Mode",
    "env.DB (edgetill)                                     D1 Database               local",
    'env.SHOP_NAME ("(hidden)")                            Environment Variable      local',
    "Attaching additional modules:",
    "┌──────────────────┬───────────────┬─────────────┐",
    "│ index_bg.wasm    │ compiled-wasm │ 1382.87 KiB │",
    "└──────────────────┴───────────────┴─────────────┘",
    "⎔ Starting local server...",
    `${yellow}Scheduled Workers are not automatically triggered during local development.\x1b[0m`,
    "  To manually trigger a scheduled event, run:",
    '    curl "http://127.0.0.1:8787/cdn-cgi/local/scheduled"',
    "  For more details, see \x1b[4mhttps://developers.cloudflare.com/workers/configuration/cron-triggers/#test\x1b[0m",
    "[wrangler:info] Ready on http://127.0.0.1:8787",
  ];
  const kept = [0, 9, 14].map((index) => lines[index]);
  assert.deepEqual(left(WRANGLER_NOISE, lines), kept);
});

test("an error between the lines that are left out is shown, and so is another warning", () => {
  const warning = "▲ [WARNING] The database is not there.";
  const error = '✘ [ERROR] Address already in use (127.0.0.1:8787).';
  const lines = [
    "Your Worker has access to the following bindings:",
    error,
    "env.DB (edgetill)                                     D1 Database               local",
    "Attaching additional modules:",
    "│ index_bg.wasm    │ compiled-wasm │ 1382.87 KiB │",
    warning,
    "  Create it first.",
    "▲ [WARNING] Scheduled Workers are not automatically triggered during local development.",
    "    at Worker.fetch (index.js:1:1)",
    '{"route":"Health","status":503}',
  ];
  assert.deepEqual(left(WRANGLER_NOISE, lines), [error, lines[2], warning, ...[6, 8, 9].map((at) => lines[at])]);
});

test("of esbuild only the warning of the glue's own double names is left out", () => {
  const block = (name) => [
    `▲ [WARNING] Duplicate key "${name}" in object literal [duplicate-object-key]`,
    "",
    "    index.js:962:8:",
    `      962 │         "${name}"`,
    "          ╵         ~~~~~~~~~",
    "",
  ];
  const glue = block("./snippets/edgetill-62a7f7f4b8a2b5c5/functions/adapters/bridge.js");
  const other = block("colour");
  const end = ["  index.js  24.8kb", "", "⚡ Done in 22ms", ""];
  const all = [...glue, ...other, ...glue, "3 warnings", "", ...end];
  assert.deepEqual(left(ESBUILD_NOISE, all), [...other, ...end]);
  const error = ['✘ [ERROR] Could not resolve "cloudflare:workers"', "", "    index.js:1:7:", ""];
  assert.deepEqual(left(ESBUILD_NOISE, [...glue, ...error]), error);
});
