import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { ADDRESS, assertAccessible, assertNothingKept, assertQuiet, launch, open, PASSWORD } from "./browser.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** Opens the explorer and waits for its editor. */
async function explorer() {
  const page = await open(browser, "/explorer");
  await page.locator(".graphiql-query-editor .view-line").first().waitFor();
  return page;
}

/** Signs in as the first of the demo's people. */
async function signInAsDana(page) {
  await page.getByLabel("Somebody of the demo").selectOption("Dana Ruiz, clinician at Harbor Light Recovery");
  await page.getByText("Signed in as Dana Ruiz.").waitFor();
}

/** Runs one of the operations of the first tab. */
async function run(page, operation) {
  await page.getByRole("button", { name: /^Execute query/ }).click();
  await page.getByRole("menuitem", { name: operation, exact: true }).click();
}

/** Waits for a text in the answer; the editor draws only the lines in sight. */
async function answered(page, text) {
  await page.locator(".result-window .view-lines").getByText(text).first().waitFor();
}

test("the explorer renders, signs in as somebody of the demo, and runs what stands in its first tab", async () => {
  const page = await explorer();
  await signInAsDana(page);
  await run(page, "Patients");
  await answered(page, "Marisol Elena Reyes");
  await answered(page, "CONSENT_REQUIRED");
  assertQuiet(page);
  await assertNothingKept(page);
  await page.context().close();
});

test("every operation of the first tab works for the clinician", async () => {
  const page = await explorer();
  await signInAsDana(page);
  await page.getByRole("button", { name: /^Execute query/ }).click();
  const operations = await page.getByRole("menuitem").allTextContents();
  await page.keyboard.press("Escape");
  assert.deepEqual(operations, ["Patients", "OnePatient", "Search", "WhoCanSee", "WhoLooked", "Me"]);
  for (const operation of operations) {
    const [response] = await Promise.all([
      page.waitForResponse((response) => response.request().postDataJSON()?.operationName === operation),
      run(page, operation),
    ]);
    const answer = await response.json();
    assert.equal(answer.errors, undefined, `${operation}: ${JSON.stringify(answer.errors)}`);
    assert.ok(Object.values(answer.data).every(Boolean), `${operation} has an answer`);
  }
  assertQuiet(page);
  await page.context().close();
});

test("a field is explained where the schema is read", async () => {
  const page = await explorer();
  await page.getByRole("button", { name: "Show Documentation Explorer" }).click();
  const documentation = page.locator(".graphiql-doc-explorer");
  await documentation.getByText("Query", { exact: true }).click();
  await documentation.getByText("explainAccess", { exact: true }).click();
  await documentation.getByText("Who can see what of this patient, and why").waitFor();
  assertQuiet(page);
  await page.context().close();
});

test("who signs in by hand states a purpose, and signing out forgets what was shown", async () => {
  const page = await explorer();
  await page.getByLabel("Organization").fill("demo");
  await page.getByLabel("Email").fill("practitioner@demo.example");
  await page.getByLabel("Password").fill("wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("status").getByText("wrong").waitFor();
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("Signed in as practitioner@demo.example.").waitFor();

  await page.getByLabel("Purpose of use").selectOption("Payment");
  const [request] = await Promise.all([page.waitForRequest(`${ADDRESS}/graphql`), run(page, "Patients")]);
  assert.equal(request.headers()["x-purpose-of-use"], "PAYMENT");
  assert.match(request.headers().authorization, /^Bearer cst_/);
  await page.getByLabel("Purpose of use").selectOption("The default of my role");
  await run(page, "Patients");
  await answered(page, "Marisol Elena Reyes");

  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  await page.locator(".graphiql-query-editor .view-line").first().waitFor();
  assert.equal(await page.getByText("Marisol Elena").count(), 0);
  const [anonymous] = await Promise.all([page.waitForRequest(`${ADDRESS}/graphql`), run(page, "Patients")]);
  assert.equal(anonymous.headers().authorization, undefined);
  await answered(page, "UNAUTHENTICATED");
  await assertNothingKept(page);
  assertQuiet(page);
  await page.context().close();
});

test("who is not signed in any more is told so", async () => {
  const page = await explorer();
  await signInAsDana(page);
  const [request] = await Promise.all([page.waitForRequest(`${ADDRESS}/graphql`), run(page, "Me")]);
  await answered(page, "PRACTITIONER");
  const { authorization } = request.headers();
  const body = JSON.stringify({ query: "mutation { signOut { result { endedAt } } }" });
  await fetch(`${ADDRESS}/graphql`, { method: "POST", headers: { "content-type": "application/json", authorization }, body });
  await run(page, "Me");
  await page.getByText("Your session has ended: sign in again.").waitFor();
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  await page.context().close();
});

test("fifteen idle minutes sign out and forget what was shown, and the console’s session is none of the explorer’s", async () => {
  const page = await open(browser, "/");
  await page.getByRole("button", { name: "The administrator" }).click();
  await page.getByText("Patients 1 to 10 of 15.").waitFor();
  await page.goto(`${ADDRESS}/explorer`);
  await page.locator(".graphiql-query-editor .view-line").first().waitFor();
  const [anonymous] = await Promise.all([page.waitForRequest(`${ADDRESS}/graphql`), run(page, "Patients")]);
  assert.equal((await anonymous.allHeaders()).cookie, undefined);
  await answered(page, "UNAUTHENTICATED");

  await page.clock.install();
  await signInAsDana(page);
  await run(page, "Patients");
  await answered(page, "Marisol Elena Reyes");
  await page.clock.runFor("14:10");
  await page.getByRole("status").getByText("you will be signed out within a minute").waitFor();
  await Promise.all([
    page.waitForRequest((request) => request.postData()?.includes("SignOut") ?? false),
    page.clock.runFor("01:00"),
  ]);
  await page.getByText("Your session has ended: sign in again.").waitFor();
  assert.equal(await page.getByText("Marisol Elena").count(), 0);
  await page.context().close();
});

test("the bar above the editor is for everybody", async () => {
  const page = await explorer();
  await page.getByLabel("Somebody of the demo").waitFor();
  // What is beneath is GraphiQL's own.
  await assertAccessible(page, "the bar", [".graphiql-container"]);
  await page.context().close();
});
