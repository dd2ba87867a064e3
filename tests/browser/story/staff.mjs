// The provider's people: one acts for a customer, one is added, requests are answered, customers are found.

import assert from "node:assert/strict";

import { expect } from "../expect.mjs";
import { inspect } from "../inspect.mjs";
import { fill, go, headed, linkInMailTo, press, row, said, signIn } from "../steps.mjs";

const LARKSPUR = "Larkspur & Daughters Ltd";
const REASON = "Call 4711: the new user gets no mail";
const COLLEAGUE = { username: "wanda", fullName: "Wanda Nowak", address: "wanda@provider-people.test", password: "old maps of the north sea" };
const PROGRAM = { username: "billing-robot", password: "tin robots count sheep slowly" };

/** Opens a page of a tenant. */
async function open(page, tenant, tab) {
  await go(page, "Tenants");
  await page.getByRole("link", { name: tenant, exact: true }).click();
  await headed(page, tenant);
  if (tab) await page.getByRole("navigation", { name: "Pages of this tenant" }).getByRole("link", { name: tab, exact: true }).click();
}

export async function findsTenant({ provider: page }) {
  await go(page, "Tenants");
  for (const text of ["blumenversand.test", "imogen", "Larkspur"]) {
    await page.getByRole("searchbox").fill(text);
    await press(page, "Search");
    await expect(row(page, LARKSPUR)).toBeVisible();
    await expect(row(page, "Kestrel Instruments GmbH")).toBeAbsent();
  }
  await open(page, LARKSPUR, "Domains");
  await expect(row(page, "blumenversand.test")).toBeVisible();
  await inspect(page, "tenant-domains");
  await open(page, LARKSPUR, "Admins");
  await expect(row(page, "imogen").filter({ hasText: "Main Admin" })).toBeVisible();
  await inspect(page, "tenant-admins");
  await page.getByRole("link", { name: "imogen", exact: true }).click();
  await headed(page, "Imogen Larkspur");
  await inspect(page, "tenant-admin");
  await press(page, "Send a recovery link");
  await said(page, "A link is on its way to the main Admin.");
}

export async function actsAsAdmin({ demo, provider: page, florist }) {
  await open(page, LARKSPUR);
  await inspect(page, "tenant-with-history");
  await page.getByRole("link", { name: "Sign in as an Admin" }).click();
  await headed(page, "Sign in as an Admin");
  await inspect(page, "acting-choose");
  await page.getByLabel("Admin", { exact: true }).selectOption({ label: "imogen (Imogen Larkspur, main Admin)" });
  await fill(page, { Reason: REASON });
  await press(page, "Sign in as this Admin");
  await page.waitForURL(`${demo.admin}/`);
  const banner = page.getByText(`staff (you), acting as Imogen Larkspur of ${LARKSPUR}`).first();
  await expect(banner).toBeVisible();
  await expect(page.getByText(/(30|29) minutes left/)).toBeVisible();
  await inspect(page, "acting");
  await page.goto(`${demo.admin}/security/recovery-address`);
  await headed(page, "This can't be done while acting as somebody else.");
  await page.goto(`${demo.admin}/mailboxes`);
  await headed(page, "Users");
  await press(page, "Leave");
  await said(page, "You have left the Admin Panel and are yourself again.");
  await headed(page, LARKSPUR);
  await page.goto(demo.admin);
  await headed(page, "Sign in");
  await page.goto(demo.staff);
  await go(florist, "Account History");
  await expect(row(florist, "Your provider").filter({ hasText: REASON })).toBeVisible();
  assert.ok(!(await florist.content()).includes("staff acting"), "the provider's people have no names here");
}

