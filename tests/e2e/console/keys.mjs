// A server that checks signatures: the console asks for keys, keeps them in its tab, and signs.

import assert from "node:assert/strict";
import { submit, withBrowser } from "./browser.mjs";

const [, , , , accessKey, secret] = process.argv;

await withBrowser(async ({ open }) => {
  const page = await open({ at: "#/snapshots" });
  const dialog = page.getByRole("dialog");
  const give = async (key) => {
    await dialog.getByLabel("Access key", { exact: false }).first().fill(accessKey);
    await dialog.getByLabel("Secret access key").fill(key);
    await dialog.getByRole("button", { name: "Use" }).click();
  };
  await dialog.getByText("takes signed requests only").waitFor();
  await give("a wrong one");
  await dialog.getByText("The request signature we calculated does not match").waitFor();
  await give(secret);
  await page.heading(/^Snapshots/);
  await page.go("#/parameter-groups");
  await submit(page, "Create parameter group", "Create", async (dialog) => {
    await dialog.getByLabel("Name").fill("signed");
    await dialog.getByLabel("Description").fill("with spaces, ümlauts & a = sign");
  });
  await page.heading(/^signed/);
  await page.getByText("with spaces, ümlauts & a = sign").waitFor();
  // Nothing of the secret is left for those who open the browser after us.
  assert.ok(!(await page.evaluate(() => JSON.stringify(localStorage))).includes(secret));
});
