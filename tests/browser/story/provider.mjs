// The provider's staff: takes on a customer.

import assert from "node:assert/strict";

import { expect } from "../expect.mjs";
import { inspect } from "../inspect.mjs";
import { fill, go, headed, press, row, said } from "../steps.mjs";

/** The customer of this story. */
export const CUSTOMER = {
  name: "Pemberton Tea Merchants",
  username: "odile",
  fullName: "Odile Pemberton",
  address: "odile@pemberton-home.test",
  users: "3",
};

export async function signsInByKeyboard({ demo, provider: page }) {
  const { login, secret } = demo.people("Staff");
  await page.goto(demo.staff);
  await headed(page, "Sign in");
  await inspect(page, "staff-sign-in");
  await page.reload(); // nothing has the focus again
  await tabTo(page, page.getByLabel("Username", { exact: true }));
  await page.keyboard.type(login);
  await tabTo(page, page.getByLabel("Password", { exact: true }));
  await page.keyboard.type(secret);
  await page.keyboard.press("Enter");
  await headed(page, "Home");
  await inspect(page, "staff-home");
}

/** Presses the tabulator until this has the focus. */
export async function tabTo(page, control) {
  for (let presses = 0; presses < 40; presses += 1) {
    await page.keyboard.press("Tab");
    if (await control.evaluate((one) => one === document.activeElement)) return;
  }
  assert.fail(`${control} cannot be reached with the keyboard`);
}

export async function addsCustomer({ provider: page }) {
  await go(page, "Tenants");
  await inspect(page, "tenants");
  await page.getByRole("link", { name: "Add tenant" }).click();
  await inspect(page, "tenant-new");
  const values = {
    "Name of the customer": CUSTOMER.name,
    "Users: Basic": "-1",
    Storage: "20",
    Domains: "2",
    Username: CUSTOMER.username,
    "Full name": CUSTOMER.fullName,
    "E-mail address": CUSTOMER.address,
  };
  await fill(page, values);
  await press(page, "Add tenant");
  await expect(page.getByText("This is not a number that can be used here.")).toBeVisible();
  await inspect(page, "tenant-new-refused");
  await fill(page, { "Users: Basic": CUSTOMER.users });
  await press(page, "Add tenant");
  await said(page, "The tenant is added and its main Admin invited.");
  await headed(page, CUSTOMER.name);
  await inspect(page, "tenant");
  await go(page, "Tenants");
  await expect(row(page, CUSTOMER.name)).toBeVisible();
}

export async function suspends({ provider: page, customer }) {
  await go(page, "Tenants");
  await page.getByRole("link", { name: CUSTOMER.name }).click();
  await page.getByLabel("Reason", { exact: true }).fill("Unpaid for three months");
  await press(page, "Suspend tenant");
  await said(page, "The tenant is suspended.");
  await inspect(page, "tenant-suspended");
  await customer.reload();
  await headed(customer, "Sign in");
  await press(page, "Resume tenant");
  await said(page, "The tenant can sign in again.");
  await page.goto(page.url().replace(/(\/tenants\/[a-z]+_).*/, "$1999999"));
  await expect(page.getByText("There is nothing here.")).toBeVisible();
  await inspect(page, "tenant-missing");
}
