// A softphone in a browser, of JsSIP: it says a tone and tells which tone it hears. `modules` are the sources of JsSIP
// and of what it needs, by their paths, and `mains` the first one of each package.

const cache = {};

function load(path) {
  if (!(path in cache)) {
    cache[path] = { exports: {} };
    if (path.endsWith(".json")) cache[path].exports = JSON.parse(modules[path]);
    else new Function("module", "exports", "require", modules[path])(
      cache[path], cache[path].exports, (name) => load(resolve(path, name)));
  }
  return cache[path].exports;
}

function resolve(from, name) {
  if (!name.startsWith(".")) return mains[name];
  const parts = from.split("/").slice(0, -1);
  for (const part of name.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  const path = parts.join("/");
  return [path, `${path}.js`, `${path}.json`, `${path}/index.js`].find((one) => one in modules);
}

const audio = new AudioContext();
const seen = [];
let session = null;
let ear = null;
let ua = null;

function tone(hertz) {
  const source = audio.createOscillator();
  const there = audio.createMediaStreamDestination();
  source.frequency.value = hertz;
  source.connect(there);
  source.start();
  return there.stream;
}

function listenTo(connection) {
  connection.addEventListener("track", (event) => {
    const stream = new MediaStream([event.track]);
    const player = new Audio();  // without it nothing comes through
    player.srcObject = stream;
    player.muted = true;
    player.play();
    ear = audio.createAnalyser();
    ear.fftSize = 8192;
    audio.createMediaStreamSource(stream).connect(ear);
  });
}

function start(url, address, password, hertz) {
  const JsSIP = load(mains.jssip);
  ua = new JsSIP.UA({
    sockets: [new JsSIP.WebSocketInterface(url)], uri: `sip:${address}`, password, register: true,
    session_timers: false,
  });
  for (const name of ["registered", "registrationFailed", "unregistered"]) ua.on(name, () => seen.push(name));
  ua.on("newRTCSession", (event) => {
    session = event.session;
    if (event.originator === "remote") {
      seen.push("rings");
      session.on("peerconnection", (one) => listenTo(one.peerconnection));
    }
    for (const name of ["accepted", "failed", "ended"]) session.on(name, () => seen.push(name));
  });
  window.voice = tone(hertz);
  ua.start();
}

function call(number) {
  const made = ua.call(number, { mediaStream: voice, rtcOfferConstraints: { offerToReceiveAudio: true } });
  listenTo(made.connection);
}

function answer() {
  session.answer({ mediaStream: voice });
}

function loudest() {
  if (ear === null) return 0;
  const found = new Float32Array(ear.frequencyBinCount);
  ear.getFloatFrequencyData(found);
  const at = found.indexOf(Math.max(...found));
  return found[at] > -60 ? at * audio.sampleRate / ear.fftSize : 0;
}
