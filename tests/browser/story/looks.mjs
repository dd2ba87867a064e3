// What holds for every page: the theme, the menu on a phone, the way past the menu; and pages nothing else visits.

import assert from "node:assert/strict";

import { DESKTOP, PHONE } from "../browser.mjs";
import { expect } from "../expect.mjs";
import { inspect } from "../inspect.mjs";
import { go, headed } from "../steps.mjs";

export async function remainingPages({ demo, florist: page }) {
  await go(page, "Domains");
  await page.getByRole("link", { name: "larkspur.test", exact: true }).click();
  await inspect(page, "domain");
  await page.getByRole("link", { name: "Remove Domain" }).click();
  await inspect(page, "domain-remove");
  await page.goto(`${demo.admin}/domains/new`);
  await inspect(page, "domain-new");
  await page.goto(`${demo.admin}/password`);
  await inspect(page, "admin-password");
  await page.goto(`${demo.admin}/nowhere`);
  await expect(page.getByText("There is nothing here.")).toBeVisible();
  await inspect(page, "nowhere");
  for (const [path, title] of [["/mail", "Outside mail"], ["/write", "Write a mail"]]) {
    await page.goto(`${demo.outside}${path}`);
    await headed(page, title);
    await inspect(page, `outside${path.replace("/", "-")}`);
  }
  await page.goto(demo.admin);
}

const background = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);

export async function choosesTheme({ florist: page }) {
  const account = page.locator("details.bw-account > summary");
  const light = await background(page);
  await account.click();
  await inspect(page, "account-menu");
  await page.getByRole("button", { name: "Dark" }).click();
  const dark = await background(page);
  assert.notEqual(dark, light);
  assert.equal(await page.getByRole("button", { name: "Dark" }).getAttribute("aria-pressed"), "true");
  await page.reload();
  assert.equal(await background(page), dark, "the choice outlives the page");
  await page.emulateMedia({ colorScheme: "light" });
  assert.equal(await background(page), dark, "the choice wins over the system's");
  await account.click();
  await page.getByRole("button", { name: "Auto" }).click();
  assert.equal(await background(page), light, "then the system decides");
  await page.keyboard.press("Escape");
  await expect(account).toBeFocused();
}

export async function opensPhoneMenu({ florist: page }) {
  await page.setViewportSize(PHONE);
  const users = page.getByRole("navigation", { name: "Main menu" }).getByRole("link", { name: "Users", exact: true });
  const menu = page.locator("details.bw-drawer > summary");
  assert.ok(!(await users.isVisible()), "closed at first");
  await menu.click();
  await expect(users).toBeVisible();
  await inspect(page, "phone-menu");
  await page.setViewportSize(PHONE);
  await page.keyboard.press("Escape");
  assert.ok(!(await users.isVisible()), "Escape closes it");
  await menu.click();
  await users.click();
  await headed(page, "Users");
  await page.setViewportSize(DESKTOP);
}

export async function skipsToContent({ demo, florist: page }) {
  await page.goto(demo.admin);
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: "Skip to content" });
  await expect(skip).toBeFocused();
  const box = await skip.boundingBox();
  assert.ok(box.x >= 0 && box.y >= 0 && box.height > 10, "it is seen while it has the focus");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main")).toBeFocused();
}
