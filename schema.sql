-- The whole database of Edgetill.
--
-- Every table is STRICT. Money is an INTEGER of minor units within 0 … 2^53−1 with its currency
-- beside it. Times are Unix seconds, UTC. Every race between two writers is decided here, by a key,
-- a CHECK or a trigger, and never by timing; a refusal aborts the whole batch, and its name tells
-- the function what happened. `migrations/` leads to exactly this text (a test compares the two).

--------------------------------------------------------------------------------------------------
-- Catalogue. Written by the operator (see "Your own catalogue" in the README), read by quotes.
-- Orders copy what they need, so a change here never changes an order.

CREATE TABLE products (
  product_id TEXT PRIMARY KEY CHECK (length(product_id) BETWEEN 1 AND 64),
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
  description TEXT NOT NULL DEFAULT '' CHECK (length(description) <= 500),
  position INTEGER NOT NULL DEFAULT 0,
  active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1))
) STRICT, WITHOUT ROWID;

-- period_months 0 is a one-off purchase.
CREATE TABLE prices (
  product_id TEXT NOT NULL REFERENCES products (product_id),
  period_months INTEGER NOT NULL CHECK (period_months BETWEEN 0 AND 120),
  currency TEXT NOT NULL CHECK (length(currency) = 3),
  unit_amount_minor INTEGER NOT NULL CHECK (unit_amount_minor BETWEEN 0 AND 9007199254740991),
  PRIMARY KEY (product_id, period_months, currency)
) STRICT, WITHOUT ROWID;

-- The most specific row wins: (country, region), then (country, ''). No row means no tax is due.
-- percent is a decimal text such as '19' or '8.875'; it never becomes a float.
CREATE TABLE tax_rates (
  country TEXT NOT NULL CHECK (length(country) = 2),
  region TEXT NOT NULL DEFAULT '',
  percent TEXT NOT NULL,
  tax_name TEXT NOT NULL CHECK (length(tax_name) BETWEEN 1 AND 40),
  PRIMARY KEY (country, region)
) STRICT, WITHOUT ROWID;

--------------------------------------------------------------------------------------------------
-- Orders. A row is written once by create_order. Afterwards only the trigger of order_history
-- changes it; everything about what is owed is frozen.

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
  tax_minor INTEGER NOT NULL CHECK (tax_minor BETWEEN 0 AND 9007199254740991),
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
  asks INTEGER NOT NULL DEFAULT 0,
  subscription_id TEXT,
  paid_by TEXT,
  confirmed_at INTEGER,
  -- When it was cancelled, expired or superseded.
  ended_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX orders_due ON orders (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX orders_by_customer_email ON orders (customer_email, created_at);
CREATE UNIQUE INDEX orders_by_subscription_id ON orders (subscription_id)
  WHERE subscription_id IS NOT NULL;

CREATE TRIGGER orders_frozen BEFORE UPDATE OF
  order_number, account, currency, subtotal_minor, discount_minor, tax_minor, total_minor, quote,
  customer, billing, customer_email, created_at, expires_at ON orders
BEGIN
  SELECT RAISE(ABORT, 'order_frozen');
END;

CREATE TRIGGER orders_kept BEFORE DELETE ON orders
BEGIN
  SELECT RAISE(ABORT, 'order_kept');
END;

-- A version, and with it a state, only ever comes from the row of order_history that tells why.
CREATE TRIGGER orders_change_has_history BEFORE UPDATE OF
  state, version, subscription_id, paid_by, confirmed_at, ended_at ON orders
WHEN NOT EXISTS (
  SELECT 1 FROM order_history h
  WHERE h.order_number = NEW.order_number AND h.version = NEW.version
    AND h.to_state = NEW.state AND NEW.version = OLD.version + 1
)
BEGIN
  SELECT RAISE(ABORT, 'order_change_without_history');
END;

-- The legal steps; `decide` in ring 0 is tested to allow exactly these.
CREATE TABLE order_transitions (
  from_state TEXT NOT NULL,
  to_state TEXT NOT NULL,
  PRIMARY KEY (from_state, to_state)
) STRICT, WITHOUT ROWID;

INSERT INTO order_transitions (from_state, to_state) VALUES
  ('unpaid', 'unpaid'), ('unpaid', 'in_review'), ('unpaid', 'confirmed'), ('unpaid', 'cancelled'),
  ('unpaid', 'expired'), ('unpaid', 'superseded'),
  ('in_review', 'in_review'), ('in_review', 'rejected'), ('in_review', 'confirmed'),
  ('in_review', 'cancelled'), ('in_review', 'superseded'),
  ('rejected', 'rejected'), ('rejected', 'in_review'), ('rejected', 'confirmed'),
  ('rejected', 'cancelled'), ('rejected', 'expired'), ('rejected', 'superseded'),
  ('confirmed', 'confirmed'), ('cancelled', 'cancelled'), ('expired', 'expired'),
  ('superseded', 'superseded');

-- What happened to each order: insert-only, and the guard of every change. A writer that saw
-- version n writes n + 1; of two such writers the second meets the primary key and its whole batch
-- is undone. write_token is random per attempt: after a lost answer it tells one's own row from
-- another's.
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
  subscription_id TEXT,
  paid_by TEXT,
  CONSTRAINT order_conflict PRIMARY KEY (order_number, version),
  CONSTRAINT confirmation_complete CHECK (
    (subscription_id IS NULL) = (paid_by IS NULL)
    AND (subscription_id IS NULL OR to_state = 'confirmed')
  )
) STRICT, WITHOUT ROWID;

