// The emergency card speaks: it beeps until somebody has taken it, flashes in the tab's title, and counts its seconds.
// Nothing here can hide a card; that takes a person, an outcome and a sentence.

const MARK = "【紧急】";
const BEEP_EVERY_MS = 2_500;
const box = document.getElementById("alarms");
const shownAt = new WeakMap();
const waiting = () => box.querySelector('.sy-alarm[data-stage="WAITING"]') !== null;
const open = () => box.querySelector(".sy-alarm") !== null;

function tick() {
  for (const element of box.querySelectorAll("[data-alarm-s]")) {
    if (!shownAt.has(element)) shownAt.set(element, performance.now());
    const seconds = Math.floor(Number(element.dataset.alarmS) + (performance.now() - shownAt.get(element)) / 1000);
    const part = (number) => String(number).padStart(2, "0");
    element.textContent = `${part(Math.floor(seconds / 60))}:${part(seconds % 60)}`;
  }
  const marked = document.title.startsWith(MARK);
  const plain = marked ? document.title.slice(MARK.length) : document.title;
  // While it waits the title flashes; once somebody has it the mark just stays.
  document.title = open() && !(waiting() && marked) ? MARK + plain : plain;
}

function keepClear() {
  const bottom = open() ? Math.max(0, box.getBoundingClientRect().bottom) : 0;
  document.documentElement.style.setProperty("--sy-alarm-bottom", `${bottom}px`);
}

// Browsers stay silent until the page has been touched; an agent touches it all day.
let sound = null;
let lastBeepAt = -Infinity;

function unmute() {
  sound ??= new AudioContext();
  sound.resume();
}

function beep() {
  if (!sound || sound.state !== "running" || performance.now() - lastBeepAt < BEEP_EVERY_MS) return;
  lastBeepAt = performance.now();
  for (const [after, pitch] of [
    [0, 880],
    [0.22, 660],
    [0.44, 880],
  ]) {
    const tone = sound.createOscillator();
    const volume = sound.createGain();
    const at = sound.currentTime + after;
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.0001, at);
    volume.gain.exponentialRampToValueAtTime(0.35, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.18);
    tone.connect(volume).connect(sound.destination);
    tone.start(at);
    tone.stop(at + 0.2);
  }
}

for (const gesture of ["pointerdown", "keydown"]) document.addEventListener(gesture, unmute, { once: true });

let wasWaiting = false;
function look() {
  tick();
  keepClear();
  // Whoever reads a dialog must not miss that somebody has just called for help.
  if (waiting() && !wasWaiting) for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  wasWaiting = waiting();
  if (wasWaiting) beep();
}

// Words that are being typed into a card are not taken away by a card that comes anew, nor is the button under a finger
// that is down; the card comes when they are done.
let putOff = false;
const writing = () => box.contains(document.activeElement) && document.activeElement.matches("input");
const busy = () => writing() || box.querySelector("button:active") !== null;
const ask = () => document.dispatchEvent(new CustomEvent("sangyu:safety"));

box.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target !== box || !busy()) return;
  event.preventDefault();
  putOff = true;
});

// Cards and presses go to the server side by side, so that no press waits for a card; their answers may overtake each
// other. What was asked for before the last answer came may not know what that one showed: it is asked for again. A card
// is not even shown; the answer to a press is, since it may hold a refusal.
let shownLastAt = 0;
const askedAt = new WeakMap();
box.addEventListener("htmx:beforeSend", (event) => askedAt.set(event.detail.xhr, performance.now()));
box.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig, shouldSwap } = event.detail;
  if (!shouldSwap) return;
  const isCard = requestConfig.verb === "get";
  const overtaken = askedAt.get(xhr) < shownLastAt;
  if (isCard && busy()) putOff = true;
  else if (overtaken) setTimeout(ask);
  if (isCard && (overtaken || busy())) event.detail.shouldSwap = false;
  else shownLastAt = performance.now();
});
for (const done of ["focusout", "pointerup", "pointercancel", "keyup"]) {
  document.addEventListener(done, () => {
    setTimeout(() => {
      if (!putOff || busy()) return;
      putOff = false;
      ask();
    });
  });
}

look();
setInterval(look, 1000);
box.addEventListener("htmx:afterSettle", look);
window.addEventListener("resize", keepClear);
