import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { ADDRESS, assertAccessible, assertNothingKept, assertQuiet, launch, open, PASSWORD } from "./browser.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const CODE = "WZ5B-7PJR";
const NAME = "Marisol Elena Reyes";

/** Opens the console and signs in as somebody of the demo. */
async function as(person, options) {
  const page = await open(browser, "/", options);
  await page.getByRole("button", { name: person }).click();
  await page.getByRole("button", { name: "Sign out" }).waitFor();
  return page;
}

/** Opens the first patient of Dana Ruiz. */
async function openMarisol(page) {
  await page.getByRole("button", { name: CODE }).click();
  await page.getByRole("heading", { level: 1, name: NAME }).waitFor();
}

/** Waits until the server has taken its cookies back. */
async function cookiesGone(page) {
  for (let looks = 0; looks < 200 && (await page.context().cookies()).length > 0; looks += 1) {
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

const focused = (page) => page.evaluate(() => document.activeElement?.textContent ?? "");
const shown = (page) => page.locator("body").innerText();

test("a clinician finds patients by name where a consent covers it, and reads why not elsewhere", async () => {
  const page = await as("Dana Ruiz");
  await page.getByText("Patients 1 to 10 of 13.").waitFor();
  assert.equal(await focused(page), "Patients");
  assert.equal(await page.title(), "Patients – Consentry");
  await page.getByRole("row", { name: `${CODE} ${NAME} March 14, 1988 In care` }).waitFor();
  for (const reason of ["No consent covers this look", "Consent has ended", "Consent was revoked", "Restricted by the patient"]) {
    await page.getByRole("cell", { name: reason }).first().waitFor();
  }
  await assertAccessible(page, "the list");

  await page.getByRole("button", { name: "Next page" }).click();
  await page.getByText("Patients 11 to 13 of 13.").waitFor();
  assert.equal(await focused(page), "Next page", "the focus stays where it was");
  await page.getByRole("button", { name: "Previous page" }).click();
  await page.getByText("Patients 1 to 10 of 13.").waitFor();

  await page.getByLabel("Search for").fill("rey");
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await page.getByText("Patients 1 to 1 of 1.").waitFor();
  await page.getByRole("row", { name: NAME }).waitFor();
  await page.getByLabel("Search for").fill("re");
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await page.getByText("No patient within your reach matches.").waitFor();
  await page.getByRole("button", { name: "Show all patients" }).click();
  await page.getByLabel("Status").selectOption("Care is paused");
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await page.getByRole("cell", { name: "Care is paused" }).waitFor();
  assert.equal(await page.getByRole("cell", { name: "In care" }).count(), 0);
  assertQuiet(page);
  await assertNothingKept(page, { signedIn: true });
  await page.context().close();
});

test("a patient’s page says who it is, what was allowed, who can see it and who looked", async () => {
  const page = await as("Dana Ruiz");
  await openMarisol(page);
  assert.equal(await page.title(), "Patient – Consentry", "the title never holds a name");
  await page.getByText("ends in 1120").waitFor();
  const consent = page.getByRole("listitem").filter({ has: page.getByRole("heading", { level: 3 }) });
  await consent.getByText("In force", { exact: true }).waitFor();
  await consent.getByText("Those who treat the patient now").waitFor();
  await page.getByRole("listitem").filter({ hasText: "Leads the care" }).getByText("Dana Ruiz, LCSW").waitFor();

  await page.getByRole("button", { name: "Who can see this, and why" }).click();
  const people = page.getByRole("table", { name: "Who can see what, and why" });
  await people.getByRole("rowheader", { name: "You" }).waitFor();
  await people.getByText("The consent “Treatment, payment and operations”").first().waitFor();
  await people.getByRole("rowheader", { name: "The patient" }).waitFor();
  await page.getByRole("button", { name: "Who looked", exact: true }).click();
  const looks = page.getByRole("table", { name: "Who looked, the newest first" });
  const look = looks.getByRole("row").filter({ hasText: "Looked at who the patient is" }).first();
  await look.getByText("Allowed").waitFor();
  await assertAccessible(page, "the page of a patient");
  assert.doesNotMatch(await shown(page), /[A-Z]{3,}_[A-Z]/, "a code where words belong");

  await page.goBack();
  await page.getByRole("heading", { level: 1, name: "Patients" }).waitFor();
  assert.equal(await focused(page), "Patients");
  await page.goForward();
  await page.getByRole("heading", { level: 1, name: NAME }).waitFor();
  await page.getByRole("button", { name: "All patients" }).click();
  await page.getByRole("heading", { level: 1, name: "Patients" }).waitFor();
  assertQuiet(page);
  await assertNothingKept(page, { signedIn: true });
  await page.context().close();
});

test("staff who revoke say how they know of it, or keep the consent", async () => {
  const page = await as("Dana Ruiz");
  await openMarisol(page);
  const opener = page.getByRole("button", { name: "Revoke: Treatment, payment and operations" });
  await opener.click();
  const dialog = page.getByRole("dialog", { name: "Revoke this consent?" });
  await dialog.getByLabel("How the patient revoked it").waitFor();
  await assertAccessible(page, "the question before a revocation");
  await dialog.getByRole("button", { name: "Revoke", exact: true }).click();
  assert.ok(await dialog.isVisible(), "evidence is needed");
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  await page.waitForFunction(() => document.activeElement?.getAttribute("aria-label")?.startsWith("Revoke"));
  await opener.waitFor();
  await page.context().close();
});

test("a busy server is said to be busy, and asked again", async () => {
  const page = await as("Dana Ruiz");
  await page.getByText("Patients 1 to 10 of 13.").waitFor();
  const body = { errors: [{ message: "busy", extensions: { code: "UNAVAILABLE", requestId: "r" } }] };
  await page.route("**/graphql", (route) => route.fulfill({ status: 503, json: body, headers: { "retry-after": "1" } }));
  await page.getByRole("button", { name: "Look again" }).click();
  await page.getByRole("alert").getByText("The server is busy or restarting").waitFor();
  assert.doesNotMatch(await shown(page), /Marisol/, "what was seen before is no answer");
  await assertAccessible(page, "a failure");
  await page.unroute("**/graphql");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("row", { name: NAME }).waitFor();
  await page.context().close();
});

test("who is not signed in any more is asked to sign in, and nothing stays", async () => {
  const page = await open(browser, "/");
  const [request] = await Promise.all([
    page.waitForRequest((request) => request.headers()["x-csrf-token"] !== undefined),
    page.getByRole("button", { name: "Dana Ruiz" }).click(),
  ]);
  assert.equal(request.headers().authorization, undefined);
  await page.getByText("Patients 1 to 10 of 13.").waitFor();
  const cookies = await page.context().cookies();
  const ended = await fetch(`${ADDRESS}/graphql`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-csrf-token": request.headers()["x-csrf-token"],
      cookie: cookies.map(({ name, value }) => `${name}=${value}`).join("; "),
    },
    body: JSON.stringify({ query: "mutation { signOut { result { endedAt } } }" }),
  });
  assert.ok((await ended.json()).data.signOut.result.endedAt);
  await page.getByRole("button", { name: "Look again" }).click();
  await page.getByText("Your session has ended. Sign in again.").waitFor();
  assert.equal(await focused(page), "Sign in");
  assert.doesNotMatch(await page.content(), /Marisol Elena/);
  await page.goBack().catch(() => undefined);
  assert.doesNotMatch(await page.content(), /Marisol Elena/);
  await page.context().close();
});

