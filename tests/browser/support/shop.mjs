// Starts a shop for a test: the real program, in a new folder and at a free port.

import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const BINARY = process.env.NUAGES_BIN ?? fileURLToPath(new URL("../../../target/debug/nuages", import.meta.url));
const fixture = (name) => fileURLToPath(new URL(`../fixtures/${name}.json`, import.meta.url));
const READY_MS = 10_000;

/**
 * The users that `fixtures/users.json` adds to the shops "demo" and "odd": a customer, a customer whose name is one long
 * word, a superuser, and a member of staff who may view products and orders.
 */
export const PASSWORD = "only-for-the-tests";
export const ANN = { username: "ann", email: "ann@example.com", password: PASSWORD };
export const BOSS = { username: "boss", email: "boss@example.com", password: PASSWORD };
export const VERA = { username: "vera", password: PASSWORD };
export const LONG = { username: "W".repeat(150), password: PASSWORD };

/**
 * `content`: "demo" is the demo shop of Nuages; "odd" adds content that strains a layout (long names, no pictures);
 * "many" has generated products instead, enough for a list of several pages; "empty" has tables and no rows; "broken" has
 * no tables, so that every page fails; "debug" fails with DEBUG on. `mails()` returns the mail that the shop has sent,
 * which goes to standard output without a mail server. `command(...words)` runs a command of the program, and returns what it
 * prints.
 */
export async function openShop(content) {
  const dir = await mkdtemp(join(tmpdir(), "nuages-browser-"));
  const options = {
    cwd: dir,
    env: {
      PATH: process.env.PATH,
      SECRET_KEY: "only-for-the-tests-in-a-browser-only-for-the-tests",
      DATABASE_URL: `sqlite:///${join(dir, "db.sqlite3")}`,
      MEDIA_ROOT: join(dir, "media"),
      LOG_LEVEL: "off",
      ...(content === "debug" && { DEBUG: "1" }),
    },
  };
  let server;
  const close = async () => {
    if (server && server.exitCode === null && server.signalCode === null) {
      const ended = new Promise((resolve) => server.once("exit", resolve));
      server.kill("SIGTERM");
      await ended;
    }
    await rm(dir, { recursive: true, force: true });
  };
  try {
    if (content === "broken" || content === "debug") {
      await writeFile(join(dir, "db.sqlite3"), "");
    } else {
      await run(BINARY, ["migrate"], options);
      const data = content === "many" ? [] : ["demo"];
      if (content !== "empty") await run(BINARY, ["loaddata", ...data, fixture("users")], options);
      if (content === "many") await run(BINARY, ["seed", "--products", "130", "--orders", "2"], options);
      if (content === "odd") await run(BINARY, ["loaddata", fixture("odd")], options);
    }
    server = spawn(BINARY, ["runserver", "127.0.0.1:0"], { ...options, stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    server.stdout.on("data", (data) => (said += data));
    const mails = () => said.split(/^-{79}$/m).slice(0, -1).map(decoded);
    const command = async (...words) => (await run(BINARY, words, options)).stdout;
    return { url: await address(server), mails, command, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Returns the URL that the server prints when it is ready. */
function address(server) {
  let said = "";
  return new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(`${BINARY} runserver ${why}: ${said}`));
    const timer = setTimeout(() => fail("did not start"), READY_MS);
    server.once("error", (error) => fail(error.message));
    server.once("exit", (code) => fail(`ended with ${code}`));
    server.stderr.on("data", (data) => (said += data));
    server.stdout.on("data", (data) => {
      said += data;
      const found = /^ +\S+ +(http:\/\/[\d.:]+)\/$/m.exec(said);
      if (!found) return;
      clearTimeout(timer);
      resolve(found[1]);
    });
  });
}

/** Decodes the quoted-printable text of a mail. */
const decoded = (mail) =>
  mail.replace(/=\r?\n/g, "").replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
