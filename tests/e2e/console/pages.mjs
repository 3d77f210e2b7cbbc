// Every page, by keyboard, with names that strangers chose, in light and dark, on a phone, and for those who hear it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { withBrowser } from "./browser.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const PAGES = {
  caches: "#/caches",
  group: "#/replication-groups/shop",
  cluster: "#/cache-clusters/single",
  snapshots: "#/snapshots",
  "parameter-groups": "#/parameter-groups",
  parameters: "#/parameter-groups/tuned",
  users: "#/users",
  events: "#/events",
  faults: "#/faults",
};

await withBrowser(async ({ open }) => {
  const page = await open();
  await createByKeyboard(page);
  await showsStrangersNames(page);
  // The parameters are a long table like others, and take long to look at.
  const looked = Object.keys(PAGES).filter((name) => name !== "parameters");
  await isReadable(open, "light", looked);
  // What may go wrong in the dark and not in the light are contrasts.
  await isReadable(open, "dark", ["caches", "group", "users", "faults"], { runOnly: ["color-contrast"] });
  const phone = await open({ viewport: { width: 360, height: 740 }, hasTouch: true });
  for (const [name, at] of Object.entries(PAGES)) {
    await phone.go(at);
    await phone.shoot(`${name}-phone`);
    const width = await phone.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= 360, `${name} is ${width} wide`);
  }
});

/** Nothing but keys: from the top of the page to a cache. */
async function createByKeyboard(page) {
  const focused = () => page.evaluate(() => document.activeElement.ariaLabel || document.activeElement.textContent);
  const tabTo = async (name) => {
    for (let presses = 0; presses < 60 && !(await focused()).startsWith(name); presses += 1)
      await page.keyboard.press("Tab");
    assert.ok((await focused()).startsWith(name), `${name} cannot be reached`);
  };
  await tabTo("Create cache");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.value), "group");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Tab");
  await page.keyboard.type("single");
  await page.keyboard.press("Enter");
  await page.heading(/^single/);
  await page.locator("h1 .status", { hasText: "available" }).waitFor();
}

/** Text of users stays text. A script in it would open a dialog, and markup would make an element. */
async function showsStrangersNames(page) {
  const stranger = "<img src=x onerror=alert(1)>";
  for (const at of ["#/caches", "#/replication-groups/shop", "#/parameter-groups", "#/parameter-groups/tuned"]) {
    await page.go(at);
    await page.getByText(stranger).first().waitFor();
    assert.equal(await page.locator("img").count(), 0, at);
  }
  await page.go(`#/cache-clusters/${encodeURIComponent(stranger)}`);
  await page.getByRole("alert").getByText(stranger).first().waitFor();
  assert.equal(await page.locator("img").count(), 0);
}

/** Looks at pages as those do who see little, or hear them. */
async function isReadable(open, colorScheme, names, rules = {}) {
  const page = await open({ colorScheme, bypassCSP: true });
  await page.evaluate(AXE);
  for (const name of names) {
    await page.go(PAGES[name]);
    await page.shoot(`${name}-${colorScheme}`);
    await isAccessible(page, `${name}, ${colorScheme}`, rules);
  }
  await page.getByRole("button", { name: "Break a zone" }).click();
  await page.getByRole("dialog").waitFor();
  await page.shoot(`form-${colorScheme}`);
  await isAccessible(page, `form, ${colorScheme}`, rules);
}

async function isAccessible(page, where, rules) {
  const { violations } = await page.evaluate((rules) => globalThis.axe.run(rules), rules);
  const told = violations.map(({ id, nodes }) => `${where}: ${id}: ${nodes.map((node) => node.html).join(" ")}`);
  assert.deepEqual(told, []);
}
