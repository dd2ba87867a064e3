// One's own login: where it is open, how one gets back in, from where it may be used.

import assert from "node:assert/strict";

import { expect } from "../expect.mjs";
import { inspect } from "../inspect.mjs";
import { account, fill, headed, linkInMailTo, press, row, said, signIn } from "../steps.mjs";
import { HELPER } from "./delegation.mjs";

const PHONE_AGENT =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1";
const NEW_ADDRESS = "imogen@quiet-harbour.test";

export async function endsAnotherSession({ demo, browser, florist: page }) {
  const phone = await browser.open("florist on the phone", { userAgent: PHONE_AGENT });
  const { login, secret } = demo.people("Admin Panel, Larkspur");
  await signIn(phone, demo.admin, login, secret);
  await headed(phone, "Home");
  await account(page, "Security");
  await headed(page, "Security");
  const there = page.locator("#sessions").getByRole("row").filter({ hasText: "Safari" });
  await expect(there).toCount(1);
  const here = page.locator("#sessions").getByRole("row").filter({ hasText: "This one" });
  await expect(here.getByRole("button")).toBeAbsent();
  await inspect(page, "security");
  await there.getByRole("button", { name: "End", exact: true }).click();
  await said(page, "The session is ended.");
  await expect(there).toBeAbsent();
  await phone.goto(`${demo.admin}/mailboxes`);
  await headed(phone, "Sign in");
  await phone.context().close();
}

export async function changesRecoveryAddress({ demo, florist: page }) {
  const { secret } = demo.people("Admin Panel, Larkspur");
  await page.getByRole("link", { name: "Change the recovery address" }).click();
  await fill(page, { "New recovery address": NEW_ADDRESS, "Present password": "not this one" });
  await press(page, "Send the link");
  await expect(page.getByText("Your present password is not right.")).toBeVisible();
  await inspect(page, "recovery-address-refused");
  await fill(page, { "New recovery address": NEW_ADDRESS, "Present password": secret });
  await press(page, "Send the link");
  await said(page, "A link to confirm the address is on its way.");
  await expect(page.getByText(`Waiting for confirmation of ${NEW_ADDRESS}`)).toBeVisible();
  await inspect(page, "security-waiting");
  await (await linkInMailTo(page, demo.outside, NEW_ADDRESS)).click();
  await expect(page.getByText(`recovery links for imogen go to ${NEW_ADDRESS}`)).toBeVisible();
  await inspect(page, "recovery-address-confirm");
  await press(page, "Use this address");
  await said(page, "Your recovery address is changed.");
  await expect(page.getByText(NEW_ADDRESS, { exact: true })).toBeVisible();
  await page.goto(`${demo.outside}/mail?q=imogen`);
  await expect(row(page, "imogen@larkspur-family.test").filter({ hasText: "The recovery address of imogen is changed" })).toBeVisible();
  await page.goto(demo.admin);
}

/** Restricts the login to what is listed and sends the form. */
async function restrict(page, networks, password) {
  await page.getByRole("radio", { name: "Restrict to the list" }).check();
  await fill(page, { Networks: networks, "Your own password": password });
  await press(page, "Save");
}

export async function limitsOwnNetworks({ demo, helper: page }) {
  await account(page, "Sign-in networks");
  await headed(page, "Sign-in networks");
  await inspect(page, "own-networks");
  await restrict(page, "the office", HELPER.password);
  await expect(page.getByText("Line 1 is not an address or network.")).toBeVisible();
  await restrict(page, "192.0.2.0/24 Office", HELPER.password);
  await expect(page.getByText(/^Your own address \S+ is not in the list\./)).toBeVisible();
  await inspect(page, "own-networks-refused");
  await restrict(page, "192.0.2.0/24 Office\n127.0.0.0/8 Here\n::1 Here, too", HELPER.password);
  await said(page, "Saved.");
  await page.getByRole("checkbox", { name: "I know that I shut myself out" }).check();
  await restrict(page, "192.0.2.0/24 Office", HELPER.password);
  await headed(page, "This login can't be used from here.");
  await inspect(page, "shut-out");
  await page.goto(`${demo.admin}/sign-in`);
  await headed(page, "Sign in");
}

export async function ownPagesOfOthers({ demo, reader, provider }) {
  await reader.goto(`${demo.mailPortal}/security`);
  await headed(reader, "Security");
  assert.equal(await reader.getByRole("link", { name: "Sign-in networks" }).count(), 0);
  await inspect(reader, "panel-security");
  await provider.goto(`${demo.staff}/security`);
  await headed(provider, "Security");
  await inspect(provider, "staff-security");
}
