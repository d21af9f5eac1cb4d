// Prints which exports of the Worker's wasm are roots, for wasm-metadce.
//
// The library that names the platform's types exports classes for what a program may hand to
// JavaScript: streams, ranges, options. The glue wraps a class only where the program does hand one
// over; ours hands over none, so their methods and all that only they reach can go.
//
// usage: node scripts/exports.mjs WASM GLUE
import { readFileSync } from "node:fs";

const [wasm, glue] = process.argv.slice(2).map((file) => readFileSync(file));
const CLASSES = ["containerstartupoptions", "minifyconfig", "r2range", "intounderlying(byte)?s(ource|ink)"];
const OF_A_CLASS = new RegExp(`^(__wbg_((get|set)_)?)?(${CLASSES.join("|")})_`);

if (glue.includes(".__wrap(")) {
  console.error("exports: the program hands a class to JavaScript; keep that class's exports.");
  process.exit(1);
}
const names = WebAssembly.Module.exports(new WebAssembly.Module(wasm)).map(({ name }) => name);
const roots = names.filter((name) => !OF_A_CLASS.test(name));
console.log(JSON.stringify(roots.map((name) => ({ name, export: name, root: true }))));
