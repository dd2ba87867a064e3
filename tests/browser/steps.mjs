// What people do on every portal, in words of their own.

import { expect } from "./expect.mjs";

/** Fills in the sign-in page and waits for what comes after it. */
export async function signIn(page, origin, login, password) {
  await page.goto(`${origin}/sign-in`);
  await page.getByRole("textbox", { name: /^(Username|E-mail address)$/ }).fill(login);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((url) => url.pathname !== "/sign-in");
}

/** Opens the account menu and signs out. */
export async function signOut(page) {
  await page.locator("details.bw-account > summary").click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await said(page, "You are signed out.");
}

/** Goes somewhere by the account menu. */
export async function account(page, name) {
  await page.locator("details.bw-account > summary").click();
  await page.locator("details.bw-account").getByRole("link", { name, exact: true }).click();
}

/** Goes somewhere by the main menu. */
export async function go(page, name) {
  await page.getByRole("navigation", { name: "Main menu" }).getByRole("link", { name, exact: true }).click();
  await headed(page, name);
}

/** Waits until the page has this heading. */
export const headed = (page, name) => expect(page.getByRole("heading", { level: 1, name, exact: true })).toBeVisible();

/** Waits for the notice that something was done. */
export const said = (page, text) => expect(page.getByRole("status").filter({ hasText: text })).toBeVisible();

/** Waits for the notice that something is wrong. */
export const complained = (page, text) => expect(page.getByRole("alert").filter({ hasText: text })).toBeVisible();

/** A row of the only table on the page. */
export const row = (page, text) => page.getByRole("row").filter({ hasText: text });

/** Fills in the fields of these labels. */
export async function fill(page, values) {
  for (const [label, value] of Object.entries(values)) await page.getByLabel(label, { exact: true }).fill(value);
}

/** Presses a button. */
export const press = (page, name) => page.getByRole("button", { name, exact: true }).click();

/** Opens the newest mail outside to this address, and resolves to the link in it. */
export async function linkInMailTo(page, outside, address) {
  const mail = row(page, address).getByRole("link").first();
  await expect(async () => {
    await page.goto(`${outside}/mail?q=${encodeURIComponent(address)}`);
    return mail.isVisible();
  }).toBecomeTrue();
  await mail.click();
  return page.getByRole("link", { name: /\/(link|confirm-address)\// }).first();
}
