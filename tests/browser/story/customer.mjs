// A new customer's main Admin: from the invitation to users and an alias.

import assert from "node:assert/strict";

import { expect } from "../expect.mjs";
import { inspect } from "../inspect.mjs";
import { complained, fill, go, headed, linkInMailTo, press, row, said, signIn } from "../steps.mjs";
import { CUSTOMER } from "./provider.mjs";

const PASSWORD = "seven quiet lanterns at dusk";
const DOMAIN = "pemberton-tea.test";

export async function followsInvitation({ demo, customer: page }) {
  const link = await linkInMailTo(page, demo.outside, CUSTOMER.address);
  await inspect(page, "outside-invitation");
  assert.ok((await link.textContent()).startsWith(`${demo.admin}/link/`), "the link leads to the Admin Panel");
  await link.click();
  await headed(page, "Choose a password");
  await inspect(page, "link");
  await fill(page, { "New password": PASSWORD, "New password, again": "something else entirely" });
  await press(page, "Set the password");
  await expect(page.getByText("The two passwords are not the same.")).toBeVisible();
  await inspect(page, "link-refused");
  await fill(page, { "New password": PASSWORD, "New password, again": PASSWORD });
  await press(page, "Set the password");
  await said(page, "Your password is set. Sign in with it.");
  await inspect(page, "sign-in-after-link");
  await signIn(page, demo.admin, CUSTOMER.username, PASSWORD);
  await headed(page, "Home");
  await inspect(page, "home-first");
}

export async function verifiesDomain({ demo, customer: page }) {
  await go(page, "Users");
  await expect(page.getByText("No verified domain yet")).toBeVisible();
  await inspect(page, "users-no-domain");
  await go(page, "Domains");
  await inspect(page, "domains-none");
  await page.getByRole("link", { name: "Add Domain" }).first().click();
  await fill(page, { Domain: `http://www.${DOMAIN}/` });
  await press(page, "Add Domain");
  await expect(page.getByText("This is not a domain name.")).toBeVisible();
  await inspect(page, "domain-new-refused");
  await fill(page, { Domain: DOMAIN });
  await press(page, "Add Domain");
  await said(page, "Now prove that it is yours.");
  await inspect(page, "domain-waiting");
  await copiesRecord(page);
  await press(page, "Verify now");
  await complained(page, "The TXT record was not found.");
  await inspect(page, "domain-not-found");
  const waiting = page.url().replace(/\/verify$/, "");
  await press(page, "Publish these records (demo)");
  await page.waitForURL((url) => url.href.startsWith(waiting) && url.origin === demo.admin);
  await headed(page, DOMAIN);
  await press(page, "Verify now");
  await said(page, "The domain is verified.");
  await inspect(page, "domain-verified");
  await page.goto(`${demo.outside}/dns`);
  await expect(row(page, `_bailiwick.${DOMAIN}`)).toBeVisible();
  await inspect(page, "outside-dns");
  await page.goto(demo.admin);
}

async function copiesRecord(page) {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  const value = page.locator("#proof-value");
  await page.getByRole("button", { name: "Copy" }).last().click();
  await expect(page.getByRole("button", { name: "Copied" })).toBeVisible();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.ok(copied.length > 20, `${copied} is too short for a proof`);
  await expect(value).toHaveText(copied);
}

/** Opens the form for a new user and fills it in. */
async function newUser(page, username, name) {
  await go(page, "Users");
  await page.getByRole("link", { name: "Add user" }).first().click();
  await headed(page, "Add user");
  await fill(page, { Username: username, "Full name": name, Quota: "2" });
}

async function withPassword(page, password) {
  await page.getByRole("radio", { name: "Set a password" }).check();
  await fill(page, { Password: password });
}

export async function addsUsers({ demo, customer: page }) {
  await newUser(page, "amrita", "Amrita Sen");
  await inspect(page, "user-new");
  await page.getByRole("radio", { name: "Send an invitation" }).check();
  await fill(page, { "Recovery address": "amrita@home.test" });
  await press(page, "Add user");
  await said(page, "The user is added and the invitation is on its way.");
  await newUser(page, "bertil", "Bertil Ek");
  await withPassword(page, "short");
  await press(page, "Add user");
  await expect(page.getByText("This password is too short.")).toBeVisible();
  await inspect(page, "user-new-refused");
  await fill(page, { Password: "nine copper kettles sing" });
  await press(page, "Add user");
  await said(page, "The user is added.");
  await inspect(page, "users-few");
  await page.getByRole("link", { name: `amrita@${DOMAIN}` }).click();
  await expect(page.getByText("The user has not chosen a password yet.")).toBeVisible();
  await inspect(page, "user-invited");
  const link = await linkInMailTo(page, demo.outside, "amrita@home.test");
  assert.ok((await link.textContent()).startsWith(`${demo.mailPortal}/link/`), "the link leads to the User Panel");
  await page.goto(demo.admin);
}

export async function meetsTakenName({ customer: page }) {
  await newUser(page, "Amrita", "Somebody Else");
  await withPassword(page, "nine copper kettles sing");
  await press(page, "Add user");
  await expect(page.getByText("User already exists")).toBeVisible();
  await expect(page.getByText(`amrita@${DOMAIN} is already a user.`)).toBeVisible();
  await expect(page.getByLabel("Full name", { exact: true })).toHaveValue("Somebody Else");
  await inspect(page, "user-exists");
}

export async function meetsLimit({ customer: page }) {
  await newUser(page, "clemence", "Clémence Roy");
  await withPassword(page, "nine copper kettles sing");
  await press(page, "Add user");
  await said(page, "The user is added.");
  await newUser(page, "dorian", "Dorian Vale");
  await withPassword(page, "nine copper kettles sing");
  await press(page, "Add user");
  await complained(page, "Maximum number of users allowed has been reached");
  await complained(page, "3 of 3 mailboxes of the type Basic are used.");
  await inspect(page, "user-limit");
  await go(page, "Home");
  await expect(page.getByText("3 of 3 users are in use")).toBeVisible();
  await inspect(page, "home-full");
}

export async function addsAlias({ customer: page }) {
  await go(page, "Aliases");
  await inspect(page, "aliases-none");
  await page.getByRole("link", { name: "Add Alias" }).first().click();
  await inspect(page, "alias-new");
  await fill(page, { Alias: "bertil", Targets: "clemence@pemberton-tea.test" });
  await press(page, "Add Alias");
  await expect(page.getByText("User already exists")).toBeVisible();
  await inspect(page, "alias-new-refused");
  await fill(page, { Alias: "orders", Targets: `bertil@${DOMAIN}\nwarehouse@elsewhere.test` });
  await press(page, "Add Alias");
  await said(page, "The alias is added.");
  await expect(row(page, `orders@${DOMAIN}`).filter({ hasText: "warehouse@elsewhere.test" })).toBeVisible();
  await page.getByRole("link", { name: `orders@${DOMAIN}` }).click();
  await inspect(page, "alias");
  await page.getByRole("link", { name: "Remove Alias" }).click();
  await inspect(page, "alias-remove");
  await press(page, "Remove Alias");
  await said(page, "The alias is removed.");
  await page.getByRole("link", { name: "Resting addresses" }).click();
  await expect(row(page, `orders@${DOMAIN}`)).toBeVisible();
  await inspect(page, "resting");
  await row(page, `orders@${DOMAIN}`).getByRole("button", { name: "Release" }).click();
  await said(page, "The address can be used again.");
}