test("signing out, leaving the page and fifteen idle minutes forget everything", async () => {
  const page = await open(browser, "/");
  await page.clock.install();
  await page.getByRole("button", { name: "Dana Ruiz" }).click();
  await page.getByRole("row", { name: NAME }).waitFor();
  await page.clock.runFor("13:00");
  assert.equal(await page.getByText("You will be signed out within a minute.").count(), 0);
  const [stillHere] = await Promise.all([
    page.waitForRequest((request) => request.postData()?.includes("StillHere") ?? false),
    page.keyboard.press("Shift"),
  ]);
  assert.ok(stillHere, "the server hears that somebody is there");
  await page.clock.runFor("14:10");
  await page.getByRole("row", { name: NAME }).waitFor();
  await page.getByRole("alert").getByText("You will be signed out within a minute.").waitFor();
  await assertAccessible(page, "the warning");
  await page.getByRole("button", { name: "Stay signed in" }).click();
  await page.getByText("You will be signed out within a minute.").waitFor({ state: "detached" });
  await page.clock.runFor("14:00");
  const [request] = await Promise.all([
    page.waitForRequest((request) => request.postData()?.includes("SignOut") ?? false),
    page.clock.runFor("01:30"),
  ]);
  assert.ok(request, "the session ends at the server, too");
  await page.getByText("You were signed out because nothing happened for too long.").waitFor();
  assert.doesNotMatch(await page.content(), /Marisol Elena/);
  await assertAccessible(page, "signing in");

  await page.getByRole("button", { name: "Dana Ruiz" }).click();
  await openMarisol(page);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByText("You are signed out.").waitFor();
  assert.equal(await page.title(), "Sign in – Consentry");
  assert.doesNotMatch(await page.content(), /Marisol Elena/);
  await page.goBack();
  await page.getByRole("heading", { name: "Sign in", exact: true }).waitFor();
  assert.doesNotMatch(await page.content(), /Marisol Elena/);

  await page.getByRole("button", { name: "Dana Ruiz" }).click();
  await openMarisol(page);
  const kept = await page.evaluate(() => {
    window.dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
    return document.body.innerText;
  });
  assert.doesNotMatch(kept, /Marisol Elena/, "what a browser keeps of a page for going back to it");
  await page.evaluate(() => window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));
  await page.getByRole("row", { name: NAME }).waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByText("You are signed out.").waitFor();
  await cookiesGone(page);
  await assertNothingKept(page);
  await page.context().close();
});

