// The rows of `make bench` about coupons: what a lookup and a quote with a code cost the database among
// a million codes, as D1 counts.
const CODES = 1_000_000;
/** Codes whose check symbol fits: one that can be used, one that is used up, and one that is unknown. */
export const GOOD = "K2ED5SR3Q06W2D";
const USED = "KPAT0BENCH0VS0";
const UNKNOWN = "KPAT0BENCH0XXY";

/** A coupon of 20 % that can be used for ever. */
export async function addCoupon(database, code = GOOD, uses = 0) {
  const terms = '{"benefit":"percent","percent":"20"}';
  await database
    .prepare(
      `INSERT INTO coupons (coupon_code, terms, starts_at, uses_max, note, made_by, made_at)
       VALUES (?1, ?2, 0, 1, '', 'staff:bench', 0)`,
    )
    .bind(code, terms)
    .run();
  if (uses) await database.prepare("UPDATE coupons SET uses = ?2 WHERE coupon_code = ?1").bind(code, uses).run();
}

/** A caller's address: each may try twenty codes a minute. */
export function caller(index) {
  return { "cf-connecting-ip": `198.${18 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}` };
}

export async function coupons({ shop, call, settled, line }) {
  await shop.database
    .prepare(
      `WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ${CODES})
       INSERT INTO coupons (coupon_code, terms, starts_at, uses_max, note, made_by, made_at)
       SELECT printf('Z%013d', n), '{}', 0, 1, '', 'staff:bench', n FROM n`,
    )
    .run();
  await addCoupon(shop.database, USED, 1);
  const query = "product=site-backup&period_months=12&currency=EUR";
  const quote = {
    items: [{ product: "site-backup", period_months: 12, quantity: 1 }],
    currency: "EUR", country: "DE", coupon: GOOD,
  };
  console.log("\nCoupons, among a million codes, as D1 counts\n");
  const most = async (requests) => {
    const from = shop.lines.length;
    for (const request of requests) await request();
    await settled();
    const counts = shop.lines.slice(from).map(({ database }) => database);
    const of = (name) => Math.max(...counts.map((count) => count[name]));
    return { trips: `${of("round_trips")} round trip`, rows: `${of("read")} rows read, ${of("written")} written` };
  };
  // Each by somebody who has not tried yet, by the same again, and a minute's limit that is not reached.
  const twice = (ask) => [0, 0, 1].map((nth) => () => ask(caller(60_000 + nth)));
  const lookups = [GOOD, USED, UNKNOWN].flatMap((code) =>
    twice((headers) => call(`/v1/coupons/${code}?${query}`, { headers })));
  const lookup = await most(lookups);
  line("GET /v1/coupons/{code}", `${lookup.trips}, ${lookup.rows}`, "1 round trip, ≤ 3 rows read");
  const json = { "content-type": "application/json" };
  const quotes = twice((headers) => call("/v1/quotes", { headers: { ...json, ...headers }, body: quote }));
  const quoted = await most(quotes);
  line("POST /v1/quotes, with a coupon", `${quoted.trips}, ${quoted.rows}`, "1 round trip");
}
