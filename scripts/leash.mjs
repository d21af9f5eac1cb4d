// Runs a command and ends it, with everything it has started, as soon as the caller is gone.
//
// usage: node leash.mjs COMMAND [ARGUMENT ...]    with a pipe as stdin
//
// The caller keeps the other end of the pipe open. However the caller ends, killed included, the
// pipe closes and the command's whole process group goes. When the command ends by itself, what it
// left behind goes too, and its exit code is handed on.
import { spawn } from "node:child_process";

const POLITE_MS_MAX = 4000;
// The whole group is asked at once, so what outlives the command does not need long.
const STRAGGLER_MS = 100;

const [command, ...args] = process.argv.slice(2);
let stopping = false;
const child = spawn(command, args, { detached: true, stdio: ["ignore", "inherit", "inherit"] });

child.on("error", (error) => {
  console.error(error.message);
  process.exit(127);
});
child.on("exit", (code, signal) => {
  end("SIGTERM");
  setTimeout(() => {
    end("SIGKILL");
    if (signal && !stopping) console.error(`${command} was ended by ${signal}`);
    process.exit(code ?? 1);
  }, STRAGGLER_MS);
});
for (const event of ["end", "error"]) process.stdin.once(event, stop);
process.stdin.resume();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, stop);

function stop() {
  stopping = true;
  end("SIGTERM");
  setTimeout(() => end("SIGKILL"), POLITE_MS_MAX);
}

function end(signal) {
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    // Nobody is left in the group.
    if (error.code !== "ESRCH") throw error;
  }
}
