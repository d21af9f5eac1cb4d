// Tests of bridge.js under Node, against a D1 and a server that misbehave.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";

import {
  delete_blob,
  get_blob,
  head_blob,
  put_blob,
  admit,
  body_of,
  head_of,
  response_of,
  run_batch,
  send_mail,
  send_request,
  settings_of,
  sha256,
  unix_seconds,
  verify_rsa,
} from "./bridge.js";

const answers = {
  "/echo": (request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      response.writeHead(201, { "X-Method": request.method, "X-Key": request.headers["x-key"] });
      response.end(Buffer.concat(chunks));
    });
  },
  "/silent": () => {},
  "/stalls": (_request, response) => response.writeHead(200).write("the first half"),
  "/stalls-short": (_request, response) => response.writeHead(200, { "Content-Length": 50 }).write("the first half"),
  "/long": (_request, response) => response.end("x".repeat(101)),
  "/long-in-pieces": (_request, response) => response.writeHead(200).end("x".repeat(101)),
  "/packed": (_request, response) => {
    const packed = gzipSync("x".repeat(10_000));
    response.writeHead(200, { "Content-Encoding": "gzip", "Content-Length": packed.length }).end(packed);
  },
  "/full-in-pieces": (_request, response) => response.writeHead(200).end("x".repeat(100)),
  "/full": (_request, response) => response.end("x".repeat(100)),
  "/breaks": (_request, response) => {
    response.writeHead(200, { "Content-Length": 100 }).write("the first half");
    setTimeout(() => response.destroy(), 20);
  },
  "/moved": (_request, response) => response.writeHead(302, { Location: "/full" }).end(),
  "/nothing": (_request, response) => response.writeHead(204).end(),
};
const server = createServer((request, response) => answers[request.url](request, response));
before(() => new Promise((done) => server.listen(0, "127.0.0.1", done)));
after(() => server.close().closeAllConnections());

async function send(path, { method = "GET", body = "", deadline_ms = 5000 } = {}) {
  const url = `http://127.0.0.1:${server.address().port}${path}`;
  const head = { method, url, headers: [["x-key", "k"]], deadline_ms, bytes_max: 100 };
  const [answer, bytes] = await send_request(JSON.stringify(head), new TextEncoder().encode(body));
  return { ...JSON.parse(answer), body: new TextDecoder().decode(bytes) };
}

test("a request goes out whole and its answer comes back whole", async () => {
  const answer = await send("/echo", { method: "POST", body: "amount=1999" });
  assert.equal(answer.status, 201);
  assert.equal(answer.body, "amount=1999");
  const headers = Object.fromEntries(answer.headers);
  assert.equal(headers["x-method"], "POST");
  assert.equal(headers["x-key"], "k");
});

test("an answer of exactly the allowed length is read, an empty one too", async () => {
  assert.equal((await send("/full")).body.length, 100);
  assert.equal((await send("/full-in-pieces")).body.length, 100);
  assert.deepEqual([(await send("/nothing")).status, (await send("/nothing")).body], [204, ""]);
});

test("a server that never answers or stalls half-way meets the deadline", async () => {
  for (const path of ["/silent", "/stalls", "/stalls-short"]) {
    const begun = Date.now();
    assert.equal((await send(path, { deadline_ms: 100 })).error, "deadline", path);
    assert.ok(Date.now() - begun < 2000, path);
  }
});

test("an answer over the cap is refused without reading on", async () => {
  for (const path of ["/long", "/long-in-pieces", "/packed"]) {
    assert.equal((await send(path)).error, "too_long", path);
  }
});

test("a broken connection is told apart from a deadline", async () => {
  assert.equal((await send("/breaks")).error, "connection");
});

test("a redirect is an answer and is not followed", async () => {
  assert.equal((await send("/moved")).status, 302);
});

