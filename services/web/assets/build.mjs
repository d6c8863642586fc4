// Builds services/web/static from services/web/assets: one stylesheet, one script, the chart script apart,
// one icon sprite, and manifest.json that maps the plain name to the name with the content's hash in it.
// A page names a file by its plain name; the hash lets the server say "immutable" and still change it.
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, '..', 'static');
const modules = createRequire(import.meta.url);

async function bundles() {
  const result = await build({
    absWorkingDir: here,
    entryPoints: { app: 'js/app.js', charts: 'js/charts.js', style: 'css/app.css' },
    outdir: out,
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: ['chrome90', 'firefox90', 'safari15'],
    legalComments: 'none',
    logLevel: 'warning',
  });
  return result.outputFiles.map((file) => {
    const name = basename(file.path).replace('style.css', 'app.css');
    return [name, Buffer.from(file.contents)];
  });
}

async function sprite() {
  const wanted = JSON.parse(await readFile(join(here, 'icons.json'), 'utf8'));
  const symbols = await Promise.all(
    Object.entries(wanted).map(async ([name, tabler]) => {
      const text = await readFile(modules.resolve(`@tabler/icons/outline/${tabler}.svg`), 'utf8');
      const paths = [...text.matchAll(/<(?:path|circle|rect|line|polyline|ellipse)\b[^>]*\/>/g)]
        .map((m) => m[0])
        .filter((path) => !path.includes('M0 0h24v24H0z'));
      if (paths.length === 0) throw new Error(`icon ${tabler} holds no path`);
      return `<symbol id="i-${name}" viewBox="0 0 24 24">${paths.join('')}</symbol>`;
    }),
  );
  return ['icons.svg', Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('\n')}</svg>\n`)];
}

function hashed(name, content) {
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 10);
  const dot = name.lastIndexOf('.');
  return `${name.slice(0, dot)}.${hash}${name.slice(dot)}`;
}

const files = [...(await bundles()), await sprite(), ['mark.svg', await readFile(join(here, 'mark.svg'))]];
await mkdir(out, { recursive: true });
const manifest = {};
const before = JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8').catch(() => '{}'));
for (const [name, content] of files) {
  manifest[name] = hashed(name, content);
  await writeFile(join(out, manifest[name]), content);
}
// The manifest last and whole: a server that starts meanwhile reads the old one or the new one.
await writeFile(join(out, 'manifest.json.new'), `${JSON.stringify(manifest, null, 2)}\n`);
await rename(join(out, 'manifest.json.new'), join(out, 'manifest.json'));
// One generation stays: a server that runs on, or a page that is open, still names its files.
const keep = new Set([...Object.values(manifest), ...Object.values(before), 'manifest.json']);
for (const file of await readdir(out)) if (!keep.has(file)) await rm(join(out, file), { recursive: true });
for (const [name, content] of files) console.log(`${manifest[name].padEnd(28)} ${(content.length / 1024).toFixed(1)} KB`);
