// Numbers the functions of a wasm so that those which share most stand near each other: gzip sees a
// repetition only within 32 KB, and a program does not care how its functions are ordered. The number
// goes before the name, for `wasm-opt --reorder-functions-by-name`.
//
// usage: node scripts/order.mjs NAMED_WASM OUTPUT
import { readFileSync, writeFileSync } from "node:fs";

import { readBodies, readNames, readSections, withNames } from "./wasm-file.mjs";

const [input, output] = process.argv.slice(2);
const wasm = readFileSync(input);

/** So many equal bytes in a row are shared. */
const RUN_BYTES = 6;
/** What more functions than this have in common is near anyway. */
const HOLDERS_MAX = 50;
/** As far as gzip looks back, less the function that is looked for. */
const WINDOW_BYTES = 30_000;

const sections = readSections(wasm);
const imports = WebAssembly.Module.imports(new WebAssembly.Module(wasm)).filter(({ kind }) => kind === "function");
const places = new Map(ordered(readBodies(sections)).map((body, place) => [body + imports.length, place]));
const names = readNames(sections).map(([index, name]) =>
  [index, places.has(index) ? `${String(places.get(index)).padStart(5, "0")} ${name}` : name]);
writeFileSync(output, withNames(wasm, sections, names));

/** The indices of the bodies: each is followed by the one that shares most with the window before it. */
function ordered(bodies) {
  const runs = sharedRuns(bodies);
  const holders = new Map();
  runs.forEach((own, body) => own.forEach((run) => holders.set(run, [...(holders.get(run) ?? []), body])));
  const left = new Set(bodies.keys());
  // How many runs of each body are in the window, and in how many functions of it each run is.
  const shared = bodies.map(() => 0);
  const inWindow = new Map();
  const step = (body, by) => {
    for (const run of runs[body]) {
      const before = inWindow.get(run) ?? 0;
      inWindow.set(run, before + by);
      if (before === 0 || before + by === 0) for (const holder of holders.get(run)) shared[holder] += by;
    }
  };
  const order = [];
  let oldest = 0;
  let bytes = 0;
  while (left.size > 0) {
    const part = (body) => shared[body] / (runs[body].length + 100);
    const next = [...left].reduce((best, body) => (part(body) > part(best) ? body : best));
    left.delete(next);
    order.push(next);
    step(next, 1);
    bytes += bodies[next].length;
    while (bytes > WINDOW_BYTES && oldest + 1 < order.length) {
      bytes -= bodies[order[oldest]].length;
      step(order[oldest], -1);
      oldest += 1;
    }
  }
  return order;
}

/** For each body the runs of bytes that a few others have too. */
function sharedRuns(bodies) {
  const all = bodies.map((body) => {
    const places = Array.from({ length: Math.max(body.length - RUN_BYTES, 0) }, (_, at) => at);
    return [...new Set(places.map((at) => body.readUIntBE(at, RUN_BYTES)))];
  });
  const holders = new Map();
  for (const runs of all) for (const run of runs) holders.set(run, (holders.get(run) ?? 0) + 1);
  const isTelling = (run) => holders.get(run) > 1 && holders.get(run) <= HOLDERS_MAX;
  return all.map((runs) => runs.filter(isTelling));
}
