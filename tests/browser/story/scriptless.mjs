// A browser that runs no scripts: everything works, only less conveniently.

import assert from "node:assert/strict";

import { expect } from "../expect.mjs";
import { picture } from "../inspect.mjs";
import { fill, go, headed, press, row, said, signIn } from "../steps.mjs";

const ADDRESS = "zoltan.quill@larkspur.test";

export async function addsAndRemovesUser({ demo, browser }) {
  const page = await browser.open("without scripts", { javaScriptEnabled: false });
  const { login, secret } = demo.people("Admin Panel, Larkspur");
  await signIn(page, demo.admin, login, secret);
  await headed(page, "Home");
  await go(page, "Users");
  await page.getByRole("link", { name: "Add user" }).click();
  await page.getByRole("radio", { name: "Set a password" }).check();
  await fill(page, { Username: "zoltan.quill", "Full name": "Zoltán Quill", Quota: "0.5", Password: "nine copper kettles sing" });
  await page.getByLabel("Domain", { exact: true }).selectOption({ label: "larkspur.test" });
  await picture(page, "without-scripts-user-new");
  await press(page, "Add user");
  await said(page, "The user is added.");
  await page.getByRole("searchbox").fill("zoltan");
  await press(page, "Search");
  await row(page, ADDRESS).getByRole("link", { name: "Remove" }).click();
  await picture(page, "without-scripts-user-remove");
  await page.getByLabel(/^Type .* to confirm$/).fill("somebody else");
  await press(page, "Remove for good");
  await expect(page.getByText("That is not the name.")).toBeVisible();
  await page.getByLabel(/^Type .* to confirm$/).fill(ADDRESS);
  await press(page, "Remove for good");
  await said(page, "The user is removed.");
  await page.getByRole("searchbox").fill("zoltan");
  await press(page, "Search");
  assert.equal(await row(page, ADDRESS).count(), 0);
  await page.context().close();
}
