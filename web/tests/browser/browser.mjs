// A headless Chromium that watches every page: where its requests go, what its policy refuses, what it says.
import { AxeBuilder } from "@axe-core/playwright";
import assert from "node:assert/strict";
import { chromium } from "playwright-core";

/** Where the server is. */
export const ADDRESS = process.env.CONSENTRY_ADDRESS;
/** The password of everybody of the demo. */
export const PASSWORD = "consentry-demo";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export function launch() {
  return chromium.launch({ executablePath: process.env.CONSENTRY_CHROMIUM, headless: true, args: FLAGS });
}

/** A window of its own: nothing is shared with others. */
export async function open(browser, path, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "en-US", ...options });
  const page = await context.newPage();
  const seen = { requests: [], complaints: [] };
  page.on("request", (request) => seen.requests.push(request.url()));
  page.on("pageerror", (error) => seen.complaints.push(`threw: ${error.message}`));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) seen.complaints.push(`${message.type()}: ${message.text()}`);
  });
  await context.exposeFunction("__violated", (violation) => seen.complaints.push(`violated: ${violation}`));
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      globalThis.__violated(`${event.effectiveDirective} ${event.blockedURI}`);
    });
  });
  page.seen = seen;
  await page.goto(ADDRESS + path);
  return page;
}

/** Asserts that the page asked nobody but its server, and that neither its policy nor the browser had to complain. */
export function assertQuiet(page, expected = []) {
  const elsewhere = page.seen.requests.filter((url) => !url.startsWith(`${ADDRESS}/`));
  assert.deepEqual(elsewhere, [], "requests to other hosts");
  const unexpected = page.seen.complaints.filter((complaint) => !expected.some((known) => complaint.includes(known)));
  assert.deepEqual(unexpected, [], "complaints");
}

/** The cookies of a session: the session itself, and what a script sends back. */
const COOKIES = ["__Host-consentry", "__Host-consentry-csrf"];

/** Asserts that the browser keeps nothing of the page but, while somebody is signed in, the cookies of the session. */
export async function assertNothingKept(page, { signedIn = false } = {}) {
  const kept = await page.evaluate(async () => ({
    local: Object.keys(localStorage),
    session: Object.keys(sessionStorage),
    databases: await indexedDB.databases(),
    caches: await caches.keys(),
    cookies: document.cookie.replace(/=[\w-]{43}$/, ""),
    addresses: location.href.slice(location.origin.length) + JSON.stringify(history.state),
  }));
  const { addresses, ...rest } = kept;
  assert.deepEqual(rest, { local: [], session: [], databases: [], caches: [], cookies: signedIn ? COOKIES[1] : "" });
  assert.doesNotMatch(addresses, /[0-9a-f]{8}-/, "an id in the address or the history");
  const cookies = await page.context().cookies();
  cookies.sort((one, other) => one.name.localeCompare(other.name));
  const what = cookies.map(({ name, httpOnly }) => [name, httpOnly]);
  assert.deepEqual(what, signedIn ? [[COOKIES[0], true], [COOKIES[1], false]] : []);
  for (const { secure, sameSite, path, expires } of cookies) {
    assert.deepEqual([secure, sameSite, path, expires], [true, "Strict", "/", -1], "this host alone, and not for ever");
  }
}

/** Asserts that axe finds nothing wrong with what is shown. */
export async function assertAccessible(page, view, exclude = []) {
  const builder = exclude.reduce((axe, selector) => axe.exclude(selector), new AxeBuilder({ page }));
  const { violations, passes } = await builder.analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
  assert.deepEqual(found, [], view);
  assert.ok(passes.length > 10, `axe looked at ${view}`);
}