test("a batch is prepared once, and its rows and costs are summed", async () => {
  const ran = [];
  const db = {
    prepare: (text) => ({ bind: (...values) => [text, values] }),
    batch: async (statements) => {
      ran.push(statements);
      const meta = { rows_read: 2, rows_written: 3, duration: 0.4 };
      return [{ results: [{ n: 1 }], meta }, { meta }];
    },
  };
  const text = JSON.stringify([["SELECT ?1", [9007199254740991, null, "é"]], ["SELECT 1", []]]);
  const answer = JSON.parse(await run_batch(db, text));
  assert.deepEqual(ran, [[["SELECT ?1", [9007199254740991, null, "é"]], ["SELECT 1", []]]]);
  assert.deepEqual(answer, { rows: [[{ n: 1 }], []], read: 4, written: 6, ms: 1 });
});

test("a batch that fails anywhere answers with the text of the error", async () => {
  const failing = (place) => ({
    prepare: () => {
      if (place === "prepare") throw new TypeError("no binding");
      return { bind: () => ({}) };
    },
    batch: () => Promise.reject(new Error("D1_ERROR: lost")),
  });
  assert.deepEqual(JSON.parse(await run_batch(failing("prepare"), '[["x",[]]]')), { error: "no binding" });
  assert.deepEqual(JSON.parse(await run_batch(failing("batch"), '[["x",[]]]')), { error: "D1_ERROR: lost" });
  assert.match(JSON.parse(await run_batch(undefined, '[["x",[]]]')).error, /undefined/);
});

test("the head of a request keeps path and query as they were sent", () => {
  const request = new Request("https://shop.test/a%20b?c=%2F&d", { headers: { "X-Key": "k" } });
  assert.deepEqual(JSON.parse(head_of(request)), {
    method: "GET",
    path: "/a%20b",
    query: "c=%2F&d",
    headers: [["x-key", "k"]],
  });
});

test("a request's body is read up to the cap and no further", async () => {
  const post = (body, headers = {}) => new Request("https://shop.test/", { method: "POST", body, headers });
  assert.equal((await body_of(post("12345"), 10)).length, 5);
  assert.equal((await body_of(post("12345", { "content-length": "5" }), 10)).length, 5);
  assert.equal((await body_of(post("1234567890"), 10)).length, 10);
  assert.equal((await body_of(post("12345678901", { "content-length": "11" }), 10)).length, 10);
  assert.equal((await body_of(new Request("https://shop.test/"), 10)).length, 0);
  let pulled = 0;
  const endless = new ReadableStream({ pull: (to) => to.enqueue(new Uint8Array(6).fill(++pulled)) });
  assert.equal((await body_of({ body: endless, headers: new Headers() }, 10)).length, 10);
  assert.ok(pulled < 5);
});

test("a request whose sender breaks off has no body", async () => {
  const broken = new ReadableStream({ pull: (to) => to.error(new Error("gone")) });
  assert.equal(await body_of({ body: broken, headers: new Headers() }, 10), undefined);
});

test("a response keeps repeated headers, and an empty one has no body at all", async () => {
  const head = { status: 303, headers: [["set-cookie", "a=1"], ["set-cookie", "b=2"]] };
  const response = response_of(JSON.stringify(head), new Uint8Array());
  assert.deepEqual([response.status, response.body], [303, null]);
  assert.deepEqual(response.headers.getSetCookie(), ["a=1", "b=2"]);
  assert.equal(await response_of('{"status":200,"headers":[]}', new Uint8Array([104, 105])).text(), "hi");
});

test("a mail that the platform refuses says why, a taken one says nothing", async () => {
  const taken = [];
  assert.equal(await send_mail({ send: async (mail) => taken.push(mail) }, '{"to":"a@b.example"}'), "");
  assert.deepEqual(taken, [{ to: "a@b.example" }]);
  const refusing = { send: () => Promise.reject(new Error("recipient not allowed")) };
  assert.equal(await send_mail(refusing, "{}"), "recipient not allowed");
});

