// The JavaScript side of the adapters: the few things that only the platform's own objects can do.
//
// Everything crosses the border as one text or one byte array in each direction, because each
// crossing costs more than the JSON around it. No function here rejects or throws: a failure is part
// of the answer, so that Rust sees a value and never an exception. No rule lives here.

// What wakes Rust's futures, many times in each request. The platform's own crosses into it and back each
// time; a promise does not, which saves some 0.2 ms of each request's CPU, and 0.4 of one that writes.
const ready = Promise.resolve();
globalThis.queueMicrotask = (task) => void ready.then(task);

/**
 * Runs statements as one D1 batch: one transaction, one round trip.
 *
 * @param {D1Database} db
 * @param {string} statements JSON: [[text, [value, …]], …]
 * @returns {Promise<string>} JSON: {rows: [[{…}, …], …], read, written, ms} or {error}
 */
export async function run_batch(db, statements) {
  try {
    const prepared = JSON.parse(statements).map(([text, values]) => db.prepare(text).bind(...values));
    const results = await db.batch(prepared);
    const sum = (name) => results.reduce((total, { meta }) => total + (meta[name] ?? 0), 0);
    return JSON.stringify({
      rows: results.map(({ results: rows }) => rows ?? []),
      read: sum("rows_read"),
      written: sum("rows_written"),
      ms: Math.round(sum("duration")),
    });
  } catch (error) {
    return JSON.stringify({ error: text_of(error) });
  }
}

/**
 * Sends one request and reads the answer, all before the deadline.
 *
 * @param {string} head JSON: {method, url, headers: [[name, value], …], deadline_ms, bytes_max}
 * @param {Uint8Array} body a copy that this side may keep; empty for none
 * @returns {Promise<[string, Uint8Array]>} JSON {status, headers} or {error, detail}; then the body
 */
export async function send_request(head, body) {
  const { method, url, headers, deadline_ms, bytes_max } = JSON.parse(head);
  const failed = (error, detail) => [JSON.stringify({ error, detail }), new Uint8Array()];
  const controller = new AbortController();
  const { signal } = controller;
  const ask = async () => {
    const sent = body.length > 0 ? body : undefined;
    const response = await fetch(url, { method, headers, body: sent, redirect: "manual", cache: "no-store", signal });
    const bytes = await bytes_of(response, bytes_max + 1, signal);
    if (bytes.length > bytes_max) return failed("too_long", "");
    return [JSON.stringify({ status: response.status, headers: [...response.headers] }), bytes];
  };
  let timer;
  // Aborting rejects a fetch, but a body that has begun may just stall: do not wait for it.
  const deadline = new Promise((end) => {
    timer = setTimeout(() => {
      end(failed("deadline", ""));
      controller.abort();
    }, deadline_ms);
  });
  const answer = ask().catch((error) => failed("connection", text_of(error)));
  const first = await Promise.race([answer, deadline]);
  clearTimeout(timer);
  return first;
}

/**
 * What of a request is known before its body is read.
 *
 * @param {Request} request
 * @returns {string} JSON: {method, path, query, headers: [[name, value], …]}; path and query undecoded
 */
export function head_of(request) {
  const { pathname, search } = new URL(request.url);
  const headers = [...request.headers];
  return JSON.stringify({ method: request.method, path: pathname, query: search.slice(1), headers });
}

/**
 * Reads a request's body, at most `length_max` bytes of it.
 *
 * @returns {Promise<Uint8Array | undefined>} `undefined` when the caller broke off
 */
export async function body_of(request, length_max) {
  try {
    return await bytes_of(request, length_max);
  } catch {
    return undefined;
  }
}

/**
 * @param {string} head JSON: {status, headers: [[name, value], …]}
 * @param {Uint8Array} body a copy that this side may keep; empty for none
 */
export function response_of(head, body) {
  // A 204 or a redirect must not even have an empty body.
  return new Response(body.length > 0 ? body : null, JSON.parse(head));
}

/** The first `length_max` bytes of a request's or response's body; nothing past them is kept. */
async function bytes_of(message, length_max, signal) {
  // A body ends at the length that its head names, unless it was packed: then it has grown. One that
  // fits is read in one go: each piece of a stream costs several crossings into the platform.
  const length = message.headers.get("content-length");
  if (length !== null && Number(length) < length_max && !message.headers.has("content-encoding")) {
    return new Uint8Array(await message.arrayBuffer());
  }
  return read_at_most(message.body, length_max, signal);
}

