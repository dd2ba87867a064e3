// Builds web/dist: one stylesheet, one script, the early theme script, the icon sprite and the marks.
// Every file carries the hash of its content in its name and lies there three times: plain, .br and .gz.
// manifest.json maps each logical name to the hashed one and lists the icons; crates/ui reads it.

import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const WEB = dirname(fileURLToPath(import.meta.url));
const DIST = join(WEB, "dist");
const read = (...path) => readFileSync(join(WEB, ...path), "utf8");

/** Order matters: later sheets refine earlier ones. */
const STYLES = ["tokens", "base", "shell", "components", "details", "forms", "tables", "plots"];

/** Drops comments and needless white space; quoted text stays as it is. */
export function minifyCss(source) {
  return source
    .replace(/("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|\/\*[\s\S]*?\*\//g, (_, quoted) => quoted ?? "")
    .replace(/("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|\s+/g, (_, quoted) => quoted ?? " ")
    .replace(/("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|\s*([{};,])\s*/g, (_, quoted, sign) => quoted ?? sign)
    .trim();
}

function stylesheet() {
  const tabler = read("node_modules", "@tabler", "core", "dist", "css", "tabler.min.css");
  const ours = STYLES.map((name) => read("styles", `${name}.css`)).join("\n");
  return withoutSourceMap(tabler) + "\n" + minifyCss(ours) + "\n";
}

function script() {
  const htmx = read("node_modules", "htmx.org", "dist", "htmx.min.js");
  return withoutSourceMap(htmx).trim() + "\n" + read("scripts", "app.js");
}

function withoutSourceMap(text) {
  return text.replace(/\/[/*]# sourceMappingURL=.*$/gm, "");
}

/** One <symbol> for each icon in icons.json, drawn by `<use href="…#name">`. */
function sprite(names) {
  const symbols = names.map((name) => {
    const svg = read("node_modules", "@tabler", "icons", "icons", "outline", `${name}.svg`);
    const body = svg
      .replace(/^[\s\S]*?<svg[\s\S]*?>/, "")
      .replace(/<\/svg>\s*$/, "")
      .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/, "")
      .replace(/\s+/g, " ")
      .trim();
    return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round">${body}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg"><!-- Tabler Icons, MIT licence -->\n${symbols.join("\n")}\n</svg>\n`;
}

function write(logical, content, manifest) {
  const bytes = Buffer.isBuffer(content) ? content : Buffer.from(content, "utf8");
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 12);
  const extension = extname(logical);
  const hashed = `${logical.slice(0, -extension.length)}.${hash}${extension}`;
  writeFileSync(join(DIST, hashed), bytes);
  if (extension !== ".png") {
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
    writeFileSync(join(DIST, `${hashed}.br`), brotliCompressSync(bytes, { params }));
    writeFileSync(join(DIST, `${hashed}.gz`), gzipSync(bytes, { level: 9 }));
  }
  manifest.files[logical] = hashed;
}

function build() {
  const icons = JSON.parse(read("icons.json")).sort();
  const manifest = { files: {}, icons };
  rmSync(DIST, { recursive: true, force: true });
  mkdirSync(DIST, { recursive: true });
  write("app.css", stylesheet(), manifest);
  write("app.js", script(), manifest);
  write("theme.js", read("scripts", "theme.js"), manifest);
  write("icons.svg", sprite(icons), manifest);
  for (const name of readdirSync(join(WEB, "images")).sort()) {
    write(name, readFileSync(join(WEB, "images", name)), manifest);
  }
  writeFileSync(join(DIST, "manifest.json"), JSON.stringify(manifest, null, 2) + "\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) build();