CREATE TRIGGER order_history_checked BEFORE INSERT ON order_history
BEGIN
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
END;

CREATE TRIGGER order_history_applied AFTER INSERT ON order_history WHEN NEW.version > 1
BEGIN
  UPDATE orders SET
    state = NEW.to_state,
    version = NEW.version,
    due_at = iif(NEW.to_state IN ('unpaid', 'in_review', 'rejected'), due_at, NULL),
    subscription_id = coalesce(subscription_id, NEW.subscription_id),
    paid_by = coalesce(paid_by, NEW.paid_by),
    confirmed_at = iif(NEW.to_state = 'confirmed', coalesce(confirmed_at, NEW.at), confirmed_at),
    ended_at = iif(
      NEW.to_state IN ('cancelled', 'expired', 'superseded'), coalesce(ended_at, NEW.at), ended_at
    )
  WHERE order_number = NEW.order_number;
END;

CREATE TRIGGER order_history_unchanged BEFORE UPDATE ON order_history
BEGIN
  SELECT RAISE(ABORT, 'history_is_append_only');
END;

CREATE TRIGGER order_history_kept BEFORE DELETE ON order_history
BEGIN
  SELECT RAISE(ABORT, 'history_is_append_only');
END;

--------------------------------------------------------------------------------------------------
-- Payments: one attempt to pay one or more orders by one method. Written by start_payment before
-- the provider is called, so that a lost answer can always be asked for again; moved on by settle.

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
  received_currency TEXT,
  paid_at INTEGER,
  paid_by TEXT,
  payer_email TEXT,
  failure TEXT,
  created_at INTEGER NOT NULL,
  -- When cron asks the provider next, and how often it has.
  due_at INTEGER,
  asks INTEGER NOT NULL DEFAULT 0,
  -- When the buyer and staff were told that 30 minutes had passed without an answer.
  unconfirmed_at INTEGER,
  CONSTRAINT payment_paid_complete CHECK (
    state <> 'paid' OR (received_minor IS NOT NULL AND received_currency IS NOT NULL)
  ),
  CONSTRAINT payment_open_complete CHECK (
    state <> 'open' OR (session_id IS NOT NULL AND session_url IS NOT NULL)
  )
) STRICT, WITHOUT ROWID;

CREATE INDEX payments_due ON payments (due_at) WHERE due_at IS NOT NULL;
CREATE UNIQUE INDEX payments_by_capture ON payments (method, capture_ref)
  WHERE capture_ref IS NOT NULL;
-- A checkout pays one payment, whatever its metadata says later.
CREATE UNIQUE INDEX payments_by_session ON payments (method, session_id)
  WHERE session_id IS NOT NULL;
CREATE INDEX payments_by_payer_email ON payments (payer_email) WHERE payer_email IS NOT NULL;

CREATE TRIGGER payments_frozen BEFORE UPDATE OF
  payment_id, method, currency, amount_minor, request, provider_key, created_at ON payments
BEGIN
  SELECT RAISE(ABORT, 'payment_frozen');
END;

