// The bare Worker of `make bench`: runs the batches that it is sent, and nothing else. What the
// product uses beyond this is its own.
export default {
  async fetch(request, env) {
    for (const statements of await request.json()) {
      await env.DB.batch(statements.map(([text, values]) => env.DB.prepare(text).bind(...values)));
    }
    return new Response("done");
  },
};
