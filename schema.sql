-- The whole database of Edgetill.
--
-- Every table is STRICT. Money is an INTEGER of minor units within 0 … 2^53−1 with its currency
-- beside it. Times are Unix seconds, UTC. Every race between two writers is decided here, by a key,
-- a CHECK or a trigger, and never by timing; a refusal aborts the whole batch, and its name tells
-- the function what happened. The comment above a table says who writes it and what it promises.
-- `migrations/` leads to exactly this text (a test compares the two).

--------------------------------------------------------------------------------------------------
-- Catalogue (see "Your own catalogue" in the README). As far as SQL can tell, its CHECKs are the rules
-- by which the program reads the rows back, so that a slip is refused here and not at the till. Orders
-- copy what they need: a change here never changes an order.

-- What can be bought. Written by the operator, read by quotes. Promises an id that fits a URL and a
-- name that is not blank.
CREATE TABLE products (
  product_id TEXT PRIMARY KEY CHECK (
    length(product_id) BETWEEN 1 AND 64 AND product_id NOT GLOB '*[^a-z0-9-]*'
    AND product_id NOT GLOB '-*' AND product_id NOT GLOB '*-'
  ),
  name TEXT NOT NULL CHECK (length(trim(name)) BETWEEN 1 AND 120),
  description TEXT NOT NULL DEFAULT '' CHECK (length(description) <= 500),
  position INTEGER NOT NULL DEFAULT 0,
  active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
  -- What a unit of it issues once it is paid: a coupon, as `shared/coupon/issue.rs` reads it; NULL for
  -- none.
  issues TEXT CHECK (json_valid(issues))
) STRICT, WITHOUT ROWID;

-- What a product costs. Written by the operator, read by quotes. Promises one price for each
-- product, period and currency. period_months 0 is a one-off purchase.
CREATE TABLE prices (
  product_id TEXT NOT NULL REFERENCES products (product_id),
  period_months INTEGER NOT NULL CHECK (period_months BETWEEN 0 AND 120),
  currency TEXT NOT NULL CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
  unit_amount_minor INTEGER NOT NULL CHECK (unit_amount_minor BETWEEN 0 AND 9007199254740991),
  PRIMARY KEY (product_id, period_months, currency)
) STRICT, WITHOUT ROWID;

-- The tax of a place. Written by the operator, read by quotes. The most specific row wins:
-- (country, region), then (country, ''); no row means no tax is due. Where a country has rows of
-- regions and none of its own, a buyer has to name the region. Promises that percent is a
-- decimal text from 0 to 100 such as '19' or '8.875', which never becomes a float, and that regions
-- are lower case without dots, as a buyer's is compared.
CREATE TABLE tax_rates (
  country TEXT NOT NULL CHECK (country GLOB '[A-Z][A-Z]'),
  region TEXT NOT NULL DEFAULT '' CHECK (region = lower(trim(replace(region, '.', '')))),
  percent TEXT NOT NULL CHECK (
    percent GLOB '[0-9]*' AND percent NOT GLOB '*[^0-9.]*'
    AND percent NOT GLOB '*.' AND percent NOT GLOB '*.*.*'
    AND instr(percent || '.', '.') <= 4 AND length(percent) <= instr(percent || '.', '.') + 4
    AND CAST(percent AS REAL) <= 100
  ),
  tax_name TEXT NOT NULL CHECK (length(trim(tax_name)) BETWEEN 1 AND 40),
  PRIMARY KEY (country, region)
) STRICT, WITHOUT ROWID;

--------------------------------------------------------------------------------------------------
-- Orders.

-- What a buyer owes for. Written once by create_order; afterwards cron moves due_at and asks, and
-- the triggers of order_history everything else. Promises that what is owed is frozen, that an
-- order begins unpaid, that one which is still open is replaced by one other at most, and that no row is
-- ever lost.
CREATE TABLE orders (
  order_number TEXT PRIMARY KEY CHECK (length(order_number) = 14),
  account TEXT,
  state TEXT NOT NULL CHECK (
    state IN ('unpaid', 'in_review', 'rejected', 'confirmed', 'cancelled', 'expired', 'superseded')
  ),
  version INTEGER NOT NULL CHECK (version >= 1),
  currency TEXT NOT NULL CHECK (length(currency) = 3),
  subtotal_minor INTEGER NOT NULL CHECK (subtotal_minor BETWEEN 0 AND 9007199254740991),
  discount_minor INTEGER NOT NULL CHECK (discount_minor BETWEEN 0 AND subtotal_minor),
  tax_minor INTEGER NOT NULL CHECK (tax_minor BETWEEN 0 AND total_minor),
  total_minor INTEGER NOT NULL CHECK (total_minor BETWEEN 0 AND 9007199254740991),
  quote TEXT NOT NULL CHECK (json_valid(quote)),
  customer TEXT NOT NULL CHECK (json_valid(customer)),
  billing TEXT NOT NULL CHECK (json_valid(billing)),
  customer_email TEXT NOT NULL CHECK (length(customer_email) BETWEEN 3 AND 254),
  token_hash TEXT NOT NULL CHECK (length(token_hash) = 64),
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL CHECK (expires_at >= created_at),
  -- When cron has to look at the order; NULL when it never has to again.
  due_at INTEGER,
  -- How often cron has looked in vain since the deadline.
  asks INTEGER NOT NULL DEFAULT 0 CHECK (asks >= 0),
  subscription_id TEXT,
  paid_by TEXT,
  confirmed_at INTEGER,
  -- When it was cancelled, expired or superseded.
  ended_at INTEGER,
  -- The coupons that it issues once it is paid, as they were sold.
  issues TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(issues)),
  -- The order whose place it takes; NULL for most.
  replaces TEXT REFERENCES orders (order_number),
  -- How many orders gave way before it, one to the other: their money may still come, and has to be
  -- followed to the newest.
  replaced_before INTEGER NOT NULL DEFAULT 0,
  CONSTRAINT order_replaced_too_often CHECK (replaced_before BETWEEN 0 AND 20),
  -- Tax is either within the prices or added to them.
  CONSTRAINT order_total CHECK (
    total_minor IN (subtotal_minor - discount_minor, subtotal_minor - discount_minor + tax_minor)
  )
) STRICT, WITHOUT ROWID;

CREATE INDEX orders_due ON orders (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX orders_by_customer_email ON orders (customer_email COLLATE NOCASE, created_at);
CREATE UNIQUE INDEX orders_by_subscription_id ON orders (subscription_id)
  WHERE subscription_id IS NOT NULL;
-- Of two requests that replace an order at once, one does.
CREATE UNIQUE INDEX one_replacement_per_order ON orders (replaces) WHERE replaces IS NOT NULL;

CREATE TRIGGER orders_begin_unpaid BEFORE INSERT ON orders
WHEN NEW.state <> 'unpaid' OR NEW.version <> 1 OR NEW.subscription_id IS NOT NULL
  OR NEW.paid_by IS NOT NULL OR NEW.confirmed_at IS NOT NULL OR NEW.ended_at IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'order_begins_unpaid');
END;

CREATE TRIGGER orders_replace_open BEFORE INSERT ON orders
WHEN NEW.replaces IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM orders o
  WHERE o.order_number = NEW.replaces AND o.state IN ('unpaid', 'in_review', 'rejected')
)
BEGIN
  SELECT RAISE(ABORT, 'order_replaces_nothing');
END;

CREATE TRIGGER orders_frozen BEFORE UPDATE OF
  order_number, account, currency, subtotal_minor, discount_minor, tax_minor, total_minor, quote,
  customer, billing, customer_email, created_at, expires_at, issues, replaces, replaced_before ON orders
WHEN NOT (
  (NEW.order_number, NEW.account, NEW.currency, NEW.subtotal_minor, NEW.discount_minor,
   NEW.tax_minor, NEW.total_minor, NEW.quote, NEW.created_at, NEW.expires_at, NEW.issues,
   NEW.replaces, NEW.replaced_before)
  IS (OLD.order_number, OLD.account, OLD.currency, OLD.subtotal_minor, OLD.discount_minor,
   OLD.tax_minor, OLD.total_minor, OLD.quote, OLD.created_at, OLD.expires_at, OLD.issues,
   OLD.replaces, OLD.replaced_before)
  AND NEW.customer_email = 'erased@erased.invalid'
  AND EXISTS (SELECT 1 FROM erasures e WHERE e.order_number = OLD.order_number)
)
BEGIN
  SELECT RAISE(ABORT, 'order_frozen');
END;

CREATE TRIGGER orders_kept BEFORE DELETE ON orders
BEGIN
  SELECT RAISE(ABORT, 'order_kept');
END;

-- Each order writes to an address that anybody can type in: ten within an hour, however many ask at once.
CREATE TRIGGER orders_of_one_address BEFORE INSERT ON orders
WHEN (
  SELECT o.created_at FROM orders o
  WHERE o.customer_email = NEW.customer_email COLLATE NOCASE AND o.created_at > NEW.created_at - 3600
  ORDER BY o.created_at DESC LIMIT 1 OFFSET 9
) IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'too_many_orders_of_address');
END;

-- A version, and with it a state, only ever comes from the row of order_history that tells why.
CREATE TRIGGER orders_change_has_history BEFORE UPDATE OF
  state, version, subscription_id, paid_by, confirmed_at, ended_at ON orders
WHEN NOT EXISTS (
  SELECT 1 FROM order_history h
  WHERE h.order_number = NEW.order_number AND h.version = NEW.version
    AND h.to_state = NEW.state AND NEW.version = OLD.version + 1
) AND NOT (
  (NEW.state, NEW.version, NEW.subscription_id, NEW.confirmed_at, NEW.ended_at)
  IS (OLD.state, OLD.version, OLD.subscription_id, OLD.confirmed_at, OLD.ended_at)
  AND EXISTS (SELECT 1 FROM erasures e WHERE e.order_number = OLD.order_number)
)
BEGIN
  SELECT RAISE(ABORT, 'order_change_without_history');
END;

-- The legal steps. Written by migrations only. Promises to hold exactly what `decide` in ring 0 can
-- answer (a test compares the two).
CREATE TABLE order_transitions (
  from_state TEXT NOT NULL,
  to_state TEXT NOT NULL,
  PRIMARY KEY (from_state, to_state)
) STRICT, WITHOUT ROWID;

INSERT INTO order_transitions (from_state, to_state) VALUES
  ('unpaid', 'unpaid'), ('unpaid', 'in_review'), ('unpaid', 'confirmed'), ('unpaid', 'cancelled'),
  ('unpaid', 'expired'), ('unpaid', 'superseded'),
  ('in_review', 'in_review'), ('in_review', 'unpaid'), ('in_review', 'rejected'),
  ('in_review', 'confirmed'), ('in_review', 'cancelled'), ('in_review', 'superseded'),
  ('rejected', 'rejected'), ('rejected', 'in_review'), ('rejected', 'confirmed'),
  ('rejected', 'cancelled'), ('rejected', 'expired'), ('rejected', 'superseded'),
  ('confirmed', 'confirmed'), ('cancelled', 'cancelled'), ('expired', 'expired'),
  ('superseded', 'superseded');

