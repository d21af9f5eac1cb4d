-- The demo's staff: who the sandbox lets sign in. In production the first admin is made by hand (see
-- the README), and admits the others on /staff/people. Loading it again is harmless.

INSERT INTO staff (email, role, created_at) VALUES
  ('ruth@shop.test', 'reviewer', 1790000000),
  ('omar@shop.test', 'reviewer', 1790000000),
  ('sue@shop.test', 'support', 1790000000),
  ('ann@shop.test', 'admin', 1790000000)
ON CONFLICT (email) DO NOTHING;
