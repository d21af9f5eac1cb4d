import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { readNames, readSections } from "./wasm-file.mjs";

/** A part of a wasm whose length comes first; all lengths here fit into one byte. */
const sized = (...bytes) => [bytes.flat().length, ...bytes.flat()];
const text = (string) => sized(...Buffer.from(string));

/** A wasm with an imported function, and with one function for each list of constants that it drops. */
function wasmOf(functions) {
  const body = (constants) => sized(0, constants.flatMap((constant) => [0x41, constant, 0x1a]), 0x0b);
  const names = ["imported", ...Object.keys(functions)].map((name, index) => [index, text(name)].flat());
  const sections = [
    [1, sized(1, 0x60, 0, 0)],
    [2, sized(1, text("env"), text("imported"), 0, 0)],
    [3, sized(names.length - 1, names.slice(1).map(() => 0))],
    [10, sized(names.length - 1, Object.values(functions).flatMap(body))],
    [0, sized(text("name"), 1, sized(names.length, names.flat()))],
  ];
  return Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...sections.flat(2)]);
}

test("functions that share most are numbered one after the other, and nothing else changes", () => {
  const folder = mkdtempSync(join(tmpdir(), "order-"));
  const [input, output] = ["in.wasm", "out.wasm"].map((name) => join(folder, name));
  writeFileSync(input, wasmOf({ a: [1, 2, 3, 4, 5], b: [21, 22, 23, 24, 25], c: [1, 2, 3, 4, 6], d: [22, 23, 24, 25, 26] }));
  execFileSync(process.execPath, [fileURLToPath(new URL("order.mjs", import.meta.url)), input, output]);
  const sections = readSections(readFileSync(output));
  const names = readNames(sections);
  const code = (all) => all.filter(({ id }) => id !== 0).map(({ bytes }) => bytes);
  assert.deepEqual(code(sections), code(readSections(readFileSync(input))));
  assert.deepEqual(names.map(([index]) => index), [0, 1, 2, 3, 4]);
  assert.equal(names[0][1], "imported");
  assert.deepEqual(names.slice(1).map(([, name]) => name).sort(), ["00000 a", "00001 c", "00002 b", "00003 d"]);
  assert.ok(WebAssembly.validate(readFileSync(output)));
  rmSync(folder, { recursive: true });
});
