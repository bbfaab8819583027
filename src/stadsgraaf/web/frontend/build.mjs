// Builds the front end into ../static: names carry a hash, manifest.json maps plain names to them.
import { readFile, readdir, rm, mkdir, writeFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { build } from "esbuild";

const out = "../static";
await mkdir(out, { recursive: true });
for (const name of await readdir(out)) {
  if (!name.startsWith(".")) await rm(`${out}/${name}`, { recursive: true });
}

const { metafile } = await build({
  entryPoints: ["style.css", "site.js", "snippets.js", "workbench.js"],
  outdir: out,
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  target: ["chrome115", "firefox128", "safari17"],
  minify: true,
  metafile: true,
  legalComments: "none",
  loader: { ".woff2": "file" },
  logLevel: "warning",
});

const manifest = {};
for (const [path, { entryPoint }] of Object.entries(metafile.outputs)) {
  if (entryPoint) manifest[entryPoint] = basename(path);
}
for (const path of Object.keys(metafile.outputs)) {
  const font = /(atkinson|source-serif).*-latin-wght-normal-\w+\.woff2$/.exec(path);
  if (font) manifest[`${font[1]}.woff2`] = basename(path);
}
const icon = await readFile("icon.svg");
const hash = createHash("sha256").update(icon).digest("hex").slice(0, 8).toUpperCase();
manifest["icon.svg"] = `icon-${hash}.svg`;
await writeFile(`${out}/${manifest["icon.svg"]}`, icon);
await writeFile(`${out}/manifest.json`, JSON.stringify(manifest, null, 1) + "\n");
