// Runs the browser tests: all of them, or the files that the command line names.
//
// A browser on a busy machine sometimes answers later than a test expects. So files that fail are run once more, alone, if they
// are few. A file that passes then is reported as UNSTABLE: its test still has to be mended.

import { readdirSync } from "node:fs";
import { basename, resolve } from "node:path";
import { once } from "node:events";
import { run } from "node:test";
import { tap } from "node:test/reporters";

const FILE_LIMIT = 900_000;
const FEW = 3;

/** Runs `files`, prints the result of each test, and returns the files with a failure. */
async function failing(files, concurrency) {
  const failed = new Set();
  const results = run({ files, concurrency, timeout: FILE_LIMIT });
  results.on("test:fail", ({ file, name }) => failed.add(files.find((known) => known === file) ?? name));
  const report = results.compose(tap);
  report.pipe(process.stdout, { end: false });
  await once(report, "end");
  return [...failed];
}

const named = process.argv.slice(2);
const all = named.length > 0 ? named : readdirSync(import.meta.dirname).filter((name) => name.endsWith(".test.mjs")).sort();
const failed = await failing(all.map((name) => resolve(import.meta.dirname, name)), 2);
let remaining = failed;
if (failed.length > 0 && failed.length <= FEW) {
  console.log(`# ${failed.map((file) => basename(file)).join(", ")}: failed, runs once more`);
  remaining = await failing(failed, 1);
  for (const file of failed.filter((file) => !remaining.includes(file))) console.log(`# UNSTABLE: ${basename(file)} failed, and passed when it ran alone`);
}
for (const file of remaining) console.log(`# FAILED: ${basename(file)}`);
process.exitCode = remaining.length > 0 ? 1 : 0;
