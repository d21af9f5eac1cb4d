-- The demo catalogue. Use it as the pattern for your own: prices are minor units (cents; whole yen),
-- period_months 0 is a one-off purchase, percent is a decimal text. Loading it again is harmless.

INSERT INTO products (product_id, name, description, position) VALUES
  ('site-backup', 'Site Backup', 'Nightly copies of one website, kept for 90 days.', 1),
  ('uptime-watch', 'Uptime Watch', 'Checks your pages every minute and tells you first.', 2),
  ('studio', 'Studio', 'Everything for a small team: ten sites, backups and checks.', 3),
  ('trial', 'Trial', 'Thirty days of Site Backup, free of charge.', 4)
ON CONFLICT (product_id) DO UPDATE SET
  name = excluded.name, description = excluded.description, position = excluded.position;

-- For resellers: each unit issues a coupon code once it is paid (see "Coupons" in the README).
INSERT INTO products (product_id, name, description, position, issues) VALUES
  ('ten-licences', 'Ten Licences', 'A coupon code with which ten customers get 12 months of Site Backup each.', 5,
   '{"terms":{"benefit":"free_plan","product":"site-backup","period_months":12},"uses":10,"uses_per_customer":1,"valid_days":365}')
ON CONFLICT (product_id) DO UPDATE SET
  name = excluded.name, description = excluded.description, position = excluded.position, issues = excluded.issues;

INSERT INTO prices (product_id, period_months, currency, unit_amount_minor) VALUES
  ('site-backup', 1, 'USD', 1100), ('site-backup', 12, 'USD', 11000), ('site-backup', 24, 'USD', 19900),
  ('site-backup', 1, 'EUR', 1000), ('site-backup', 12, 'EUR', 10000), ('site-backup', 24, 'EUR', 17900),
  ('site-backup', 1, 'JPY', 1600), ('site-backup', 12, 'JPY', 16000), ('site-backup', 24, 'JPY', 28800),
  ('uptime-watch', 1, 'USD', 499), ('uptime-watch', 12, 'USD', 4999), ('uptime-watch', 24, 'USD', 8999),
  ('uptime-watch', 1, 'EUR', 449), ('uptime-watch', 12, 'EUR', 4499), ('uptime-watch', 24, 'EUR', 7999),
  ('uptime-watch', 1, 'JPY', 700), ('uptime-watch', 12, 'JPY', 7000), ('uptime-watch', 24, 'JPY', 12600),
  ('studio', 1, 'USD', 8900), ('studio', 12, 'USD', 89000), ('studio', 24, 'USD', 159000),
  ('studio', 1, 'EUR', 7900), ('studio', 12, 'EUR', 79000), ('studio', 24, 'EUR', 142000),
  ('studio', 1, 'JPY', 12900), ('studio', 12, 'JPY', 129000), ('studio', 24, 'JPY', 232000),
  ('trial', 0, 'USD', 0), ('trial', 0, 'EUR', 0), ('trial', 0, 'JPY', 0),
  ('ten-licences', 0, 'USD', 88000), ('ten-licences', 0, 'EUR', 80000), ('ten-licences', 0, 'JPY', 128000)
ON CONFLICT (product_id, period_months, currency) DO UPDATE SET
  unit_amount_minor = excluded.unit_amount_minor;

INSERT INTO tax_rates (country, region, percent, tax_name) VALUES
  ('AT', '', '20', 'VAT'), ('BE', '', '21', 'VAT'), ('CH', '', '8.1', 'VAT'), ('DE', '', '19', 'VAT'),
  ('ES', '', '21', 'VAT'), ('FR', '', '20', 'VAT'), ('GB', '', '20', 'VAT'), ('IT', '', '22', 'VAT'),
  ('NL', '', '21', 'VAT'), ('PL', '', '23', 'VAT'), ('JP', '', '10', 'Consumption tax'),
  ('CA', '', '5', 'GST'), ('CA', 'on', '13', 'HST'), ('CA', 'qc', '14.975', 'GST and QST'),
  ('US', 'ny', '8.875', 'Sales tax'), ('US', 'tx', '8.25', 'Sales tax')
ON CONFLICT (country, region) DO UPDATE SET
  percent = excluded.percent, tax_name = excluded.tax_name;