-- What happened to each order, and the guard of every change. Written by whatever changes an order,
-- in the same batch. Promises to be insert-only, without gaps, and that of two writers who saw
-- version n only one writes n + 1: the second meets the primary key and its whole batch is undone.
-- write_token is random per attempt: after a lost answer it tells one's own row from another's.
CREATE TABLE order_history (
  order_number TEXT NOT NULL REFERENCES orders (order_number),
  version INTEGER NOT NULL CHECK (version >= 1),
  from_state TEXT NOT NULL,
  to_state TEXT NOT NULL,
  event TEXT NOT NULL,
  actor TEXT NOT NULL CHECK (length(actor) >= 1),
  cause TEXT NOT NULL CHECK (length(cause) >= 1),
  reason TEXT NOT NULL,
  write_token TEXT NOT NULL CHECK (length(write_token) = 26),
  at INTEGER NOT NULL,
  -- Given by the step to 'confirmed' and by no other.
  subscription_id TEXT CHECK (length(subscription_id) >= 1),
  paid_by TEXT,
  CONSTRAINT order_conflict PRIMARY KEY (order_number, version),
  CONSTRAINT confirmation_complete CHECK (
    (subscription_id IS NULL) = (paid_by IS NULL)
    AND (subscription_id IS NOT NULL) = (to_state = 'confirmed' AND from_state <> 'confirmed')
  )
) STRICT, WITHOUT ROWID;

CREATE TRIGGER order_history_checked BEFORE INSERT ON order_history
BEGIN
  SELECT RAISE(ABORT, 'order_begins_unpaid')
  WHERE NEW.version = 1 AND (NEW.from_state <> 'unpaid' OR NEW.to_state <> 'unpaid');
  -- A key that exists is left to the primary key, whose message names the conflict.
  SELECT RAISE(ABORT, 'order_version_skipped')
  WHERE NEW.version > 1 AND NOT EXISTS (
    SELECT 1 FROM order_history h
    WHERE h.order_number = NEW.order_number AND h.version = NEW.version - 1
  );
  SELECT RAISE(ABORT, 'order_transition_illegal')
  WHERE NEW.version > 1 AND NOT EXISTS (
    SELECT 1 FROM order_transitions t
    WHERE t.from_state = NEW.from_state AND t.to_state = NEW.to_state
  );
  SELECT RAISE(ABORT, 'order_state_stale')
  WHERE NEW.version > 1 AND EXISTS (
    SELECT 1 FROM orders o
    WHERE o.order_number = NEW.order_number AND o.version = NEW.version - 1
      AND o.state <> NEW.from_state
  );
  -- An order is confirmed, and so released to production, only when the ledger holds its total.
  SELECT RAISE(ABORT, 'confirmed_without_money')
  WHERE NEW.to_state = 'confirmed' AND NEW.from_state <> 'confirmed' AND (
    SELECT o.total_minor > coalesce(a.credits - a.debits, 0)
    FROM orders o LEFT JOIN ledger_accounts a ON a.account = 'order:' || o.order_number
    WHERE o.order_number = NEW.order_number
  );
  -- An order gives way only to one that is there.
  SELECT RAISE(ABORT, 'superseded_by_nothing')
  WHERE NEW.to_state = 'superseded' AND NOT EXISTS (
    SELECT 1 FROM orders n WHERE n.replaces = NEW.order_number
  );
  -- A coupon that leaves nothing to pay is used by whoever reads the order's mails. Where money has
  -- come, it decides.
  SELECT RAISE(ABORT, 'email_not_confirmed')
  WHERE NEW.to_state = 'confirmed' AND NEW.from_state <> 'confirmed' AND EXISTS (
    SELECT 1 FROM redemptions r JOIN orders o ON o.order_number = r.order_number
    WHERE r.order_number = NEW.order_number AND r.state = 'held' AND r.confirmed_at IS NULL
      AND o.total_minor = 0
  );
END;

-- Two triggers, because naming due_at in an UPDATE writes its index again: a step that leaves the
-- order open does not touch it.
CREATE TRIGGER order_history_stepped AFTER INSERT ON order_history
WHEN NEW.version > 1 AND NEW.to_state IN ('unpaid', 'in_review', 'rejected')
BEGIN
  UPDATE orders SET state = NEW.to_state, version = NEW.version
  WHERE order_number = NEW.order_number;
END;

CREATE TRIGGER order_history_ended AFTER INSERT ON order_history
WHEN NEW.version > 1 AND NEW.to_state NOT IN ('unpaid', 'in_review', 'rejected')
BEGIN
  UPDATE orders SET
    state = NEW.to_state,
    version = NEW.version,
    due_at = NULL,
    subscription_id = coalesce(subscription_id, NEW.subscription_id),
    paid_by = coalesce(paid_by, NEW.paid_by),
    confirmed_at = iif(NEW.to_state = 'confirmed', coalesce(confirmed_at, NEW.at), confirmed_at),
    ended_at = iif(NEW.to_state = 'confirmed', ended_at, coalesce(ended_at, NEW.at))
  WHERE order_number = NEW.order_number;
  -- Whatever confirms an order uses its coupon up, and whatever ends it unpaid gives the use back: by
  -- then no payment of it can settle any more. An order that takes its place holds a use of its own.
  UPDATE redemptions SET
    state = iif(NEW.to_state = 'confirmed', 'consumed', 'released'),
    ended_at = NEW.at
  WHERE order_number = NEW.order_number AND state = 'held';
END;

CREATE TRIGGER order_history_unchanged BEFORE UPDATE ON order_history
WHEN NOT (
  (NEW.order_number, NEW.version, NEW.from_state, NEW.to_state, NEW.event, NEW.actor, NEW.cause,
   NEW.reason, NEW.write_token, NEW.at, NEW.subscription_id)
  IS (OLD.order_number, OLD.version, OLD.from_state, OLD.to_state, OLD.event, OLD.actor, OLD.cause,
   OLD.reason, OLD.write_token, OLD.at, OLD.subscription_id)
  AND NEW.paid_by = 'erased'
  AND EXISTS (SELECT 1 FROM erasures e WHERE e.order_number = OLD.order_number)
)
BEGIN
  SELECT RAISE(ABORT, 'history_is_append_only');
END;

CREATE TRIGGER order_history_kept BEFORE DELETE ON order_history
BEGIN
  SELECT RAISE(ABORT, 'history_is_append_only');
END;

--------------------------------------------------------------------------------------------------
-- Payments.

-- One attempt to pay one or more orders by one method. Written by start_payment before the provider
-- is called, so that a lost answer can always be asked for again; moved on by settle, put off by
-- cron. Money of a checkout that names a payment and is not the payment's own is a payment of its own,
-- written by settle: nothing was sent for it. Promises that what is asked for and sent is frozen, that
-- what ended never lives again, that paid stays paid with what was received, and that one capture pays
-- one payment.
CREATE TABLE payments (
  payment_id TEXT PRIMARY KEY CHECK (length(payment_id) = 14),
  method TEXT NOT NULL CHECK (method IN ('stripe', 'paypal', 'bank', 'wallet')),
  -- starting: the provider has not answered yet. open: the buyer can pay. unknown: we asked and
  -- do not know. processing: the buyer is done, the money is on its way. paid: the money is here.
  -- failed: it will not come. closed: the session ended unpaid. refused: it never began.
  state TEXT NOT NULL CHECK (
    state IN ('starting', 'open', 'unknown', 'processing', 'paid', 'failed', 'closed', 'refused')
  ),
  currency TEXT NOT NULL CHECK (length(currency) = 3),
  amount_minor INTEGER NOT NULL CHECK (amount_minor BETWEEN 1 AND 9007199254740991),
  -- What is sent to the provider, byte for byte, as often as it takes.
  request TEXT NOT NULL,
  provider_key TEXT NOT NULL,
  -- The provider's checkout: session or order id, its address for the buyer, its end.
  session_id TEXT,
  session_url TEXT,
  session_expires_at INTEGER,
  -- The provider's object that holds the money; refunds and disputes quote it.
  capture_ref TEXT,
  received_minor INTEGER CHECK (received_minor BETWEEN 0 AND 9007199254740991),
  received_currency TEXT CHECK (length(received_currency) = 3),
  paid_at INTEGER,
  paid_by TEXT,
  payer_email TEXT,
  -- The key by which staff find the payer's name: its words in lower case, sorted.
  payer_name TEXT CHECK (length(payer_name) BETWEEN 1 AND 255),
  failure TEXT,
  created_at INTEGER NOT NULL,
  -- Where we take the money once the buyer has agreed (PayPal): how many captures were begun, and how
  -- many of them came to nothing, so that the buyer may choose another means. One more begun than
  -- come to nothing: one may be under way, or has brought the money.
  captures INTEGER NOT NULL DEFAULT 0 CHECK (captures BETWEEN declines AND declines + 1),
  declines INTEGER NOT NULL DEFAULT 0 CHECK (declines BETWEEN 0 AND 99),
  -- When cron asks the provider next, and how often it has.
  due_at INTEGER,
  asks INTEGER NOT NULL DEFAULT 0 CHECK (asks >= 0),
  -- When the buyer and staff were told that 30 minutes had passed without an answer.
  unconfirmed_at INTEGER,
  -- When what was received was taken back, as by a bank that returns a transfer.
  reversed_at INTEGER,
  CONSTRAINT payment_paid_complete CHECK (
    (state = 'paid') = (received_minor IS NOT NULL)
    AND (received_minor IS NULL) = (received_currency IS NULL)
    AND (received_minor IS NULL) = (paid_at IS NULL)
    AND (received_minor IS NULL) = (paid_by IS NULL)
    AND (received_minor IS NOT NULL OR capture_ref IS NULL)
    AND (coalesce(received_minor, 0) = 0 OR capture_ref IS NOT NULL)
  ),
  -- A bank has no page where the buyer pays.
  CONSTRAINT payment_open_complete CHECK (
    state <> 'open' OR (session_id IS NOT NULL AND (method = 'bank') = (session_url IS NULL))
  ),
  CONSTRAINT payment_reversed_was_paid CHECK (reversed_at IS NULL OR state = 'paid'),
  CONSTRAINT payment_due_is_live CHECK (
    due_at IS NULL OR state IN ('starting', 'open', 'unknown', 'processing')
  )
) STRICT, WITHOUT ROWID;

CREATE INDEX payments_due ON payments (due_at) WHERE due_at IS NOT NULL;
CREATE UNIQUE INDEX payments_by_capture ON payments (method, capture_ref)
  WHERE capture_ref IS NOT NULL;
-- A checkout pays one payment, whatever its metadata says later.
CREATE UNIQUE INDEX payments_by_session ON payments (method, session_id)
  WHERE session_id IS NOT NULL;
CREATE INDEX payments_by_payer_email ON payments (payer_email, paid_at)
  WHERE payer_email IS NOT NULL;
CREATE INDEX payments_by_payer_name ON payments (payer_name, paid_at)
  WHERE payer_name IS NOT NULL;

CREATE TRIGGER payments_frozen BEFORE UPDATE OF
  payment_id, method, currency, amount_minor, request, provider_key, created_at ON payments
WHEN NOT (
  (NEW.payment_id, NEW.method, NEW.currency, NEW.amount_minor, NEW.provider_key, NEW.created_at)
  IS (OLD.payment_id, OLD.method, OLD.currency, OLD.amount_minor, OLD.provider_key, OLD.created_at)
  AND NEW.request = '' AND EXISTS (
    SELECT 1 FROM payment_allocations l JOIN erasures e ON e.order_number = l.order_number
    WHERE l.payment_id = OLD.payment_id
  )
)
BEGIN
  SELECT RAISE(ABORT, 'payment_frozen');
END;

