// A Chromium at the console, and the things that tests do there. It notes what a page must not do: ask anybody but the
// server, write errors, or break its own policy.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";

const CHROMIUM = process.env.CACHETTE_CHROMIUM ?? "/usr/bin/chromium";

/** The longest that anything may take, in milliseconds. */
const LIMIT = 60_000;

/** Opens Chromium, has `story` use it, and looks whether every page kept the rules. */
export async function withBrowser(story) {
  const [url, screenshots] = process.argv.slice(2);
  mkdirSync(screenshots, { recursive: true });
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
  const wrong = [];
  try {
    await story({ open: (options) => open(browser, { url, screenshots, wrong }, options), url });
  } finally {
    await browser.close();
  }
  assert.deepEqual(wrong, []);
}

/** A page of its own, with the console in it. */
async function open(browser, { url, screenshots, wrong }, { at = "#/caches", ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  context.setDefaultTimeout(LIMIT);
  context.setDefaultNavigationTimeout(LIMIT);
  const page = await context.newPage();
  page.on("request", (request) => {
    if (!request.url().startsWith(`${url}/`) && !request.url().startsWith("data:"))
      wrong.push(`asked ${request.url()}`);
  });
  page.on("console", (message) => {
    // What the server refuses is shown to the user; Chromium calls it an error too.
    const isRefusal = message.text().startsWith("Failed to load resource");
    if (message.type() === "error" && !isRefusal) wrong.push(message.text());
  });
  page.on("pageerror", (error) => wrong.push(error.stack));
  page.on("dialog", (dialog) => {
    wrong.push(`a stranger's script ran: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.shoot = (name) => page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
  page.heading = (name) => page.getByRole("heading", { level: 1, name }).waitFor();
  page.go = async (hash) => {
    await page.goto(`${url}/_cachette/console/${hash}`);
    await page.locator(`main[data-at="${hash}"]:not([aria-busy]) h1`).waitFor();
  };
  await page.go(at);
  return page;
}

/** Presses a button that opens a dialog, has it filled in, and presses the dialog's own. */
export async function submit(page, button, answer, fill = async () => {}) {
  await page.getByRole("button", { name: button, exact: true }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  await fill(dialog);
  await dialog.getByRole("button", { name: answer, exact: true }).click();
  await dialog.waitFor({ state: "detached" });
}
