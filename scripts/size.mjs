// Prints what a deployment weighs against the budget, and fails when it has grown past the ceiling.
// The ceiling only ever comes down, until it is the budget.
//
// usage: node scripts/size.mjs BUDGET_KB CEILING_KB    in units of 1000 bytes, gzip
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const [budget, ceiling] = process.argv.slice(2).map((text) => Number(text) * 1000);
let total = 0;
for (const file of ["build/index_bg.wasm", "build/index.js"]) {
  const bytes = readFileSync(file);
  const packed = gzipSync(bytes, { level: 9 }).length;
  total += packed;
  console.log(`${file.padEnd(20)} ${kb(bytes.length)} raw ${kb(packed)} gzip`);
}
console.log(`${"together".padEnd(20)} ${" ".repeat(15)} ${kb(total)} gzip, budget ${kb(budget)}`);
if (total > budget) {
  console.log(`size: over the budget by ${kb(total - budget).trim()}.`);
}
if (!(total <= ceiling)) {
  console.error(`size: the Worker may not weigh more than ${kb(ceiling).trim()}.`);
  process.exit(1);
}

function kb(bytes) {
  return `${(bytes / 1000).toFixed(1).padStart(8)} KB`;
}
