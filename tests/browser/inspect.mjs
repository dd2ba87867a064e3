// What every page must be: usable with assistive technology, readable in both themes, no wider than a phone.

import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

import { DESKTOP, PHONE } from "./browser.mjs";
import { ROOT } from "./demo.mjs";

const { source: AXE } = createRequire(import.meta.url)("axe-core");
const EVERYTHING = { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"] };
// A theme changes colours and nothing else.
const COLOURS = { type: "rule", values: ["color-contrast", "link-in-text-block"] };
const NARROW = { width: 360, height: 740 };
const TALLEST = 1900;
const PICTURES = path.join(process.env.BAILIWICK_ARTEFACTS ?? path.join(ROOT, "artefacts"), "screenshots");

mkdirSync(PICTURES, { recursive: true });

let faults = [];
const inspected = new Set();

/** The faults found since this was last asked. */
export function takeFaults() {
  const taken = faults;
  faults = [];
  return taken;
}

/**
 * Looks at the page as it stands, in light and dark, wide and narrow, and keeps pictures of it. A fault does not
 * stop the story; it is told at the end of the chapter.
 */
export async function inspect(page, name) {
  if (inspected.has(name)) throw new Error(`two pages are called ${name}; one would hide the pictures of the other`);
  inspected.add(name);
  const note = (where, what) => faults.push(...what.map((fault) => `${name}, ${where}: ${fault}`));
  for (const [theme, rules] of [["light", EVERYTHING], ["dark", COLOURS]]) {
    await page.emulateMedia({ colorScheme: theme });
    await settled(page);
    for (const size of [DESKTOP, PHONE]) {
      await page.setViewportSize(size);
      await settled(page);
      note(`${theme}, ${size.width} px`, await violations(page, rules));
      if (size === DESKTOP) await picture(page, `${name}-${theme}`);
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  await settled(page);
  await picture(page, `${name}-phone`);
  for (const size of [PHONE, NARROW]) {
    await page.setViewportSize(size);
    note(`${size.width} px`, await overflow(page));
  }
  await page.setViewportSize(DESKTOP);
}

/** Keeps a picture of the whole page, or of the beginning of a long one. */
export async function picture(page, name) {
  const size = page.viewportSize();
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width: size.width, height: Math.min(Math.max(height, size.height), TALLEST) });
  await page.screenshot({ path: path.join(PICTURES, `${name}.png`) });
  await page.setViewportSize(size);
}

/** Waits until what was changed is painted, with its transitions over. */
function settled(page) {
  return page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    await frame();
    await frame();
    await Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => {})));
  });
}

async function violations(page, rules) {
  if (!(await page.evaluate("typeof axe"))?.includes("object")) await page.evaluate(AXE);
  return page.evaluate(async (runOnly) => {
    const options = { runOnly, resultTypes: ["violations"], preload: false };
    const { violations } = await globalThis.axe.run(document, options);
    return violations.flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${node.target.join(" ")}: ${node.failureSummary.replace(/\s+/g, " ")}`),
    );
  }, rules);
}

/** What sticks out to the right, if the page can be scrolled sideways. */
function overflow(page) {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const wide = [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > width + 1);
    return [`${document.documentElement.scrollWidth} px wide; ${wide.slice(0, 5).map((one) => one.outerHTML.slice(0, 90)).join(" | ")}`];
  });
}
