# make dev      the shop, its sandbox and mailbox on this machine; all set-up included
# make test     every check and test; what CI runs
# make bench    the table of budgets
# make sim      days of a shop under faults, for many seeds; every step of every flow fails; two
#               actors in every order; events in every order
# make deploy   checks the settings, migrates the database, deploys
#
# The rest are the parts of these. Ports of `make dev`: PORT and SANDBOX_PORT.

PORT ?= 8787
SANDBOX_PORT ?= 8790
export PORT SANDBOX_PORT
export WRANGLER_SEND_METRICS := false

# What worker-build, the budgets and the licences are checked against.
WORKER_BUILD_VERSION := 0.8.7
WASM_BINDGEN_VERSION := $(shell sed -n '/^name = "wasm-bindgen"$$/{n;s/^version = "\(.*\)"$$/\1/p;}' Cargo.lock)
CARGO_DENY_VERSION := 0.20.2
SIZE_BUDGET_KB := 400
# Over the budget since PayPal's certificate path, the staff door, proofs and their review, coupons,
# refunds that are booked, and orders that replace others. It may not grow.
SIZE_CEILING_KB := 575

NODE := node_modules/.bin/node
STAMPS := .tools/stamps
WASM_SOURCES := Cargo.toml Cargo.lock scripts/wasm scripts/order.mjs scripts/wasm-file.mjs scripts/exports.mjs \
  scripts/esbuild.mjs scripts/quiet.mjs \
  $(shell find functions shared -type f -not -path 'functions/pages/assets/*' -not -name '*.test.mjs')

.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: dev test bench sim deploy tools build-tools browser wasm check lint size unit dry-run clean

dev:
	@scripts/preflight $(PORT) $(SANDBOX_PORT)
	@$(MAKE) --no-print-directory wasm
	@echo "make: the sandbox"
	@cargo build --locked -p edgetill-sandbox
	@exec $(NODE) scripts/dev.mjs

test: tools check unit dry-run

bench: wasm
	cargo build --locked -p edgetill-sandbox
	@$(NODE) tests/bench/bench.mjs

sim:
	cargo test --locked -p edgetill-tests --test functions -- --nocapture every_step_fails interleavings orderings
	cargo test --locked -p edgetill-tests --test sim -- --nocapture --include-ignored many_days

deploy: wasm
	@$(NODE) scripts/deploy.mjs

# --- Checks and tests ---------------------------------------------------------------------------

check: lint size

# A line before each step, so that a log shows where it is.
lint: build-tools $(STAMPS)/cargo-deny-$(CARGO_DENY_VERSION)
	@echo "make: format, lints, documentation, licences"
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings
	cargo clippy --locked -p edgetill --lib --target wasm32-unknown-unknown -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --workspace --no-deps
	.tools/bin/cargo-deny --locked check --hide-inclusion-graph bans licenses sources
	@echo "make: tests of the scripts"
	$(NODE) --test 'functions/**/*.test.mjs' 'scripts/*.test.mjs' 'docs/*.test.mjs'

size: wasm
	@$(NODE) scripts/size.mjs $(SIZE_BUDGET_KB) $(SIZE_CEILING_KB)

# The end-to-end and browser tests are among them; they run the wasm that `size` has weighed.
unit: wasm browser
	@echo "make: every test, end to end and in the browser too"
	cargo test --locked --workspace

dry-run: wasm
	@echo "make: what would be deployed"
	@$(NODE) node_modules/wrangler/bin/wrangler.js deploy --dry-run </dev/null

# --- The Worker ---------------------------------------------------------------------------------

wasm: build-tools build/index.js
	@:

build/index.js: $(WASM_SOURCES) $(STAMPS)/wasm-bindgen-$(WASM_BINDGEN_VERSION) $(STAMPS)/node
	@echo "make: the Worker (some minutes the first time)"
	@scripts/wasm
	@touch $@

# --- Tools --------------------------------------------------------------------------------------

tools: build-tools browser

build-tools: $(STAMPS)/rust $(STAMPS)/node \
  $(STAMPS)/worker-build-$(WORKER_BUILD_VERSION) \
  $(STAMPS)/wasm-bindgen-$(WASM_BINDGEN_VERSION)

browser:
	@scripts/tools browser

$(STAMPS):
	@scripts/preflight
	@mkdir -p $@

$(STAMPS)/rust: | $(STAMPS)
	@echo "make: tools, 1 of 4: the compiler's parts"
	@scripts/tools rust
	@touch $@

$(STAMPS)/node: package.json package-lock.json .npmrc | $(STAMPS)
	@echo "make: tools, 2 of 4: JavaScript"
	@scripts/tools node
	@touch $@

$(STAMPS)/worker-build-%: | $(STAMPS)
	@echo "make: tools, 3 of 4: worker-build"
	@scripts/tools worker-build $*
	@touch $@

$(STAMPS)/wasm-bindgen-%: | $(STAMPS)
	@echo "make: tools, 4 of 4: wasm-bindgen"
	@scripts/tools wasm-bindgen $*
	@touch $@

$(STAMPS)/cargo-deny-%: | $(STAMPS)
	@scripts/tools cargo-deny $*
	@touch $@

clean:
	rm -rf build target .dev .wrangler
