/** On Node 20 supabase-js wants a WebSocket to make its client; Node 22 has one. */
export async function register() {
  if (process.env.NEXT_RUNTIME === "nodejs" && !globalThis.WebSocket) {
    const { WebSocket } = await import("ws");
    Object.assign(globalThis, { WebSocket });
  }
}
