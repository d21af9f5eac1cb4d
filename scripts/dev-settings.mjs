// The settings of `make dev`, all by environment; tested in dev-settings.test.mjs.
import { resolve } from "node:path";

const PORT_MAX = 65_535;
// A timer of Node that is longer than 24 days goes off at once, and again and again.
const CRON_SECONDS_MAX = 86_400;

/** The settings in an environment; one that cannot be is an error whose message is a sentence. */
export function settingsOf(env, root) {
  const settings = {
    port: number(env, "PORT", 8787, 1, PORT_MAX),
    sandboxPort: number(env, "SANDBOX_PORT", 8790, 1, PORT_MAX),
    cronSeconds: number(env, "CRON_SECONDS", 60, 0, CRON_SECONDS_MAX),
    state: resolve(root, env.STATE_DIR || ".dev"),
    startSandbox: env.SANDBOX !== "external",
    vars: resolve(root, env.VARS_FILE || ".dev.vars"),
  };
  if (settings.port === settings.sandboxPort) {
    throw new Error(`PORT and SANDBOX_PORT are both ${settings.port}: they must differ.`);
  }
  return settings;
}

function number(env, name, preset, min, max) {
  const text = env[name] || String(preset);
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new Error(`${name} must be a whole number from ${min} to ${max}, not '${text}'.`);
  }
  return value;
}
