// The main Admin hands work on: who gets what, what that person sees, and what follows when it is changed or taken.

import assert from "node:assert/strict";

import { expect } from "../expect.mjs";
import { inspect } from "../inspect.mjs";
import { account, complained, fill, go, headed, linkInMailTo, press, row, said, signIn } from "../steps.mjs";

/** Who is let into one domain only. */
export const DELEGATE = {
  username: "pilar",
  fullName: "Pilar Ocaña",
  address: "pilar@it-helpers.test",
  domain: "larkspur-garden.test",
  password: "six wet umbrellas in a row",
};
/** Who answers the users' calls. */
export const HELPER = {
  username: "henk",
  fullName: "Henk de Groot",
  address: "henk@it-helpers.test",
  password: "four slow trains to Utrecht",
};
const ELSEWHERE = "larkspur.test";
const ADDED = "sorrel.marsh";

/** The menu of a section's level in the form of a Sub-Admin. */
const level = (page, section) => page.getByRole("combobox", { name: section, exact: true });

/** A day some weeks from now, as a form takes it. */
const someDay = () => new Date(Date.now() + 60 * 86_400_000).toISOString().slice(0, 10);

/** What the main menu offers, but for the product's name and what belongs to the demonstration. */
async function menu(page) {
  const links = page.getByRole("navigation", { name: "Main menu" }).getByRole("link");
  const names = (await links.allTextContents()).map((name) => name.trim());
  return names.filter((name) => !["Bailiwick", "Outside mail"].includes(name));
}

/** Opens the form of a Sub-Admin. */
async function open(page, username) {
  await go(page, "Sub-Admins");
  await page.getByRole("link", { name: username, exact: true }).click();
  await headed(page, username);
}

/** The address of the page of the first user of a domain. */
async function userOf(page, domain) {
  await go(page, "Users");
  await page.getByLabel("Domain", { exact: true }).selectOption({ label: domain });
  await press(page, "Search");
  const link = page.getByRole("row").getByRole("link").filter({ hasText: `@${domain}` }).first();
  return new URL(await link.getAttribute("href"), page.url()).href;
}

export async function addsLimitedSubAdmin({ florist: page }) {
  await go(page, "Sub-Admins");
  await expect(page.getByText("No Sub-Admins yet")).toBeVisible();
  await inspect(page, "sub-admins-none");
  await page.getByRole("link", { name: "New", exact: true }).first().click();
  await headed(page, "Add Sub-Admin");
  await inspect(page, "sub-admin-new");
  await fill(page, { Username: DELEGATE.username, "Full name": DELEGATE.fullName, "E-mail address": DELEGATE.address });
  await level(page, "Users").selectOption({ label: "2 - Add" });
  await page.getByRole("radio", { name: "Chosen domains only" }).check();
  await fill(page, { "Last day": someDay(), Note: "Looks after the garden shops until the summer" });
  await press(page, "Add Sub-admin");
  await expect(page.getByText("No domain is chosen.")).toBeVisible();
  await inspect(page, "sub-admin-new-refused");
  await page.getByRole("checkbox", { name: DELEGATE.domain, exact: true }).check();
  await press(page, "Add Sub-admin");
  await said(page, "The Sub-Admin is added and invited.");
  const listed = row(page, DELEGATE.username).filter({ hasText: "Users 2" }).filter({ hasText: DELEGATE.domain });
  await expect(listed.filter({ hasText: "Invited" })).toBeVisible();
  await inspect(page, "sub-admins");
  await open(page, DELEGATE.username);
  await expect(page.getByRole("button", { name: "Send the invitation again" })).toBeVisible();
  await inspect(page, "sub-admin-invited");
}

export async function delegateSeesOneDomain({ demo, delegate: page }) {
  const link = await linkInMailTo(page, demo.outside, DELEGATE.address);
  await link.click();
  await headed(page, "Choose a password");
  await fill(page, { "New password": DELEGATE.password, "New password, again": DELEGATE.password });
  await press(page, "Set the password");
  await said(page, "Your password is set. Sign in with it.");
  await signIn(page, demo.admin, DELEGATE.username, DELEGATE.password);
  await headed(page, "Home");
  assert.deepEqual(await menu(page), ["Home", "Users", "API Keys"], "nothing is offered that was not given");
  await expect(page.getByText(/\d \/ \d/)).toBeAbsent();
  await inspect(page, "sub-admin-home");
  await go(page, "Users");
  const users = page.getByRole("row").filter({ hasText: "@" });
  assert.ok((await users.count()) > 20);
  await expect(users.filter({ hasNotText: `@${DELEGATE.domain}` })).toBeAbsent();
  const choices = await page.getByLabel("Domain", { exact: true }).getByRole("option").allTextContents();
  assert.deepEqual(choices.slice(1), [DELEGATE.domain], "no other domain is named");
  for (const name of ["Edit", "Remove"]) await expect(page.getByRole("link", { name, exact: true })).toBeAbsent();
  await inspect(page, "sub-admin-users");
}

