import assert from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { minifyCss } from "./build.mjs";

const styles = readdirSync(new URL("styles/", import.meta.url));
const style = (name) => readFileSync(new URL(`styles/${name}`, import.meta.url), "utf8");
const script = (name) => readFileSync(new URL(`scripts/${name}`, import.meta.url), "utf8");

test("minifying drops comments and keeps quoted text and meaningful spaces", () => {
  const source = `/* a */ .a , .b > c { content: "/* no */  ;  " ; width: calc(1px  +  2px); }\n`;
  assert.equal(minifyCss(source), `.a,.b > c{content: "/* no */  ;  ";width: calc(1px + 2px);}`);
});

test("no style sheet of ours loads anything from elsewhere", () => {
  for (const name of styles) {
    assert.doesNotMatch(style(name), /@import|url\((?!"data:)/, name);
  }
});

test("no script of ours writes styles, markup or code from text", () => {
  for (const name of ["app.js", "theme.js"]) {
    assert.doesNotMatch(script(name), /innerHTML|outerHTML|insertAdjacentHTML|\beval\b|new Function|\.style\b|document\.write/, name);
  }
});

test("every sheet is part of the build", () => {
  const build = readFileSync(new URL("build.mjs", import.meta.url), "utf8");
  for (const name of styles) assert.ok(build.includes(`"${name.replace(".css", "")}"`), name);
});
