// The life of a replication group by clicks: made, connected to, failed over, scaled, broken, healed, kept and deleted.

import assert from "node:assert/strict";
import { submit, withBrowser } from "./browser.mjs";

await withBrowser(async ({ open, url }) => {
  const page = await open({ permissions: ["clipboard-read", "clipboard-write"] });
  const isAvailable = () => page.locator("h1 .status", { hasText: /^available$/ }).waitFor();
  const nodes = page.getByRole("table", { name: "Nodes" }).locator("tbody tr");
  const node = (id) => nodes.filter({ hasText: id });
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());

  await submit(page, "Create cache", "Create", async (dialog) => {
    await dialog.getByLabel("Name", { exact: true }).fill("orders");
    await dialog.getByText("As a command").click();
    const command = await dialog.locator(".command code").textContent();
    assert.match(command, /^aws --endpoint-url \S+ --region us-east-1 elasticache create-replication-group /);
    assert.match(command, /--replication-group-id orders .*--num-cache-clusters 2 .*--engine valkey/);
    await page.shoot("create");
  });
  await page.heading(/^orders/);
  await isAvailable();
  assert.equal(await nodes.count(), 2);
  await node("orders-001").getByText("primary").waitFor();

  await page.getByRole("button", { name: "Copy the primary endpoint" }).click();
  assert.match(await clipboard(), /^127\.0\.0\.1:\d+$/);
  const endpoint = await clipboard();
  await page.getByRole("button", { name: "Connect" }).click();
  await page.getByRole("button", { name: "Copy the redis-cli text" }).click();
  assert.equal(await clipboard(), `redis-cli -h 127.0.0.1 -p ${endpoint.split(":")[1]}`);
  await page.shoot("connect");
  await page.keyboard.press("Escape");

  await submit(page, "Fail over shard 0001", "Fail over");
  await node("orders-002").getByText("primary").waitFor();
  await node("orders-001").getByText("replica").waitFor();
  await isAvailable();

  await submit(page, "Scale", "Scale", (dialog) => dialog.getByLabel("Replicas of each shard").fill("2"));
  await node("orders-003").getByText("available").waitFor();
  await isAvailable();

  await submit(page, "Break node orders-003 0001", "Break", (dialog) =>
    dialog.getByRole("radio", { name: /^Outage/ }).check(),
  );
  await node("orders-003").getByText("recovering").waitFor();
  await page.getByText("Outage of node orders-003 0001").waitFor();
  await page.shoot("outage");
  await page.getByRole("button", { name: "Heal the outage of node orders-003 0001" }).click();
  await node("orders-003").getByText("available").waitFor();
  assert.equal(await page.getByText("Outage of node").count(), 0);
  await submit(page, "Break node orders-001 0001", "Break");
  await node("orders-001").getByText("available").waitFor();
  await isAvailable();

  await submit(page, "Snapshot", "Take snapshot", (dialog) => dialog.getByLabel("Name").fill("orders-kept"));
  await page.heading(/^Snapshots/);
  await page
    .getByRole("row", { name: /orders-kept/ })
    .getByText("available")
    .waitFor();
  await page.shoot("snapshots");

  // What the server refuses is told beside the form, in its own words.
  await page.go("#/replication-groups/orders");
  await page.getByRole("button", { name: "Scale", exact: true }).click();
  await page.getByLabel("Replicas of each shard").fill("2");
  await page.getByRole("dialog").getByRole("button", { name: "Scale" }).click();
  await page
    .getByRole("alert")
    .getByText(/InvalidParameter|NoOperation/)
    .waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();

  await submit(page, "Delete", "Delete");
  await page.heading(/^Caches/);
  await page.getByRole("link", { name: "orders" }).waitFor({ state: "detached" });
  const left = await (await fetch(`${url}/_cachette/console/api/caches`)).json();
  assert.deepEqual(left.replication_groups, []);
});