export async function delegateAddsAndNoMore({ demo, delegate: page, florist }) {
  await page.getByRole("link", { name: "Add user" }).first().click();
  await fill(page, { Username: ADDED, "Full name": "Sorrel Marsh", Quota: "1", "Recovery address": "sorrel@home.test" });
  await press(page, "Add user");
  await said(page, "The user is added and the invitation is on its way.");
  await page.getByRole("searchbox").fill(ADDED);
  await press(page, "Search");
  await page.getByRole("link", { name: `${ADDED}@${DELEGATE.domain}` }).click();
  await headed(page, `${ADDED}@${DELEGATE.domain}`);
  for (const name of ["Update User", "Disable user"]) await expect(page.getByRole("button", { name })).toBeAbsent();
  for (const name of ["Remove", "Reset password"]) await expect(page.getByRole("link", { name, exact: true })).toBeAbsent();
  await inspect(page, "sub-admin-user");
  const address = page.url();
  await page.goto(`${address}/remove`);
  await headed(page, "Your access does not include this.");
  await expect(page.getByText("To do this you need: remove users (Users 4, Remove).")).toBeVisible();
  await expect(page.getByText("Users 2 (View, Add)")).toBeVisible();
  await expect(page.getByText("Ask imogen, who gave you your access, or the main Admin.")).toBeVisible();
  await inspect(page, "not-permitted");
  await page.goto(await userOf(florist, ELSEWHERE));
  await expect(page.getByText("There is nothing here.")).toBeVisible();
  await page.goto(demo.admin);
}

export async function helpDeskSendsLinks({ demo, florist, helper: page }) {
  await go(florist, "Sub-Admins");
  await florist.getByRole("link", { name: "New", exact: true }).first().click();
  await florist.getByRole("link", { name: "Help desk", exact: true }).click();
  assert.ok(await florist.getByRole("radio", { name: "One by one" }).isChecked(), "the profile matches no level");
  await inspect(florist, "sub-admin-new-profile");
  await fill(florist, { Username: HELPER.username, "Full name": HELPER.fullName, "E-mail address": HELPER.address });
  await florist.getByRole("radio", { name: "Set a password" }).check();
  await fill(florist, { Password: HELPER.password });
  await press(florist, "Add Sub-admin");
  await said(florist, "The Sub-Admin is added.");
  await signIn(page, demo.admin, HELPER.username, HELPER.password);
  assert.deepEqual(await menu(page), ["Home", "Users", "API Keys"]);
  await go(page, "Users");
  await expect(page.getByRole("link", { name: "Add user" })).toBeAbsent();
  await page.getByRole("searchbox").fill(ADDED);
  await press(page, "Search");
  await page.getByRole("link", { name: `${ADDED}@${DELEGATE.domain}` }).click();
  await expect(page.getByRole("link", { name: "Remove", exact: true })).toBeAbsent();
  await expect(page.getByRole("button", { name: "Update User" })).toBeAbsent();
  const address = page.url();
  await page.getByRole("link", { name: "Reset password" }).click();
  await expect(page.getByRole("radio", { name: "One-time password" })).toBeAbsent();
  await inspect(page, "help-desk-reset");
  await press(page, "Reset password");
  await said(page, "The link is on its way.");
  await linkInMailTo(page, demo.outside, "sorrel@home.test");
  await page.goto(`${address}/remove`);
  await headed(page, "Your access does not include this.");
  await expect(page.getByText("Users custom (View, Send reset links)")).toBeVisible();
  await page.goto(demo.admin);
}

