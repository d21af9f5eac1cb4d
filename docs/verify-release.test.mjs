import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { test } from "node:test";

import { floor, isGenuine } from "./verify-release.mjs";

// The example of the Standard Webhooks reference libraries, which the Worker's own signature is
// tested against too.
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const BODY = '{"test": 2432232314}';
const SENT = 1_614_265_330;
const HEADERS = {
  "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
  "webhook-timestamp": String(SENT),
  "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
};

test("a genuine message is believed for five minutes, also beside other signatures", () => {
  for (const now of [SENT - 300, SENT, SENT + 300]) assert.ok(isGenuine(SECRET, HEADERS, BODY, now));
  const rolled = { ...HEADERS, "webhook-signature": `v1,AAAA v2,BBBB ${HEADERS["webhook-signature"]}` };
  assert.ok(isGenuine(SECRET, rolled, BODY, SENT));
});

test("nothing else is believed", () => {
  const cases = [
    [SECRET, HEADERS, BODY, SENT + 301],
    [SECRET, HEADERS, BODY, SENT - 301],
    [SECRET, HEADERS, `${BODY} `, SENT],
    ["whsec_AAAA", HEADERS, BODY, SENT],
    [SECRET, { ...HEADERS, "webhook-id": "msg_other" }, BODY, SENT],
    [SECRET, { ...HEADERS, "webhook-timestamp": "soon" }, BODY, SENT],
    [SECRET, { ...HEADERS, "webhook-signature": "v1," }, BODY, SENT],
    [SECRET, { ...HEADERS, "webhook-signature": HEADERS["webhook-signature"].replace("v1", "v2") }, BODY, SENT],
    [SECRET, {}, BODY, SENT],
  ];
  for (const args of cases) assert.equal(isGenuine(...args), false, JSON.stringify(args));
});

/** A floor, what it has done, and a way to tell it something; its id is the message's. */
async function open(t) {
  const did = [];
  const note = (what) => (order) => did.push(`${what} ${order.order_number}`);
  const server = floor(SECRET, { paid: note("paid"), revoked: note("revoked") }).listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const tell = async (id, type, secret = SECRET) => {
    const body = JSON.stringify({ type, data: { order_number: id.split("/")[1] } });
    const headers = { "webhook-id": id, "webhook-timestamp": String(Math.floor(Date.now() / 1000)) };
    const key = Buffer.from(secret.slice("whsec_".length), "base64");
    const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
    const signature = createHmac("sha256", key).update(signed).digest("base64");
    const answer = await fetch(`http://127.0.0.1:${server.address().port}/`, {
      method: "POST",
      headers: { ...headers, "webhook-signature": `v1,${signature}` },
      body,
    });
    return answer.status;
  };
  return { did, tell };
}

test("an order is released once, however often it is told", async (t) => {
  const { did, tell } = await open(t);
  assert.equal(await tell("release/A1", "order.confirmed", "whsec_AAAA"), 401);
  for (let times = 0; times < 2; times += 1) assert.equal(await tell("release/A1", "order.confirmed"), 204);
  assert.deepEqual(did, ["paid A1"]);
});

test("what is no longer paid is revoked once, and not released again", async (t) => {
  const { did, tell } = await open(t);
  await tell("release/A1", "order.confirmed");
  for (let times = 0; times < 2; times += 1) assert.equal(await tell("revocation/A1", "order.revoked"), 204);
  await tell("revocation/A2", "order.revoked");
  assert.equal(await tell("release/A2", "order.confirmed"), 204, "it was told too late");
  assert.equal(await tell("something/A3", "order.unheard_of"), 204);
  assert.deepEqual(did, ["paid A1", "revoked A1", "revoked A2"]);
});
