"use strict";
// Log-in by HTTP Basic: name and password go with every request, and stay in this page.
const session = (() => {
  let authorization = "";

  function basic(name, password) {
    return `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(`${name}:${password}`)))}`;
  }

  return {
    headers: () => (authorization ? { Authorization: authorization } : {}),
    prepared: (body) => body,
    async login(name, password) {
      const given = basic(name, password);
      const reply = await ask("/sipxconfig/rest/auto-attendant/specialmode", {
        headers: { Authorization: given, Accept: "application/json" },
      });
      if (reply.status === 401) throw new Error("There is no such name with this password.");
      if (reply.status === 429) throw new Error("Too many log-ins have failed: try again later.");
      authorization = given;
      const isAdministrator = reply.status !== 403;
      return `Logged in as ${name}${isAdministrator ? "" : ", who does not administer this PBX"}.`;
    },
    async logout() {
      authorization = "";
    },
  };
})();
