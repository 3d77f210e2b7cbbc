// How soon Chromium shows something of the console, for `make bench`. The arguments are the server's address, how often to
// look, and a text that is there when all of the list is. Prints milliseconds as JSON: `paint` and `list` of the console,
// and `floor`, the first paint of a page of one line that the same server answers. The two take turns, and nothing is kept
// from one to the next.

import { chromium } from 'playwright-core';

const [server, rounds, last] = process.argv.slice(2);
const CONSOLE = `${server}/_cachette/console/`;
const FLOOR = `${server}/_cachette/health`;
const LIMIT = 30_000;

/** Notes, in the page, when a text is first there as a frame begins. */
function watch(text) {
  const look = () => {
    if (document.body?.textContent.includes(text)) window.listed = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

async function paint(page) {
  const first = () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime;
  return (await page.waitForFunction(first, null, { timeout: LIMIT })).jsonValue();
}

const browser = await chromium.launch({
  executablePath: process.env.CACHETTE_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-dev-shm-usage'],
});
const seen = { paint: [], list: [], floor: [] };
try {
  // The first page of a browser takes longer than any other.
  for (let round = -1; round < Number(rounds); round += 1) {
    const measured = {};
    for (const [name, address] of [['floor', FLOOR], ['paint', CONSOLE]]) {
      const context = await browser.newContext();
      const page = await context.newPage();
      if (name === 'paint') await page.addInitScript(watch, last);
      const answer = await page.goto(address);
      if (!answer.ok()) throw new Error(`${address} answers ${answer.status()}`);
      measured[name] = await paint(page);
      if (name === 'paint') {
        measured.list = await (await page.waitForFunction(() => window.listed, null, { timeout: LIMIT })).jsonValue();
      }
      await context.close();
    }
    if (round >= 0) for (const name of Object.keys(seen)) seen[name].push(measured[name]);
  }
} finally {
  await browser.close();
}
console.log(JSON.stringify(seen));
