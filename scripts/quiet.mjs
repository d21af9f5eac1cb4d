// Which lines of other programs are not passed on: blocks that are known by their first line, say
// nothing of use here and read like trouble. Tested in quiet.test.mjs.

/** What `wrangler dev` prints at each start. Its cron warning is beside the point: dev.mjs ticks. */
export const WRANGLER_NOISE = [
  {
    begins: /^Your Worker has access to the following bindings:$/,
    goesOn: /^(Binding +Resource|env\.)/,
  },
  { begins: /^Attaching additional modules:$/, goesOn: /^[┌├│└]/ },
  {
    begins: /Scheduled Workers are not automatically triggered/,
    goesOn: /^ +(To manually trigger a scheduled event|curl "\S+\/scheduled"|For more details, see \S+cron-triggers)/,
  },
];

/**
 * wasm-bindgen's glue names our one JavaScript module once for each kind of import, with the same
 * value; esbuild warns of it. Its count of warnings would be wrong without them.
 */
export const ESBUILD_NOISE = [
  {
    begins: /^▲ \[WARNING\] Duplicate key "\.\/snippets\/\S+\/bridge\.js" in object literal/,
    goesOn: /^( |$)/,
  },
  { begins: /^\d+ warnings?$/, goesOn: /^$/ },
];

/** Tells of one line after the other whether it belongs to none of the blocks. */
export function without(blocks) {
  let current;
  return (line) => {
    const text = line.replaceAll(/\x1b\[[\d;]*m/g, "");
    if (!current?.goesOn.test(text)) current = blocks.find(({ begins }) => begins.test(text));
    return !current;
  };
}
