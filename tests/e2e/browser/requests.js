// Every kind of request that a page can send, by name. Evaluated in the page.
//
// A kind takes an attack, {url, method, headers, body, fields}, and returns what the page could read of the
// answer, or null; one whose end a page can't see returns at once. ATTACKER is the attacker's own site.

(() => {
  const SECONDS = 8; // for one request
  const FRAME_SECONDS = 2; // Chromium doesn't tell of each frame that it has loaded
  let names = 0;
  const name = () => `n${names++}`;
  const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
  const query = (values) => new URLSearchParams(values);

  // Elements

  const made = (tag, attributes = {}) => {
    const svg = ["svg", "image", "use"].includes(tag);
    const element = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };
  const add = (tag, attributes, parent = document.body) => {
    const element = made(tag, attributes);
    parent.append(element);
    return element;
  };
  const ended = (element, success, read) =>
    new Promise((resolve) => {
      element.addEventListener(success, () => resolve(read(element)));
      element.addEventListener("error", () => resolve(null));
    });
  /** Adds an element, and returns what `read` finds in it once it has loaded. */
  const loaded = (tag, attributes, read = () => null, parent = document.body) => {
    const element = made(tag, attributes);
    const end = ended(element, ["video", "audio"].includes(tag) ? "loadedmetadata" : "load", read);
    parent.append(element);
    return end;
  };
  /** A kind that adds an element, whose end isn't waited for. */
  const added = (tag, attribute, attributes = {}) => ({ url }) => {
    add(tag, { [attribute]: url, ...attributes }).append("text");
    return null;
  };
  const styled = (css) => ({ url }) => {
    const id = name();
    add("style").append(`#${id} { ${css.replace("URL", `url("${url}")`)} }`);
    add("div", { id }).append("text");
    return null;
  };
  const image = (attributes = {}, read = size) => ({ url }) => loaded("img", { src: url, ...attributes }, read);
  const script = (attributes = {}) => ({ url }) => loaded("script", { src: url, ...attributes }, told);
  const link = (attributes, read) => ({ url }) => loaded("link", { href: url, ...attributes }, read);
  const media = (tag, attributes = {}) => ({ url }) =>
    loaded(tag, { src: url, preload: "auto", ...attributes }, (element) => String(element.duration));

  // What a page can read

  const size = (img) => (img.naturalWidth ? `${img.naturalWidth} x ${img.naturalHeight}` : null);
  const pixel = (img) => {
    const context = add("canvas").getContext("2d");
    context.drawImage(img, 0, 0);
    return String(context.getImageData(0, 0, 1, 1).data);
  };
  const rules = (element) => {
    try {
      const sheet = element.sheet.cssRules[0]?.styleSheet ?? element.sheet;
      return Array.from(sheet.cssRules, (rule) => rule.cssText).join() || null;
    } catch {
      return null;
    }
  };
  const told = () => {
    const text = globalThis.told ?? null; // what a script of the server leaves
    delete globalThis.told;
    return text;
  };
  const inside = (frame) => {
    try {
      const inner = frame.contentDocument ?? frame.document;
      return (inner?.URL.includes("attack=") && inner.documentElement.textContent) || null;
    } catch {
      return null;
    }
  };

  // Requests of scripts

  const fetched = async (url, init) => {
    const response = await fetch(url, init);
    const text = await response.text();
    return response.status || text ? `${response.status} ${text}` : null;
  };
  const asked = (url, { method = "GET", headers = {}, body = null, credentials = false, waits = true } = {}) => {
    const request = new XMLHttpRequest();
    request.open(method, url, waits);
    request.withCredentials = credentials;
    for (const [key, value] of Object.entries(headers)) request.setRequestHeader(key, value);
    const end = ended(request, "load", () => `${request.status} ${request.responseText}`);
    request.send(body);
    return end;
  };
  const multipart = ({ fields }) => {
    const data = new FormData();
    for (const [key, value] of Object.entries(fields)) data.append(key, value);
    return data;
  };
  const BODIES = {
    text: ({ body }) => body,
    urlencoded: ({ fields }) => query(fields),
    multipart,
    json: ({ body }) => new Blob([body], { type: "application/json" }),
    untyped: ({ body }) => new TextEncoder().encode(body),
  };
  const beacon = (kind) => (attack) => {
    navigator.sendBeacon(attack.url, BODIES[kind](attack));
    return null;
  };

  // Frames and windows

  /** What can be read in a frame that `act` sends somewhere, after so many loads. */
  const framed = (act, loads = 1, attributes = {}) => {
    const frame = add("iframe", { name: name(), ...attributes });
    return new Promise((resolve) => {
      frame.addEventListener("load", () => --loads || resolve(inside(frame)));
      setTimeout(() => resolve(inside(frame)), FRAME_SECONDS * 1000);
      act(frame);
    });
  };
  const framing = (content, loads) => ({ url }) => framed((frame) => (frame.srcdoc = content(escaped(url))), loads);
  const opened = async (url, features) => {
    const other = window.open(url, "_blank", features);
    for (let left = 10; other && left; left--) {
      const text = inside(other);
      if (text) return text;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return null;
  };
  const click = (attributes) => {
    add("a", attributes).click();
    return null;
  };
  const submit = ({ url, fields }, attributes) => {
    const form = add("form", { action: url, ...attributes });
    const sent = attributes.method === "GET" ? new URL(url).searchParams : Object.entries(fields);
    for (const [key, value] of sent) add("input", { type: "hidden", name: key, value }, form);
    HTMLFormElement.prototype.submit.call(form);
    return null;
  };
  const form = (attributes) => (attack) =>
    framed((frame) => submit(attack, { target: frame.name, ...attributes }));
  const redirected = (url, status = 302) => `${ATTACKER}/redirect?${query({ status, to: url })}`;

  // Workers

  const code = (text) => URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const answered = (worker, port = worker) =>
    new Promise((resolve) => {
      port.addEventListener("message", (event) => resolve(event.data));
      worker.addEventListener("error", () => resolve(null));
      port.start?.();
    });
  const worker = (text, options) => answered(new Worker(code(text), options));
  const fetching = (url, init) => `
    fetch(${JSON.stringify(url)}, ${JSON.stringify(init)})
      .then(async (response) => (response.status ? response.status + " " + (await response.text()) : null))
      .then(postMessage, () => postMessage(null));`;
  const sharedWorker = (address) => {
    const shared = new SharedWorker(address);
    return answered(shared, shared.port);
  };
  const serviceWorker = async (values) => {
    const address = `/service-worker.js?${query(values)}`;
    const registration = await navigator.serviceWorker.register(address, { scope: `/${name()}/` });
    const channel = new MessageChannel();
    const end = answered(registration.installing, channel.port1);
    registration.installing.postMessage(null, [channel.port2]);
    return end;
  };

  const speculating = (action) => ({ url }) => {
    add("script", { type: "speculationrules" }).append(
      JSON.stringify({ [action]: [{ urls: [url], eagerness: "immediate" }] }),
    );
    return null;
  };

  const GET = {
    "fetch cors": ({ url }) => fetched(url, { mode: "cors" }),
    "fetch no-cors": ({ url }) => fetched(url, { mode: "no-cors" }),
    "fetch same-origin": ({ url }) => fetched(url, { mode: "same-origin" }),
    "fetch navigate": ({ url }) => fetched(url, { mode: "navigate" }),
    "fetch credentials": ({ url }) => fetched(url, { credentials: "include" }),
    "fetch without referrer": ({ url }) => fetched(url, { mode: "no-cors", referrerPolicy: "no-referrer" }),
    "fetch keepalive": ({ url }) => fetched(url, { mode: "no-cors", keepalive: true }),
    "fetch no-store": ({ url }) => fetched(url, { cache: "no-store" }),
    "fetch range": ({ url }) => fetched(url, { headers: { Range: "bytes=0-99" } }),
    "fetch redirected": ({ url }) => fetched(redirected(url)),
    "fetch no-cors redirected": ({ url }) => fetched(redirected(url), { mode: "no-cors" }),
    "fetch with a password": ({ url }) => fetched(url.replace("//", "//name:password@"), { mode: "no-cors" }),
    "fetch later": ({ url }) => fetchLater(url, { activateAfter: 0 }) && null,
    xhr: ({ url }) => asked(url),
    "xhr credentials": ({ url }) => asked(url, { credentials: true }),
    "xhr synchronous": ({ url }) => asked(url, { waits: false }),
    "event source": ({ url }) => {
      const source = new EventSource(url, { withCredentials: true });
      return new Promise((resolve) => {
        source.onmessage = (event) => (resolve(event.data), source.close());
        source.onerror = () => (resolve(null), source.close());
      });
    },
    "web socket": ({ url }) => {
      const socket = new WebSocket(url.replace("http:", "ws:"));
      return new Promise((resolve) => {
        socket.onmessage = (event) => (resolve(event.data), socket.close());
        socket.onclose = () => resolve(null);
      });
    },
    "web transport": async ({ url }) => {
      await new WebTransport(url.replace("http:", "https:")).ready;
      return "ready";
    },
    webrtc: async ({ url }) => {
      const server = { urls: `turn:${new URL(url).host}?transport=tcp`, username: "name", credential: "password" };
      const peer = new RTCPeerConnection({ iceServers: [server] });
      peer.createDataChannel("");
      await peer.setLocalDescription(await peer.createOffer());
      return null;
    },
    img: image(),
    "img crossorigin": image({ crossorigin: "anonymous" }, pixel),
    "img without referrer": image({ referrerpolicy: "no-referrer" }),
    "img redirected": ({ url }) => image()({ url: redirected(url) }),
    "img srcset": ({ url }) => loaded("img", { srcset: `${url} 1x` }, size),
    picture: ({ url }) => {
      const picture = add("picture");
      add("source", { srcset: url }, picture);
      return loaded("img", {}, size, picture);
    },
    "input image": added("input", "src", { type: "image" }),
    "table background": added("table", "background"),
    "svg image": ({ url }) => loaded("image", { href: url }, () => "loaded", add("svg")),
    "svg use": ({ url }) => add("use", { href: `${url}#a` }, add("svg")) && null,
    video: media("video"),
    "video crossorigin": media("video", { crossorigin: "anonymous" }),
    "video poster": added("video", "poster"),
    audio: media("audio"),
    track: ({ url }) => {
      const track = made("track", { src: url, default: "" });
      const end = ended(track, "load", () => track.track.cues[0].text);
      add("video", { crossorigin: "anonymous" }).append(track);
      track.track.mode = "showing";
      return end;
    },
    script: script(),
    "script crossorigin": script({ crossorigin: "use-credentials" }),
    "script module": script({ type: "module" }),
    "script redirected": ({ url }) => script()({ url: redirected(url, 307) }),
    import: async ({ url }) => (await import(url)) && told(),
    stylesheet: link({ rel: "stylesheet" }, rules),
    "stylesheet crossorigin": link({ rel: "stylesheet", crossorigin: "anonymous" }, rules),
    "stylesheet import": ({ url }) => {
      const style = made("style");
      style.append(`@import url("${url}");`);
      const end = ended(style, "load", rules);
      document.body.append(style);
      return end;
    },
    "css background": styled("background: URL"),
    "css content": styled("content: URL"),
    "css list": styled("display: list-item; list-style: URL"),
    "css border": styled("border: 3px solid; border-image: URL 1"),
    "css cursor": styled("cursor: URL, auto"),
    "css mask": styled("mask-image: URL"),
    "css shape": styled("float: left; shape-outside: URL"),
    "css filter": styled("filter: URL"),
    "css font": ({ url }) => {
      const family = name();
      add("style").append(`@font-face { font-family: ${family}; src: url("${url}"); }`);
      add("span", { style: `font-family: ${family}` }).append("text");
      return null;
    },
    "font face": async ({ url }) => (await new FontFace(name(), `url("${url}")`).load()) && "loaded",
    iframe: ({ url }) => framed((frame) => (frame.src = url)),
    "iframe sandboxed": ({ url }) => framed((frame) => (frame.src = url), 1, { sandbox: "allow-scripts" }),
    "iframe redirected": ({ url }) => framed((frame) => (frame.src = redirected(url))),
    "iframe sent on": ({ url }) => framed((frame) => frame.contentWindow.location.replace(url)),
    "iframe refreshed": framing((url) => `<meta http-equiv="refresh" content="0;url=${url}">`, 2),
    frame: framing((url) => `<frameset><frame src="${url}"></frameset>`),
    "svg document": framing((url) => `<svg><image href="${url}"/></svg>`),
    "xml stylesheet": ({ url }) => {
      const text = `<?xml-stylesheet type="text/xsl" href="${escaped(url)}"?><a/>`;
      return framed((frame) => (frame.src = `data:text/xml,${encodeURIComponent(text)}`));
    },
    object: added("object", "data", { type: "text/html" }),
    embed: added("embed", "src", { type: "text/html" }),
    "link prefetch": link({ rel: "prefetch" }),
    "link preload fetch": link({ rel: "preload", as: "fetch", crossorigin: "anonymous" }),
    "link preload image": link({ rel: "preload", as: "image" }),
    "link preload script": link({ rel: "preload", as: "script" }),
    "link preload style": link({ rel: "preload", as: "style" }),
    "link preload font": link({ rel: "preload", as: "font", crossorigin: "anonymous" }),
    "link modulepreload": link({ rel: "modulepreload" }),
    "link preconnect": added("link", "href", { rel: "preconnect" }),
    "link icon": added("link", "href", { rel: "icon" }),
    "link manifest": added("link", "href", { rel: "manifest" }),
    "speculation prefetch": speculating("prefetch"),
    "speculation prerender": speculating("prerender"),
    "form get": form({ method: "GET" }),
    "form get in a window": (attack) => submit(attack, { method: "GET", target: "_blank" }),
    "anchor in a frame": ({ url }) => framed((frame) => click({ href: url, target: frame.name })),
    "anchor in a window": ({ url }) => click({ href: url, target: "_blank" }),
    "anchor without referrer": ({ url }) => click({ href: url, target: "_blank", rel: "noreferrer" }),
    "anchor download": ({ url }) => click({ href: url, download: "", target: "_blank" }),
    window: ({ url }) => opened(url),
    "window without opener": ({ url }) => opened(url, "noopener,noreferrer"),
    "window redirected": ({ url }) => opened(redirected(url)),
    "window refreshed": ({ url }) => opened(`${ATTACKER}/refresh?${query({ to: url })}`),
    "window sent on": ({ url }) => {
      window.open("about:blank", "_blank").location = url;
      return null;
    },
    worker: ({ url }) => answered(new Worker(url)),
    "worker imports a script": ({ url }) =>
      worker(`try { importScripts(${JSON.stringify(url)}) } catch {} postMessage(self.told ?? null)`),
    "worker imports a module": ({ url }) =>
      worker(`import(${JSON.stringify(url)}).catch(() => null).then(() => postMessage(self.told ?? null))`),
    "worker fetches": ({ url }) => worker(fetching(url, { mode: "cors" })),
    "worker fetches no-cors": ({ url }) => worker(fetching(url, { mode: "no-cors" })),
    "shared worker": ({ url }) => sharedWorker(url),
    "shared worker fetches": ({ url }) =>
      sharedWorker(code(`onconnect = ({ ports: [port] }) => {
        const postMessage = (text) => port.postMessage(text);
        ${fetching(url, { mode: "cors" })}
      }`)),
    "service worker": async ({ url }) => (await navigator.serviceWorker.register(url)) && "registered",
    "service worker imports": ({ url }) => serviceWorker({ imported: url }),
    "service worker fetches": ({ url }) => serviceWorker({ fetched: url, mode: "cors" }),
    "service worker fetches no-cors": ({ url }) => serviceWorker({ fetched: url, mode: "no-cors" }),
    "audio worklet": async ({ url }) => {
      await new OfflineAudioContext(1, 1, 44100).audioWorklet.addModule(url);
      return "loaded";
    },
    "paint worklet": async ({ url }) => {
      await CSS.paintWorklet.addModule(url);
      return "loaded";
    },
  };

  const POST = {
    "xhr post text": ({ url, body }) => asked(url, { method: "POST", body }),
    "xhr post multipart": (attack) => asked(attack.url, { method: "POST", body: multipart(attack) }),
    "xhr post json": ({ url, body }) =>
      asked(url, { method: "POST", body, headers: { "Content-Type": "application/json" } }),
    "fetch post redirected": ({ url, body }) =>
      fetched(redirected(url, 308), { method: "POST", mode: "no-cors", body }),
    "form urlencoded": form({ method: "POST" }),
    "form multipart": form({ method: "POST", enctype: "multipart/form-data" }),
    "form text": form({ method: "POST", enctype: "text/plain" }),
    "form without referrer": form({ method: "POST", rel: "noreferrer" }),
    "form in a window": (attack) => submit(attack, { method: "POST", target: "_blank" }),
    "form redirected": (attack) => form({ method: "POST" })({ ...attack, url: redirected(attack.url, 307) }),
    ping: ({ url }) => click({ href: "about:blank", ping: url, target: add("iframe", { name: name() }).name }),
    "report of a policy": ({ url }) => framed((frame) => (frame.src = `${ATTACKER}/policy?${query({ to: url })}`)),
    "worker posts": ({ url, body }) => worker(fetching(url, { method: "POST", mode: "no-cors", body })),
    "service worker posts": ({ url, body }) =>
      serviceWorker({ fetched: url, mode: "no-cors", method: "POST", body }),
  };
  for (const [kind, body] of Object.entries(BODIES)) {
    const post = (init) => (attack) => fetched(attack.url, { method: "POST", body: body(attack), ...init });
    POST[`fetch post ${kind}`] = post({});
    POST[`fetch no-cors post ${kind}`] = post({ mode: "no-cors" });
    POST[`fetch keepalive post ${kind}`] = post({ mode: "no-cors", keepalive: true });
    POST[`beacon ${kind}`] = beacon(kind);
  }

  const ANY = {
    "fetch method": ({ url, method, headers, body }) => fetched(url, { method, headers, body }),
    "xhr method": ({ url, ...init }) => asked(url, init),
    "worker fetches method": ({ url, method, headers, body }) => worker(fetching(url, { method, headers, body })),
  };

  const KINDS = { ...GET, ...POST, ...ANY };
  const read = async (attack) => {
    const late = new Promise((resolve) => setTimeout(resolve, SECONDS * 1000));
    try {
      return (await Promise.race([KINDS[attack.kind](attack), late])) ?? null;
    } catch {
      return null; // refused by the browser
    }
  };

  /** The kinds by the methods that they send. */
  globalThis.kinds = () => ({ get: Object.keys(GET), post: Object.keys(POST), any: Object.keys(ANY) });

  /** Sends the attacks, some at a time, and returns what was read by the ids of those that read something. */
  globalThis.send = async (attacks, together) => {
    const texts = {};
    const waiting = [...attacks];
    const lane = async () => {
      while (waiting.length) {
        const attack = waiting.shift();
        const text = await read(attack);
        if (text !== null) texts[attack.id] = text;
      }
    };
    await Promise.all(Array.from({ length: together }, lane));
    return texts;
  };

  /** What the browser's own measurements tell of the answers. */
  globalThis.measured = () =>
    performance
      .getEntriesByType("resource")
      .filter((entry) => entry.name.includes("attack="))
      .filter((entry) => entry.responseStatus || entry.responseStart || entry.transferSize || entry.encodedBodySize)
      .map((entry) => `${entry.name}: ${entry.responseStatus}, ${entry.encodedBodySize} bytes`);
})();