export async function changesSubAdmin({ florist: page }) {
  await open(page, HELPER.username);
  await inspect(page, "sub-admin");
  await level(page, "Users").selectOption({ label: "3 - Update" });
  await level(page, "Aliases").selectOption({ label: "1 - View" });
  await page.getByRole("radio", { name: "Chosen domains only" }).check();
  await page.getByRole("checkbox", { name: DELEGATE.domain, exact: true }).check();
  await fill(page, { Note: "Garden shops only" });
  await press(page, "Update");
  await headed(page, "Check the changes");
  await expect(page.getByText("Nothing is saved yet.")).toBeVisible();
  await expect(page.getByText("Users: Add, Update")).toBeVisible();
  await expect(page.getByText(/^Reaches 3\d users instead of 1\d\d\.$/)).toBeVisible();
  await inspect(page, "sub-admin-review");
  await press(page, "Back");
  await headed(page, HELPER.username);
  assert.equal(await level(page, "Users").inputValue(), "users:3", "what was chosen is kept");
  await press(page, "Update");
  await press(page, "Save");
  await said(page, "The Sub-Admin is updated.");
  await expect(row(page, HELPER.username).filter({ hasText: "Users 3 · Aliases 1" })).toBeVisible();
}

export async function losesWhileAtWork({ demo, florist, delegate: page }) {
  await go(page, "Users");
  await page.getByRole("link", { name: "Add user" }).first().click();
  await fill(page, { Username: "too.late", "Full name": "Too Late", Quota: "1", "Recovery address": "late@home.test" });
  await open(florist, DELEGATE.username);
  await level(florist, "Users").selectOption({ label: "1 - View" });
  await press(florist, "Update");
  await expect(florist.getByText("Users: Add")).toBeVisible();
  await press(florist, "Save");
  await said(florist, "The Sub-Admin is updated.");
  await press(page, "Add user");
  await headed(page, "Your access does not include this.");
  await expect(page.getByText("Users 1 (View)")).toBeVisible();
  await page.goto(`${demo.admin}/mailboxes`);
  await headed(page, "Users");
  await expect(page.getByRole("link", { name: "Add user" })).toBeAbsent();
  await open(florist, DELEGATE.username);
  await florist.getByRole("link", { name: "Remove", exact: true }).click();
  await inspect(florist, "sub-admin-remove");
  await press(florist, "Remove");
  await said(florist, "The Sub-Admin is removed.");
  await page.getByRole("navigation", { name: "Main menu" }).getByRole("link", { name: "Users", exact: true }).click();
  await headed(page, "Sign in");
  await fill(page, { Username: DELEGATE.username, Password: DELEGATE.password });
  await press(page, "Sign in");
  await complained(page, "The name or the password is not right.");
}

export async function asksWhatItCanDo({ demo, florist, delegate: page }) {
  await account(page, "Your access");
  await headed(page, "Your access");
  await expect(page.getByText(`for ${DELEGATE.domain}`).first()).toBeVisible();
  await inspect(page, "access-own");
  await page.goto(demo.admin);
  await account(florist, "Your access");
  await inspect(florist, "access-main-admin");
  await florist.getByRole("link", { name: "Who can do something" }).click();
  await florist.getByLabel("What is done", { exact: true }).selectOption("mailbox.add");
  await press(florist, "Show");
  await headed(florist, "Who can do something");
  await expect(row(florist, DELEGATE.username).filter({ hasText: "In part" })).toBeVisible();
  await inspect(florist, "access-who");
  await florist.getByLabel("What is done", { exact: true }).selectOption("mailbox.remove");
  await florist.getByLabel("To what", { exact: true }).fill(DELEGATE.domain);
  await press(florist, "Show");
  await expect(row(florist, "imogen").filter({ hasText: "Can" })).toBeVisible();
  await florist.getByText(/logins can’t$|login can’t$/).click();
  await expect(row(florist, DELEGATE.username).filter({ hasText: "Can’t" })).toBeVisible();
  await inspect(florist, "access-who-object");
  await florist.getByLabel("To what", { exact: true }).fill("nothing-is-called.so");
  await press(florist, "Show");
  await expect(florist.getByText("Nothing is called so.")).toBeVisible();
  await triesOtherLevels(florist);
}

async function triesOtherLevels(page) {
  await open(page, DELEGATE.username);
  await page.getByRole("link", { name: "What it can do" }).click();
  await headed(page, `What ${DELEGATE.username} can do`);
  await inspect(page, "access-of");
  await page.getByRole("link", { name: "What a change would add" }).click();
  await headed(page, "What a change would add");
  await expect(page.getByText("Nothing would change.")).toBeVisible();
  await level(page, "Users").selectOption({ label: "4 - Remove" });
  await press(page, "Show the difference");
  await expect(page.getByText("Could do then")).toBeVisible();
  await inspect(page, "access-what-if-more");
}