export async function addsColleague({ demo, provider: page, colleague }) {
  await go(page, "Staff");
  await inspect(page, "staff");
  await page.getByRole("link", { name: "Add staff" }).click();
  await inspect(page, "staff-new");
  await fill(page, { Username: COLLEAGUE.username, "Full name": COLLEAGUE.fullName, "E-mail address": "wanda@larkspur.test" });
  await page.getByRole("radio", { name: "Auditor" }).check();
  await fill(page, { Note: "Looks at the books in spring" });
  await press(page, "Add staff");
  await expect(page.getByText("This address cannot be used for recovery.")).toBeVisible();
  await inspect(page, "staff-new-refused");
  await fill(page, { "E-mail address": COLLEAGUE.address });
  await press(page, "Add staff");
  await said(page, "The login is added and the invitation sent.");
  await headed(page, COLLEAGUE.fullName);
  await inspect(page, "staff-member");
  await (await linkInMailTo(colleague, demo.outside, COLLEAGUE.address)).click();
  await fill(colleague, { "New password": COLLEAGUE.password, "New password, again": COLLEAGUE.password });
  await press(colleague, "Set the password");
  await signIn(colleague, demo.staff, COLLEAGUE.username, COLLEAGUE.password);
  await open(colleague, LARKSPUR);
  await expect(colleague.getByRole("link", { name: "Sign in as an Admin" })).toBeAbsent();
  await expect(colleague.getByRole("button", { name: "Suspend tenant" })).toBeAbsent();
  await inspect(colleague, "auditor-tenant");
  await colleague.goto(`${demo.staff}/staff/new`);
  await headed(colleague, "Your access does not include this.");
  await colleague.goto(`${demo.staff}/access`);
  await inspect(colleague, "auditor-access");
}

export async function answersRequest({ provider: page, florist, demo }) {
  await addsProgram(florist, demo);
  await florist.getByRole("link", { name: "Ask for unlimited creation" }).click();
  await inspect(florist, "unlimited-ask");
  await fill(florist, { "What it is for": "Our own billing adds about 40 users a month" });
  await press(florist, "Send the request");
  await said(florist, "Your provider has got the request.");
  await inspect(florist, "sub-admin-api");
  await page.goto(`${demo.staff}/`);
  await expect(page.getByText("A request is waiting")).toBeVisible();
  await page.getByRole("link", { name: "Show the requests" }).click();
  await headed(page, "Requests");
  await inspect(page, "tasks");
  await page.getByRole("link", { name: `Unlimited creation for ${PROGRAM.username}` }).click();
  await inspect(page, "task");
  await press(page, "Accept");
  await said(page, "The limits are lifted for this program.");
  await page.getByRole("link", { name: "Answered", exact: true }).click();
  await expect(row(page, PROGRAM.username).filter({ hasText: "Accepted" })).toBeVisible();
  await florist.reload();
  await expect(florist.getByText("This program may add users beyond what was bought")).toBeVisible();
  await open(page, LARKSPUR, "Admins");
  await expect(row(page, PROGRAM.username).filter({ hasText: "Unlimited" })).toBeVisible();
  await page.getByRole("link", { name: PROGRAM.username, exact: true }).click();
  await inspect(page, "tenant-admin-api");
}

async function addsProgram(page, demo) {
  await go(page, "Sub-Admins");
  await page.getByRole("link", { name: "New", exact: true }).first().click();
  await page.getByRole("link", { name: "Integration", exact: true }).click();
  await fill(page, { Username: PROGRAM.username, "Full name": "Billing", "E-mail address": "billing@it-helpers.test" });
  await page.getByRole("radio", { name: "Set a password" }).check();
  await fill(page, { Password: PROGRAM.password, "What it is for": "Billing", Networks: "192.0.2.0/24 Billing" });
  await inspect(page, "sub-admin-new-api");
  await press(page, "Add Sub-admin");
  await expect(page.getByText("This must be filled in.")).toBeVisible();
  await fill(page, { Password: PROGRAM.password, "Your own password": demo.people("Admin Panel, Larkspur").secret });
  await press(page, "Add Sub-admin");
  await said(page, "The Sub-Admin is added.");
  await page.getByRole("link", { name: PROGRAM.username, exact: true }).click();
}

export async function readsStaffHistory({ provider: page }) {
  await go(page, "Account History");
  await expect(row(page, LARKSPUR)).toBeVisible();
  await inspect(page, "staff-history");
  await go(page, "Staff");
  await page.getByRole("link", { name: COLLEAGUE.fullName }).click();
  await press(page, "Disable");
  await said(page, "The login is disabled and signed out everywhere.");
  await page.getByRole("link", { name: "Remove", exact: true }).click();
  await inspect(page, "staff-remove");
  await fill(page, { [`Type ${COLLEAGUE.username} to confirm`]: COLLEAGUE.username });
  await press(page, "Remove");
  await said(page, "The login is removed.");
}
