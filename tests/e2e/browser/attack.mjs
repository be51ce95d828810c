// Opens pages of many origins in headless Chromium and has each send its attacks to one server.
//
// Takes a JSON file, prints JSON. The browser believes that it talks to the port `target`; what it connects to
// is the port `via`.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import puppeteer from "puppeteer-core";

const TOGETHER = 8; // requests of a page at once
const SECONDS = 240; // for all of it
const { chromium, folder, target, via, site, secureSite, ownPage, patience, attacks } = JSON.parse(
  readFileSync(process.argv[2], "utf8"),
);
const requests = readFileSync(new URL("requests.js", import.meta.url), "utf8");
const page = "<!doctype html><title>a page</title><body>";
writeFileSync(join(folder, "page.html"), page);

setTimeout(() => {
  throw new Error(`not done after ${SECONDS} seconds`);
}, SECONDS * 1000).unref();
const hosts = ["127.0.0.1", "localhost", "evil.example"];
const browser = await puppeteer.launch({
  executablePath: join(chromium, "chromium"),
  headless: "shell",
  networkEnabled: false, // telling of each request costs a quarter of the time
  issuesEnabled: false,
  userDataDir: join(folder, "profile"),
  env: {
    PATH: process.env.PATH,
    HOME: folder,
    TMPDIR: folder,
    LD_LIBRARY_PATH: join(chromium, "al2023", "lib"),
    FONTCONFIG_PATH: join(chromium, "fonts"),
  },
  args: [
    "--no-sandbox", // root, as in many containers, can't have one
    "--disable-gpu",
    "--no-proxy-server",
    "--ignore-certificate-errors",
    // Others than Chromium don't ask the user whether a page may reach the machine itself.
    "--disable-features=LocalNetworkAccessChecks",
    "--host-resolver-rules=" +
      [
        ...hosts.map((host) => `MAP ${host}:${target} 127.0.0.1:${via}`),
        ...hosts.map((host) => `MAP ${host} 127.0.0.1`),
        "MAP * ~NOTFOUND",
      ].join(),
  ],
});

// Each takes a new tab and returns the frame of it that has the origin.

const at = (address) => async (tab) => {
  await tab.goto(address);
  return tab.mainFrame();
};
const inFrame = (attributes) => async (tab) => {
  await tab.goto(`http://evil.example:${site}/`);
  const frame = await tab.evaluateHandle(
    async (attributes, page) => {
      const frame = document.createElement("iframe");
      for (const [name, value] of Object.entries(attributes)) frame.setAttribute(name, value);
      if (!attributes.srcdoc) frame.src = URL.createObjectURL(new Blob([page], { type: "text/html" }));
      const loaded = new Promise((resolve) => frame.addEventListener("load", resolve));
      document.body.append(frame);
      await loaded;
      return frame;
    },
    attributes,
    page,
  );
  return frame.contentFrame();
};
/** DNS rebinding: the page came from the attacker, whose name leads to the server since. */
const rebound = async (tab) => {
  const address = `http://evil.example:${target}/`;
  const session = await tab.createCDPSession();
  await session.send("Fetch.enable", { patterns: [{ urlPattern: address }] });
  session.once("Fetch.requestPaused", ({ requestId }) =>
    session.send("Fetch.fulfillRequest", {
      requestId,
      responseCode: 200,
      responseHeaders: [{ name: "Content-Type", value: "text/html" }],
      body: btoa(page),
    }),
  );
  await tab.goto(address);
  await session.detach();
  return tab.mainFrame();
};
const ORIGINS = {
  page: at(`http://evil.example:${site}/`),
  "https page": at(`https://evil.example:${secureSite}/`),
  localhost: at(`http://localhost:${site}/`),
  "same host": at(`http://127.0.0.1:${site}/`),
  data: at(`data:text/html,${page}`),
  file: at(`file://${join(folder, "page.html")}`),
  blob: inFrame({}),
  sandboxed: inFrame({
    sandbox: "allow-scripts allow-forms allow-downloads allow-popups allow-popups-to-escape-sandbox",
    srcdoc: page,
  }),
  rebound,
  own: at(ownPage),
  last: at(`http://evil.example:${site}/`),
};

const sleep = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
/** Waits for what arrives late, such as beacons. */
const arrival = async (awaited) => {
  for (let left = patience; left > 0; left -= 0.1) {
    const arrived = new Set(await (await fetch(`http://127.0.0.1:${site}/arrived`)).json());
    if (awaited.every((id) => arrived.has(id))) return;
    await sleep(0.1);
  }
};

const sentFromPage = async (origin, own, tab) => {
  const frame = await ORIGINS[origin](tab);
  const base = origin === "https page" ? `https://evil.example:${secureSite}` : `http://evil.example:${site}`;
  await frame.evaluate(`globalThis.ATTACKER = ${JSON.stringify(base)}; ${requests}`);
  const texts = await frame.evaluate((attacks, together) => send(attacks, together), own, TOGETHER);
  await arrival(own.filter(({ arrives }) => arrives).map(({ id }) => id));
  return { texts, measured: await frame.evaluate(() => measured()) };
};
const openedByHand = async (own, tab) => {
  for (const { kind, url } of own) {
    const redirect = `http://evil.example:${site}/redirect?${new URLSearchParams({ status: 302, to: url })}`;
    await tab.goto(kind === "opened" ? url : redirect).catch(() => null); // an answer that Chromium won't show
  }
  return { texts: {}, measured: [] };
};

const answers = {};
for (const [origin, own] of Object.entries(Object.groupBy(attacks, ({ origin }) => origin))) {
  const tab = await browser.newPage();
  answers[origin] = await (ORIGINS[origin] ? sentFromPage(origin, own, tab) : openedByHand(own, tab));
  for (const other of await browser.pages()) await Promise.race([other.close(), sleep(5)]);
}
process.stdout.write(JSON.stringify(answers), () => process.exit()); // which ends Chromium, whatever it waits for
