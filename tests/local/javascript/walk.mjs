// A frontend's whole use of sign-in and live changes, by the packages as they are. Prints what it saw, as JSON.
import { createServerClient } from "@supabase/ssr";
import { createClient } from "@supabase/supabase-js";
import WebSocket from "ws";

const [url, key, email, stranger, password] = process.argv.slice(2);
const options = (more = {}) => ({ auth: { persistSession: false, ...more }, realtime: { transport: WebSocket } });
const seen = {};
const must = ({ data, error }) => {
  if (error) throw error;
  return data;
};
const subscribed = (channel) =>
  new Promise((resolve, reject) => {
    channel.subscribe((status, error) => {
      if (status === "SUBSCRIBED") resolve();
      else if (status !== "CLOSED") reject(error ?? new Error(status));
    });
  });
const refusal = (error) => ({ code: error.code, status: error.status, name: error.name });

// the browser's client
const browser = createClient(url, key, options());
const events = [];
browser.auth.onAuthStateChange((event) => events.push(event));
const signedUp = must(
  await browser.auth.signUp({ email: `js${Date.now()}@example.org`, password, options: { data: { name: "Ada" } } }),
);
seen.signUp = { session: signedUp.session !== null, name: signedUp.user.user_metadata.name };
seen.wrong = refusal((await browser.auth.signInWithPassword({ email, password: "wrong one" })).error);
seen.weak = refusal((await browser.auth.signUp({ email: `js${Date.now()}b@example.org`, password: "1" })).error);
const { user, session } = must(await browser.auth.signInWithPassword({ email, password }));
seen.getUser = must(await browser.auth.getUser()).user.id === user.id;
const claims = must(await browser.auth.getClaims());
seen.getClaims = { alg: claims.header.alg, sub: claims.claims.sub === user.id };
seen.updateUser = must(await browser.auth.updateUser({ data: { town: "Turin" } })).user.user_metadata.town;
seen.rows = must(await browser.from("user_profiles").select("first_name").eq("id", user.id));

// a server's client finds the session in cookies, and refreshes it
const jar = new Map();
const server = (client = jar) =>
  createServerClient(url, key, {
    realtime: { transport: WebSocket },
    cookies: {
      getAll: () => [...client].map(([name, value]) => ({ name, value })),
      setAll: (all) => all.forEach(({ name, value }) => (value ? client.set(name, value) : client.delete(name))),
    },
  });
must(await server().auth.signInWithPassword({ email, password }));
seen.cookies = jar.size > 0;
seen.serverUser = must(await server().auth.getUser()).user.id === user.id;
seen.serverClaims = must(await server().auth.getClaims()).claims.sub === user.id;
seen.refreshed = must(await server().auth.refreshSession()).session.user.id === user.id;
seen.nobody = refusal((await server(new Map()).auth.getUser()).error);

// live
const other = createClient(url, key, options());
must(await other.auth.signInWithPassword({ email: stranger, password }));
const heard = { owner: [], stranger: [] };
const listen = async (client, name) => {
  await client.realtime.setAuth();
  const channel = client.channel(`walk-${name}`);
  channel.on("postgres_changes", { event: "*", schema: "public", table: "job_postings" }, (change) =>
    heard[name].push(change),
  );
  await subscribed(channel);
};
await listen(browser, "owner");
await listen(other, "stranger");
// the time from the request to the news of it
seen.milliseconds = [];
const told = async (request) => {
  const [before, count] = [performance.now(), heard.owner.length];
  const { id } = must(await request.select("id").single());
  while (heard.owner.length === count && performance.now() - before < 5000) {
    await new Promise((done) => setTimeout(done, 1));
  }
  seen.milliseconds.push(Math.round(performance.now() - before));
  return id;
};
const postings = browser.from("job_postings");
const id = await told(postings.insert({ user_id: user.id, title: "Engineer", company: "Initech" }));
await told(postings.update({ title: "Architect" }).eq("id", id));
await told(postings.delete().eq("id", id));
await new Promise((done) => setTimeout(done, 300));
const shown = (change) => [change.eventType, change.new.title ?? null, Object.keys(change.old)];
seen.owner = heard.owner.map(shown);
seen.stranger = heard.stranger.map(shown);
const presence = browser.channel("room", { config: { presence: { key: "me", enabled: true } } });
seen.presence = await subscribed(presence).then(() => "served", (error) => error.message);
await browser.removeAllChannels();
await other.removeAllChannels();

// the end
must(await browser.auth.refreshSession());
await browser.auth.signOut();
seen.signedOut = (await browser.auth.getSession()).data.session === null;
seen.ended = refusal((await browser.auth.getUser(session.access_token)).error);
seen.events = events;
console.log(JSON.stringify(seen));
process.exit(0);