test("a reloaded page and a second window are signed in, until one of them signs out", async () => {
  const page = await as("Dana Ruiz");
  await page.getByRole("row", { name: NAME }).waitFor();
  await page.reload();
  await page.getByRole("row", { name: NAME }).waitFor();
  const second = await page.context().newPage();
  await second.goto(ADDRESS);
  await second.getByRole("row", { name: NAME }).waitFor();

  await second.getByRole("button", { name: "Sign out" }).click();
  await second.getByText("You are signed out.").waitFor();
  await page.getByText("Your session has ended. Sign in again.").waitFor();
  assert.doesNotMatch(await page.content(), /Marisol Elena/);
  await page.reload();
  await page.getByRole("heading", { name: "Sign in", exact: true }).waitFor();
  await cookiesGone(page);
  await assertNothingKept(page);
  assertQuiet(page);
  await page.context().close();
});

test("who signs in as somebody else in a second window is that person in the first one, too", async () => {
  const page = await as("Dana Ruiz");
  await page.getByRole("row", { name: NAME }).waitFor();
  const second = await page.context().newPage();
  await second.goto(ADDRESS);
  await second.getByRole("button", { name: "Sign out" }).click();
  await second.getByRole("button", { name: "The administrator" }).click();
  await second.getByText("Patients 1 to 10 of 15.").waitFor();

  await page.getByText("Patients 1 to 10 of 15.").waitFor();
  assert.doesNotMatch(await page.content(), /Marisol Elena/, "nothing stays of what the first one saw");
  await page.context().close();
});

test("somebody who is active in one window is active in all", async () => {
  const page = await open(browser, "/");
  await page.clock.install();
  await page.getByRole("button", { name: "Dana Ruiz" }).click();
  await page.getByRole("row", { name: NAME }).waitFor();
  const second = await page.context().newPage();
  await second.clock.install();
  await second.goto(ADDRESS);
  await second.getByRole("row", { name: NAME }).waitFor();
  await page.clock.runFor("14:10");
  await page.getByText("You will be signed out within a minute.").waitFor();
  await second.clock.runFor("00:10");
  await second.keyboard.press("Shift");
  await page.clock.runFor("00:10");
  await page.getByText("You will be signed out within a minute.").waitFor({ state: "detached" });
  await page.clock.runFor("00:50");
  await page.getByRole("row", { name: NAME }).waitFor();
  await page.context().close();
});

test("a session that ended behind a window’s back does not keep anybody from signing in", async () => {
  const page = await as("Dana Ruiz");
  await page.getByRole("row", { name: NAME }).waitFor();
  await page.route("**/graphql", (route) => route.abort());
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByText("You are signed out.").waitFor();
  assert.equal((await page.context().cookies()).length, 1, "the server was not reached to take back its own");
  await page.unroute("**/graphql");
  await page.reload();
  await page.getByRole("button", { name: "The administrator" }).click();
  await page.getByText("Patients 1 to 10 of 15.").waitFor();
  await page.context().close();
});

test("who signs in wrongly is told so, and a role that sees nobody hears that", async () => {
  const page = await open(browser, "/");
  await page.getByLabel("Organization").fill("demo");
  await page.getByLabel("Email").fill("billing@demo.example");
  await page.getByLabel("Password").fill("wrong");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("alert").getByText("wrong").waitFor();
  await page.getByLabel("Email").fill("platform-admin@demo.example");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("heading", { name: "Nothing to show" }).waitFor();
  await assertAccessible(page, "nothing to show");
  await page.context().close();
});

test("an administrator sees display codes and why there is no name", async () => {
  const page = await as("The administrator", { colorScheme: "dark", reducedMotion: "reduce" });
  await page.getByText("Patients 1 to 10 of 15.").waitFor();
  assert.equal(await page.getByRole("cell", { name: "Not for your role" }).count(), 10);
  assert.equal(await page.getByLabel("Search for").count(), 0, "searching is not offered");
  await assertAccessible(page, "the list in the dark");
  await page.getByRole("button", { name: CODE }).click();
  await page.getByText("Identity is not shown.").waitFor();
  await assertAccessible(page, "a patient in the dark");
  assertQuiet(page);
  await page.context().close();
});

