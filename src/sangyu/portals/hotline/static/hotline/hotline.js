// The agent's desk: clocks that count the seconds of a call, a picker that is steered from its own field,
// and a tab that says aloud (in its title) that the telephone rings.

const loadedAt = performance.now();
const shownAt = new WeakMap();

function clock(seconds) {
  const part = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const rest = `${part(Math.floor(seconds / 60) % 60)}:${part(seconds % 60)}`;
  return hours ? `${hours}:${rest}` : rest;
}

function tick() {
  for (const element of document.querySelectorAll("[data-elapsed-s]")) {
    if (!shownAt.has(element)) shownAt.set(element, document.readyState === "complete" ? performance.now() : loadedAt);
    const seconds = Number(element.dataset.elapsedS) + (performance.now() - shownAt.get(element)) / 1000;
    element.textContent = clock(Math.floor(seconds));
  }
}

// The server counts from the telephone's own clock; here only the seconds since then are added.
tick();
setInterval(tick, 1000);
document.addEventListener("htmx:load", tick);

const plainTitle = document.title;

function ringInTitle() {
  const ringing = document.querySelector("#callbar [data-ringing]") !== null;
  document.title = ringing ? `● ${plainTitle}` : plainTitle;
}

ringInTitle();
document.addEventListener("htmx:afterSettle", ringInTitle);

// The picker: the first fitting item is chosen by itself; up and down in the field move the choice, Enter keeps it.
function choose(radio) {
  radio.checked = true;
  radio.dispatchEvent(new Event("change", { bubbles: true }));
}

document.addEventListener("keydown", (event) => {
  const field = event.target.closest?.("[data-picker]");
  if (!field || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
  const radios = Array.from(document.querySelectorAll(`#${field.dataset.picker} input[type=radio]`));
  const at = radios.findIndex((radio) => radio.checked);
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const to = radios[(at + (event.key === "ArrowDown" ? 1 : -1) + radios.length) % radios.length];
    if (to) choose(to);
  } else if (event.key === "Enter") {
    event.preventDefault(); // Enter settles the item; the order is saved with Ctrl+Enter
    if (radios[at]) choose(radios[at]);
  }
});

// A chosen item is written into the field, so that a draft of this form remembers it in words.
document.addEventListener("change", (event) => {
  const field = event.target.matches?.("[data-fills]") && document.getElementById(event.target.dataset.fills);
  if (!field || field.value === event.target.dataset.text) return;
  field.value = event.target.dataset.text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
});

// A draft fills the form before anything listens; once the page stands, its price is asked for.
window.addEventListener("load", () => {
  const field = document.querySelector("[data-picker]");
  const restored = document.querySelector("#wish [data-draft-note=restored]:not([hidden])");
  if (field?.value && restored) field.dispatchEvent(new Event("change", { bubbles: true }));
});