test("a digest is hex, and what cannot be digested says why", async () => {
  const abc = new TextEncoder().encode("abc");
  assert.equal(await sha256(abc), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  assert.notEqual((await sha256("no bytes")).length, 64);
});

test("an object is put once, and what went wrong with the bucket is told", async () => {
  const asked = [];
  const bucket = {
    put: async (...args) => (asked.push(args), asked.length === 1 ? { key: "k" } : null),
    head: async (key) => (key === "k" ? { size: 3, checksums: { toJSON: () => ({ sha256: "ab" }) } } : null),
    get: async (key) => (key === "k" ? { arrayBuffer: async () => new Uint8Array([1, 2, 3]).buffer } : null),
    delete: async () => undefined,
  };
  const bytes = new Uint8Array([1, 2, 3]);
  assert.equal(await put_blob(bucket, "k", bytes, "image/png", "ab"), "true");
  assert.equal(await put_blob(bucket, "k", bytes, "image/png", "ab"), "false");
  const options = { onlyIf: { etagDoesNotMatch: "*" }, sha256: "ab", httpMetadata: { contentType: "image/png" } };
  assert.deepEqual(asked[0], ["k", bytes, options]);
  assert.deepEqual(JSON.parse(await head_blob(bucket, "k")), { size: 3, sha256: "ab" });
  assert.equal(await head_blob(bucket, "other"), "null");
  assert.deepEqual(await get_blob(bucket, "k"), bytes);
  assert.equal(await get_blob(bucket, "other"), null);
  assert.equal(await delete_blob(bucket, "k"), "");
  // Without a bucket every one of them has a reason, and none of them throws.
  assert.match(JSON.parse(await put_blob(undefined, "k", bytes, "t", "ab")).error, /undefined/);
  assert.match(JSON.parse(await head_blob(undefined, "k")).error, /undefined/);
  assert.match(await get_blob(undefined, "k"), /undefined/);
  assert.match(await delete_blob(undefined, "k"), /undefined/);
});

test("a limiter that fails lets everyone pass", async () => {
  assert.equal(await admit({ limit: async ({ key }) => ({ success: key !== "loud" }) }, "loud"), false);
  assert.equal(await admit(undefined, "anyone"), true);
});

async function signed(modulusLength, text) {
  const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  const params = { ...algorithm, modulusLength, publicExponent: new Uint8Array([1, 0, 1]) };
  const keys = await crypto.subtle.generateKey(params, true, ["sign", "verify"]);
  const message = new TextEncoder().encode(text);
  const signature = new Uint8Array(await crypto.subtle.sign(algorithm, keys.privateKey, message));
  const spki = new Uint8Array(await crypto.subtle.exportKey("spki", keys.publicKey));
  return { spki, message, signature };
}

test("a signature is right for its own key and bytes only", async () => {
  const { spki, message, signature } = await signed(2048, "id|time|listener|1234");
  const other = await signed(2048, "id|time|listener|1235");
  assert.equal(await verify_rsa(spki, message, signature), true);
  assert.equal(await verify_rsa(spki, other.message, signature), false);
  assert.equal(await verify_rsa(other.spki, message, signature), false);
  assert.equal(await verify_rsa(spki, message, signature.subarray(1)), false);
  assert.equal(await verify_rsa(spki, message, new Uint8Array()), false);
});

test("a weak key and what is no RSA key prove nothing", async () => {
  const weak = await signed(1024, "m");
  assert.equal(await verify_rsa(weak.spki, weak.message, weak.signature), false);
  const ec = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
  const spki = new Uint8Array(await crypto.subtle.exportKey("spki", ec.publicKey));
  for (const key of [spki, new Uint8Array(), new Uint8Array([0x30, 0])]) {
    assert.equal(await verify_rsa(key, weak.message, weak.signature), false);
  }
});

test("a platform that cannot check says why, and neither yes nor no", async () => {
  assert.equal(typeof (await verify_rsa("no bytes", "m", "s")), "string");
});

test("settings are the plain values only, as text", () => {
  const env = { MODE: "test", LIMIT: 5, ON: true, DB: { prepare() {} } };
  assert.deepEqual(JSON.parse(settings_of(env)), { MODE: "test", LIMIT: "5", ON: "true" });
});

test("the clock is in whole seconds", () => {
  assert.equal(typeof unix_seconds(), "bigint");
  assert.ok(Math.abs(Number(unix_seconds()) - Date.now() / 1000) < 2);
});

test("tasks run after what is running, in their order", async () => {
  const ran = [];
  queueMicrotask(() => ran.push(1));
  queueMicrotask(() => ran.push(2));
  assert.deepEqual(ran, []);
  await null;
  assert.deepEqual(ran, [1, 2]);
});
