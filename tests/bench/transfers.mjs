// The rows of `make bench` about bank transfers: an upload end to end, and the review queue.
import { readFileSync, writeFileSync } from "node:fs";
import { deflateSync, crc32 } from "node:zlib";
import { randomBytes } from "node:crypto";

const MIB = 1024 * 1024;
const BYTES = 5 * MIB;
const UPLOADS = 12;

/**
 * Hands 5 MiB in, one order after another, against a bare Worker that reads as much, takes its
 * SHA-256 and puts it into its bucket; then four at once, for the memory. What is beyond: the bytes'
 * way into wasm and out again, the search for the boundary, and the walk through the picture with its
 * checksums; the SHA-256 is the platform's in both.
 */
export async function uploads({ shop, bare, call, cpuOf, middle, line }) {
  const file = png(BYTES);
  const orders = [];
  for (let index = 0; index < UPLOADS + 6; index += 1) orders.push(await transferring(call, index));
  const handIn = async (index) => {
    const form = new FormData();
    form.append("bank_account", "meridian-eur");
    form.append("file", new Blob([file], { type: "image/png" }), "proof.png");
    const { number, token } = orders[index];
    const response = await fetch(`${shop.at}/v1/orders/${number}/proofs`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      body: form,
    });
    if (response.status !== 201) throw new Error(`an upload: ${response.status} ${await response.text()}`);
    await response.text();
  };
  const put = async () => {
    const response = await fetch(bare.at, { method: "PUT", body: file });
    if (!response.ok) throw new Error(`the bare Worker: ${response.status} ${await response.text()}`);
    await response.text();
  };
  for (const index of [0, 1]) await Promise.all([handIn(index), put()]);
  const samples = [];
  for (let index = 2; index < UPLOADS + 2; index += 1) {
    samples.push({ ours: await cpuOf(shop.pids, handIn)(index, 1), bare: await cpuOf(bare.pids, put)(index, 1) });
  }
  const [first, beyond, third] = middle(samples.map(({ ours, bare }) => ours - bare));
  const all = middle(samples.map(({ ours }) => ours))[1].toFixed(1);
  console.log("\nAn upload of 5 MiB, beyond a bare Worker that reads, hashes and puts as much\n");
  line("POST …/proofs: CPU, ms", `${beyond.toFixed(1)} (${first.toFixed(1)} to ${third.toFixed(1)}) of ${all}`, "≤ 60");

  const before = memory(shop.pids, "VmRSS");
  for (const pid of shop.pids) writeFileSync(`/proc/${pid}/clear_refs`, "5");
  await Promise.all([0, 1, 2, 3].map((nth) => handIn(UPLOADS + 2 + nth)));
  const grown = (memory(shop.pids, "VmHWM") - before) / 1024;
  line("four at once: peak of workerd", `${grown.toFixed(0)} MB more, the bucket's own among them`, "≤ 128 MB");
}

/** What D1 counts for the first page of the queue among 100,000 reviewed proofs and 200 that wait. */
export async function queue({ database, statement: [text, values], line }) {
  const triggers = await database.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all();
  for (const { name } of triggers.results) await database.prepare(`DROP TRIGGER ${name}`).run();
  const n = "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 100200)";
  for (const rows of [
    `INSERT OR IGNORE INTO bank_accounts (bank_account_id, currency, bank_name, holder, account_number, added_by, added_at)
     VALUES ('queue-eur', 'EUR', 'Bank', 'Shop', 'DE02 1203', 'operator', 0)`,
    `${n} INSERT INTO payments (payment_id, method, state, currency, amount_minor, request, provider_key, session_id,
       created_at) SELECT printf('Q%013d', n), 'bank', 'processing', 'EUR', 1190, '', '', printf('Q%013d', n), n FROM n`,
    `${n} INSERT INTO proofs (proof_id, order_number, payment_id, bank_account_id, object_key, sha256, size_bytes,
       media_type, file_name, transfer_reference, uploaded_at, state)
     SELECT printf('Q%013d', n), printf('Q%013d', n), printf('Q%013d', n), 'queue-eur', printf('proofs/%026d', n),
       printf('%064d', n), 9, 'application/pdf', '', '', n, iif(n > 100000, 'waiting', 'approved') FROM n`,
  ]) {
    await database.prepare(rows).run();
  }
  const { meta, results } = await database.prepare(text).bind(...values).all();
  line("the review queue, a page", `${meta.rows_read} rows read for ${results.length} proofs`, "≤ 400");
}

/** An order whose buyer has chosen to transfer. */
async function transferring(call, index) {
  const headers = (name) => ({
    "content-type": "application/json",
    "idempotency-key": `bench-${name}-${String(index).padStart(12, "0")}`,
  });
  const body = {
    items: [{ product: "site-backup", period_months: 12, quantity: 1 }],
    currency: "EUR",
    customer: { name: "Ada Lovelace", email: `transfer-${index}@example.com` },
    billing: { name: "Ada Lovelace", line1: "Musterstr. 1", city: "Berlin", postal_code: "10115", country: "DE" },
  };
  const made = await call("/v1/orders", { headers: headers("transfer-order"), body });
  const order = { number: made.order_number, token: made.token };
  await call(`/v1/orders/${order.number}/payments`, {
    headers: { ...headers("transfer"), authorization: `Bearer ${order.token}` },
    body: { method: "bank" },
  });
  return order;
}

/** A picture of so many bytes, whose pixels do not compress. */
function png(bytes) {
  const chunk = (kind, data) => {
    const checked = Buffer.concat([Buffer.from(kind), data]);
    const head = Buffer.alloc(4);
    head.writeUInt32BE(data.length);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(checked));
    return Buffer.concat([head, checked, sum]);
  };
  const width = 1024;
  const height = Math.floor((bytes - 4096) / (3 * width + 1));
  const pixels = randomBytes(height * (3 * width + 1));
  for (let row = 0; row < height; row += 1) pixels[row * (3 * width + 1)] = 0;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const data = chunk("IDAT", deflateSync(pixels, { level: 0 }));
  return Buffer.concat([signature, chunk("IHDR", header), data, chunk("IEND", Buffer.alloc(0))]);
}

/** A figure of processes in KB. */
function memory(pids, name) {
  const of = (pid) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]);
  return pids.map(of).reduce((sum, kb) => sum + kb, 0);
}
