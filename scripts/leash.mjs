// Runs a command and ends it, with everything it has started, as soon as the caller is gone.
//
// usage: node leash.mjs COMMAND [ARGUMENT ...]    started as leader of a process group, stdin a pipe
//
// The caller keeps the other end of the pipe open. However the caller ends, killed included, the
// pipe closes and the whole group goes; when the command itself ends, the rest of the group goes too.
import { spawn } from "node:child_process";

const POLITE_MS_MAX = 4000;
// The group gets its signal at once, so what outlives the command does not live long.
const STRAGGLER_MS = 100;

const [command, ...args] = process.argv.slice(2);
const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit"] });
let stopping = false;

child.on("error", (error) => {
  console.error(error.message);
  process.exit(127);
});
child.on("exit", (code, signal) => {
  stop();
  if (!signal) process.exitCode = code;
  setTimeout(kill, STRAGGLER_MS);
});
for (const event of ["end", "error"]) process.stdin.on(event, stop);
process.stdin.resume();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, stop);

function stop() {
  if (stopping) return;
  stopping = true;
  process.kill(-process.pid, "SIGTERM");
  setTimeout(kill, POLITE_MS_MAX);
}

function kill() {
  process.kill(-process.pid, "SIGKILL");
}
