// A production floor in fifty lines: hears of orders that are paid, and of those that no longer are,
// believes what is genuine, and does each once. Node 20 or later, no packages.
//
//   RELEASE_SECRET=whsec_… PORT=9000 node docs/verify-release.mjs
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

/** A message that was signed longer ago, or will be, is refused: it may be an old one sent again. */
const TOLERANCE_S = 5 * 60;

/**
 * Whether a message is genuine (Standard Webhooks 1.0). `headers` by lower-case name, `body` as the very
 * bytes that came: parse them afterwards.
 */
export function isGenuine(secret, headers, body, nowS = Date.now() / 1000) {
  const { "webhook-id": id, "webhook-timestamp": sent, "webhook-signature": signatures } = headers;
  if (!id || !/^\d+$/.test(sent) || !signatures) return false;
  if (Math.abs(nowS - Number(sent)) > TOLERANCE_S) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const expected = createHmac("sha256", key).update(`${id}.${sent}.`).update(body).digest();
  return signatures.split(" ").some((signature) => {
    const [version, text = ""] = signature.split(",");
    const given = Buffer.from(text, "base64");
    return version === "v1" && given.length === expected.length && timingSafeEqual(given, expected);
  });
}

/**
 * A server that calls `paid(data)` and `revoked(data)` once for each order; what was revoked is not
 * released any more, in whichever order the two come. Yours keeps the ids in its database.
 */
export function floor(secret, { paid, revoked }) {
  const acts = { "order.confirmed": paid, "order.revoked": revoked };
  const done = new Set();
  return createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray());
    if (!isGenuine(secret, request.headers, body)) return response.writeHead(401).end();
    const { type, data } = JSON.parse(body);
    const told = (type) => `${type} ${data.order_number}`;
    const isOver = done.has(told(type)) || done.has(told("order.revoked"));
    // A type that is not known here is none of ours.
    if (!isOver) await acts[type]?.(data);
    done.add(told(type));
    response.writeHead(204).end();
  });
}

if (import.meta.main ?? process.argv[1]?.endsWith("verify-release.mjs")) {
  const { RELEASE_SECRET, PORT = "9000" } = process.env;
  if (!RELEASE_SECRET) throw new Error("set RELEASE_SECRET to what the shop signs with");
  const paid = (order) => console.log("paid:", order.order_number, order.lines);
  const revoked = (order) => console.log("no longer paid:", order.order_number);
  floor(RELEASE_SECRET, { paid, revoked }).listen(PORT);
  console.log(`waiting for releases at http://127.0.0.1:${PORT}/`);
}
