// The bare Worker of `make bench`: runs the batches that it is sent, and makes the outside calls that
// it is told. What the product uses beyond this is its own.
export default {
  async fetch(request, env) {
    const { batches, calls, url } = await request.json();
    for (const statements of batches) {
      await env.DB.batch(statements.map(([text, values]) => env.DB.prepare(text).bind(...values)));
    }
    for (const [method, bytes] of calls) {
      const body = method === "GET" ? undefined : "x".repeat(bytes);
      await (await fetch(url, { method, body })).arrayBuffer();
    }
    return new Response("done");
  },
};
