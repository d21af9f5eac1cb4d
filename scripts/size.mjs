// Prints what a deployment weighs and fails when it is over the budget.
//
// usage: node scripts/size.mjs BUDGET_KB    in units of 1000 bytes, gzip
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const budget = Number(process.argv[2]) * 1000;
let total = 0;
for (const file of ["build/index_bg.wasm", "build/index.js"]) {
  const bytes = readFileSync(file);
  const packed = gzipSync(bytes, { level: 9 }).length;
  total += packed;
  console.log(`${file.padEnd(20)} ${kb(bytes.length)} raw ${kb(packed)} gzip`);
}
console.log(`${"together".padEnd(20)} ${" ".repeat(15)} ${kb(total)} gzip, budget ${kb(budget)}`);
if (!(total <= budget)) {
  console.error("size: the Worker is over its budget.");
  process.exit(1);
}

function kb(bytes) {
  return `${(bytes / 1000).toFixed(1).padStart(8)} KB`;
}
