/** supabase-js needs a WebSocket to create a client. Node 22 has one, Node 20 does not. */
export async function register() {
  if (process.env.NEXT_RUNTIME === "nodejs" && !globalThis.WebSocket) {
    const { WebSocket } = await import("ws");
    Object.assign(globalThis, { WebSocket });
  }
}