/** The first `length_max` bytes of a stream. */
async function read_at_most(stream, length_max, signal) {
  const chunks = [];
  let length = 0;
  if (stream !== null && stream !== undefined) {
    const reader = stream.getReader();
    const cancel = () => reader.cancel().catch(() => {});
    signal?.addEventListener("abort", cancel);
    while (length < length_max) {
      const { done, value } = await reader.read();
      if (done) break;
      chunks.push(value.subarray(0, length_max - length));
      length += chunks.at(-1).length;
    }
    if (length === length_max) cancel();
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/**
 * Hands a mail to the `send_email` binding.
 *
 * @param {SendEmail} sender
 * @param {string} mail JSON: {to, from, subject, text, html}
 * @returns {Promise<string>} empty when the platform took it, else why not
 */
export async function send_mail(sender, mail) {
  try {
    await sender.send(JSON.parse(mail));
    return "";
  } catch (error) {
    return text_of(error);
  }
}

/**
 * The SHA-256 of bytes: the platform takes it some five times faster than wasm does.
 *
 * @param {Uint8Array} bytes
 * @returns {Promise<string>} 64 hex digits, or another text: what went wrong
 */
export async function sha256(bytes) {
  try {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  } catch (error) {
    return text_of(error);
  }
}

/**
 * Puts an object into R2, under a key that is not taken. R2 takes the SHA-256 itself and refuses
 * bytes that have another.
 *
 * @param {R2Bucket} bucket
 * @param {Uint8Array} bytes a copy that this side may keep
 * @param {string} sha256 hex
 * @returns {Promise<string>} JSON: true when it is there, false when the key is taken, or {error}
 */
export async function put_blob(bucket, key, bytes, media_type, sha256) {
  try {
    const onlyIf = { etagDoesNotMatch: "*" };
    const object = await bucket.put(key, bytes, { onlyIf, sha256, httpMetadata: { contentType: media_type } });
    return JSON.stringify(object !== null);
  } catch (error) {
    return JSON.stringify({ error: text_of(error) });
  }
}

/** @returns {Promise<string>} JSON: {size, sha256} in hex, null when nothing is there, or {error} */
export async function head_blob(bucket, key) {
  try {
    const object = await bucket.head(key);
    if (object === null) return "null";
    return JSON.stringify({ size: object.size, sha256: object.checksums.toJSON().sha256 ?? "" });
  } catch (error) {
    return JSON.stringify({ error: text_of(error) });
  }
}

/** @returns {Promise<Uint8Array | null | string>} null when nothing is there, a text when it failed */
export async function get_blob(bucket, key) {
  try {
    const object = await bucket.get(key);
    return object === null ? null : new Uint8Array(await object.arrayBuffer());
  } catch (error) {
    return text_of(error);
  }
}

/** @returns {Promise<string>} empty when nothing is there any more, else why not */
export async function delete_blob(bucket, key) {
  try {
    await bucket.delete(key);
    return "";
  } catch (error) {
    return text_of(error) || "no reason was told";
  }
}

/** Whether the rate limiter lets this key pass. One that fails, or is not there, lets everyone pass. */
export async function admit(limiter, key) {
  try {
    return limiter === undefined || (await limiter.limit({ key })).success;
  } catch {
    return true;
  }
}

/**
 * Checks an RSASSA-PKCS1-v1_5 signature with SHA-256. All three are copies that this side may keep.
 *
 * @param {Uint8Array} spki the public key, a SubjectPublicKeyInfo; below 2048 bits it proves nothing
 * @returns {Promise<boolean | string>} whether it is right, or why nobody can tell
 */
export async function verify_rsa(spki, message, signature) {
  const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  try {
    const key = await crypto.subtle.importKey("spki", spki, algorithm, false, ["verify"]);
    const is_strong = key.algorithm.modulusLength >= 2048;
    return is_strong && (await crypto.subtle.verify(algorithm, key, signature, message));
  } catch (error) {
    // What is no key at all cannot have signed anything.
    return error?.name === "DataError" ? false : text_of(error);
  }
}

/** JSON of every variable and secret, by name. */
export function settings_of(env) {
  const plain = (value) => ["string", "number", "boolean"].includes(typeof value);
  const entries = Object.entries(env).filter(([, value]) => plain(value));
  return JSON.stringify(Object.fromEntries(entries.map(([name, value]) => [name, String(value)])));
}

/** A binding by name, `undefined` when the configuration has none. */
export function binding_of(env, name) {
  return env[name];
}

/** Fills the bytes from the platform's generator. */
export function fill_random(bytes) {
  crypto.getRandomValues(bytes);
}

/** Whole seconds since 1970. The platform's clock stands still between I/O. */
export function unix_seconds() {
  return BigInt(Math.floor(Date.now() / 1000));
}

/** One line in the log. */
export function log_line(line) {
  console.log(line);
}

function text_of(error) {
  return String(error?.message ?? error);
}
