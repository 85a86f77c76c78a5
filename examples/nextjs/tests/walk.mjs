/**
 * Walks the example in Chromium as two people would: `make web-test` starts it.
 *
 * Alice and Bob sign in, each in a browser of their own, and meet. Environment: WEB_URL, CHROMIUM,
 * PASSWORD, TOKEN_SECONDS (how long a token lives: one expires on the way), SCREENSHOTS (a folder).
 */
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";

const { WEB_URL, CHROMIUM, PASSWORD, TOKEN_SECONDS, SCREENSHOTS } = process.env;
const ALICES_SESSION = "e0000000-0000-4000-8000-000000000001";
const PATIENCE = 15_000;

const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
  ],
});
const people = {};

async function person(name) {
  const context = await browser.newContext({ timezoneId: "Europe/Berlin", locale: "en-GB", viewport: { width: 900, height: 900 } });
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
    // Bob's page learns it without being touched
    await bob.getByText(/, confirmed/).waitFor();
    await bob.getByRole("button", { name: "Confirm Alice" }).click();
    await status(bob, "completed");
    await status(alice, "completed");
    await accessible(alice);
    await shot(alice, "session");
  },

  async "two editors of the notes: the slower one sees both texts"() {
    const { alice, bob } = people;
    await alice.getByRole("textbox", { name: "Notes" }).fill("Alice's words");
    await bob.getByRole("textbox", { name: "Notes" }).fill("Bob's words");
    await bob.getByRole("button", { name: "Save notes" }).click();
    await bob.getByText("Saved.").waitFor();
    await alice.getByRole("button", { name: "Save notes" }).click();
    await alice.getByTestId("theirs").filter({ hasText: "Bob's words" }).waitFor();
    await accessible(alice);
    await alice.getByRole("button", { name: "Save mine" }).click();
    await alice.getByText("Saved.").waitFor();
  },

  async "a session is scheduled, refused by name, and called off"() {
    const { alice } = people;
    await alice.goto(`${WEB_URL}/wingman`);
    await alice.getByLabel("Venue").fill("Café Central");
    await alice.getByLabel("Time").fill("2020-01-01T10:00");
    await alice.getByRole("button", { name: "Schedule" }).click();
    await alice.getByRole("alert").filter({ hasText: /future/ }).waitFor();
    await alice.getByLabel("Time").fill("2030-01-01T10:00");
    await alice.getByRole("button", { name: "Schedule" }).click();
    await alice.waitForURL("**/wingman/*-*");
    // ten o'clock in Berlin, whatever the server's zone is
    await alice.getByText("1 Jan 2030, 10:00").waitFor();
    await alice.getByRole("button", { name: "Cancel" }).click();
    await status(alice, "cancelled");
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
    await alice.reload();
    await alice.getByText("Line 45.").waitFor();
    await alice.getByRole("log").evaluate((log) => { log.scrollTop = 0; });
    await alice.getByText("Line 1.").waitFor();
    assert.equal(await alice.getByText(/Line \d+\./).count(), 45);
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
    await bob.waitForTimeout((Number(TOKEN_SECONDS) + 6) * 1000);
    await bob.getByRole("textbox", { name: "Notes" }).fill("After the night");
    await bob.getByRole("button", { name: "Save notes" }).click();
    await bob.getByText("Saved.").waitFor();
    await bob.goto(`${WEB_URL}/wingman`);
    await bob.getByRole("heading", { name: "Your sessions" }).waitFor();
    const answer = await bob.request.get(`${WEB_URL}/wingman/export`);
    assert.match(await answer.text(), /^scheduled_time,status,venue_name\n/);
  },

  async "somebody new signs up, and signs out"() {
    const page = await person("erin");
    await page.goto(`${WEB_URL}/sign-in`);
    await page.getByLabel("First name").fill("Erin");
    await page.getByLabel("E-mail").last().fill(`erin-${Date.now()}@example.com`);
    await page.getByLabel("Password").last().fill("correct horse");
    await page.getByRole("button", { name: "Sign up" }).click();
    await page.waitForURL("**/wingman");
    await page.getByText("None yet.").waitFor();
    await page.goto(`${WEB_URL}/wingman/${ALICES_SESSION}`);
    await page.getByRole("heading", { name: "Not found" }).waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL("**/sign-in");
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