CREATE TRIGGER payments_kept BEFORE DELETE ON payments
BEGIN
  SELECT RAISE(ABORT, 'payment_kept');
END;

-- Paid is a latch: refunds and disputes are facts of their own, never a step back.
CREATE TRIGGER payments_paid_is_final BEFORE UPDATE OF state ON payments
WHEN OLD.state = 'paid' AND NEW.state <> 'paid'
BEGIN
  SELECT RAISE(ABORT, 'payment_is_paid');
END;

-- The session of a payment is bound once; another session is another payment.
CREATE TRIGGER payments_session_bound BEFORE UPDATE OF session_id ON payments
WHEN OLD.session_id IS NOT NULL AND NEW.session_id IS NOT OLD.session_id
BEGIN
  SELECT RAISE(ABORT, 'payment_session_bound');
END;

-- Which orders a payment pays, and how much of each. At most one live payment per order.
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

CREATE TRIGGER payments_ended AFTER UPDATE OF state ON payments
WHEN OLD.state IN ('starting', 'open', 'unknown', 'processing')
  AND NEW.state IN ('paid', 'failed', 'closed', 'refused')
BEGIN
  UPDATE payment_allocations SET live = 0
  WHERE payment_id = NEW.payment_id AND live = 1;
END;

--------------------------------------------------------------------------------------------------
-- The ledger: one row per movement, insert-only. The id is made of its cause, so a movement happens
-- once however often its cause is told. Accounts are named by kind:
--   provider:<method>:<currency>   money held for us there (grows by debits)
--   order:<number>, wallet:<id>    money that belongs to an order, to a wallet
--   unapplied:<currency>           money received that no order may take; each has a case
--   refunds, disputes, fees, sales :<currency>

CREATE TABLE ledger_accounts (
  account TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (
    kind IN ('provider', 'order', 'wallet', 'unapplied', 'refunds', 'disputes', 'fees', 'sales')
  ),
  currency TEXT NOT NULL CHECK (length(currency) = 3),
  debits INTEGER NOT NULL CHECK (debits BETWEEN 0 AND 9007199254740991),
  credits INTEGER NOT NULL CHECK (credits BETWEEN 0 AND 9007199254740991),
  CONSTRAINT ledger_overdraft CHECK (
    kind NOT IN ('order', 'wallet', 'unapplied') OR debits <= credits
  )
) STRICT, WITHOUT ROWID;

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

CREATE TRIGGER transfers_currency BEFORE INSERT ON transfers
WHEN EXISTS (
  SELECT 1 FROM ledger_accounts a
  WHERE a.account IN (NEW.debit, NEW.credit) AND a.currency <> NEW.currency
)
BEGIN
  SELECT RAISE(ABORT, 'transfer_currency');
END;

CREATE TRIGGER transfers_posted AFTER INSERT ON transfers
BEGIN
  INSERT INTO ledger_accounts (account, kind, currency, debits, credits)
  VALUES (
    NEW.credit, substr(NEW.credit, 1, instr(NEW.credit, ':') - 1), NEW.currency, 0,
    NEW.amount_minor
  )
  ON CONFLICT (account) DO UPDATE SET credits = credits + excluded.credits;
  INSERT INTO ledger_accounts (account, kind, currency, debits, credits)
  VALUES (
    NEW.debit, substr(NEW.debit, 1, instr(NEW.debit, ':') - 1), NEW.currency, NEW.amount_minor, 0
  )
  ON CONFLICT (account) DO UPDATE SET debits = debits + excluded.debits;
END;

CREATE TRIGGER transfers_unchanged BEFORE UPDATE ON transfers
BEGIN
  SELECT RAISE(ABORT, 'transfers_are_append_only');
END;

CREATE TRIGGER transfers_kept BEFORE DELETE ON transfers
BEGIN
  SELECT RAISE(ABORT, 'transfers_are_append_only');
END;

CREATE TRIGGER ledger_accounts_kept BEFORE DELETE ON ledger_accounts
BEGIN
  SELECT RAISE(ABORT, 'ledger_account_kept');
END;

--------------------------------------------------------------------------------------------------
-- Inbox: every authenticated event of a provider, once. The row and its effects are one batch, so
-- an acknowledged event is never lost. 'parked' rows wait for cron; 'done' and 'ignored' are final.

