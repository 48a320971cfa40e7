// A card reader types like a very fast person: digits within 50 ms of each other, then Enter, wherever the focus is.

const GAP_MS = 50;
const DIGITS_MIN = 6;
const VOICE_OFF = "sangyu.till.voice-off";
const AT_ONCE = "sangyu.till.at-once";

const wedge = document.querySelector("[data-wedge]");
let burst = "";
let lastAt = -Infinity;
let field = null;
let before = "";

function digitOf(event) {
  if (/^[0-9]$/.test(event.key)) return event.key;
  // An input method may hide the sign behind "Process"; the physical key still says it.
  return event.key === "Process" ? (/^(?:Digit|Numpad)([0-9])$/.exec(event.code)?.[1] ?? "") : "";
}

function onKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const quick = event.timeStamp - lastAt < GAP_MS;
  const digit = digitOf(event);
  if (digit) {
    if (!quick || !burst) {
      burst = "";
      field = event.target.matches?.("input, textarea") ? event.target : null;
      before = field?.value ?? "";
    }
    burst += digit;
    lastAt = event.timeStamp;
    return;
  }
  if (event.key === "Enter" && quick && burst.length >= DIGITS_MIN) {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (field) field.value = before; // the digits were the reader's, not the cashier's
    for (const open of document.querySelectorAll("dialog[open]")) open.close();
    wedge.elements.card.value = burst;
    wedge.requestSubmit();
  }
  if (event.key !== "Shift") burst = "";
}

function remember(name, key) {
  const box = document.querySelector(`[data-till-switch="${name}"]`);
  if (!box) return false;
  box.checked = localStorage.getItem(key) === "yes";
  box.addEventListener("change", () => localStorage.setItem(key, box.checked ? "yes" : "no"));
  return box.checked;
}

if (wedge) document.addEventListener("keydown", onKey, { capture: true });

const quiet = remember("quiet", VOICE_OFF);
const atOnce = remember("at-once", AT_ONCE);
const said = document.querySelector("[data-say]")?.dataset.say;
if (said && !quiet && "speechSynthesis" in window) {
  const words = new SpeechSynthesisUtterance(said);
  words.lang = "zh-CN";
  speechSynthesis.speak(words);
}
// once.js fills the client key of the form; it is loaded before this module.
if (atOnce) document.querySelector("form[data-sell-at-once]")?.requestSubmit();
