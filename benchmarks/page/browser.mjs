// Opens pages in Chromium at every width, by day and by night, and tells what axe-core and the console say.
// node browser.mjs FOLDER_OF_NODE_MODULES CHROMIUM SCREENSHOTS_OR_- PAGE.html...; one JSON object per line.
import { createRequire } from "node:module";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [packages, executablePath, shots, ...pages] = process.argv.slice(2);
const require = createRequire(pathToFileURL(join(resolve(packages), "x.js")));
const { chromium } = require("playwright-core");
const axe = require.resolve("axe-core/axe.min.js");

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
for (const page of pages) {
  for (const width of [1440, 375]) {
    for (const colorScheme of ["light", "dark"]) {
      const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
      const tab = await context.newPage();
      const errors = [];
      tab.on("console", (message) => message.type() === "error" && errors.push(message.text()));
      tab.on("pageerror", (error) => errors.push(String(error)));
      tab.on("request", (request) => request.url().startsWith("file:") || errors.push(`asks for ${request.url()}`));
      await tab.goto(pathToFileURL(resolve(page)).href);
      await tab.evaluate(() => document.querySelectorAll("details").forEach((each) => (each.open = true)));
      const sideways = await tab.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      await tab.addScriptTag({ path: axe });
      const { violations, incomplete } = await tab.evaluate(() => window.axe.run(document));
      const found = violations.map(({ id, impact, nodes }) => ({
        id,
        impact,
        nodes: nodes.length,
        first: nodes[0].html.slice(0, 160),
      }));
      const name = basename(page, ".html");
      console.log(
        JSON.stringify({
          page: name, width, scheme: colorScheme, sideways, errors, violations: found,
          undecided: incomplete.map(({ id, nodes }) => `${id} ${nodes.length}`),
        }),
      );
      if (shots !== "-") {
        await tab.evaluate(() => document.querySelectorAll("details").forEach((each) => (each.open = false)));
        await tab.screenshot({ path: join(shots, `${name}-${width}-${colorScheme}.png`), fullPage: true });
      }
      await context.close();
    }
  }
}
await browser.close();
