// Against a running API, as people who have just been made: tests/clients/test_typescript.py starts it.
import assert from "node:assert/strict";
import { test } from "node:test";

const { client, url, ada, ben, cleo, due, match } = JSON.parse(process.env.WORLD);
const { ApiError, createSessionApi, etagOf } = await import(client);

const as = (token, options = {}) => createSessionApi({ url, getToken: async () => token, ...options });
const refused = (code) => (error) => error instanceof ApiError && error.code === code;
const everything = async (iterator) => {
  const all = [];
  for await (const it of iterator) all.push(it);
  return all;
};

/** A `fetch` that meets each of these faults once, in order, before the network works. */
function faulty(...faults) {
  const seen = [];
  const faultyFetch = async (request) => {
    seen.push({ key: request.headers.get("Idempotency-Key"), token: request.headers.get("Authorization") });
    const fault = faults.shift();
    return fault ? fault(request) : fetch(request);
  };
  return { seen, fetch: faultyFetch };
}
const error = (status, code, headers = {}) => () =>
  Response.json({ detail: { code, message: code } }, { status, headers });
const lost = async (request) => {
  await (await fetch(request)).arrayBuffer();
  throw new TypeError("fetch failed");
};

test("wingman: two confirm each other", async () => {
  const [one, other] = [as(ada), as(ben)];
  assert.equal((await one.wingman.get(due)).you, "user1");
  assert.equal((await one.wingman.confirm(due)).both_confirmed, false);
  assert.equal((await other.wingman.confirm(due)).session_status, "completed");
  await assert.rejects(one.wingman.confirm(due), refused("SESSION_CLOSED"));
  await assert.rejects(one.wingman.cancel(due), refused("SESSION_CLOSED"));
  await assert.rejects(one.wingman.noShow(due), refused("SESSION_CLOSED"));
  await assert.rejects(as(cleo).wingman.get(due), refused("NOT_A_PARTICIPANT"));
});

test("wingman: schedule, two editors, cancel", async () => {
  const api = as(ada);
  const session = await api.wingman.schedule({ ...match, venue_name: "Café", scheduled_time: "2031-05-01T19:30:00Z" });
  const read = await api.wingman.get(session.id);
  assert.ok(etagOf(read));
  await as(ben).wingman.notes(session.id, "At the door.");
  await assert.rejects(api.wingman.notes(session.id, "Inside.", { ifMatch: etagOf(read) }), refused("PRECONDITION_FAILED"));
  assert.equal((await api.wingman.get(session.id)).notes, "At the door.");
  assert.equal((await api.wingman.cancel(session.id)).session_status, "cancelled");
  const pages = await everything(api.wingman.pages({ limit: 1 }));
  assert.equal(pages.length, pages[0].total);
  assert.equal((await everything(api.wingman.pages({ limit: 1, offset: 1 }))).length, pages.length - 1);
  await assert.rejects(
    api.wingman.schedule({ ...match, venue_name: "Café", scheduled_time: "2020-05-01T19:30:00Z" }),
    (refusal) => refusal.code === "SCHEDULED_IN_THE_PAST" && refusal.fields.scheduled_time === refusal.message,
  );
});

test("chat: create, rename, post, read all, delete", async () => {
  const api = as(ada);
  const chat = await api.chat.create({ title: "Plans" });
  assert.equal((await api.chat.rename(chat.id, "Other plans")).title, "Other plans");
  for (let n = 1; n <= 5; n += 1) await api.chat.post(chat.id, { content: `${n}` });
  const all = await everything(api.chat.history(chat.id, { limit: 2 }));
  assert.deepEqual(all.map((it) => it.content), ["1", "2", "3", "4", "5"]);
  await assert.rejects(everything(api.chat.history(chat.id, {}, { signal: AbortSignal.abort() })), { name: "AbortError" });
  assert.equal((await api.chat.messages(chat.id, { limit: 2, before: 3 })).items.length, 2);
  assert.equal(await api.chat.delete(chat.id), undefined);
  await assert.rejects(api.chat.get(chat.id), refused("SESSION_NOT_FOUND"));
});

test("study: a session is sent back as it was read", async () => {
  const api = as(ada);
  const session = await api.study.create({ title: "Algebra" });
  const read = await api.study.get(session.id);
  const changed = await api.study.update(read.id, { ...read, title: "Linear algebra" }, { ifMatch: etagOf(read) });
  assert.equal(changed.title, "Linear algebra");
  await assert.rejects(api.study.update(read.id, { title: "Old" }, { ifMatch: etagOf(read) }), refused("PRECONDITION_FAILED"));
  await api.study.update(read.id, { title: "New" }, { ifMatch: etagOf(changed) });
  assert.ok((await everything(api.study.pages())).length > 0);
  await api.study.delete(read.id);
});