CREATE TABLE inbox (
  provider TEXT NOT NULL CHECK (provider IN ('stripe', 'paypal')),
  event_id TEXT NOT NULL,
  event_type TEXT NOT NULL,
  object_id TEXT NOT NULL,
  -- Our own references as far as the event carried them.
  payment_id TEXT,
  body_sha256 TEXT NOT NULL CHECK (length(body_sha256) = 64),
  state TEXT NOT NULL CHECK (state IN ('parked', 'done', 'ignored')),
  note TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  due_at INTEGER,
  asks INTEGER NOT NULL DEFAULT 0,
  CONSTRAINT inbox_repeated PRIMARY KEY (provider, event_id),
  CONSTRAINT inbox_parked_is_due CHECK ((state = 'parked') = (due_at IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX inbox_due ON inbox (due_at) WHERE due_at IS NOT NULL;

CREATE TRIGGER inbox_facts_unchanged BEFORE UPDATE OF
  provider, event_id, event_type, object_id, body_sha256, received_at ON inbox
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

--------------------------------------------------------------------------------------------------
-- Outbox: what has to be told, written in the batch that makes it true. (kind, dedupe_key) is the
-- key, so nothing is told twice. Tried at once after the reply, then by cron with back-off, and at
-- last 'dead', which opens a case.

CREATE TABLE outbox (
  kind TEXT NOT NULL,
  dedupe_key TEXT NOT NULL,
  order_number TEXT,
  payload TEXT NOT NULL CHECK (json_valid(payload)),
  state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sent', 'dead')),
  created_at INTEGER NOT NULL,
  due_at INTEGER,
  asks INTEGER NOT NULL DEFAULT 0,
  note TEXT NOT NULL DEFAULT '',
  CONSTRAINT outbox_repeated PRIMARY KEY (kind, dedupe_key),
  CONSTRAINT outbox_pending_is_due CHECK ((state = 'pending') = (due_at IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX outbox_due ON outbox (due_at) WHERE due_at IS NOT NULL;

CREATE TRIGGER outbox_final BEFORE UPDATE OF state ON outbox WHEN OLD.state <> 'pending'
BEGIN
  SELECT RAISE(ABORT, 'outbox_is_final');
END;

--------------------------------------------------------------------------------------------------
-- Cases: what a person must look at, with the evidence. One per (kind, subject); closed by a person
-- or by the event that settles it.

CREATE TABLE cases (
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  order_number TEXT,
  evidence TEXT NOT NULL CHECK (json_valid(evidence)),
  owner TEXT,
  opened_at INTEGER NOT NULL,
  closed_at INTEGER,
  closed_because TEXT,
  PRIMARY KEY (kind, subject),
  CONSTRAINT case_closed_with_reason CHECK ((closed_at IS NULL) = (closed_because IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX cases_open ON cases (opened_at) WHERE closed_at IS NULL;

--------------------------------------------------------------------------------------------------
-- Idempotency keys of callers, each written in the batch of its effect. scope is the caller and the
-- route; subject is what the key made, from which the answer is told again.

CREATE TABLE idempotency (
  scope TEXT NOT NULL,
  key TEXT NOT NULL CHECK (length(key) BETWEEN 20 AND 255),
  request_sha256 TEXT NOT NULL CHECK (length(request_sha256) = 64),
  subject TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  CONSTRAINT idempotency_repeated PRIMARY KEY (scope, key)
) STRICT, WITHOUT ROWID;

--------------------------------------------------------------------------------------------------
-- Cron. job_runs has a row per tick: the heartbeat, and what it did; a week of them is kept.
-- cursors remember how far each provider's event list was read.

CREATE TABLE job_runs (
  started_at INTEGER NOT NULL,
  run_token TEXT NOT NULL,
  finished_at INTEGER NOT NULL,
  handled INTEGER NOT NULL CHECK (handled >= 0),
  failed INTEGER NOT NULL CHECK (failed >= 0),
  report TEXT NOT NULL CHECK (json_valid(report)),
  PRIMARY KEY (started_at, run_token)
) STRICT, WITHOUT ROWID;

CREATE TABLE cursors (
  provider TEXT PRIMARY KEY CHECK (provider IN ('stripe', 'paypal')),
  position TEXT NOT NULL,
  due_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO cursors (provider, position, due_at) VALUES ('stripe', '', 0), ('paypal', '', 0);
