// The demonstration, started for the tests and stopped after them: real binaries, real mail servers, made-up people.

import { spawn } from "node:child_process";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

const PROGRAM = process.env.BAILIWICK_DEMO_BIN ?? path.join(ROOT, "target/debug/bailiwick-demo");
const READY_WITHIN_MS = 150_000;
const STOPPED_WITHIN_MS = 30_000;
// Only root can start mail servers that switch users; everybody else tests without them.
const WITH_MAIL = process.getuid() === 0;

/** Starts it in a fresh folder and resolves when its table is printed. */
export async function startDemo() {
  const folder = await mkdtemp("/var/tmp/bw-browser-");
  await chmod(folder, 0o755); // the mail servers run as users of their own and must pass
  const data = path.join(folder, "data");
  const child = spawn(PROGRAM, ["--data", data, ...(WITH_MAIL ? [] : ["--no-mail"])], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const killed = () => child.kill("SIGKILL");
  process.once("exit", killed);
  const ended = new Promise((resolve) => child.once("close", resolve));
  const stop = async () => {
    child.kill("SIGINT");
    const late = setTimeout(killed, STOPPED_WITHIN_MS);
    const code = await ended;
    clearTimeout(late);
    process.off("exit", killed);
    await rm(folder, { recursive: true, force: true });
    if (code !== 0) throw new Error(`the demonstration ended with ${code}`);
  };
  try {
    const table = await said(child, "Ctrl-C stops everything");
    return { ...readTable(table), people: readPeople(await readFile(path.join(data, "sign-ins.toml"), "utf8")), mail: WITH_MAIL, stop };
  } catch (error) {
    await stop().catch(() => {}); // what went wrong first is what is told
    throw error;
  }
}

/** Collects what the demonstration prints until this line of it has come. */
function said(child, line) {
  let text = "";
  return new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(`the demonstration ${why}; it said:\n${text}`));
    const late = setTimeout(() => fail("was not ready in time"), READY_WITHIN_MS);
    child.once("error", (error) => fail(`did not start (${error.message})`));
    child.once("close", (code) => fail(`ended with ${code}`));
    child.stderr.on("data", (part) => (text += part));
    child.stdout.on("data", (part) => {
      text += part;
      if (!text.includes(line)) return;
      clearTimeout(late);
      resolve(text);
    });
  });
}

/** Where the portals are. */
function readTable(text) {
  const origin = (name) => {
    const found = text.match(new RegExp(`^ +${name} +(http://\\S+)$`, "m"));
    if (!found) throw new Error(`no line for ${name} in:\n${text}`);
    return found[1];
  };
  return {
    admin: origin("Admin Panel"),
    mailPortal: origin("User Panel"),
    staff: origin("Staff"),
    outside: origin("Outside mail and DNS"),
  };
}

/** Who can sign in: `{ who, login, secret }` each. */
function readPeople(toml) {
  const people = toml.split("[[sign_ins]]").slice(1).map((part) => {
    const value = (key) => JSON.parse(part.match(new RegExp(`^${key} = (".*")$`, "m"))[1]);
    return { who: value("who"), login: value("login"), secret: value("secret") };
  });
  return (who) => {
    const person = people.find((one) => one.who.startsWith(who));
    if (!person) throw new Error(`nobody is ${who} among ${people.map((one) => one.who).join("; ")}`);
    return person;
  };
}
