"use strict";
// Log-in by an access token, which is renewed as long as the page is open.
const SAMPLE = "196ACE20C6F34027895F7F95402BB164"; // of the examples
const LONGEST = 3600; // seconds between two renewals
const session = (() => {
  let token = "";
  let clock = null;

  function stop() {
    token = "";
    clock?.terminate();
    clock = null;
  }

  async function post(path, body, headers = {}) {
    const reply = await ask(`/api/account/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
    const said = await reply.json();
    if (!reply.ok) throw Object.assign(new Error(said.msg), { status: reply.status });
    return said;
  }

  async function renew() {
    const renewed = token;
    try {
      await post("token/refresh", {}, headers());
    } catch (error) {
      if (error.status !== 401 || token !== renewed) return; // the next one may come through
      stop();
      show(false);
      say("Your log-in has ended: log in again.", true);
    }
  }

  // Timers of a page in the background are held up for minutes, those of a worker are not.
  function renewEvery(seconds) {
    clock = new Worker(`${root}/docs/clock.js`);
    clock.addEventListener("message", renew);
    clock.postMessage(seconds * 1000);
  }

  function headers() {
    return token ? { Authorization: `Bearer ${token}` } : {};
  }

  return {
    headers,
    prepared: (body) => (token && typeof body === "string" ? body.replaceAll(SAMPLE, token) : body),
    async login(username, password) {
      const said = await post("credentials/verify", { username, password });
      stop();
      token = said.access_token;
      find("token").textContent = token;
      find("life").textContent = said.expires;
      for (const place of document.querySelectorAll(".token")) place.textContent = token;
      renewEvery(Math.min(said.expires / 3, LONGEST));
      return `Logged in as ${said.name} (${said.role}).`;
    },
    async logout() {
      const ended = headers();
      stop();
      await post("sign_out", {}, ended).catch(() => {}); // it ends by itself
    },
  };
})();
