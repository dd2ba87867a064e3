// One story in real browsers, from the provider's first customer to the user who reads mail, beside the demonstration.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { startBrowser } from "./browser.mjs";
import { startDemo } from "./demo.mjs";
import { picture, takeFaults } from "./inspect.mjs";
import { chapters } from "./story/chapters.mjs";

// Whoever has a window of their own.
const PEOPLE = ["provider", "customer", "florist", "reader", "delegate", "helper", "colleague"];

describe("the portals in a browser", { timeout: 480_000 }, () => {
  const world = {};
  let failed = false;

  before(async () => {
    world.demo = await startDemo();
    world.browser = await startBrowser();
    for (const who of PEOPLE) world[who] = await world.browser.open(who);
  }, { timeout: 180_000 });

  after(async () => {
    await world.browser?.close();
    await world.demo?.stop();
  });

  for (const [title, page, chapter] of chapters) {
    it(title, async (test) => {
      if (failed) return test.skip("an earlier chapter failed");
      failed = true;
      try {
        await chapter(world);
      } catch (error) {
        await picture(world[page], `failed-${title.replace(/\W+/g, "-").slice(0, 60)}`).catch(() => {});
        throw error;
      }
      failed = false;
      assert.deepEqual(takeFaults(), []);
    });
  }

  it("no script failed, no policy was violated and no server error was answered during all this", () => {
    assert.deepEqual(world.browser.faults, []);
  });
});
