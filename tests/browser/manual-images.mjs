// Makes the pictures of the manual anew, from the demonstration: `node tests/browser/manual-images.mjs`.

import { execFileSync } from "node:child_process";
import { mkdirSync, statSync } from "node:fs";
import path from "node:path";

import { DESKTOP, startBrowser } from "./browser.mjs";
import { ROOT, startDemo } from "./demo.mjs";
import { fill, go, headed, press, said, signIn } from "./steps.mjs";

const IMAGES = path.join(ROOT, "docs/manual/images");
const LARGEST = 120_000;
const TALLEST = 1010; // a page that is only a little longer than the window is shown whole

/** What is in the window, as it would look to somebody who reads the page and touches nothing. */
async function image(page, name) {
  const file = path.join(IMAGES, `${name}.png`);
  await page.evaluate(() => document.activeElement?.blur());
  await page.mouse.move(0, 0);
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ ...DESKTOP, height: height > TALLEST ? DESKTOP.height : Math.max(height, DESKTOP.height) });
  await page.screenshot({ path: file });
  await page.setViewportSize(DESKTOP);
  try {
    execFileSync("pngquant", ["--force", "--skip-if-larger", "--quality", "70-98", "--strip", "--output", file, file]);
  } catch (error) {
    if (error.code !== "ENOENT" && error.status !== 98) throw error; // without the program, or when it gains nothing, as it is
  }
  const size = statSync(file).size;
  console.log(`${name}.png ${size} bytes`);
  if (size > LARGEST) throw new Error(`${name}.png has more than ${LARGEST} bytes; is pngquant there?`);
}

async function customer(page, demo) {
  await page.goto(`${demo.admin}/sign-in`);
  await image(page, "sign-in");
  const { login, secret } = demo.people("Admin Panel, Larkspur");
  await signIn(page, demo.admin, login, secret);
  await image(page, "home");
  await go(page, "Users");
  await image(page, "users");
  await page.getByRole("link", { name: "Add user" }).click();
  await headed(page, "Add user");
  await fill(page, { Username: "clara.finch", "Full name": "Clara Finch", "Recovery address": "clara@elsewhere.test" });
  await page.getByLabel("Domain", { exact: true }).selectOption({ label: "larkspur.test" });
  await image(page, "user-new");
  await press(page, "Add user");
  await said(page, "the invitation is on its way");
  await page.getByRole("searchbox").fill("clara.finch");
  await press(page, "Search");
  await page.getByRole("link", { name: "clara.finch@larkspur.test" }).click();
  await image(page, "user");
  await page.getByRole("link", { name: "Reset password" }).click();
  await page.getByRole("radio", { name: "One-time password" }).check();
  await press(page, "Reset password");
  const once = (await page.locator("#one-time-password").textContent()).trim();
  await go(page, "Domains");
  await image(page, "domains");
  await page.getByRole("link", { name: "waiting-larkspur.test" }).click();
  await image(page, "domain-waiting");
  await go(page, "Domains");
  await page.getByRole("link", { name: "larkspur.test", exact: true }).click();
  await image(page, "domain");
  await go(page, "Aliases");
  await image(page, "aliases");
  await go(page, "Home");
  await page.locator("#history").evaluate((card) => window.scrollBy(0, card.getBoundingClientRect().top - 16));
  await image(page, "history");
  return once;
}

async function staff(page, demo) {
  const { login, secret } = demo.people("Staff");
  await signIn(page, demo.staff, login, secret);
  await go(page, "Tenants");
  await image(page, "tenants");
  await page.getByRole("link", { name: "Larkspur & Daughters Ltd" }).click();
  await image(page, "tenant");
}

async function user(page, demo, once) {
  await signIn(page, demo.mailPortal, "clara.finch@larkspur.test", once);
  const password = "grey herons wade before noon";
  await fill(page, { "One-time password": once, "New password": password, "New password, again": password });
  await press(page, "Change the password");
  await headed(page, "Set up a mail program");
  await page.goto(`${demo.mailPortal}/panel`);
  await image(page, "user-panel");
}

mkdirSync(IMAGES, { recursive: true });
const demo = await startDemo();
const browser = await startBrowser();
try {
  const once = await customer(await browser.open("customer"), demo);
  await staff(await browser.open("provider"), demo);
  await user(await browser.open("reader"), demo, once);
} finally {
  await browser.close();
  await demo.stop();
}
