-- Demo accounts for bank transfers, one or two per currency. Use it as the pattern for your own: a row
-- never changes once buyers have seen it, so a changed account is a new row and the old one is retired.
-- Loading it again is harmless.

INSERT INTO bank_accounts (bank_account_id, currency, bank_name, holder, account_number, routing, note,
  position, added_by, added_at) VALUES
  ('meridian-eur', 'EUR', 'Meridian Bank', 'Lumen Tools GmbH', 'DE02 1203 0000 0000 2020 51',
   'BYLADEM1001', '', 1, 'operator', 0),
  ('harbor-eur', 'EUR', 'Harbor Savings', 'Lumen Tools GmbH', 'AT61 1904 3002 3457 3201', 'BKAUATWW',
   'For transfers from Austria.', 2, 'operator', 0),
  ('harbor-usd', 'USD', 'Harbor Savings', 'Lumen Tools Inc.', '000123456789', '021000021', '', 1,
   'operator', 0),
  ('sakura-jpy', 'JPY', 'Sakura Bank', 'Lumen Tools KK', '1234567', '0005 001',
   'Ordinary deposit account, Tokyo branch.', 1, 'operator', 0)
ON CONFLICT (bank_account_id) DO NOTHING;
