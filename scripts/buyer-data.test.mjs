import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { Refused, eraseBuyer, exportBuyer, filled } from "./buyer-data.mjs";

const schema = readFileSync(fileURLToPath(new URL("../schema.sql", import.meta.url)), "utf8");

/** A database of the real schema: an order that was cancelled long ago, one that is open, one of somebody else's. */
function shop() {
  const database = new DatabaseSync(":memory:");
  database.exec(schema);
  for (const [number, email, name] of [
    ["A0000000000001", "Ada@example.com", "Ada"],
    ["A0000000000002", "ada@example.com", "Ada"],
    ["A0000000000003", "eve@example.com", "Eve"],
  ]) {
    database.exec(`INSERT INTO orders (order_number, state, version, currency, subtotal_minor, discount_minor, tax_minor,
      total_minor, quote, customer, billing, customer_email, token_hash, created_at, expires_at, due_at)
      VALUES ('${number}', 'unpaid', 1, 'EUR', 1000, 0, 190, 1190, '{"lines":[]}', '{"name":"${name}"}',
      '{"name":"${name}","country":"DE"}', '${email}', printf('%064d', 7), 100, 200, 200)`);
    step(database, number, 1, "unpaid", 100);
  }
  step(database, "A0000000000001", 2, "cancelled", 150);
  const sql = (text) => {
    try {
      return { rows: database.prepare(text).all() };
    } catch (error) {
      const refusal = /erasure_\w+/.exec(error.message)?.[0];
      if (!refusal) throw error;
      return { refusal };
    }
  };
  const said = [];
  const files = {};
  const save = (name, text) => {
    if (text !== undefined) files[name] = text;
    return name;
  };
  return { database, sql, said, files, save, say: (line) => said.push(line), object: () => true };
}

function step(database, number, version, state, at) {
  database.exec(`INSERT INTO order_history VALUES ('${number}', ${version}, 'unpaid', '${state}', 'e', 'buyer', 'c', '',
    printf('%026d', ${version}), ${at}, NULL, NULL)`);
}

/** A payment by card of an order, in a name. */
function pay(database, number, name) {
  const id = number.replace("A", "P");
  database.exec(`INSERT INTO payments (payment_id, method, state, currency, amount_minor, request, provider_key,
    created_at) VALUES ('${id}', 'stripe', 'starting', 'EUR', 1190, '', 'k', 110);
    INSERT INTO payment_allocations (payment_id, order_number, amount_minor) VALUES ('${id}', '${number}', 1190);
    UPDATE payments SET state = 'paid', session_id = 'cs_${id}', capture_ref = 'pi_${id}', received_minor = 1190,
    received_currency = 'EUR', paid_at = 120, paid_by = 'Visa', payer_name = '${name}' WHERE payment_id = '${id}'`);
}

/** What went back of a payment by card. */
function refund(database, number, minor) {
  database.exec(`INSERT INTO order_history VALUES ('${number}', 2, 'unpaid', 'unpaid', 'refunded', 'provider:stripe', 'c',
    '', printf('%026d', 2), 130, NULL, NULL);
    INSERT INTO refunds VALUES ('${number}', 2, '${number.replace("A", "P")}', ${minor}, '[]')`);
}

test("an export holds everything of the buyer and nothing of anybody else", async () => {
  const there = shop();
  pay(there.database, "A0000000000002", "ada lovelace");
  pay(there.database, "A0000000000003", "eve lovelace");
  refund(there.database, "A0000000000002", 5);
  refund(there.database, "A0000000000003", 7);
  await exportBuyer({ address: "ADA@example.com", ...there });
  const data = JSON.parse(there.files["data.json"]);
  assert.deepEqual(data.orders.map((order) => order.order_number), ["A0000000000001", "A0000000000002"]);
  assert.equal(data.orders[0].billing.country, "DE");
  assert.equal(data.history.length, 4);
  assert.deepEqual(data.refunds.map(({ payment_minor, lines, at }) => [payment_minor, lines, at]), [[5, [], 130]]);
  assert.deepEqual(data.payments.map((payment) => payment.payer_name), ["ada lovelace"]);
  assert.ok(!there.files["data.json"].includes("Eve"));
  assert.ok(!there.files["data.json"].includes("token"));
});

test("an erasure forgets what is over, keeps what is not, and can be run again", async () => {
  const there = shop();
  for (const orders of [2, 1]) {
    there.said.length = 0;
    await assert.rejects(eraseBuyer({ address: "ada@example.com", ...there }), Refused);
    assert.equal(there.said.filter((line) => line.includes("kept, it is not over")).length, 1);
    assert.ok(there.said.at(-1).startsWith(`${orders - 1} of ${orders} orders erased`), there.said.at(-1));
  }
  const rows = there.database.prepare("SELECT customer_email, customer, billing, total_minor FROM orders").all();
  assert.deepEqual(rows.map((row) => row.customer_email), [
    "erased@erased.invalid",
    "ada@example.com",
    "eve@example.com",
  ]);
  assert.ok(!(rows[0].customer + rows[0].billing).includes("Ada"));
  assert.equal(JSON.parse(rows[0].billing).country, "DE");
  assert.equal(rows[0].total_minor, 1190);
});

test("an address that nobody ordered with is told, and one with a quote is only a text", async () => {
  const there = shop();
  for (const address of ["nobody@example.com", "'; DROP TABLE orders; --@example.com"]) {
    await assert.rejects(exportBuyer({ address, ...there }), Refused);
    await eraseBuyer({ address, ...there });
  }
  assert.equal(there.database.prepare("SELECT count(*) AS n FROM orders").get().n, 3);
  assert.equal(filled("a = :address", { address: "o'neil@x.test" }), "a = 'o''neil@x.test'");
});
