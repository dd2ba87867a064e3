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
  await go(page, "Account History");
  await image(page, "history");
  return once;
}

const HELPER = { login: "noah", password: "four slow trains to Utrecht" };
const level = (page, section) => page.getByRole("combobox", { name: section, exact: true });

/** Two Sub-Admins and a program, and what the main Admin sees of them. */
async function handsOn(page) {
  await go(page, "Sub-Admins");
  await page.getByRole("link", { name: "New", exact: true }).first().click();
  await page.getByRole("link", { name: "Help desk", exact: true }).click();
  await fill(page, { Username: "harriet", "Full name": "Harriet Cole", "E-mail address": "harriet@it-helpers.test" });
  await image(page, "sub-admin");
  await press(page, "Add Sub-admin");
  await said(page, "The Sub-Admin is added and invited.");
  await page.getByRole("link", { name: "New", exact: true }).first().click();
  await fill(page, { Username: HELPER.login, "Full name": "Noah Adler", "E-mail address": "noah@it-helpers.test" });
  await page.getByRole("radio", { name: "Set a password" }).check();
  await fill(page, { Password: HELPER.password });
  await level(page, "Users").selectOption({ label: "2 - Add" });
  await page.getByRole("radio", { name: "Chosen domains only" }).check();
  await page.getByRole("checkbox", { name: "larkspur-garden.test", exact: true }).check();
  await fill(page, { "Last day": "2027-12-31", Note: "Looks after the garden shops" });
  await press(page, "Add Sub-admin");
  await said(page, "The Sub-Admin is added.");
  await image(page, "sub-admins");
  await page.getByRole("link", { name: HELPER.login, exact: true }).click();
  await level(page, "Users").selectOption({ label: "3 - Update" });
  await page.getByRole("checkbox", { name: "larkspur.test", exact: true }).check();
  await press(page, "Update");
  await headed(page, "Check the changes");
  await image(page, "sub-admin-review");
  await page.goto(`${new URL(page.url()).origin}/access/who?action=mailbox.add&object=larkspur-garden.test`);
  await image(page, "who-can");
  await page.goto(`${new URL(page.url()).origin}/security`);
  await image(page, "security");
}

async function helper(page, demo) {
  await signIn(page, demo.admin, HELPER.login, HELPER.password);
  await page.goto(`${demo.admin}/access`);
  await image(page, "access");
  await page.goto(`${demo.admin}/domains`);
  await image(page, "refused");
}

async function staff(page, demo) {
  const { login, secret } = demo.people("Staff");
  await signIn(page, demo.staff, login, secret);
  await go(page, "Tenants");
  await image(page, "tenants");
  await page.getByRole("link", { name: "Larkspur & Daughters Ltd" }).click();
  await image(page, "tenant");
  await go(page, "Staff");
  await page.getByRole("link", { name: "Add staff" }).click();
  await fill(page, { Username: "wanda", "Full name": "Wanda Nowak", "E-mail address": "wanda@provider-people.test" });
  await page.getByRole("radio", { name: "Support" }).check();
  await press(page, "Add staff");
  await page.waitForURL((url) => !url.pathname.endsWith("/new"));
  await go(page, "Staff");
  await image(page, "staff");
  await go(page, "Tenants");
  await page.getByRole("link", { name: "Larkspur & Daughters Ltd" }).click();
  await page.getByRole("link", { name: "Sign in as an Admin" }).click();
  await page.getByLabel("Admin", { exact: true }).selectOption({ label: "imogen (Imogen Larkspur, main Admin)" });
  await fill(page, { Reason: "Call 4711: the new user gets no mail" });
  await press(page, "Sign in as this Admin");
  await page.waitForURL(`${demo.admin}/`);
  await image(page, "acting");
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
  const customers = await browser.open("customer");
  const once = await customer(customers, demo);
  await handsOn(customers);
  await helper(await browser.open("helper"), demo);
  await staff(await browser.open("provider"), demo);
  await user(await browser.open("reader"), demo, once);
} finally {
  await browser.close();
  await demo.stop();
}
