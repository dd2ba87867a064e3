// The user of a mailbox: comes in with a one-time password and leaves nothing behind.

import assert from "node:assert/strict";

import { expect } from "../expect.mjs";
import { inspect } from "../inspect.mjs";
import { complained, fill, headed, press, said, signIn, signOut } from "../steps.mjs";

const PASSWORD = "grey herons wade before noon";

export async function signsIn({ demo, reader: page, oneTime }) {
  const address = demo.people("User Panel, Åse Bråten").login;
  await page.goto(demo.mailPortal);
  await inspect(page, "user-sign-in");
  await fill(page, { "E-mail address": address, Password: "not the password" });
  await press(page, "Sign in");
  await complained(page, "The name or the password is not right.");
  await inspect(page, "user-sign-in-refused");
  await signIn(page, demo.mailPortal, address, oneTime);
  await expect(page.getByText("You signed in with a one-time password.")).toBeVisible();
  await inspect(page, "password-due");
  await page.goto(`${demo.mailPortal}/panel`);
  await expect(page.getByText(address).first()).toBeAbsent();
  await page.goto(`${demo.mailPortal}/password`);
  await fill(page, { "One-time password": oneTime, "New password": PASSWORD, "New password, again": PASSWORD });
  await press(page, "Change the password");
  await headed(page, "Set up a mail program");
  if (demo.mail) await expect(page.locator("#panel-imap-host")).toBeVisible();
  await inspect(page, "panel");
  await page.goto(`${demo.mailPortal}/password`);
  await inspect(page, "password");
  await page.goto(`${demo.mailPortal}/panel`);
  await signOut(page);
  await leavesNothing(page, address);
  await page.goto(`${demo.mailPortal}/recover`);
  await inspect(page, "recover");
  await signIn(page, demo.mailPortal, address, PASSWORD);
  await headed(page, "Set up a mail program");
}

/** Going back after signing out shows no page of the session, whatever the browser kept. */
async function leavesNothing(page, address) {
  for (let steps = 0; steps < 3; steps += 1) {
    await page.goBack();
    await headed(page, "Sign in");
    assert.ok(!(await page.content()).includes(address), "nothing of the mailbox is shown");
  }
}
