// The main Admin of a customer with many users: finds, changes and removes them.

import assert from "node:assert/strict";

import { expect } from "../expect.mjs";
import { inspect } from "../inspect.mjs";
import { fill, go, headed, press, row, said, signIn } from "../steps.mjs";

/** Rows of the list that are users. */
const rows = (page) => page.getByRole("row").filter({ hasText: "@" });

async function search(page, text) {
  await page.getByRole("searchbox").fill(text);
  await press(page, "Search");
}

/** Opens the page of the user with this address. */
async function open(page, address) {
  await go(page, "Users");
  await search(page, address);
  await page.getByRole("link", { name: address, exact: true }).click();
  await headed(page, address);
}

export async function searchesList({ demo, florist: page }) {
  const { login, secret } = demo.people("Admin Panel, Larkspur");
  await signIn(page, demo.admin, login, secret);
  await inspect(page, "home");
  await go(page, "Domains");
  await inspect(page, "domains");
  await go(page, "Aliases");
  await inspect(page, "aliases");
  await go(page, "Users");
  await inspect(page, "users");
  const first = await rows(page).first().textContent();
  await expect(rows(page)).toCount(50);
  await page.getByRole("link", { name: "Next" }).click();
  await expect(page.getByRole("link", { name: "Previous" })).toBeVisible();
  assert.notEqual(await rows(page).first().textContent(), first, "another page shows others");
  await page.getByRole("link", { name: "Next" }).click();
  await expect(page.getByRole("link", { name: "Next" })).toBeAbsent();
  await page.getByRole("link", { name: "Previous" }).click();
  await page.getByRole("link", { name: "Previous" }).click();
  await expect(page.getByRole("link", { name: "Previous" })).toBeAbsent();
  assert.equal(await rows(page).first().textContent(), first, "back is where one was");
  await filters(page);
}

async function filters(page) {
  await search(page, "aase");
  await expect(rows(page).filter({ hasNotText: "aase." })).toBeAbsent();
  assert.ok((await rows(page).count()) > 0);
  await page.getByLabel("Domain", { exact: true }).selectOption({ label: "larkspur-garden.test" });
  await press(page, "Search");
  await expect(rows(page).filter({ hasNotText: "@larkspur-garden.test" })).toBeAbsent();
  assert.ok((await rows(page).count()) > 0);
  await inspect(page, "users-filtered");
  await search(page, "nobody-is-called-this");
  await expect(page.getByText("Nothing found")).toBeVisible();
  await inspect(page, "users-nothing-found");
}

export async function editsUser({ demo, florist: page }) {
  const address = demo.people("User Panel, Åse Bråten").login;
  await open(page, address);
  await inspect(page, "user");
  await fill(page, { "Full name": "Åse Bråten-Holm", Quota: "half" });
  await press(page, "Update User");
  await expect(page.getByText("This is not an amount of storage.")).toBeVisible();
  await inspect(page, "user-refused");
  await fill(page, { Quota: "3.5" });
  await press(page, "Update User");
  await said(page, "Saved.");
  await expect(page.getByLabel("Quota", { exact: true })).toHaveValue("3.5");
  await press(page, "Disable user");
  await said(page, "The user is disabled.");
  await inspect(page, "user-disabled");
  await go(page, "Users");
  await page.getByLabel("Status", { exact: true }).selectOption({ label: "Disabled" });
  await press(page, "Search");
  await expect(row(page, address)).toBeVisible();
  await page.getByRole("link", { name: address, exact: true }).click();
  await press(page, "Enable user");
  await said(page, "The user can sign in again.");
}

export async function resetsPassword(world) {
  const { demo, florist: page } = world;
  const address = demo.people("User Panel, Åse Bråten").login;
  await open(page, address);
  await page.getByRole("link", { name: "Reset password" }).click();
  await inspect(page, "user-reset");
  await page.getByRole("radio", { name: "One-time password" }).check();
  await press(page, "Reset password");
  await expect(page.getByText("This is shown once.")).toBeVisible();
  world.oneTime = (await page.locator("#one-time-password").textContent()).trim();
  assert.ok(world.oneTime.length >= 12, "a one-time password is not guessed");
  await inspect(page, "one-time-password");
  await page.getByRole("link", { name: "Done" }).click();
  await expect(page.getByText("The user must choose a password at the next sign-in")).toBeVisible();
  assert.ok(!(await page.content()).includes(world.oneTime), "the password is shown only once");
  await assert.rejects(page.goBack(), /ERR_CACHE_MISS/, "the browser has not kept the page either");
  await page.waitForURL(/^chrome-error:/);
  await page.goto(demo.admin);
}

export async function removesUser({ demo, florist: page }) {
  const address = demo.people("User Panel, Åse Kjær").login;
  await open(page, address);
  await page.getByRole("link", { name: "Remove" }).click();
  await headed(page, "Remove user");
  await inspect(page, "user-remove");
  const remove = page.getByRole("button", { name: "Remove for good" });
  assert.ok(await remove.isDisabled(), "asleep until the address is typed");
  await page.getByLabel(/^Type .* to confirm$/).fill(address.slice(0, -1));
  assert.ok(await remove.isDisabled(), "asleep when it is not quite the address");
  await page.getByLabel(/^Type .* to confirm$/).fill(address);
  await remove.click();
  await said(page, "The user is removed.");
  await search(page, address);
  await expect(page.getByText("Nothing found")).toBeVisible();
}

export async function readsHistory({ demo, florist: page }) {
  const [edited, removed] = ["User Panel, Åse Bråten", "User Panel, Åse Kjær"].map((who) => demo.people(who).login);
  const name = demo.people("Admin Panel, Larkspur").login;
  await go(page, "Home");
  for (const sentence of [
    `Removed the user ${removed}`,
    `Set a one-time password for ${edited}`,
    `Enabled the user ${edited}`,
    `Disabled the user ${edited}`,
    `Changed the user ${edited}`,
  ]) {
    await expect(row(page, sentence).filter({ hasText: name })).toBeVisible();
  }
  await expect(row(page, "Åse Bråten → Åse Bråten-Holm")).toBeVisible();
  await page.getByRole("link", { name: "All of Account History" }).click();
  await headed(page, "Account History");
  await inspect(page, "history");
  await page.getByRole("link", { name: "Next" }).click();
  await expect(page.getByRole("link", { name: "Previous" })).toBeVisible();
}
