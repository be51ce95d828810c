// Unpacks Chromium and the libraries that it needs into node_modules/.chromium.
//
// The package itself would take whatever lies in /tmp under the same name.

import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
process.env.TMPDIR = path("node_modules/.chromium");
mkdirSync(process.env.TMPDIR, { recursive: true });
const { inflate } = await import("@sparticuz/chromium");
for (const name of ["chromium.br", "al2023.tar.br", "fonts.tar.br"])
  await inflate(path(`node_modules/@sparticuz/chromium/bin/${name}`));
