// The Account History: found in it, proven, taken along.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import { expect } from "../expect.mjs";
import { inspect } from "../inspect.mjs";
import { fill, go, press, row, said } from "../steps.mjs";
import { DELEGATE, HELPER } from "./delegation.mjs";

const entries = (page) => page.getByRole("table", { name: "Account History" }).getByRole("row").filter({ has: page.locator("time") });

export async function findsInHistory({ florist: page }) {
  await go(page, "Account History");
  await page.getByLabel("Action", { exact: true }).selectOption("mailbox.add");
  await page.getByRole("searchbox").fill(DELEGATE.username);
  await press(page, "Show");
  await expect(entries(page)).toCount(1);
  await expect(entries(page).filter({ hasText: `Added the user sorrel.marsh@${DELEGATE.domain}` })).toBeVisible();
  await inspect(page, "history-filtered");
  await page.getByLabel("To", { exact: true }).fill("2020-01-31");
  await press(page, "Show");
  await expect(page.getByText("Nothing found")).toBeVisible();
  await page.getByRole("link", { name: "Without filters" }).click();
  const refused = page.getByRole("table", { name: "Refused lately" }).getByRole("row");
  await expect(refused.filter({ hasText: DELEGATE.username }).filter({ hasText: "Your access does not include this." })).toBeVisible();
  await expect(refused.filter({ hasText: HELPER.username })).toBeVisible();
}

export async function provesHistory({ florist: page }) {
  await go(page, "Account History");
  await press(page, "Verify now");
  await expect(page.getByText(/^All \d+ sealed entries are as they were written\./)).toBeVisible();
  await inspect(page, "history-proven");
}

export async function takesHistoryAlong({ florist: page }) {
  await go(page, "Account History");
  await page.getByLabel("Who", { exact: true }).selectOption({ label: "Admins and Sub-Admins" });
  await press(page, "Show");
  const arriving = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download CSV" }).click();
  const file = await arriving;
  assert.match(file.suggestedFilename(), /\.csv$/);
  const text = await readFile(await file.path(), "utf8");
  const lines = text.trim().split("\r\n");
  assert.ok(lines.length > 100, `only ${lines.length} lines`);
  assert.ok(lines.some((line) => line.includes("pilar") && line.includes("sorrel.marsh")), "what a Sub-Admin did is in it");
}

export async function readsHistoryOfOneThing({ florist: page }) {
  await go(page, "Users");
  await page.getByRole("searchbox").fill("sorrel.marsh");
  await press(page, "Search");
  await page.getByRole("link", { name: `sorrel.marsh@${DELEGATE.domain}` }).click();
  await fill(page, { "Full name": "Sorrel Marsh-Hall" });
  await press(page, "Update User");
  await said(page, "Saved.");
  await expect(row(page, "Name: Sorrel Marsh → Sorrel Marsh-Hall")).toBeVisible();
  await inspect(page, "user-with-history");
  await page.locator("#history").getByRole("link", { name: "All", exact: true }).click();
  await expect(row(page, "Sent a reset link for sorrel.marsh")).toBeVisible();
  await expect(entries(page).filter({ hasNotText: "sorrel.marsh" })).toBeAbsent();
}
