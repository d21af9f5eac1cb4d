// What the shop knows of a buyer, by the address of their orders: which rows are exported, and how an
// order's buyer is erased. What an erasure removes and what stays is decided by the schema (table
// `erasures`); this only asks for it. Runs no command itself.

/** Why nothing was done. */
export class Refused extends Error {}

/** Which orders are the buyer's. Addresses are kept as they were typed, so letters' case is left out. */
const THEIRS = "SELECT order_number FROM orders WHERE lower(customer_email) = lower(:address)";

/** What is exported, by table. What guards the shop is not theirs: tokens, keys, names of staff. */
const EXPORTED = {
  orders: `SELECT order_number, replaces, state, currency, subtotal_minor, discount_minor, tax_minor, total_minor, quote,
    customer, billing, created_at, expires_at, confirmed_at, ended_at, subscription_id, paid_by
    FROM orders WHERE order_number IN (${THEIRS}) ORDER BY created_at`,
  payments: `SELECT l.order_number, y.payment_id, y.method, y.state, y.currency, y.amount_minor,
    y.received_minor, y.paid_at, y.paid_by, y.payer_email, y.payer_name, y.created_at
    FROM payment_allocations l JOIN payments y ON y.payment_id = l.payment_id
    WHERE l.order_number IN (${THEIRS}) ORDER BY y.created_at`,
  proofs: `SELECT proof_id, order_number, bank_account_id, object_key, sha256, size_bytes, media_type, file_name,
    transfer_reference, uploaded_at, state, removed_at
    FROM proofs WHERE order_number IN (${THEIRS}) ORDER BY uploaded_at`,
  decisions: `SELECT order_number, verdict, decided_at, currency, amount_minor, value_date, bank_reference,
    reason_code, reason FROM decisions WHERE order_number IN (${THEIRS}) ORDER BY decided_at`,
  history: `SELECT order_number, version, event, from_state, to_state, at
    FROM order_history WHERE order_number IN (${THEIRS}) ORDER BY order_number, version`,
  refunds: `SELECT f.order_number, f.payment_id, f.payment_minor, f.lines, h.at
    FROM refunds f JOIN order_history h ON h.order_number = f.order_number AND h.version = f.version
    WHERE f.order_number IN (${THEIRS}) ORDER BY f.order_number, f.version`,
  coupons: `SELECT order_number, coupon_code, state, held_at, confirmed_at
    FROM redemptions WHERE order_number IN (${THEIRS}) ORDER BY held_at`,
  messages: `SELECT m.order_number, m.kind, m.created_at, m.state
    FROM outbox m WHERE m.order_number IN (${THEIRS}) AND m.kind LIKE 'mail_%'
    AND m.kind <> 'mail_staff_alert' ORDER BY m.created_at`,
};

/** Columns that hold JSON. */
const JSON_COLUMNS = ["quote", "customer", "billing", "lines"];

const EXTENSIONS = { "image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "application/pdf": "pdf" };

/** What is refused, in words. */
const REFUSALS = {
  erasure_too_early: "it is not over, or has been for less than 30 days",
  erasure_of_open_work: "a proof, a case or a message about it is still open",
};

/** Writes everything that is known of the buyer, with the documents that are still kept. */
export async function exportBuyer({ address, sql, object, save, say }) {
  const data = {};
  for (const [name, text] of Object.entries(EXPORTED)) {
    data[name] = sql(filled(text, { address })).rows.map(readable);
  }
  if (data.orders.length === 0) throw new Refused("no order was made with this address.");
  for (const proof of data.proofs) {
    const name = `${proof.proof_id}.${EXTENSIONS[proof.media_type]}`;
    if (proof.removed_at === null && object(proof.object_key, save(name))) proof.file = name;
    delete proof.object_key;
  }
  say(`written: ${save("data.json", `${JSON.stringify(data, null, 2)}\n`)}`);
}

/** Erases the buyer from every order that is over. Orders that were erased are theirs no more. */
export async function eraseBuyer({ address, sql, say }) {
  const orders = sql(filled(THEIRS, { address })).rows.map((row) => row.order_number);
  let left = 0;
  for (const order of orders) {
    const { refusal } = sql(
      filled(
        "INSERT INTO erasures (order_number, erased_at, reason) VALUES (:order, unixepoch(), 'asked for') " +
          "ON CONFLICT DO NOTHING",
        { order },
      ),
    );
    if (refusal) left += 1;
    say(`${order}: ${refusal ? `kept, ${REFUSALS[refusal] ?? refusal}` : "erased"}`);
  }
  say(`${orders.length - left} of ${orders.length} orders erased; documents go within minutes.`);
  if (left > 0) throw new Refused("run this again when the rest is over.");
}

/** Puts texts into a statement, quoted: wrangler's command line binds no parameters. */
export function filled(text, values) {
  return text.replaceAll(/:(address|order)\b/g, (_, name) => `'${values[name].replaceAll("'", "''")}'`);
}

function readable(row) {
  const parsed = JSON_COLUMNS.filter((name) => name in row).map((name) => [name, JSON.parse(row[name])]);
  return { ...row, ...Object.fromEntries(parsed) };
}