CREATE TRIGGER payments_kept BEFORE DELETE ON payments
BEGIN
  SELECT RAISE(ABORT, 'payment_kept');
END;

-- Paid is a latch: refunds and disputes are facts of their own, never a step back.
CREATE TRIGGER payments_paid_is_final BEFORE UPDATE OF
  state, session_id, capture_ref, received_minor, received_currency, paid_at, paid_by, payer_email,
  payer_name
ON payments WHEN OLD.state = 'paid' AND NOT (
  (NEW.state, NEW.session_id, NEW.capture_ref, NEW.received_minor, NEW.received_currency, NEW.paid_at)
  IS (OLD.state, OLD.session_id, OLD.capture_ref, OLD.received_minor, OLD.received_currency,
   OLD.paid_at)
  AND NEW.paid_by = 'erased' AND NEW.payer_email IS NULL AND NEW.payer_name IS NULL AND EXISTS (
    SELECT 1 FROM payment_allocations l JOIN erasures e ON e.order_number = l.order_number
    WHERE l.payment_id = OLD.payment_id
  )
)
BEGIN
  SELECT RAISE(ABORT, 'payment_is_paid');
END;

CREATE TRIGGER payments_reversed_once BEFORE UPDATE OF reversed_at ON payments
WHEN OLD.reversed_at IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'payment_is_reversed');
END;

-- What ended without money may still turn out to be paid, but its order may have another live
-- payment by now.
CREATE TRIGGER payments_over_is_over BEFORE UPDATE OF state ON payments
WHEN OLD.state IN ('failed', 'closed', 'refused')
  AND NEW.state IN ('starting', 'open', 'unknown', 'processing')
BEGIN
  SELECT RAISE(ABORT, 'payment_is_over');
END;

-- A capture that was begun may have taken the money: the payment is not given up before that is known.
CREATE TRIGGER payments_capture_known BEFORE UPDATE OF state ON payments
WHEN NEW.state = 'closed' AND NEW.captures > NEW.declines
BEGIN
  SELECT RAISE(ABORT, 'payment_capturing');
END;

-- Before a payment takes its first step, all of it is for orders.
CREATE TRIGGER payments_allocated BEFORE UPDATE OF state ON payments
WHEN OLD.state = 'starting' AND NEW.amount_minor <> (
  SELECT coalesce(sum(p.amount_minor), 0) FROM payment_allocations p
  WHERE p.payment_id = NEW.payment_id
)
BEGIN
  SELECT RAISE(ABORT, 'payment_not_allocated');
END;

-- The session of a payment is bound once; another session is another payment.
CREATE TRIGGER payments_session_bound BEFORE UPDATE OF session_id ON payments
WHEN OLD.session_id IS NOT NULL AND NEW.session_id IS NOT OLD.session_id
BEGIN
  SELECT RAISE(ABORT, 'payment_session_bound');
END;

