// The bare Worker of `make bench`: runs the batches that it is sent, and makes the outside calls that
// it is told; or puts what it is sent into its bucket, as an upload. What the product uses beyond this
// is its own.
export default {
  async fetch(request, env) {
    if (request.method === "PUT") {
      const bytes = await request.arrayBuffer();
      const sha256 = await crypto.subtle.digest("SHA-256", bytes);
      await env.PROOFS.put(crypto.randomUUID(), bytes, { sha256 });
      return new Response("done");
    }
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
