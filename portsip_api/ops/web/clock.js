"use strict";
// Tells the page, every so many milliseconds, that they have passed.
addEventListener("message", (event) => setInterval(() => postMessage(null), event.data));
