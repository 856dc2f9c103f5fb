"use strict";
// Swagger UI, with one log-in for all operations. What logs in, and what a request then carries, says the script before
// this one: `login(name, password)`, `headers()`, `prepared(body)` and `logout()`.
const { document: description, root } = document.currentScript.dataset;
const find = (id) => document.getElementById(id);

function say(text, isBad = false) {
  find("state").textContent = text;
  find("state").classList.toggle("bad", isBad);
}

function show(isIn) {
  find("in").hidden = !isIn;
  if (find("login")) find("login").hidden = isIn;
}

// Without credentials of the browser, which would open a window of its own and wait for an answer to it.
function ask(path, options) {
  return fetch(root + path, { credentials: "omit", cache: "no-store", ...options });
}

find("login")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { name, password } = event.target.elements;
  try {
    say(await session.login(name.value, password.value));
    event.target.reset();
    show(true);
  } catch (error) {
    say(error instanceof TypeError ? "The server does not answer." : error.message, true);
  }
});

find("logout").addEventListener("click", async () => {
  show(false);
  say("Logged out.");
  await session.logout();
});

find("aliases").addEventListener("change", (event) => {
  document.body.classList.toggle("without-aliases", !event.target.checked);
});

// The form above is where one logs in; the library's own dialogue knows no names and passwords of the one API and no
// Digest of the other.
const nothing = () => () => null;
const plugin = { wrapComponents: { authorizeBtn: nothing, authorizeOperationBtn: nothing } };

SwaggerUIBundle({
  url: description,
  domNode: find("docs"),
  plugins: [plugin],
  deepLinking: true,
  filter: true,
  docExpansion: "none",
  defaultModelsExpandDepth: 0,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  validatorUrl: null, // the badge of a validator would be fetched from elsewhere
  requestInterceptor: (request) => {
    request.credentials = "omit";
    if (!request.loadSpec) {
      Object.assign(request.headers, session.headers());
      request.body = session.prepared(request.body);
    }
    return request;
  },
  onComplete: () => document.body.classList.add("ready"),
});