/** Presses Tab until the focus is where it should be, as somebody without a mouse does. */
async function tabTo(page, name) {
  for (let presses = 0; presses < 80; presses += 1) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element?.matches("button, input, select, textarea")) return "";
      return element?.getAttribute("aria-label") ?? element?.labels?.[0]?.textContent ?? element?.textContent ?? "";
    });
    if (at.includes(name)) {
      const outlined = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle !== "none");
      assert.ok(outlined, `the focus on ${name} is seen`);
      return;
    }
  }
  assert.fail(`Tab does not reach ${name}`);
}

async function press(page, name) {
  await tabTo(page, name);
  await page.keyboard.press("Enter");
}

/** Turns the pages of the record back until the row is there. */
async function turnTo(page, table, row) {
  for (let pages = 0; pages < 10; pages += 1) {
    await table.waitFor();
    if (await row.count()) return;
    const [before] = await table.getByRole("row").nth(1).allInnerTexts();
    await press(page, "Older");
    await page.waitForFunction((text) => document.querySelector("table tbody tr")?.innerText !== text, before);
  }
  assert.fail("the record does not hold it");
}

test("by keyboard alone: a patient revokes in a window of her own, and the clinician’s next look is refused", async () => {
  const dana = await open(browser, "/");
  await dana.getByRole("button", { name: "Dana Ruiz" }).waitFor();
  await press(dana, "Dana Ruiz");
  await dana.getByText("Patients 1 to 10 of 13.").waitFor();
  await press(dana, CODE);
  await dana.getByRole("heading", { level: 1, name: NAME }).waitFor();
  assert.equal(await focused(dana), NAME);
  await press(dana, "Who can see this, and why");
  const people = dana.getByRole("table", { name: "Who can see what, and why" });
  await people.getByText("The consent “Treatment, payment and operations”").first().waitFor();

  const marisol = await open(browser, "/");
  await tabTo(marisol, "Organization");
  await marisol.keyboard.type("demo");
  await tabTo(marisol, "Email");
  await marisol.keyboard.type("patient@demo.example");
  await tabTo(marisol, "Password");
  await marisol.keyboard.type(PASSWORD);
  await marisol.keyboard.press("Enter");
  await marisol.getByRole("heading", { level: 1, name: "My record" }).waitFor();
  await marisol.getByRole("heading", { level: 2, name: "My consents" }).waitFor();
  assert.equal(await marisol.title(), "My record – Consentry");
  await press(marisol, "What left this program about me");
  await marisol.getByText("Nothing has left.").waitFor();
  await assertAccessible(marisol, "one’s own record");
  await press(marisol, "Revoke: Treatment, payment and operations");
  await marisol.getByRole("dialog").waitFor();
  assert.equal(await marisol.getByLabel("How the patient revoked it").count(), 0, "nobody asks her for evidence");
  await tabTo(marisol, "Why");
  await marisol.keyboard.type("I changed my mind.");
  await press(marisol, "Revoke");
  await marisol.getByText("The consent is revoked.").waitFor();
  await marisol.getByText("“I changed my mind.”").waitFor();
  assert.equal(await marisol.getByRole("button", { name: /^Revoke/ }).count(), 0);

  await dana.evaluate(() => window.dispatchEvent(new Event("focus")));
  await dana.getByRole("heading", { level: 1, name: `Patient ${CODE}` }).waitFor();
  await dana.getByText("The patient revoked the consent that covered this look.").first().waitFor();
  assert.doesNotMatch(await dana.content(), /Marisol|555-01|1120/, "nothing of her stays in the window");
  await press(dana, "Look again");
  await dana.getByText("Identity is not shown.").waitFor();
  await people.getByText("Consent was revoked").first().waitFor();
  assert.equal(await people.getByText("The consent “").count(), 0, "all that is open was looked at again");
  await assertAccessible(dana, "a refusal");

  await press(marisol, "Who looked at my record");
  const looks = marisol.getByRole("table", { name: "Who looked, the newest first" });
  const byDana = looks.getByRole("row").filter({ hasText: "Dana Ruiz, LCSW" }).filter({ hasText: "Looked at who the patient is" });
  await byDana.filter({ hasText: "Refused: consent was revoked" }).first().waitFor();
  await assertAccessible(marisol, "who looked");
  const own = looks.getByRole("row").filter({ hasText: "Myself" }).filter({ hasText: "Revoked a consent" });
  await turnTo(marisol, looks, own.filter({ hasText: "Done" }));
  await turnTo(marisol, looks, byDana.filter({ hasText: "Allowed" }));
  assertQuiet(dana);
  assertQuiet(marisol);
  await assertNothingKept(marisol, { signedIn: true });
  await press(marisol, "Sign out");
  await marisol.getByText("You are signed out.").waitFor();
  await dana.context().close();
  await marisol.context().close();
});
