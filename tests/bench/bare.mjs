// The bare Worker of `make bench`: runs the batches that it is sent, and fetches an address as often
// as it is told. What the product uses beyond this is its own.
export default {
  async fetch(request, env) {
    const { batches, calls, url } = await request.json();
    for (const statements of batches) {
      await env.DB.batch(statements.map(([text, values]) => env.DB.prepare(text).bind(...values)));
    }
    for (let call = 0; call < calls; call += 1) await (await fetch(url)).arrayBuffer();
    return new Response("done");
  },
};