-- Which orders a payment pays, and how much of each. Written in the payment's own batch; the trigger
-- below ends it with its payment. Promises at most one live payment per order,
-- in the order's currency, and that the parts make the whole.
CREATE TABLE payment_allocations (
  payment_id TEXT NOT NULL REFERENCES payments (payment_id),
  order_number TEXT NOT NULL REFERENCES orders (order_number),
  amount_minor INTEGER NOT NULL CHECK (amount_minor BETWEEN 1 AND 9007199254740991),
  live INTEGER NOT NULL DEFAULT 1 CHECK (live IN (0, 1)),
  PRIMARY KEY (order_number, payment_id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX one_live_payment_per_order ON payment_allocations (order_number)
  WHERE live = 1;
CREATE INDEX allocations_by_payment ON payment_allocations (payment_id);

CREATE TRIGGER allocations_checked BEFORE INSERT ON payment_allocations
BEGIN
  SELECT RAISE(ABORT, 'allocation_currency')
  WHERE EXISTS (
    SELECT 1 FROM payments y JOIN orders o ON o.order_number = NEW.order_number
    WHERE y.payment_id = NEW.payment_id AND y.currency <> o.currency
  );
  -- Only a payment that has not begun takes on orders, and then it is live; or one that nobody here
  -- began, which is over when it is found, and is one order's.
  SELECT RAISE(ABORT, 'allocation_late')
  WHERE EXISTS (
    SELECT 1 FROM payments y WHERE y.payment_id = NEW.payment_id AND CASE
      WHEN NEW.live = 0 THEN y.state <> 'closed' OR EXISTS (
        SELECT 1 FROM payment_allocations p WHERE p.payment_id = NEW.payment_id
      )
      ELSE y.state <> 'starting'
    END
  );
  -- Nobody is led to a provider for an order whose coupon is not bound to its customer yet. A bank
  -- transfer begins when its payment opens: what staff found on a statement never does.
  SELECT RAISE(ABORT, 'email_not_confirmed')
  WHERE EXISTS (
    SELECT 1 FROM redemptions r JOIN payments y ON y.payment_id = NEW.payment_id
    WHERE r.order_number = NEW.order_number AND r.state = 'held' AND r.confirmed_at IS NULL
      AND y.method <> 'bank'
  );
END;

CREATE TRIGGER payments_email_confirmed BEFORE UPDATE OF state ON payments
WHEN OLD.state = 'starting' AND NEW.state = 'open' AND EXISTS (
  SELECT 1 FROM payment_allocations l JOIN redemptions r ON r.order_number = l.order_number
  WHERE l.payment_id = NEW.payment_id AND r.state = 'held' AND r.confirmed_at IS NULL
)
BEGIN
  SELECT RAISE(ABORT, 'email_not_confirmed');
END;

CREATE TRIGGER allocations_frozen BEFORE UPDATE OF
  payment_id, order_number, amount_minor ON payment_allocations
BEGIN
  SELECT RAISE(ABORT, 'allocation_frozen');
END;

CREATE TRIGGER allocations_live_with_payment BEFORE UPDATE OF live ON payment_allocations
WHEN NEW.live <> EXISTS (
  SELECT 1 FROM payments y WHERE y.payment_id = NEW.payment_id
    AND y.state IN ('starting', 'open', 'unknown', 'processing')
)
BEGIN
  SELECT RAISE(ABORT, 'allocation_lives_with_payment');
END;

CREATE TRIGGER allocations_kept BEFORE DELETE ON payment_allocations
BEGIN
  SELECT RAISE(ABORT, 'allocation_kept');
END;

CREATE TRIGGER payments_ended AFTER UPDATE OF state ON payments
WHEN OLD.state IN ('starting', 'open', 'unknown', 'processing')
  AND NEW.state IN ('paid', 'failed', 'closed', 'refused')
BEGIN
  UPDATE payment_allocations SET live = 0
  WHERE payment_id = NEW.payment_id AND live = 1;
END;

--------------------------------------------------------------------------------------------------
-- Coupons.

-- What a code is worth, and how often it can be used. Written by staff, who may also pause it, and by the
-- settlement of an order that issues it; uses is kept by the triggers of redemptions. Promises that no
-- code is used more often than uses_max, by whomever and however many at once, that an order issues
-- nothing before it is confirmed, that terms never change, and that what is stopped stays so. A code is
-- as good as its discount to whoever reads it here.
CREATE TABLE coupons (
  coupon_code TEXT PRIMARY KEY CHECK (length(coupon_code) = 14),
  -- As `shared/coupon/terms.rs` reads it.
  terms TEXT NOT NULL CHECK (json_valid(terms)),
  state TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused', 'suspended', 'stopped')),
  starts_at INTEGER NOT NULL,
  -- The first moment at which it cannot be used any more; NULL for never.
  ends_at INTEGER,
  uses_max INTEGER NOT NULL CHECK (uses_max BETWEEN 1 AND 1000000),
  -- NULL for as many as there are.
  uses_per_customer INTEGER CHECK (uses_per_customer BETWEEN 1 AND 10),
  -- Held and consumed.
  uses INTEGER NOT NULL DEFAULT 0 CHECK (uses >= 0),
  -- For staff: what it is for.
  note TEXT NOT NULL CHECK (length(note) <= 200),
  made_by TEXT NOT NULL CHECK (length(made_by) >= 1),
  made_at INTEGER NOT NULL,
  -- The order that was paid for it; NULL for one that staff made.
  issued_by TEXT,
  -- Whether all of the money for it was given back: then it counts as stopped, whatever its state. Kept by
  -- the trigger of refunds.
  refunded INTEGER NOT NULL DEFAULT 0 CHECK (refunded IN (0, 1)),
  CONSTRAINT coupon_used_up CHECK (uses <= uses_max),
  CONSTRAINT coupon_ends_later CHECK (ends_at > starts_at)
) STRICT, WITHOUT ROWID;

CREATE INDEX coupons_by_order ON coupons (issued_by) WHERE issued_by IS NOT NULL;
CREATE INDEX coupons_of_staff ON coupons (made_at, coupon_code) WHERE issued_by IS NULL;

CREATE TRIGGER coupons_checked BEFORE INSERT ON coupons
BEGIN
  SELECT RAISE(ABORT, 'coupon_begins_unused') WHERE NEW.uses <> 0 OR NEW.state <> 'active';
  SELECT RAISE(ABORT, 'coupon_without_payment')
  WHERE NEW.issued_by IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM orders o WHERE o.order_number = NEW.issued_by AND o.state = 'confirmed'
  );
END;

CREATE TRIGGER coupons_frozen BEFORE UPDATE OF
  coupon_code, terms, starts_at, ends_at, uses_max, uses_per_customer, note, made_by, made_at,
  issued_by ON coupons
BEGIN
  SELECT RAISE(ABORT, 'coupon_frozen');
END;

CREATE TRIGGER coupons_stay_stopped BEFORE UPDATE OF state ON coupons WHEN OLD.state = 'stopped'
BEGIN
  SELECT RAISE(ABORT, 'coupon_is_stopped');
END;

CREATE TRIGGER coupons_kept BEFORE DELETE ON coupons
BEGIN
  SELECT RAISE(ABORT, 'coupon_kept');
END;

-- Disputes about the money of orders that have issued coupons. Written in the batch of the event that
-- tells of one. Promises that what was won stays won, in whatever order events come; that a dispute
-- suspends what can be used of its order once, so that staff may let it be used again; and that the
-- end of the last one takes the suspension away, and nothing else.
CREATE TABLE coupon_disputes (
  order_number TEXT NOT NULL,
  dispute_id TEXT NOT NULL CHECK (length(dispute_id) >= 1),
  -- Whether it is over, and the money stays here.
  won INTEGER NOT NULL CHECK (won IN (0, 1)),
  PRIMARY KEY (order_number, dispute_id)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER coupon_disputes_begun AFTER INSERT ON coupon_disputes WHEN NEW.won = 0
BEGIN
  UPDATE coupons SET state = 'suspended'
  WHERE issued_by = NEW.order_number AND state = 'active';
END;

CREATE TRIGGER coupon_disputes_fixed BEFORE UPDATE ON coupon_disputes
WHEN OLD.won = 1
  OR (NEW.order_number, NEW.dispute_id) IS NOT (OLD.order_number, OLD.dispute_id)
BEGIN
  SELECT RAISE(ABORT, 'coupon_dispute_fixed');
END;

CREATE TRIGGER coupon_disputes_won AFTER UPDATE OF won ON coupon_disputes
WHEN NOT EXISTS (
  SELECT 1 FROM coupon_disputes d WHERE d.order_number = NEW.order_number AND d.won = 0
)
BEGIN
  UPDATE coupons SET state = 'active'
  WHERE issued_by = NEW.order_number AND state = 'suspended';
END;

CREATE TRIGGER coupon_disputes_kept BEFORE DELETE ON coupon_disputes
BEGIN
  SELECT RAISE(ABORT, 'coupon_dispute_kept');
END;

-- The uses of coupons. Written in the batch that makes the order, whose quote carries the discount, and
-- held by it; consumed or released by the trigger of order_history that ends the order; a consumed one
-- is released again by staff, with a reason. Bound to its customer by the trigger of email_codes: before
-- that the order can neither be paid nor completed. Promises one coupon for each order, one use of it,
-- the limits of its coupon in all and for each customer, and that a use which is held is not lost while
-- its order may still be paid.
CREATE TABLE redemptions (
  order_number TEXT NOT NULL,
  coupon_code TEXT NOT NULL,
  -- The order's address in lower case.
  customer TEXT NOT NULL,
  -- Which of this customer's uses it is, the lowest that is free; 0 where customers have no limit.
  slot INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'held' CHECK (state IN ('held', 'consumed', 'released')),
  held_at INTEGER NOT NULL,
  -- When the customer showed that the order's address is theirs; NULL before.
  confirmed_at INTEGER,
  ended_at INTEGER,
  restored_because TEXT CHECK (length(restored_because) BETWEEN 1 AND 500),
  CONSTRAINT redemption_repeated PRIMARY KEY (order_number),
  CONSTRAINT redemption_complete CHECK (
    (state = 'held') = (ended_at IS NULL) AND (restored_because IS NULL OR state = 'released')
  )
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX one_use_per_customer_and_slot ON redemptions (coupon_code, customer, slot)
  WHERE slot > 0 AND state IN ('held', 'consumed');
CREATE INDEX redemptions_by_coupon ON redemptions (coupon_code, held_at);

CREATE TRIGGER redemptions_checked BEFORE INSERT ON redemptions
BEGIN
  SELECT RAISE(ABORT, 'redemption_begins_held')
  WHERE NEW.state <> 'held' OR NEW.ended_at IS NOT NULL OR NEW.confirmed_at IS NOT NULL;
  SELECT RAISE(ABORT, 'redemption_without_order')
  WHERE NOT EXISTS (
    SELECT 1 FROM orders o
    WHERE o.order_number = NEW.order_number AND o.state = 'unpaid' AND o.discount_minor > 0
      AND json_extract(o.quote, '$.coupon') = NEW.coupon_code
      AND lower(o.customer_email) = NEW.customer
  );
  SELECT RAISE(ABORT, 'coupon_unusable')
  WHERE NOT EXISTS (
    SELECT 1 FROM coupons c
    WHERE c.coupon_code = NEW.coupon_code AND c.state = 'active' AND c.refunded = 0
      AND c.starts_at <= NEW.held_at
      AND (c.ends_at IS NULL OR NEW.held_at < c.ends_at)
  );
  SELECT RAISE(ABORT, 'coupon_customer_used')
  WHERE NEW.slot IS NULL OR EXISTS (
    SELECT 1 FROM coupons c
    WHERE c.coupon_code = NEW.coupon_code AND iif(
      c.uses_per_customer IS NULL, NEW.slot <> 0, NEW.slot NOT BETWEEN 1 AND c.uses_per_customer
    )
  );
END;

-- Where the cap is decided: one more use than there are breaks coupon_used_up.
CREATE TRIGGER redemptions_taken AFTER INSERT ON redemptions
BEGIN
  UPDATE coupons SET uses = uses + 1 WHERE coupon_code = NEW.coupon_code;
END;

CREATE TRIGGER redemptions_stepped BEFORE UPDATE OF state ON redemptions
WHEN NOT EXISTS (
  SELECT 1 FROM orders o
  WHERE o.order_number = NEW.order_number AND (
    (OLD.state = 'held' AND NEW.state = 'consumed' AND o.state = 'confirmed')
    OR (OLD.state = 'held' AND NEW.state = 'released'
      AND o.state IN ('cancelled', 'expired', 'superseded'))
    OR (OLD.state = 'consumed' AND NEW.state = 'released' AND NEW.restored_because IS NOT NULL)
  )
)
BEGIN
  SELECT RAISE(ABORT, 'redemption_step_illegal');
END;

CREATE TRIGGER redemptions_given_back AFTER UPDATE OF state ON redemptions
WHEN NEW.state = 'released'
BEGIN
  UPDATE coupons SET uses = uses - 1 WHERE coupon_code = NEW.coupon_code;
END;

CREATE TRIGGER redemptions_frozen BEFORE UPDATE OF
  order_number, coupon_code, customer, slot, held_at ON redemptions
WHEN NOT (
  (NEW.order_number, NEW.coupon_code, NEW.slot, NEW.held_at)
  IS (OLD.order_number, OLD.coupon_code, OLD.slot, OLD.held_at)
  AND NEW.customer = 'erased ' || OLD.order_number
  AND EXISTS (SELECT 1 FROM erasures e WHERE e.order_number = OLD.order_number)
)
BEGIN
  SELECT RAISE(ABORT, 'redemption_frozen');
END;

CREATE TRIGGER redemptions_confirmed BEFORE UPDATE OF confirmed_at ON redemptions
WHEN OLD.confirmed_at IS NOT NULL OR NOT EXISTS (
  SELECT 1 FROM email_codes c
  WHERE c.purpose = 'order' AND c.subject = NEW.order_number AND c.confirmed_at = NEW.confirmed_at
)
BEGIN
  SELECT RAISE(ABORT, 'redemption_without_code');
END;

CREATE TRIGGER redemptions_kept BEFORE DELETE ON redemptions
BEGIN
  SELECT RAISE(ABORT, 'redemption_kept');
END;

--------------------------------------------------------------------------------------------------
-- Addresses that are shown to be somebody's.

-- The one-time codes that were sent by e-mail, each for a purpose and its subject: of 'order', the number
-- of the order whose address is to be confirmed. Written in the batch that puts the mail into the outbox;
-- tried and confirmed by whoever types a code. The code itself is derived from the seed with the link
-- secret (`shared/id/email_code.rs`) and is kept nowhere. Promises five codes for a subject, a minute
-- apart, of which only the newest is good; five tries of each, however many come at once, counted before
-- anybody is told whether it was right; a quarter of an hour; and that one code confirms, once.
CREATE TABLE email_codes (
  purpose TEXT NOT NULL CHECK (purpose IN ('order')),
  subject TEXT NOT NULL,
  nth INTEGER NOT NULL CHECK (nth BETWEEN 1 AND 5),
  seed TEXT NOT NULL CHECK (length(seed) = 26),
  sent_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0,
  confirmed_at INTEGER,
  CONSTRAINT email_code_repeated PRIMARY KEY (purpose, subject, nth),
  CONSTRAINT email_code_lifetime CHECK (expires_at BETWEEN sent_at + 1 AND sent_at + 900),
  CONSTRAINT email_code_tries CHECK (tries BETWEEN 0 AND 5)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER email_codes_checked BEFORE INSERT ON email_codes
BEGIN
  SELECT RAISE(ABORT, 'email_code_begins_untried')
  WHERE NEW.tries <> 0 OR NEW.confirmed_at IS NOT NULL;
  -- A key that exists is left to the primary key.
  SELECT RAISE(ABORT, 'email_code_too_soon')
  WHERE NEW.nth > 1 AND NOT EXISTS (
    SELECT 1 FROM email_codes c
    WHERE c.purpose = NEW.purpose AND c.subject = NEW.subject AND c.nth = NEW.nth - 1
      AND c.sent_at <= NEW.sent_at - 60 AND c.confirmed_at IS NULL
  );
  SELECT RAISE(ABORT, 'email_code_without_use')
  WHERE NOT EXISTS (
    SELECT 1 FROM redemptions r WHERE r.order_number = NEW.subject AND r.state = 'held'
  );
END;

CREATE TRIGGER email_codes_frozen BEFORE UPDATE OF
  purpose, subject, nth, seed, sent_at, expires_at ON email_codes
BEGIN
  SELECT RAISE(ABORT, 'email_code_frozen');
END;

-- A code that has confirmed, or that another one has replaced, is not tried any more.
CREATE TRIGGER email_codes_tried BEFORE UPDATE OF tries ON email_codes
WHEN NEW.tries <> OLD.tries + 1 OR OLD.confirmed_at IS NOT NULL OR EXISTS (
  SELECT 1 FROM email_codes c
  WHERE c.purpose = NEW.purpose AND c.subject = NEW.subject AND c.nth = NEW.nth + 1
)
BEGIN
  SELECT RAISE(ABORT, 'email_code_over');
END;

-- Only the newest code confirms, within its time, and after a try of it was counted.
CREATE TRIGGER email_codes_confirmed BEFORE UPDATE OF confirmed_at ON email_codes
WHEN OLD.confirmed_at IS NOT NULL OR NEW.confirmed_at IS NULL OR NEW.tries = 0
  OR NEW.confirmed_at < OLD.sent_at OR NEW.confirmed_at >= OLD.expires_at OR EXISTS (
    SELECT 1 FROM email_codes c
    WHERE c.purpose = NEW.purpose AND c.subject = NEW.subject AND c.nth = NEW.nth + 1
  )
BEGIN
  SELECT RAISE(ABORT, 'email_code_not_confirmable');
END;

CREATE TRIGGER email_codes_bind AFTER UPDATE OF confirmed_at ON email_codes
BEGIN
  UPDATE redemptions SET confirmed_at = NEW.confirmed_at
  WHERE order_number = NEW.subject AND state = 'held';
END;

CREATE TRIGGER email_codes_kept BEFORE DELETE ON email_codes
BEGIN
  SELECT RAISE(ABORT, 'email_code_kept');
END;

--------------------------------------------------------------------------------------------------
-- The ledger. Accounts are named by kind:
--   provider:<method>:<currency>   money held for us there (grows by debits)
--   order:<number>, wallet:<id>    money that belongs to an order, to a wallet
--   unapplied:<currency>           money received that no order may take; a case tells why
--   unapplied:<number>:<currency>  what a replaced order held beyond what the new one costs
--   refunds, disputes, fees, sales :<currency>

-- The balance of each account. Written by the trigger of transfers and by nobody else. Promises one
-- currency per account, sums that only grow, and no overdraft of what belongs to somebody.
CREATE TABLE ledger_accounts (
  account TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (
    kind IN ('provider', 'order', 'wallet', 'unapplied', 'refunds', 'disputes', 'fees', 'sales')
  ),
  currency TEXT NOT NULL CHECK (length(currency) = 3),
  debits INTEGER NOT NULL CHECK (debits BETWEEN 0 AND 9007199254740991),
  credits INTEGER NOT NULL CHECK (credits BETWEEN 0 AND 9007199254740991),
  CONSTRAINT ledger_account_name CHECK (
    substr(account, 1, length(kind) + 1) = kind || ':'
    AND (kind IN ('order', 'wallet') OR substr(account, -4) = ':' || currency)
  ),
  CONSTRAINT ledger_overdraft CHECK (
    kind NOT IN ('order', 'wallet', 'unapplied') OR debits <= credits
  )
) STRICT, WITHOUT ROWID;

CREATE TRIGGER ledger_accounts_grow BEFORE UPDATE ON ledger_accounts
WHEN NEW.account <> OLD.account OR NEW.kind <> OLD.kind OR NEW.currency <> OLD.currency
  OR NEW.debits < OLD.debits OR NEW.credits < OLD.credits
BEGIN
  SELECT RAISE(ABORT, 'ledger_account_only_grows');
END;

CREATE TRIGGER ledger_accounts_kept BEFORE DELETE ON ledger_accounts
BEGIN
  SELECT RAISE(ABORT, 'ledger_account_kept');
END;

-- One row per movement of money. Written by settle and by whatever ends an order. Promises to be
-- insert-only; the id is made of the cause, so a movement happens once however often its cause is
-- told. Money enters an order only while it is open and up to its total, in its currency, and
-- leaves a confirmed one only as a refund or a dispute.
CREATE TABLE transfers (
  transfer_id TEXT NOT NULL,
  debit TEXT NOT NULL,
  credit TEXT NOT NULL,
  currency TEXT NOT NULL CHECK (length(currency) = 3),
  amount_minor INTEGER NOT NULL CHECK (amount_minor BETWEEN 1 AND 9007199254740991),
  cause TEXT NOT NULL CHECK (length(cause) >= 1),
  at INTEGER NOT NULL,
  CONSTRAINT transfer_repeated PRIMARY KEY (transfer_id),
  CONSTRAINT transfer_to_itself CHECK (debit <> credit)
) STRICT, WITHOUT ROWID;

-- A movement that is there already is left to the primary key, whose message names it.
CREATE TRIGGER transfers_checked BEFORE INSERT ON transfers
WHEN NOT EXISTS (SELECT 1 FROM transfers t WHERE t.transfer_id = NEW.transfer_id)
BEGIN
  SELECT RAISE(ABORT, 'transfer_currency')
  WHERE EXISTS (
    SELECT 1 FROM ledger_accounts a
    WHERE a.account IN (NEW.debit, NEW.credit) AND a.currency <> NEW.currency
  ) OR EXISTS (
    SELECT 1 FROM orders o
    WHERE NEW.credit = 'order:' || o.order_number AND o.order_number = substr(NEW.credit, 7)
      AND o.currency <> NEW.currency
  );
  SELECT RAISE(ABORT, 'order_takes_no_money')
  WHERE substr(NEW.credit, 1, 6) = 'order:'
    AND substr(NEW.debit, 1, 8) <> 'refunds:' AND substr(NEW.debit, 1, 9) <> 'disputes:'
    AND NOT EXISTS (
      SELECT 1 FROM orders o LEFT JOIN ledger_accounts a ON a.account = NEW.credit
      WHERE o.order_number = substr(NEW.credit, 7)
        AND o.state IN ('unpaid', 'in_review', 'rejected')
        AND coalesce(a.credits - a.debits, 0) + NEW.amount_minor <= o.total_minor
    );
  SELECT RAISE(ABORT, 'confirmed_order_keeps_money')
  WHERE substr(NEW.debit, 1, 6) = 'order:'
    AND substr(NEW.credit, 1, 8) <> 'refunds:' AND substr(NEW.credit, 1, 9) <> 'disputes:'
    AND EXISTS (
      SELECT 1 FROM orders o
      WHERE o.order_number = substr(NEW.debit, 7) AND o.state = 'confirmed'
    );
END;

CREATE TRIGGER transfers_posted AFTER INSERT ON transfers
BEGIN
  INSERT INTO ledger_accounts (account, kind, currency, debits, credits)
  VALUES (
    NEW.credit, substr(NEW.credit, 1, instr(NEW.credit, ':') - 1), NEW.currency, 0,
    NEW.amount_minor
  )
  ON CONFLICT (account) DO UPDATE SET credits = credits + excluded.credits;
  -- Not an upsert: SQLite would hold the row that is never inserted against ledger_overdraft.
  UPDATE ledger_accounts SET debits = debits + NEW.amount_minor WHERE account = NEW.debit;
  INSERT INTO ledger_accounts (account, kind, currency, debits, credits)
  SELECT
    NEW.debit, substr(NEW.debit, 1, instr(NEW.debit, ':') - 1), NEW.currency, NEW.amount_minor, 0
  WHERE NOT EXISTS (SELECT 1 FROM ledger_accounts a WHERE a.account = NEW.debit);
END;

CREATE TRIGGER transfers_unchanged BEFORE UPDATE ON transfers
BEGIN
  SELECT RAISE(ABORT, 'transfers_are_append_only');
END;

CREATE TRIGGER transfers_kept BEFORE DELETE ON transfers
BEGIN
  SELECT RAISE(ABORT, 'transfers_are_append_only');
END;

-- What providers have given back of payments, as they told when they were asked. Written beside the
-- history row that tells of it and the movement of the money. Both figures are sums so far, so the newest
-- row of an order says all. Promises that no more goes back of a payment than it brought, nor for a line
-- than was paid for it, and that no row changes.
CREATE TABLE refunds (
  order_number TEXT NOT NULL,
  version INTEGER NOT NULL,
  payment_id TEXT NOT NULL,
  -- Of the payment, with what the order could not take.
  payment_minor INTEGER NOT NULL CHECK (payment_minor BETWEEN 0 AND 9007199254740991),
  -- Of each line of the order, its tax included, once the order is confirmed: a JSON array of minor units.
  lines TEXT NOT NULL CHECK (json_valid(lines)),
  CONSTRAINT refund_repeated PRIMARY KEY (order_number, version)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER refunds_checked BEFORE INSERT ON refunds
BEGIN
  SELECT RAISE(ABORT, 'refund_without_history')
  WHERE NOT EXISTS (
    SELECT 1 FROM order_history h
    WHERE h.order_number = NEW.order_number AND h.version = NEW.version
      AND h.event IN ('refunded', 'refund_failed')
  );
  -- Of the order that the payment was for, or of one that has taken its place and its money.
  SELECT RAISE(ABORT, 'refund_over_payment')
  WHERE NOT EXISTS (
    SELECT 1 FROM payments y JOIN payment_allocations l ON l.payment_id = y.payment_id
    WHERE y.payment_id = NEW.payment_id AND NEW.payment_minor <= y.received_minor
      AND l.order_number IN (
        WITH RECURSIVE chain (order_number, replaces) AS (
          SELECT o.order_number, o.replaces FROM orders o WHERE o.order_number = NEW.order_number
          UNION ALL SELECT o.order_number, o.replaces FROM chain c
          JOIN orders o ON o.order_number = c.replaces LIMIT 100
        )
        SELECT c.order_number FROM chain c
      )
  );
  SELECT RAISE(ABORT, 'refund_over_line')
  WHERE EXISTS (
    SELECT 1 FROM orders o JOIN json_each(NEW.lines) l
    WHERE o.order_number = NEW.order_number AND (l.type <> 'integer' OR l.value NOT BETWEEN 0
      AND coalesce(json_extract(o.quote, '$.lines[' || l.key || '].total.amount'), -1))
  );
END;

-- What an order has issued counts as stopped while all of its money is gone, and only so long: a refund
-- may fail.
CREATE TRIGGER refunds_reach_codes AFTER INSERT ON refunds
BEGIN
  UPDATE coupons SET refunded = 1 - refunded
  WHERE issued_by = NEW.order_number AND refunded <> (
    SELECT coalesce(sum(l.value), 0) >= o.total_minor AND o.total_minor > 0
    FROM orders o JOIN json_each(NEW.lines) l WHERE o.order_number = NEW.order_number
  );
END;

CREATE TRIGGER refunds_unchanged BEFORE UPDATE ON refunds
BEGIN
  SELECT RAISE(ABORT, 'refunds_are_append_only');
END;

CREATE TRIGGER refunds_kept BEFORE DELETE ON refunds
BEGIN
  SELECT RAISE(ABORT, 'refunds_are_append_only');
END;

--------------------------------------------------------------------------------------------------
-- Bank transfers.

-- Where buyers may transfer money to. Written by staff, read by order pages and mails. Promises that
-- what a buyer was told never changes under them: a changed account is a new row, and the old one is
-- retired for good.
CREATE TABLE bank_accounts (
  bank_account_id TEXT PRIMARY KEY CHECK (
    length(bank_account_id) BETWEEN 1 AND 64 AND bank_account_id NOT GLOB '*[^a-z0-9-]*'
    AND bank_account_id NOT GLOB '-*' AND bank_account_id NOT GLOB '*-'
  ),
  currency TEXT NOT NULL CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
  bank_name TEXT NOT NULL CHECK (length(trim(bank_name)) BETWEEN 1 AND 80),
  holder TEXT NOT NULL CHECK (length(trim(holder)) BETWEEN 1 AND 80),
  -- IBAN or account number, as it is printed for people.
  account_number TEXT NOT NULL CHECK (length(trim(account_number)) BETWEEN 4 AND 64),
  -- BIC, routing number or sort code; empty where none is needed.
  routing TEXT NOT NULL DEFAULT '' CHECK (length(routing) <= 64),
  note TEXT NOT NULL DEFAULT '' CHECK (length(note) <= 200),
  position INTEGER NOT NULL DEFAULT 0,
  added_by TEXT NOT NULL CHECK (length(added_by) >= 1),
  added_at INTEGER NOT NULL,
  retired_by TEXT,
  retired_at INTEGER,
  CONSTRAINT bank_account_retired_by CHECK (
    (retired_by IS NULL) = (retired_at IS NULL)
    AND (retired_by IS NULL OR length(retired_by) >= 1)
  )
) STRICT, WITHOUT ROWID;

CREATE INDEX bank_accounts_by_currency ON bank_accounts (currency, position, bank_account_id);

-- An account that stands here twice would let one line of its statement pay twice.
CREATE TRIGGER bank_accounts_once BEFORE INSERT ON bank_accounts
WHEN EXISTS (
  SELECT 1 FROM bank_accounts b
  WHERE b.currency = NEW.currency AND b.bank_account_id <> NEW.bank_account_id AND b.retired_at IS NULL
    AND upper(replace(replace(b.account_number, ' ', ''), '-', ''))
      = upper(replace(replace(NEW.account_number, ' ', ''), '-', ''))
)
BEGIN
  SELECT RAISE(ABORT, 'bank_account_repeated');
END;

CREATE TRIGGER bank_accounts_frozen BEFORE UPDATE OF
  bank_account_id, currency, bank_name, holder, account_number, routing, note, added_by, added_at
ON bank_accounts
BEGIN
  SELECT RAISE(ABORT, 'bank_account_frozen');
END;

CREATE TRIGGER bank_accounts_stay_retired BEFORE UPDATE OF retired_by, retired_at ON bank_accounts
WHEN OLD.retired_at IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'bank_account_is_retired');
END;

CREATE TRIGGER bank_accounts_kept BEFORE DELETE ON bank_accounts
BEGIN
  SELECT RAISE(ABORT, 'bank_account_kept');
END;

-- Objects in R2 that have to go, and when. Written before an upload is put there, so that one whose
-- proof was never written is found again; and when the time for which a proof is kept begins. Taken
-- out by the proof that claims the object, or by cron once the object is gone. Promises that no
-- object is left behind, and that none goes which cron has not taken first.
CREATE TABLE removals (
  object_key TEXT PRIMARY KEY CHECK (length(object_key) >= 26),
  -- Whose document it was; NULL while no proof has claimed it.
  proof_id TEXT,
  due_at INTEGER NOT NULL,
  asks INTEGER NOT NULL DEFAULT 0 CHECK (asks >= 0)
) STRICT, WITHOUT ROWID;

CREATE INDEX removals_due ON removals (due_at);

-- The documents that show transfers. Written by submit_proof after the object is in R2; decided by
-- the trigger of decisions, superseded by the next upload. Promises an object that was put there for
-- it, the live bank payment of its order, an account of the order's currency, one waiting proof per
-- order, and that what was handed in never changes.
CREATE TABLE proofs (
  proof_id TEXT PRIMARY KEY CHECK (length(proof_id) = 14),
  order_number TEXT NOT NULL,
  payment_id TEXT NOT NULL,
  bank_account_id TEXT NOT NULL,
  object_key TEXT NOT NULL,
  sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
  size_bytes INTEGER NOT NULL CHECK (size_bytes BETWEEN 1 AND 10485760),
  media_type TEXT NOT NULL CHECK (
    media_type IN ('image/png', 'image/jpeg', 'image/webp', 'application/pdf')
  ),
  -- Of images only.
  width_px INTEGER,
  height_px INTEGER,
  -- As the buyer's browser told it; for people, never part of a path.
  file_name TEXT NOT NULL CHECK (length(file_name) <= 120),
  -- What the buyer says their bank calls the transfer; empty when they said nothing.
  transfer_reference TEXT NOT NULL CHECK (length(transfer_reference) <= 64),
  uploaded_at INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'waiting' CHECK (
    state IN ('waiting', 'approved', 'rejected', 'superseded')
  ),
  -- When the object went; what is known of it stays.
  removed_at INTEGER,
  CONSTRAINT proof_dimensions CHECK (
    (media_type = 'application/pdf') = (width_px IS NULL)
    AND (width_px IS NULL) = (height_px IS NULL)
    AND (width_px IS NULL OR (width_px BETWEEN 1 AND 100000 AND height_px BETWEEN 1 AND 100000))
  ),
  CONSTRAINT proof_removed_later CHECK (removed_at IS NULL OR state <> 'waiting')
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX one_waiting_proof_per_order ON proofs (order_number) WHERE state = 'waiting';
CREATE INDEX proofs_waiting ON proofs (uploaded_at) WHERE state = 'waiting';
CREATE INDEX proofs_by_order ON proofs (order_number, uploaded_at);
CREATE INDEX proofs_by_sha256 ON proofs (sha256);
CREATE INDEX proofs_by_transfer_reference ON proofs (transfer_reference)
  WHERE transfer_reference <> '';

CREATE TRIGGER proofs_checked BEFORE INSERT ON proofs
BEGIN
  SELECT RAISE(ABORT, 'proof_without_object')
  WHERE NOT EXISTS (
    SELECT 1 FROM removals r
    WHERE r.object_key = NEW.object_key AND r.proof_id IS NULL AND r.asks = 0
  );
  SELECT RAISE(ABORT, 'proof_without_payment')
  WHERE NEW.state <> 'waiting' OR NOT EXISTS (
    SELECT 1 FROM payment_allocations l JOIN payments y ON y.payment_id = l.payment_id
    WHERE l.order_number = NEW.order_number AND l.payment_id = NEW.payment_id AND l.live = 1
      AND y.method = 'bank'
  );
  SELECT RAISE(ABORT, 'proof_without_account')
  WHERE NOT EXISTS (
    SELECT 1 FROM bank_accounts b JOIN orders o ON o.order_number = NEW.order_number
    WHERE b.bank_account_id = NEW.bank_account_id AND b.currency = o.currency
  );
END;

CREATE TRIGGER proofs_claim_object AFTER INSERT ON proofs
BEGIN
  DELETE FROM removals WHERE object_key = NEW.object_key;
END;

CREATE TRIGGER proofs_frozen BEFORE UPDATE OF
  proof_id, order_number, payment_id, bank_account_id, object_key, sha256, size_bytes, media_type,
  width_px, height_px, file_name, transfer_reference, uploaded_at ON proofs
WHEN NOT (
  (NEW.proof_id, NEW.order_number, NEW.payment_id, NEW.bank_account_id, NEW.object_key, NEW.sha256,
   NEW.size_bytes, NEW.media_type, NEW.width_px, NEW.height_px, NEW.uploaded_at)
  IS (OLD.proof_id, OLD.order_number, OLD.payment_id, OLD.bank_account_id, OLD.object_key,
   OLD.sha256, OLD.size_bytes, OLD.media_type, OLD.width_px, OLD.height_px, OLD.uploaded_at)
  AND NEW.file_name = '' AND NEW.transfer_reference = ''
  AND EXISTS (SELECT 1 FROM erasures e WHERE e.order_number = OLD.order_number)
)
BEGIN
  SELECT RAISE(ABORT, 'proof_frozen');
END;

CREATE TRIGGER proofs_decided_once BEFORE UPDATE OF state ON proofs
BEGIN
  SELECT RAISE(ABORT, 'proof_is_decided') WHERE OLD.state <> 'waiting';
  SELECT RAISE(ABORT, 'proof_without_decision')
  WHERE NEW.state IN ('approved', 'rejected') AND NOT EXISTS (
    SELECT 1 FROM decisions d WHERE d.proof_id = NEW.proof_id AND d.verdict = NEW.state
      AND d.verdict IN ('approved', 'rejected')
  );
END;

CREATE TRIGGER proofs_kept BEFORE DELETE ON proofs
BEGIN
  SELECT RAISE(ABORT, 'proof_kept');
END;

-- The transfers that staff have read on a bank's statement, one row each. Written with the decision
-- that uses it; applied_minor is kept by the trigger of decisions. Promises that no more is applied
-- than came in, so that one transfer pays once, and that one which the bank took back pays nothing more.
CREATE TABLE bank_receipts (
  bank_account_id TEXT NOT NULL,
  bank_reference TEXT NOT NULL CHECK (length(bank_reference) BETWEEN 1 AND 64),
  currency TEXT NOT NULL CHECK (length(currency) = 3),
  amount_minor INTEGER NOT NULL CHECK (amount_minor BETWEEN 1 AND 9007199254740991),
  value_date TEXT NOT NULL CHECK (value_date GLOB '[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]'),
  applied_minor INTEGER NOT NULL DEFAULT 0 CHECK (applied_minor BETWEEN 0 AND 9007199254740991),
  returned_at INTEGER,
  PRIMARY KEY (bank_account_id, bank_reference),
  CONSTRAINT bank_reference_used CHECK (applied_minor <= amount_minor)
) STRICT, WITHOUT ROWID;

-- An account that was retired and added again has the same statement, and a transfer on it pays once.
CREATE TRIGGER bank_receipts_once BEFORE INSERT ON bank_receipts
WHEN EXISTS (
  SELECT 1 FROM bank_accounts n
  CROSS JOIN bank_accounts b ON b.currency = n.currency AND b.bank_account_id <> n.bank_account_id
    AND upper(replace(replace(b.account_number, ' ', ''), '-', ''))
      = upper(replace(replace(n.account_number, ' ', ''), '-', ''))
  CROSS JOIN bank_receipts r
    ON r.bank_account_id = b.bank_account_id AND r.bank_reference = NEW.bank_reference
  WHERE n.bank_account_id = NEW.bank_account_id
    AND (r.applied_minor > 0 OR r.returned_at IS NOT NULL)
)
BEGIN
  SELECT RAISE(ABORT, 'bank_reference_repeated');
END;

-- What else a returned transfer has paid is taken back one order after the other (S69).
CREATE TRIGGER bank_receipts_returned BEFORE UPDATE OF applied_minor ON bank_receipts
WHEN OLD.returned_at IS NOT NULL AND NEW.applied_minor > OLD.applied_minor
BEGIN
  SELECT RAISE(ABORT, 'bank_receipt_returned');
END;

CREATE TRIGGER bank_receipts_frozen BEFORE UPDATE OF
  bank_account_id, bank_reference, currency, amount_minor, value_date ON bank_receipts
WHEN OLD.applied_minor > 0 AND (
  NEW.bank_account_id <> OLD.bank_account_id OR NEW.bank_reference <> OLD.bank_reference
  OR NEW.currency <> OLD.currency OR NEW.amount_minor <> OLD.amount_minor
  OR NEW.value_date <> OLD.value_date
)
BEGIN
  SELECT RAISE(ABORT, 'bank_receipt_frozen');
END;

CREATE TRIGGER bank_receipts_kept BEFORE DELETE ON bank_receipts
BEGIN
  SELECT RAISE(ABORT, 'bank_receipt_kept');
END;

-- What staff decided, by whom and why. Written with the step of the order's history that it causes.
-- Promises to be insert-only, one decision per proof, one revocation per decision, two different
-- people where two are needed, and that money is only decided about with the figures of the bank's
-- statement: what a provider took is told by the provider.
CREATE TABLE decisions (
  -- The write token of the step that it causes.
  decision_id TEXT PRIMARY KEY CHECK (length(decision_id) = 26),
  order_number TEXT NOT NULL,
  -- The order's version by that step: which decision came first is told by it, and by no clock.
  order_version INTEGER NOT NULL,
  -- NULL for a proposal to settle by hand, whose payment is made with the second signature.
  payment_id TEXT,
  proof_id TEXT,
  -- proposed: the first of two signatures. settled: by hand, without a proof.
  verdict TEXT NOT NULL CHECK (
    verdict IN ('proposed', 'approved', 'rejected', 'settled', 'revoked')
  ),
  -- As the history names them: `staff:` and their address.
  decided_by TEXT NOT NULL,
  -- Who had proposed it.
  proposed_by TEXT,
  decided_at INTEGER NOT NULL,
  currency TEXT CHECK (length(currency) = 3),
  amount_minor INTEGER CHECK (amount_minor BETWEEN 1 AND 9007199254740991),
  value_date TEXT CHECK (value_date GLOB '[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]'),
  bank_account_id TEXT,
  -- The bank's name of the transfer.
  bank_reference TEXT CHECK (length(bank_reference) BETWEEN 1 AND 64),
  reason_code TEXT,
  reason TEXT NOT NULL CHECK (length(reason) <= 500),
  -- The decision that is taken back.
  revokes TEXT,
  CONSTRAINT decision_complete CHECK (
    (verdict IN ('proposed', 'approved', 'settled')) = (amount_minor IS NOT NULL)
    AND (amount_minor IS NULL) = (currency IS NULL)
    AND (amount_minor IS NULL) = (value_date IS NULL)
    AND (amount_minor IS NULL) = (bank_reference IS NULL)
    AND (amount_minor IS NULL) = (bank_account_id IS NULL)
    AND (verdict NOT IN ('approved', 'rejected') OR proof_id IS NOT NULL)
    AND (verdict <> 'settled' OR proof_id IS NULL)
    AND (verdict = 'proposed' OR payment_id IS NOT NULL)
    AND (verdict IN ('rejected', 'revoked')) = (reason_code IS NOT NULL)
    AND (verdict NOT IN ('settled', 'revoked') OR length(reason) >= 1)
    AND (verdict = 'revoked') = (revokes IS NOT NULL)
    AND (proposed_by IS NULL OR verdict IN ('approved', 'settled'))
  ),
  CONSTRAINT decision_needs_two_people CHECK (proposed_by <> decided_by)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX one_decision_per_proof ON decisions (proof_id)
  WHERE verdict IN ('approved', 'rejected');
CREATE UNIQUE INDEX one_revocation_per_decision ON decisions (revokes) WHERE revokes IS NOT NULL;
CREATE INDEX decisions_by_order ON decisions (order_number, order_version);
CREATE INDEX decisions_signed_by_hand ON decisions (decided_at)
  WHERE verdict = 'proposed' AND proof_id IS NULL;
CREATE INDEX decisions_by_reference ON decisions (bank_reference, bank_account_id)
  WHERE bank_reference IS NOT NULL;

CREATE TRIGGER decisions_checked BEFORE INSERT ON decisions
BEGIN
  -- Whoever decides may do so at this very moment, whatever was true when they signed in (S120).
  SELECT RAISE(ABORT, 'staff_not_allowed')
  WHERE substr(NEW.decided_by, 1, 6) <> 'staff:' OR NOT EXISTS (
    SELECT 1 FROM staff s JOIN staff_rights r ON r.role = s.role AND r.action = 'decide'
    WHERE s.email = substr(NEW.decided_by, 7) AND s.disabled_at IS NULL
  );
  -- So may whoever signed first: a signature ends with the right to give it.
  SELECT RAISE(ABORT, 'first_signer_gone')
  WHERE NEW.proposed_by IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM staff s JOIN staff_rights r ON r.role = s.role AND r.action = 'decide'
    WHERE s.email = substr(NEW.proposed_by, 7) AND s.disabled_at IS NULL
  );
  -- The step of the history comes first: it carries the version that was decided about (S64).
  SELECT RAISE(ABORT, 'decision_without_history')
  WHERE NOT EXISTS (
    SELECT 1 FROM orders o JOIN order_history h
      ON h.order_number = o.order_number AND h.version = o.version
    WHERE o.order_number = NEW.order_number AND h.write_token = NEW.decision_id
      AND h.version = NEW.order_version
  );
  SELECT RAISE(ABORT, 'decision_of_another_order')
  WHERE (NEW.proof_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM proofs p WHERE p.proof_id = NEW.proof_id AND p.order_number = NEW.order_number
  )) OR (NEW.payment_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM payment_allocations l
    WHERE l.order_number = NEW.order_number AND l.payment_id = NEW.payment_id
  ));
  SELECT RAISE(ABORT, 'decision_about_provider')
  WHERE NEW.payment_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM payments y WHERE y.payment_id = NEW.payment_id AND y.method = 'bank'
  );
  SELECT RAISE(ABORT, 'decision_without_receipt')
  WHERE NEW.verdict IN ('approved', 'settled') AND NOT EXISTS (
    SELECT 1 FROM bank_receipts r
    WHERE r.bank_account_id = NEW.bank_account_id AND r.bank_reference = NEW.bank_reference
      AND r.currency = NEW.currency
  );
  SELECT RAISE(ABORT, 'revocation_of_nothing')
  WHERE NEW.revokes IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM decisions d
    WHERE d.decision_id = NEW.revokes AND d.order_number = NEW.order_number
      AND d.payment_id = NEW.payment_id AND d.verdict IN ('approved', 'settled')
  );
END;

CREATE TRIGGER decisions_decide AFTER INSERT ON decisions
WHEN NEW.verdict IN ('approved', 'rejected')
BEGIN
  UPDATE proofs SET state = NEW.verdict WHERE proof_id = NEW.proof_id;
END;

CREATE TRIGGER decisions_apply AFTER INSERT ON decisions
WHEN NEW.verdict IN ('approved', 'settled')
BEGIN
  UPDATE bank_receipts SET applied_minor = applied_minor + NEW.amount_minor
  WHERE bank_account_id = NEW.bank_account_id AND bank_reference = NEW.bank_reference;
END;

CREATE TRIGGER decisions_revoke AFTER INSERT ON decisions
WHEN NEW.verdict = 'revoked'
BEGIN
  UPDATE bank_receipts SET
    applied_minor = applied_minor - (
      SELECT d.amount_minor FROM decisions d WHERE d.decision_id = NEW.revokes
    ),
    returned_at = iif(
      NEW.reason_code = 'returned', coalesce(returned_at, NEW.decided_at), returned_at
    )
  WHERE (bank_account_id, bank_reference) = (
    SELECT d.bank_account_id, d.bank_reference FROM decisions d WHERE d.decision_id = NEW.revokes
  );
END;

CREATE TRIGGER decisions_unchanged BEFORE UPDATE ON decisions
BEGIN
  SELECT RAISE(ABORT, 'decisions_are_append_only');
END;

CREATE TRIGGER decisions_kept BEFORE DELETE ON decisions
BEGIN
  SELECT RAISE(ABORT, 'decisions_are_append_only');
END;

--------------------------------------------------------------------------------------------------
-- Events received and messages to send.

-- Every authenticated event of a provider. Written by its webhook and by cron's reading of the
-- event list, in one batch with the event's effects. Promises each event once, one body for each
-- delivery, that an acknowledged event is never lost, and that 'done' and 'ignored' are final;
-- 'parked' rows wait for cron.
CREATE TABLE inbox (
  provider TEXT NOT NULL CHECK (provider IN ('stripe', 'paypal')),
  event_id TEXT NOT NULL,
  event_type TEXT NOT NULL,
  object_id TEXT NOT NULL,
  -- By what a refund, dispute or warning finds the payment that it is about.
  capture_id TEXT,
  -- Our own references as far as the event carried them.
  payment_id TEXT,
  body_sha256 TEXT NOT NULL CHECK (length(body_sha256) = 64),
  -- Names the first delivery, where the provider's signature covers less than the whole body.
  transmission_id TEXT,
  state TEXT NOT NULL CHECK (state IN ('parked', 'done', 'ignored')),
  note TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  due_at INTEGER,
  asks INTEGER NOT NULL DEFAULT 0 CHECK (asks >= 0),
  CONSTRAINT inbox_repeated PRIMARY KEY (provider, event_id),
  CONSTRAINT inbox_parked_is_due CHECK ((state = 'parked') = (due_at IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX inbox_due ON inbox (due_at) WHERE due_at IS NOT NULL;
CREATE UNIQUE INDEX inbox_by_transmission ON inbox (provider, transmission_id)
  WHERE transmission_id IS NOT NULL;

-- A delivery has one body: whoever sends another one under its signature is a forger.
CREATE TRIGGER inbox_transmission_bound BEFORE INSERT ON inbox
WHEN NEW.transmission_id IS NOT NULL AND EXISTS (
  SELECT 1 FROM inbox i
  WHERE i.provider = NEW.provider AND i.transmission_id = NEW.transmission_id
    AND i.body_sha256 <> NEW.body_sha256
)
BEGIN
  SELECT RAISE(ABORT, 'transmission_bound');
END;

CREATE TRIGGER inbox_facts_unchanged BEFORE UPDATE OF
  provider, event_id, event_type, object_id, capture_id, body_sha256, transmission_id, received_at
  ON inbox
BEGIN
  SELECT RAISE(ABORT, 'inbox_is_append_only');
END;

CREATE TRIGGER inbox_final BEFORE UPDATE OF state ON inbox WHEN OLD.state <> 'parked'
BEGIN
  SELECT RAISE(ABORT, 'inbox_is_final');
END;

CREATE TRIGGER inbox_kept BEFORE DELETE ON inbox
BEGIN
  SELECT RAISE(ABORT, 'inbox_is_append_only');
END;

-- What has to be told. Written in the batch that makes it true; marked by whoever delivers it: at
-- once after the reply, then cron with back-off, and at last 'dead', which opens a case. Promises
-- that nothing is told twice, that what is told never changes, and that only a confirmed order is
-- released.
CREATE TABLE outbox (
  kind TEXT NOT NULL,
  dedupe_key TEXT NOT NULL,
  order_number TEXT,
  payload TEXT NOT NULL CHECK (json_valid(payload)),
  state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sent', 'dead')),
  created_at INTEGER NOT NULL,
  due_at INTEGER,
  asks INTEGER NOT NULL DEFAULT 0 CHECK (asks >= 0),
  note TEXT NOT NULL DEFAULT '',
  -- Until when it waited for a setting, so that it cannot have been tried before; NULL if never.
  waited_until INTEGER,
  CONSTRAINT outbox_repeated PRIMARY KEY (kind, dedupe_key),
  CONSTRAINT outbox_pending_is_due CHECK ((state = 'pending') = (due_at IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX outbox_due ON outbox (due_at) WHERE due_at IS NOT NULL;

-- A trigger instead of REFERENCES, which would ask for an index here: whenever an order is written,
-- SQLite may look for rows that refer to it.
CREATE TRIGGER outbox_order_known BEFORE INSERT ON outbox
WHEN NEW.order_number IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.order_number = NEW.order_number)
BEGIN
  SELECT RAISE(ABORT, 'outbox_order_unknown');
END;

CREATE TRIGGER outbox_release_confirmed BEFORE INSERT ON outbox
WHEN NEW.kind = 'release' AND NOT EXISTS (
  SELECT 1 FROM orders o
  WHERE o.order_number = NEW.dedupe_key AND NEW.order_number = NEW.dedupe_key
    AND o.state = 'confirmed'
)
BEGIN
  SELECT RAISE(ABORT, 'release_without_confirmation');
END;

CREATE TRIGGER outbox_frozen BEFORE UPDATE OF
  kind, dedupe_key, order_number, payload, created_at ON outbox
BEGIN
  SELECT RAISE(ABORT, 'outbox_frozen');
END;

-- A release that was given up may be taken up again by a person: production knows its id, so that it
-- cannot have its effect twice. A mail has no such promise on the other side.
CREATE TRIGGER outbox_final BEFORE UPDATE OF state ON outbox
WHEN OLD.state <> 'pending'
  AND NOT (OLD.kind = 'release' AND OLD.state = 'dead' AND NEW.state = 'pending')
BEGIN
  SELECT RAISE(ABORT, 'outbox_is_final');
END;

CREATE TRIGGER outbox_kept BEFORE DELETE ON outbox
BEGIN
  SELECT RAISE(ABORT, 'outbox_kept');
END;

--------------------------------------------------------------------------------------------------
-- What a person must look at.

-- A case with its evidence. Written by whatever cannot decide by itself; closed by a person or by
-- the event that settles it. Promises one case per (kind, subject), and that none is lost or closed
-- without a reason.
CREATE TABLE cases (
  kind TEXT NOT NULL CHECK (length(kind) >= 1),
  subject TEXT NOT NULL CHECK (length(subject) >= 1),
  order_number TEXT,
  evidence TEXT NOT NULL CHECK (json_valid(evidence)),
  owner TEXT,
  opened_at INTEGER NOT NULL,
  closed_at INTEGER,
  closed_because TEXT,
  PRIMARY KEY (kind, subject),
  CONSTRAINT case_closed_with_reason CHECK (
    (closed_at IS NULL) = (closed_because IS NULL)
    AND (closed_at IS NULL OR (closed_at >= opened_at AND length(closed_because) >= 1))
  )
) STRICT, WITHOUT ROWID;

CREATE INDEX cases_open ON cases (opened_at) WHERE closed_at IS NULL;
CREATE INDEX cases_by_order ON cases (order_number, opened_at) WHERE order_number IS NOT NULL;

-- As outbox_order_known.
CREATE TRIGGER cases_order_known BEFORE INSERT ON cases
WHEN NEW.order_number IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.order_number = NEW.order_number)
BEGIN
  SELECT RAISE(ABORT, 'case_order_unknown');
END;

-- A case that nobody has opened again is closed once, by whoever comes first.
CREATE TRIGGER cases_closed_once BEFORE UPDATE OF closed_at, closed_because ON cases
WHEN OLD.closed_at IS NOT NULL AND NEW.closed_at IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'case_is_closed');
END;

-- A case that is opened again is told again: what its first alert was about had been seen to.
CREATE TRIGGER cases_reopened AFTER UPDATE OF closed_at ON cases
WHEN OLD.closed_at IS NOT NULL AND NEW.closed_at IS NULL
BEGIN
  INSERT INTO outbox (kind, dedupe_key, order_number, payload, created_at, due_at)
  SELECT m.kind, m.dedupe_key || '/' || NEW.opened_at, m.order_number, m.payload, NEW.opened_at,
    NEW.opened_at
  FROM outbox m
  WHERE m.kind = 'mail_staff_alert' AND m.dedupe_key = NEW.kind || '/' || NEW.subject
    AND m.state <> 'pending'
  ON CONFLICT (kind, dedupe_key) DO NOTHING;
END;

CREATE TRIGGER cases_frozen BEFORE UPDATE OF kind, subject, order_number ON cases
BEGIN
  SELECT RAISE(ABORT, 'case_frozen');
END;

CREATE TRIGGER cases_kept BEFORE DELETE ON cases
BEGIN
  SELECT RAISE(ABORT, 'case_kept');
END;

--------------------------------------------------------------------------------------------------
-- Staff.

-- Who works at the staff door, by the address that they sign in with. Written by the operator for the
-- first admin (see "Staff" in the README), and by admins for everybody else, with a row of staff_audit
-- in the same batch. Promises lower-case addresses, and that nobody who was here is forgotten.
CREATE TABLE staff (
  email TEXT PRIMARY KEY CHECK (length(email) BETWEEN 3 AND 254 AND email = lower(trim(email))),
  role TEXT NOT NULL CHECK (role IN ('support', 'reviewer', 'admin')),
  created_at INTEGER NOT NULL,
  -- Since when they may do nothing here any more.
  disabled_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TRIGGER staff_frozen BEFORE UPDATE OF email, created_at ON staff
BEGIN
  SELECT RAISE(ABORT, 'staff_frozen');
END;

CREATE TRIGGER staff_kept BEFORE DELETE ON staff
BEGIN
  SELECT RAISE(ABORT, 'staff_kept');
END;

-- Who may do what. Written by migrations only. Promises to hold exactly the actions and rights of
-- `shared/staff` (a test compares the two).
CREATE TABLE staff_rights (
  role TEXT NOT NULL,
  action TEXT NOT NULL,
  PRIMARY KEY (role, action)
) STRICT, WITHOUT ROWID;

INSERT INTO staff_rights (role, action) VALUES
  ('reviewer', 'decide'), ('reviewer', 'ask_provider'), ('reviewer', 'resolve_case'),
  ('admin', 'decide'), ('admin', 'ask_provider'), ('admin', 'resolve_case'), ('admin', 'add_bank'),
  ('admin', 'retire_bank'), ('admin', 'admit_member'), ('admin', 'disable_member'),
  ('admin', 'make_coupon'), ('admin', 'pause_coupon'), ('admin', 'restore_use');

-- What staff did beside deciding about orders, and the guard of it. Written in the batch of what was
-- done. Promises to be insert-only, that whoever acts may do so at that very moment, whatever was
-- true when they signed in, and that nobody changes their own role or presence; so an admin always
-- remains.
CREATE TABLE staff_audit (
  at INTEGER NOT NULL,
  audit_token TEXT NOT NULL CHECK (length(audit_token) = 26),
  email TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL CHECK (length(subject) >= 1),
  detail TEXT NOT NULL CHECK (json_valid(detail)),
  PRIMARY KEY (at, audit_token)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER staff_audit_checked BEFORE INSERT ON staff_audit
BEGIN
  SELECT RAISE(ABORT, 'staff_not_allowed')
  WHERE NOT EXISTS (
    SELECT 1 FROM staff s JOIN staff_rights r ON r.role = s.role AND r.action = NEW.action
    WHERE s.email = NEW.email AND s.disabled_at IS NULL
  );
  SELECT RAISE(ABORT, 'staff_not_oneself')
  WHERE NEW.action IN ('admit_member', 'disable_member') AND NEW.subject = NEW.email;
END;

CREATE TRIGGER staff_audit_unchanged BEFORE UPDATE ON staff_audit
BEGIN
  SELECT RAISE(ABORT, 'staff_audit_is_append_only');
END;

CREATE TRIGGER staff_audit_kept BEFORE DELETE ON staff_audit
BEGIN
  SELECT RAISE(ABORT, 'staff_audit_is_append_only');
END;

--------------------------------------------------------------------------------------------------
-- Callers.

-- The idempotency keys that callers sent. Written in the batch of what the key makes. Promises that
-- a key makes one thing: scope is the caller and the route, subject is what the key made, from
-- which the answer is told again.
CREATE TABLE idempotency (
  scope TEXT NOT NULL,
  key TEXT NOT NULL CHECK (length(key) BETWEEN 20 AND 255),
  request_sha256 TEXT NOT NULL CHECK (length(request_sha256) = 64),
  subject TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  CONSTRAINT idempotency_repeated PRIMARY KEY (scope, key)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER idempotency_unchanged BEFORE UPDATE ON idempotency
BEGIN
  SELECT RAISE(ABORT, 'idempotency_is_append_only');
END;

-- How often somebody has tried something that could be guessed, within a minute. Written in the batch
-- that tries; cron forgets what is over. Promises exactly tries_max tries in a minute that begins with
-- the first, and that one more undoes its whole batch.
CREATE TABLE attempts (
  subject TEXT PRIMARY KEY CHECK (length(subject) BETWEEN 1 AND 100),
  began_at INTEGER NOT NULL,
  tries INTEGER NOT NULL CHECK (tries >= 1),
  tries_max INTEGER NOT NULL,
  CONSTRAINT attempts_used_up CHECK (tries <= tries_max)
) STRICT, WITHOUT ROWID;

CREATE INDEX attempts_begun ON attempts (began_at);

--------------------------------------------------------------------------------------------------
-- Buyers who were forgotten.

-- The orders whose buyer was erased, at their wish or when the time for which their data are kept was
-- over. Written by `scripts/buyer.mjs` and by nobody else; the trigger carries it out in the same
-- breath. Promises that only what has been over for 30 days is erased and nothing that somebody works
-- at, that it is never undone, and that what the books need stays: amounts, tax and its place, times,
-- decisions, hashes. Names, addresses, the order's link and what names a payer or a document go at
-- once, files with the next ticks of cron.
CREATE TABLE erasures (
  order_number TEXT PRIMARY KEY,
  erased_at INTEGER NOT NULL,
  reason TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 200)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER erasures_checked BEFORE INSERT ON erasures
BEGIN
  SELECT RAISE(ABORT, 'erasure_too_early')
  WHERE NOT EXISTS (
    SELECT 1 FROM orders o WHERE o.order_number = NEW.order_number
      AND coalesce(o.ended_at, o.confirmed_at) <= NEW.erased_at - 2592000
  );
  SELECT RAISE(ABORT, 'erasure_of_open_work')
  WHERE EXISTS (
    SELECT 1 FROM proofs p WHERE p.order_number = NEW.order_number AND p.state = 'waiting'
  ) OR EXISTS (
    SELECT 1 FROM cases c WHERE c.order_number = NEW.order_number AND c.closed_at IS NULL
  ) OR EXISTS (
    SELECT 1 FROM outbox m WHERE m.due_at IS NOT NULL AND m.order_number = NEW.order_number
  );
END;

CREATE TRIGGER erasures_carried_out AFTER INSERT ON erasures
BEGIN
  UPDATE orders SET
    customer = '{"name":"erased","email":"erased@erased.invalid"}',
    customer_email = 'erased@erased.invalid',
    billing = json_patch(
      billing,
      '{"name":"erased","company":null,"line1":"erased","line2":null,"city":"erased",'
      || '"postal_code":"erased","tax_id":null}'
    ),
    token_hash = '0000000000000000000000000000000000000000000000000000000000000000',
    paid_by = iif(paid_by IS NULL, NULL, 'erased')
  WHERE order_number = NEW.order_number;
  UPDATE order_history SET paid_by = 'erased'
  WHERE order_number = NEW.order_number AND paid_by IS NOT NULL;
  UPDATE payments SET
    request = '', payer_email = NULL, payer_name = NULL,
    paid_by = iif(paid_by IS NULL, NULL, 'erased')
  WHERE payment_id IN (
    SELECT l.payment_id FROM payment_allocations l WHERE l.order_number = NEW.order_number
  );
  UPDATE proofs SET file_name = '', transfer_reference = ''
  WHERE order_number = NEW.order_number;
  UPDATE removals SET due_at = min(due_at, NEW.erased_at)
  WHERE object_key IN (SELECT p.object_key FROM proofs p WHERE p.order_number = NEW.order_number);
  UPDATE redemptions SET customer = 'erased ' || order_number
  WHERE order_number = NEW.order_number;
  UPDATE cases SET evidence = json_remove(evidence, '$.paid_by')
  WHERE order_number = NEW.order_number;
END;

CREATE TRIGGER erasures_unchanged BEFORE UPDATE ON erasures
BEGIN
  SELECT RAISE(ABORT, 'erasures_are_append_only');
END;

CREATE TRIGGER erasures_kept BEFORE DELETE ON erasures
BEGIN
  SELECT RAISE(ABORT, 'erasures_are_append_only');
END;

--------------------------------------------------------------------------------------------------
-- What can be fetched again.

-- What was fetched from a provider, for all isolates. Written by whoever fetched it. Promises nothing
-- that money depends on: an emptied table costs a fetch for each row. There is a row per credentials
-- and one per certificate, so nothing prunes it.
-- A 'paypal_token' acts for the shop's PayPal app until it ends, nine hours at most, and is as secret
-- for so long as PAYPAL_SECRET. Whoever can read this database can do with PayPal what the Worker can;
-- a backup carries it, to no use of anybody a day later. It is here because PayPal
-- refuses those who fetch a token for each payment (429), and isolates come and go by the minute.
CREATE TABLE provider_cache (
  kind TEXT NOT NULL CHECK (kind IN ('paypal_token', 'paypal_key')),
  key TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 500),
  value TEXT NOT NULL CHECK (length(value) BETWEEN 1 AND 8192),
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;

--------------------------------------------------------------------------------------------------
-- Cron.

-- A row per tick: the heartbeat, and what it did. Written by cron at the end of each tick, which
-- also removes what is older than a week. Promises nothing that money depends on.
CREATE TABLE job_runs (
  started_at INTEGER NOT NULL,
  run_token TEXT NOT NULL,
  finished_at INTEGER NOT NULL CHECK (finished_at >= started_at),
  handled INTEGER NOT NULL CHECK (handled >= 0),
  failed INTEGER NOT NULL CHECK (failed >= 0),
  report TEXT NOT NULL CHECK (json_valid(report)),
  PRIMARY KEY (started_at, run_token)
) STRICT, WITHOUT ROWID;

-- How far each provider's list of events was read. Written by cron: it takes the row by its due_at,
-- and moves position only past events that are stored. Promises a row per provider.
CREATE TABLE cursors (
  provider TEXT PRIMARY KEY CHECK (provider IN ('stripe', 'paypal')),
  position TEXT NOT NULL,
  due_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO cursors (provider, position, due_at) VALUES ('stripe', '', 0), ('paypal', '', 0);
