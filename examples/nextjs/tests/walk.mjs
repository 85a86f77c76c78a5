/**
 * Walks the example in Chromium as two people would: `make web-test` starts it.
 *
 * Alice and Bob sign in, each in their own browser, and meet. Environment: WEB_URL, CHROMIUM,
 * PASSWORD, TOKEN_SECONDS (how long a token lives: one expires on the way), SCREENSHOTS (a folder),
 * PYTHON and DATA_DIR (of the stack, whose sessions' times are moved back).
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";

const { WEB_URL, CHROMIUM, PASSWORD, TOKEN_SECONDS, SCREENSHOTS, PYTHON } = process.env;
const ALICES_SESSION = "e0000000-0000-4000-8000-000000000001";
const PATIENCE = 15_000;
// the API accepts a token for 5 s after it has expired
const LEEWAY_SECONDS = 6;

const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
  ],
});
const people = {};

async function person(name) {
  const context = await browser.newContext({
    timezoneId: "Europe/Berlin",
    locale: "en-GB",
    viewport: { width: 900, height: 900 },
    colorScheme: name === "bob" ? "dark" : "light",
  });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  people[name] = page;
  page.problems = [];
  page.on("pageerror", (error) => page.problems.push(error.message));
  return page;
}

async function signIn(name) {
  const page = await person(name);
  await page.goto(`${WEB_URL}/wingman`);
  await page.waitForURL("**/sign-in");
  await page.getByLabel("E-mail").first().fill(`${name}@example.com`);
  await page.getByLabel("Password").first().fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL("**/wingman");
  return page;
}

/** Fills in the form for a session with Bob, and sends it. */
async function schedule(page, venue, time) {
  await page.goto(`${WEB_URL}/wingman`);
  await page.getByLabel("With").selectOption({ label: "Bob" });
  await page.getByLabel("Venue").fill(venue);
  await page.getByLabel("Your challenge").selectOption({ label: "Tell a story" });
  await page.getByLabel("Time").evaluate((input, value) => { input.step = 1; input.value = value; }, time);
  await page.getByRole("button", { name: "Schedule" }).click();
}

/** What a `datetime-local` input holds for a time from now on, in Berlin. */
function inBerlin(seconds) {
  const then = new Date(Date.now() + seconds * 1000);
  return then.toLocaleString("sv-SE", { timeZone: "Europe/Berlin" }).replace(" ", "T");
}

async function status(page, expected) {
  await page.getByTestId("status").filter({ hasText: expected }).waitFor();
}

async function accessible(page) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  assert.deepEqual(violations.map((it) => `${it.id}: ${it.nodes.map((node) => node.html).join(" ")}`), []);
}

async function shot(page, name) {
  await mkdir(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), clip: { x: 0, y: 0, width: 900, height: 580 } });
}

