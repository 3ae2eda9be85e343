// Bundles the page into dist/: one script, one style sheet, one document. Names carry a hash, so browsers may keep them.
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");
rmSync(dist, { recursive: true, force: true });
mkdirSync(join(dist, "assets"), { recursive: true });

const made = await build({
  absWorkingDir: here,
  entryPoints: { page: "src/main.tsx" },
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022", "chrome105", "firefox110", "safari16"],
  jsx: "automatic",
  jsxImportSource: "preact",
  legalComments: "linked",
  entryNames: "assets/[name]-[hash]",
  outdir: "dist",
  metafile: true,
  logLevel: "warning",
});

const outputs = Object.keys(made.metafile.outputs).map((name) => name.replace(/^dist\//, ""));
const script = outputs.find((name) => name.endsWith(".js"));
const style = outputs.find((name) => name.endsWith(".css"));
const icon = readFileSync(join(here, "src", "icon.svg"));
const iconName = `assets/icon-${createHash("sha256").update(icon).digest("hex").slice(0, 8)}.svg`;
copyFileSync(join(here, "src", "icon.svg"), join(dist, iconName));
const page = readFileSync(join(here, "src", "index.html"), "utf8")
  .replace("{script}", `/${script}`)
  .replace("{style}", `/${style}`)
  .replace("{icon}", `/${iconName}`);
writeFileSync(join(dist, "index.html"), page);
