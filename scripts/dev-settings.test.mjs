import assert from "node:assert/strict";
import { test } from "node:test";

import { settingsOf } from "./dev-settings.mjs";

test("what is not set, or set to nothing, has its preset", () => {
  const presets = {
    port: 8787,
    sandboxPort: 8790,
    cronSeconds: 60,
    state: "/shop/.dev",
    startSandbox: true,
    vars: "/shop/.dev.vars",
  };
  assert.deepEqual(settingsOf({}, "/shop"), presets);
  assert.deepEqual(settingsOf({ PORT: "", STATE_DIR: "", SANDBOX: "" }, "/shop"), presets);
  assert.equal(settingsOf({ CRON_SECONDS: "0" }, "/shop").cronSeconds, 0);
});

test("a number that cannot be is told with its name, its bounds and what was given", () => {
  for (const [name, given, bounds] of [
    ["PORT", "0", "1 to 65535"],
    ["SANDBOX_PORT", "65536", "1 to 65535"],
    ["CRON_SECONDS", "x", "0 to 86400"],
    ["CRON_SECONDS", "-5", "0 to 86400"],
    ["CRON_SECONDS", "1.5", "0 to 86400"],
    ["CRON_SECONDS", "3000000", "0 to 86400"],
  ]) {
    const message = `${name} must be a whole number from ${bounds}, not '${given}'.`;
    assert.throws(() => settingsOf({ [name]: given }, "/shop"), { message });
  }
});