test("interview: another's posting", async () => {
  const api = as(ada);
  await assert.rejects(api.interview.create({ job_posting_id: due }), refused("JOB_POSTING_NOT_FOUND"));
  assert.deepEqual((await api.interview.list()).items, []);
});

test("an error says what is wrong with which field", async () => {
  await assert.rejects(as(ada).chat.create({ title: "" }), (refusal) => {
    assert.ok(refusal instanceof Error);
    assert.equal(refusal.status, 422);
    assert.deepEqual(Object.keys(refusal.fields), ["title"]);
    assert.match(refusal.requestId, /\w/);
    return true;
  });
});

test("an answer that was lost: tried again with the same key, created once", async () => {
  const network = faulty(lost, error(503, "DATABASE_UNAVAILABLE", { "Retry-After": "0" }));
  const api = as(ben, { fetch: network.fetch });
  const session = await api.study.create({ title: "Once" });
  assert.equal(network.seen.length, 3);
  assert.equal(new Set(network.seen.map((it) => it.key)).size, 1);
  assert.deepEqual((await api.study.list()).items.map((it) => it.id), [session.id]);
});

test("a write without a key is not tried again where it may have happened", async () => {
  const network = faulty(error(503, "OUTCOME_UNKNOWN", { "Retry-After": "0" }));
  await assert.rejects(as(ada, { fetch: network.fetch }).wingman.notes(due, "x"), refused("OUTCOME_UNKNOWN"));
  assert.equal(network.seen.length, 1);
  const away = faulty(lost);
  await assert.rejects(as(ada, { fetch: away.fetch }).wingman.notes(due, "x"), { message: "fetch failed" });
  assert.equal(away.seen.length, 1);
});

test("a write without a key is tried again where it certainly did not happen", async () => {
  const network = faulty(error(503, "DATABASE_UNAVAILABLE", { "Retry-After": "0" }));
  assert.equal((await as(ada, { fetch: network.fetch }).wingman.notes(due, "y")).updated_notes, "y");
  assert.equal(network.seen.length, 2);
});

test("a conflict is tried again where the first request is still being processed", async () => {
  const network = faulty(error(409, "CONFLICT", { "Retry-After": "0" }));
  await as(ada, { fetch: network.fetch }).chat.create({ title: "Twice" });
  assert.equal(network.seen.length, 2);
  const final = faulty(error(409, "CONFLICT"));
  await assert.rejects(as(ada, { fetch: final.fetch }).chat.create({ title: "Twice" }), refused("CONFLICT"));
});

test("gives up after four tries, and where it would have to wait for long", async () => {
  const busy = faulty(...Array(9).fill(error(429, "RATE_LIMITED", { "Retry-After": "0" })));
  await assert.rejects(as(ada, { fetch: busy.fetch }).chat.list(), refused("RATE_LIMITED"));
  assert.equal(busy.seen.length, 4);
  const long = faulty(error(429, "RATE_LIMITED", { "Retry-After": "60" }));
  await assert.rejects(as(ada, { fetch: long.fetch }).chat.list(), (it) => it.retryAfter === 60);
});

test("after a 401 the token is refreshed once", async () => {
  const asked = [];
  const getToken = async (options) => (asked.push(options?.refresh ?? false), asked.length === 1 ? "old" : ada);
  await createSessionApi({ url, getToken }).chat.list();
  assert.deepEqual(asked, [false, true]);
  const never = createSessionApi({ url, getToken: async () => "old" });
  await assert.rejects(never.chat.list(), refused("NOT_AUTHENTICATED"));
  const out = faulty();
  const signedOut = async (options) => (options?.refresh ? undefined : "old");
  await assert.rejects(createSessionApi({ url, getToken: signedOut, fetch: out.fetch }).chat.list(), refused("NOT_AUTHENTICATED"));
  assert.equal(out.seen.length, 1);
});

test("the address may end with a slash", async () => {
  assert.ok((await createSessionApi({ url: `${url}/`, getToken: async () => ada }).chat.list()).items);
});

test("an abort ends a wait", async () => {
  const network = faulty(error(503, "DATABASE_UNAVAILABLE", { "Retry-After": "9" }));
  const started = Date.now();
  await assert.rejects(as(ada, { fetch: network.fetch }).chat.list({}, { signal: AbortSignal.timeout(50) }));
  assert.ok(Date.now() - started < 5000);
});

test("what is not the API's answer", async () => {
  const network = faulty(() => new Response("<html>", { status: 502 }));
  await assert.rejects(as(ada, { fetch: network.fetch }).chat.list(), (it) => it.code === "UNKNOWN" && it.retryAfter === undefined);
});
