// Chromium, and a record of everything that went wrong in it while nobody looked.

import { chromium } from "playwright-core";

const ARGUMENTS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const DESKTOP = { width: 1360, height: 860 };
export const PHONE = { width: 390, height: 844 };

/** A browser with a fresh profile; each `open` is somebody's own window with their own cookies. */
export async function startBrowser() {
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ARGUMENTS });
  const faults = [];
  const open = async (who, options = {}) => {
    const context = await browser.newContext({
      viewport: DESKTOP,
      locale: "en-GB",
      colorScheme: "light",
      reducedMotion: "reduce",
      ...options,
    });
    context.setDefaultTimeout(10_000);
    await watch(context, who, faults);
    return context.newPage();
  };
  return { open, faults, close: () => browser.close() };
}

/** Notes script errors, violations of the content security policy, and answers that say the server is at fault. */
async function watch(context, who, faults) {
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      console.error(`policy violated: ${event.violatedDirective} by ${event.blockedURI}`);
    });
  });
  // A form that is refused comes back as a page with a 4xx status, which the browser writes into its console.
  const refused = new Set();
  context.on("response", (response) => {
    const isPage = response.request().resourceType() === "document";
    if (isPage && response.status() >= 400 && response.status() < 500) refused.add(response.url());
    if (response.status() >= 500) faults.push(`${who}: ${response.status()} from ${response.url()}`);
  });
  context.on("console", (message) => {
    if (message.type() !== "error") return;
    const url = message.location().url;
    if (message.text().startsWith("Failed to load resource") && refused.has(url)) return;
    faults.push(`${who}: ${message.text()} (${url})`);
  });
  context.on("weberror", (error) => faults.push(`${who}: ${error.error().stack}`));
}
