// Reads what stands in a wasm file, and writes other names into it: as much of the binary format as
// ordering functions takes (WebAssembly core specification, chapter 5 and appendix "Custom Sections").

const HEAD_BYTES = 8;
// Ids of sections, and of a part of the section of names.
const CUSTOM = 0;
const CODE = 10;
const FUNCTIONS = 1;

/** The sections of a wasm, each with its id, what it holds, and all of its bytes. */
export function readSections(wasm) {
  const reader = new Reader(wasm.subarray(HEAD_BYTES));
  return reader.until(() => {
    const from = reader.at;
    const id = reader.number();
    const payload = reader.bytes();
    return { id, payload, bytes: reader.all.subarray(from, reader.at) };
  });
}

/** The bodies of the functions that the wasm has itself, in order. */
export function readBodies(sections) {
  const reader = new Reader(sections.find(({ id }) => id === CODE).payload);
  reader.number();
  return reader.until(() => reader.bytes());
}

/** The functions' indices with their names. */
export function readNames(sections) {
  const reader = new Reader(sections.find(isOfNames).payload);
  reader.text();
  const parts = reader.until(() => [reader.number(), reader.bytes()]);
  const names = new Reader(parts.find(([id]) => id === FUNCTIONS)[1]);
  names.number();
  return names.until(() => [names.number(), names.text()]);
}

/** The wasm with other names of functions, and none of anything else. */
export function withNames(wasm, sections, names) {
  const rest = sections.filter((section) => !isOfNames(section)).map(({ bytes }) => bytes);
  const each = names.map(([index, name]) => Buffer.concat([leb(index), sized(Buffer.from(name))]));
  const map = Buffer.concat([leb(each.length), ...each]);
  const payload = Buffer.concat([sized(Buffer.from("name")), leb(FUNCTIONS), sized(map)]);
  return Buffer.concat([wasm.subarray(0, HEAD_BYTES), ...rest, leb(CUSTOM), sized(payload)]);
}

function isOfNames({ id, payload }) {
  return id === CUSTOM && new Reader(payload).text() === "name";
}

function sized(bytes) {
  return Buffer.concat([leb(bytes.length), bytes]);
}

function leb(number) {
  return number < 128 ? Buffer.from([number]) : Buffer.concat([Buffer.from([(number % 128) + 128]), leb(number >> 7)]);
}

class Reader {
  constructor(all) {
    this.all = all;
    this.at = 0;
  }

  number() {
    const byte = this.all[this.at];
    this.at += 1;
    return byte < 128 ? byte : byte - 128 + 128 * this.number();
  }

  bytes() {
    const length = this.number();
    this.at += length;
    return this.all.subarray(this.at - length, this.at);
  }

  text() {
    return this.bytes().toString("utf8");
  }

  /** Reads one after another until the end. */
  until(read) {
    const found = [];
    while (this.at < this.all.length) found.push(read());
    return found;
  }
}
