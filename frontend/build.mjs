// Builds what browsers load: one minified style sheet, the modules and the images, into build/static/sangyu;
// and lays the typeface of printed papers into build/fonts, which no browser loads.
// Kept free of a bundler on purpose: modules are small, independent and readable in the browser's own debugger.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const served = join(root, "build", "static", "sangyu");
const out = join(root, "build", "sangyu.new");
const STYLE_LIMIT_BYTES = 30_000;

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const style = join(out, "desk.css");
const tailwind = join(root, "node_modules", "@tailwindcss", "cli", "dist", "index.mjs");
const run = spawnSync(process.execPath, [tailwind, "-i", join(here, "desk.css"), "-o", style, "--minify"], {
  cwd: root,
  stdio: ["ignore", "ignore", "pipe"],
  encoding: "utf8",
});
if (run.status !== 0) {
  console.error(run.stderr);
  process.exit(run.status ?? 1);
}
cpSync(join(here, "js"), join(out, "js"), { recursive: true });
cpSync(join(here, "images"), join(out, "images"), { recursive: true });

const weigh = (file) => gzipSync(readFileSync(file), { level: 9 }).length;
const styleBytes = weigh(style);
console.log(`desk.css ${styleBytes} bytes gzipped (limit ${STYLE_LIMIT_BYTES})`);
for (const name of readdirSync(join(out, "js"))) console.log(`js/${name} ${weigh(join(out, "js", name))} bytes gzipped`);
if (styleBytes > STYLE_LIMIT_BYTES) {
  console.error("desk.css is over its limit: look for daisyUI classes that one template uses alone.");
  process.exit(1);
}
// Swapped in at the end, so that a running server never meets half a build.
mkdirSync(dirname(served), { recursive: true });
rmSync(served, { recursive: true, force: true });
renameSync(out, served);

// Papers are set in one typeface that we bring along: the same paper is the same bytes on every machine.
const typeface = join(root, "node_modules", "@embedpdf", "fonts-sc");
const fonts = join(root, "build", "fonts");
mkdirSync(fonts, { recursive: true });
for (const name of ["NotoSansHans-Regular.otf", "NotoSansHans-Bold.otf"]) {
  cpSync(join(typeface, "fonts", name), join(fonts, name));
}
cpSync(join(typeface, "LICENSE"), join(fonts, "LICENSE"));
