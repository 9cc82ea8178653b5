// The commands and the TypeScript of docs/api.md, run as a reader would run them.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { BOSS, openShop } from "./support/shop.mjs";

const run = promisify(execFile);
const SITE = "http://127.0.0.1:8000";
// The guide's imports are found here.
const MODULES = fileURLToPath(new URL("./node_modules/", import.meta.url));
const GUIDE = await readFile(new URL("../../docs/api.md", import.meta.url), "utf8");

let shop;
let token;
let folder;
before(async () => {
  shop = await openShop("demo");
  token = (await shop.command("createtoken", BOSS.username, "--name", "guide")).trim().split("\n").at(-1);
  folder = await mkdtemp(join(MODULES, ".nuages-"));
});
after(async () => {
  await shop?.close();
  if (folder) await rm(folder, { recursive: true, force: true });
});

/** Returns the parts of the guide in this language, with the URL of the shop. */
function examples(language) {
  const parts = GUIDE.split("```" + language + "\n").slice(1);
  return parts.map((part) => part.split("\n```")[0].replaceAll(SITE, shop.url));
}

/** Runs a command of the guide, and returns what it prints. */
async function shell(text) {
  const env = { ...process.env, TOKEN: token, PATH: `${join(MODULES, ".bin")}:${process.env.PATH}` };
  return (await run("bash", ["-euc", text], { cwd: folder, env })).stdout;
}

/** Returns the command of an example: the lines from `$ ` on that belong to it. */
const commandOf = (example) => /^\$ ((?:.*\\\n)*.*)/.exec(example)[1];

test("the requests with curl are answered as the guide says", async () => {
  const [list, patch] = examples("console").filter((example) => example.startsWith("$ curl")).map(commandOf);
  const { count, results } = JSON.parse(await shell(list));
  assert.ok(count > 0 && results.length > 0, "the list has rows");
  assert.deepEqual(Object.keys(results[0]), ["id", "name", "price"], "the fields that were asked for");

  const url = /http\S+/.exec(patch)[0];
  const answer = await fetch(url, { headers: { Authorization: `Bearer ${token}` } });
  const etag = answer.headers.get("etag");
  const changed = JSON.parse(await shell(patch.replace('"5f2c…"', etag)));
  assert.equal(changed.price, "119.00");
  const refused = JSON.parse(await shell(patch.replace('"5f2c…"', etag)));
  assert.equal(refused.status, 412, "the ETag is an old one now");
});

test("the TypeScript is type-checked against the description, and lists the products", async () => {
  const generate = examples("console").map(commandOf).find((command) => command.includes("openapi-typescript"));
  await shell(generate);
  const [example] = examples("typescript");
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  await writeFile(join(folder, "example.ts"), example.replace("…", token));
  await writeFile(join(folder, "wrong.ts"), example.replace("product.name", "product.nmae"));
  const options = ["--strict", "--target", "es2022", "--lib", "es2022,dom", "--module", "esnext", "--moduleResolution", "bundler", "--skipLibCheck"];
  const check = (file) => run(join(MODULES, ".bin", "tsc"), [...options, file], { cwd: folder });

  await assert.rejects(check("wrong.ts"), (error) => error.stdout.includes("nmae"), "a wrong field is an error of the compiler");
  await check("example.ts");
  const { stdout } = await run(process.execPath, ["example.js"], { cwd: folder });
  const lines = stdout.trim().split("\n");
  assert.match(lines[0], /^\d+ \S/);
  assert.equal(lines.length, 50, "a line for each product of the first page");
});
