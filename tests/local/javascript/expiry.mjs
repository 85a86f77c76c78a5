// A session whose access tokens live for two seconds: each client refreshes by itself. Prints what it saw, as JSON.
import { createServerClient } from "@supabase/ssr";
import { createClient } from "@supabase/supabase-js";
import WebSocket from "ws";

const [url, key, password] = process.argv.slice(2);
const realtime = { transport: WebSocket };
const email = `js${Date.now()}@example.org`;
const expired = () => new Promise((done) => setTimeout(done, 3000));
const seen = { events: [] };

const browser = createClient(url, key, { auth: { persistSession: false }, realtime });
browser.auth.onAuthStateChange((event) => seen.events.push(event));
const first = (await browser.auth.signUp({ email, password })).data.session;

const jar = new Map();
const server = () =>
  createServerClient(url, key, {
    realtime,
    cookies: {
      getAll: () => [...jar].map(([name, value]) => ({ name, value })),
      setAll: (all) => all.forEach(({ name, value }) => (value ? jar.set(name, value) : jar.delete(name))),
    },
  });
await server().auth.signInWithPassword({ email, password });
const cookies = JSON.stringify([...jar]);

await expired();
seen.old = (await browser.auth.getUser(first.access_token)).error.status;
seen.browser = (await browser.auth.getUser()).data.user.email === email;
seen.server = (await server().auth.getUser()).data.user.email === email;
seen.cookiesChanged = JSON.stringify([...jar]) !== cookies;
console.log(JSON.stringify(seen));
process.exit(0);