const steps = {
  async "a wrong password is said in words"() {
    const page = await person("visitor");
    await page.goto(`${WEB_URL}/sign-in`);
    await accessible(page);
    await page.getByLabel("E-mail").first().fill("alice@example.com");
    await page.getByLabel("Password").first().fill("not the password");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").filter({ hasText: "Invalid login credentials" }).waitFor();
  },

  async "two people meet, and the second confirmation shows by itself"() {
    const [alice, bob] = await Promise.all([signIn("alice"), signIn("bob")]);
    await accessible(alice);
    for (const page of [alice, bob]) {
      await page.goto(`${WEB_URL}/wingman/${ALICES_SESSION}`);
      await status(page, "scheduled");
    }
    await alice.getByRole("button", { name: "Confirm Bob" }).click();
    // Bob's page shows it without a reload
    await bob.getByText(/, confirmed/).waitFor();
    await bob.getByRole("button", { name: "Confirm Alice" }).click();
    await status(bob, "completed");
    await status(alice, "completed");
    await accessible(alice);
    await accessible(bob);
    await shot(alice, "session");
  },

  async "two editors of the notes: the slower one sees both texts"() {
    const { alice, bob } = people;
    await alice.getByRole("textbox", { name: "Notes" }).fill("Alice's words");
    await bob.getByRole("textbox", { name: "Notes" }).fill("Bob's words");
    const learned = alice.waitForResponse(async (it) => (
      it.url().endsWith(`/sessions/${ALICES_SESSION}`) && it.request().method() === "GET"
      && it.ok() && (await it.text()).includes("Bob's words")
    ));
    await bob.getByRole("button", { name: "Save notes" }).click();
    await bob.getByText("Saved.").waitFor();
    // her page has the newer ETag now, but her edit began with the older one and must still be refused
    await (await learned).finished();
    await alice.getByRole("textbox", { name: "Notes" }).pressSequentially(", and more", { delay: 50 });
    await alice.getByRole("button", { name: "Save notes" }).click();
    await alice.getByTestId("theirs").filter({ hasText: "Bob's words" }).waitFor();
    await accessible(alice);
    await alice.getByRole("button", { name: "Save mine" }).click();
    await alice.getByText("Saved.").waitFor();
  },

  async "a session is scheduled, refused by name, and called off"() {
    const { alice } = people;
    await schedule(alice, "Café Central", "2020-01-01T10:00");
    await alice.getByText(/must be in the future/).waitFor();
    await alice.getByRole("alert").filter({ hasText: "Not scheduled" }).waitFor();
    await alice.getByLabel("Time").fill("2030-01-01T10:00");
    await alice.getByRole("button", { name: "Schedule" }).click();
    await alice.waitForURL("**/wingman/*-*");
    // ten o'clock in Berlin, whatever the server's zone is
    await alice.getByText("1 Jan 2030, 10:00").waitFor();
    await alice.getByText("Alice: Tell a story").waitFor();
    await alice.getByRole("button", { name: "Cancel" }).click();
    await status(alice, "cancelled");
  },

  async "an open page learns that the time has come, and a no-show shows on the other's page"() {
    const { alice, bob } = people;
    await schedule(alice, "Park", inBerlin(10));
    await alice.waitForURL("**/wingman/*-*");
    // no row changes, only time passes
    await alice.locator("button:enabled", { hasText: "Confirm Bob" }).waitFor();
    await alice.getByRole("button", { name: "Bob did not come" }).click();
    await status(alice, "no show");

    await schedule(alice, "Museum", inBerlin(3600));
    await alice.waitForURL("**/wingman/*-*");
    await bob.goto(alice.url());
    assert.ok(await bob.getByRole("button", { name: "Alice did not come" }).isDisabled());
    execFileSync(PYTHON, ["-m", "local", "advance", "2h"], { cwd: "../.." });
    await bob.getByRole("button", { name: "Alice did not come" }).click();
    await status(alice, "no show");
    await alice.getByText(/^Alice: .*, did not come/).waitFor();
  },

  async "a chat scrolls back through all its messages and shows new ones"() {
    const { alice } = people;
    await alice.goto(`${WEB_URL}/chat`);
    await accessible(alice);
    await alice.getByLabel("Title").fill("Weekend");
    await alice.getByRole("button", { name: "Start a chat" }).click();
    await alice.waitForURL("**/chat/*-*");
    for (let number = 1; number <= 45; number += 1) {
      await alice.getByLabel("Message", { exact: true }).fill(`Line ${number}.`);
      await alice.getByRole("button", { name: "Send" }).click();
      await alice.getByText(`Line ${number}.`, { exact: false }).waitFor();
    }
    const lines = alice.getByText(/Line \d+\./);
    const inSight = (text) => alice.getByText(text, { exact: false }).evaluate((line) => {
      const [it, log] = [line.getBoundingClientRect(), line.parentElement.getBoundingClientRect()];
      return it.bottom > log.top && it.top < log.bottom;
    });
    await alice.reload();
    await alice.getByText("Line 45.").waitFor();
    // the last page, scrolled to its end: older ones load on scrolling up, without moving what is in view
    assert.deepEqual([await lines.count(), await inSight("Line 45.")], [20, true]);
    await alice.getByRole("log").evaluate((log) => { log.scrollTop = 0; });
    await alice.getByText("Line 6.").waitFor();
    assert.deepEqual([await lines.count(), await inSight("Line 26.")], [40, true]);
    await alice.getByRole("log").evaluate((log) => { log.scrollTop = 0; });
    await alice.getByText("Line 1.").waitFor();
    assert.equal(await lines.count(), 45);
    await accessible(alice);
  },

  async "a study session moves along, an interview begins"() {
    const { alice } = people;
    await alice.goto(`${WEB_URL}/study`);
    await alice.getByLabel("Title").fill("Topology");
    await alice.getByRole("button", { name: "Begin" }).click();
    await alice.getByRole("button", { name: "Move Topology on to processing" }).click();
    await alice.getByRole("button", { name: "Move Topology on to planning" }).waitFor();
    await accessible(alice);
    await alice.goto(`${WEB_URL}/interview`);
    await alice.getByLabel("Title").fill("Platform engineer");
    await alice.getByLabel("Company").fill("Initech");
    await alice.getByRole("button", { name: "Add" }).click();
    await alice.getByRole("button", { name: "Practise for Platform engineer" }).click();
    await alice.getByText("active").first().waitFor();
    await accessible(alice);
  },

  async "an expired session is refreshed, on the server and in the browser"() {
    const { bob } = people;
    // with a slow clock supabase-js considers the token valid; only the API's 401 shows that it is not
    await bob.addInitScript(() => {
      const now = Date.now.bind(Date);
      Date.now = () => now() - 600_000;
    });
    await bob.reload();
    await bob.waitForTimeout((Number(TOKEN_SECONDS) + LEEWAY_SECONDS) * 1000);
    const refused = bob.waitForResponse((it) => it.url().endsWith("/notes") && it.status() === 401);
    await bob.getByRole("textbox", { name: "Notes" }).fill("After the night");
    await bob.getByRole("button", { name: "Save notes" }).click();
    await refused;
    await bob.getByText("Saved.").waitFor();
    await bob.goto(`${WEB_URL}/wingman`);
    await bob.getByRole("heading", { name: "Your sessions" }).waitFor();
    const answer = await bob.request.get(`${WEB_URL}/wingman/export`);
    assert.match(await answer.text(), /^scheduled_time,status,venue_name\n/);
  },

  async "somebody new signs up, and signs out"() {
    const page = await person("erin");
    await page.goto(`${WEB_URL}/sign-in`);
    await page.getByLabel("E-mail").last().fill(`erin-${Date.now()}@example.com`);
    await page.getByLabel("Password").last().fill("correct horse");
    await page.getByRole("button", { name: "Sign up" }).click();
    await page.waitForURL("**/profile");
    await accessible(page);
    await page.getByLabel("First name").fill("<b>Erin</b>");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("alert").filter({ hasText: "cannot be used" }).waitFor();
    assert.equal(await page.getByLabel("First name").inputValue(), "<b>Erin</b>");
    await page.getByLabel("First name").fill("Erin");
    await page.getByRole("button", { name: "Save" }).click();
    await page.waitForURL("**/wingman");
    await page.getByText("None yet.").waitFor();
    for (const path of [`wingman/${ALICES_SESSION}`, "wingman/not-an-id", "chat/not-an-id"]) {
      await page.goto(`${WEB_URL}/${path}`);
      await page.getByRole("heading", { name: "Not found" }).waitFor();
    }
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL("**/sign-in");
  },

  async "a refused form keeps its text, and one sent after the session's end leads to the sign-in page"() {
    const { alice } = people;
    for (const [path, button] of [["chat", "Start a chat"], ["study", "Begin"]]) {
      await alice.goto(`${WEB_URL}/${path}`);
      await alice.getByLabel("Title").fill("<b></b>");
      await alice.getByRole("button", { name: button }).click();
      await alice.getByRole("alert").filter({ hasText: "must not be blank" }).waitFor();
      assert.equal(await alice.getByLabel("Title").inputValue(), "<b></b>");
    }
    await alice.context().clearCookies();
    await alice.getByRole("button", { name: "Begin" }).click();
    await alice.waitForURL("**/sign-in");
  },
};

try {
  for (const [name, step] of Object.entries(steps)) {
    await step();
    console.log(`ok   ${name}`);
  }
  for (const [name, page] of Object.entries(people)) assert.deepEqual(page.problems, [], name);
} catch (error) {
  for (const [name, page] of Object.entries(people)) {
    await shot(page, `failed-${name}`).catch(() => {});
    console.error(`${name} at ${page.url()}: ${page.problems.join("; ")}`);
  }
  throw error;
} finally {
  await browser.close();
}
