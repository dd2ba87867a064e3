// Expectations that wait: a page needs a moment, and a test must not guess how long.

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

const PATIENCE_MS = 10_000;

/** `expect(locator).toBeVisible()` and so on; fails with what was looked for. */
export function expect(what) {
  return {
    toBeVisible: () => what.first().waitFor({ state: "visible" }),
    toBeAbsent: () => eventually(async () => (await what.count()) === 0, () => `${what} is still there`),
    toHaveText: (text) => eventually(async () => same(await what.textContent(), text), async () => `${what} says ${await what.textContent()}, not ${text}`),
    toHaveValue: (value) => eventually(async () => (await what.inputValue()) === value, async () => `${what} holds ${await what.inputValue()}, not ${value}`),
    toCount: (number) => eventually(async () => (await what.count()) === number, async () => `${await what.count()} of ${what}, not ${number}`),
    toBeFocused: () => eventually(() => what.evaluate((one) => one === document.activeElement), () => `${what} is not focused`),
    toBecomeTrue: () => eventually(what, () => `${what} did not become true`),
  };
}

const same = (text, wanted) => (wanted instanceof RegExp ? wanted.test(text) : text.trim() === wanted);

async function eventually(holds, why) {
  const end = performance.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (performance.now() > end) assert.fail(await why());
    await sleep(50);
  }
}
