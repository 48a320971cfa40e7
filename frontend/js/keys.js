// Shortcuts are written on the element they press: data-key="F2", "Alt+1", "Ctrl+Enter", "j", "g d" (one after the other).
// A Chinese input method owns the keyboard while it composes, and a field owns its letters.

const SEQUENCE_MS = 900;
const SINGLE_OFF = "sangyu.keys.single-off";
const NAMES = { " ": "Space", Esc: "Escape", ArrowUp: "Up", ArrowDown: "Down", ArrowLeft: "Left", ArrowRight: "Right" };
let pending = "";
let pendingAt = 0;

function strokeOf(event) {
  let key = NAMES[event.key] ?? event.key;
  const held = [];
  if (event.ctrlKey || event.metaKey) held.push("Ctrl");
  if (event.altKey) {
    held.push("Alt");
    // Alt may turn a digit or letter into another sign; the physical key still says which one was meant.
    const physical = /^(?:Digit|Key)(.)$/.exec(event.code);
    if (physical) key = physical[1];
  }
  if (key.length === 1) {
    if (event.shiftKey && /[a-z]/i.test(key)) held.push("Shift");
    key = key.toLowerCase();
  } else if (event.shiftKey) held.push("Shift");
  return [...held, key].join("+");
}

const normal = (text) =>
  text
    .trim()
    .split("+")
    .map((part) => (part.length === 1 ? part.toLowerCase() : part))
    .join("+");

const isField = (element) =>
  element instanceof HTMLElement &&
  (element.isContentEditable || element.matches("textarea, select, input:not([type=button], [type=submit], [type=radio], [type=checkbox])"));

const plainStroke = (stroke) => stroke.replace("Shift+", "").length === 1 || stroke === "Space" || stroke === "Enter";
const singlesOff = () => localStorage.getItem(SINGLE_OFF) === "yes";

function usable(element) {
  // A page behind "更多" answers to its key though it is folded away.
  const seen = element.closest("[data-folds]")?.querySelector("summary") ?? element;
  return !element.matches(":disabled, [aria-disabled=true]") && (seen.checkVisibility?.() ?? true);
}

function candidates() {
  const dialogs = document.querySelectorAll("dialog[open]");
  const scope = dialogs.length ? dialogs[dialogs.length - 1] : document;
  return Array.from(scope.querySelectorAll("[data-key]")).filter(usable);
}

function press(element) {
  if (isField(element)) {
    element.focus();
    element.select?.();
  } else element.click();
}

function stepRow(step) {
  const rows = Array.from(document.querySelectorAll("[data-rows] [data-row]")).filter(usable);
  if (!rows.length) return false;
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[Math.min(rows.length - 1, Math.max(0, at < 0 ? 0 : at + step))];
  for (const row of rows) row.classList.toggle("sy-here", row === next);
  next.tabIndex = -1;
  next.focus();
  next.scrollIntoView({ block: "nearest" });
  return true;
}

function onKey(event) {
  if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
  const stroke = strokeOf(event);
  if (plainStroke(stroke) && (isField(event.target) || singlesOff())) return;
  // Space and Enter belong first of all to whatever button or link has the focus.
  if ((stroke === "Space" || stroke === "Enter") && event.target.closest("a[href], button, summary, input")) return;
  if (event.key === "?" && !isField(event.target)) {
    openCheatSheet();
    event.preventDefault();
    return;
  }
  const now = performance.now();
  const sequence = pending && now - pendingAt < SEQUENCE_MS ? `${pending} ${stroke}` : "";
  const all = candidates();
  // In a list, a key belongs to the row that holds the focus; elsewhere the first element on the page answers.
  // An Alt key that only one row has (the n-th choice) is that row's, wherever the focus is.
  const row = event.target.closest?.("[data-row]");
  const find = (wanted) => {
    const same = all.filter((element) => element.dataset.key.split(" ").map(normal).join(" ") === wanted);
    const here = same.find((element) => row?.contains(element)) ?? same.find((element) => !element.closest("[data-row]"));
    return here ?? (wanted.startsWith("Alt+") && same.length === 1 ? same[0] : undefined);
  };
  const hit = (sequence && find(sequence)) || find(stroke);
  if (hit) {
    pending = "";
    event.preventDefault();
    press(hit);
    return;
  }
  if (all.some((element) => element.dataset.key.startsWith(`${stroke} `))) {
    pending = stroke;
    pendingAt = now;
    return;
  }
  pending = "";
  if (document.querySelector("dialog[open]")) return;
  if ((stroke === "j" && stepRow(1)) || (stroke === "k" && stepRow(-1))) event.preventDefault();
  else if (stroke === "Enter" && row && event.target === row) row.querySelector("a[href], button")?.click();
}

function openCheatSheet() {
  const sheet = document.getElementById("sy-cheat-sheet");
  if (!sheet || sheet.open) return;
  const list = sheet.querySelector("[data-cheat-list]");
  const seen = new Map();
  for (const element of candidates()) {
    const label = element.dataset.keyLabel || element.getAttribute("aria-label") || labelOf(element);
    if (!seen.has(element.dataset.key)) seen.set(element.dataset.key, label);
  }
  const rows = Array.from(seen, ([key, label]) => {
    const item = document.createElement("li");
    const text = document.createElement("span");
    text.textContent = label;
    const mark = document.createElement("kbd");
    mark.className = "sy-kbd";
    mark.textContent = key;
    item.append(text, mark);
    return item;
  });
  list.replaceChildren(...rows);
  sheet.querySelector("[data-cheat-none]").hidden = rows.length > 0;
  sheet.showModal();
}

function labelOf(element) {
  const source = element.labels?.[0] ?? element;
  const copy = source.cloneNode(true);
  for (const mark of copy.querySelectorAll(".sy-kbd, .sy-count, input, svg, em")) mark.remove();
  return copy.textContent.trim().replace(/\s+/g, " ");
}

document.addEventListener("keydown", onKey);
document.addEventListener("click", (event) => event.target.closest("[data-cheat-sheet]") && openCheatSheet());
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-single-keys-off]")) {
    localStorage.setItem(SINGLE_OFF, event.target.checked ? "yes" : "no");
  }
});
const singleSwitch = document.querySelector("[data-single-keys-off]");
if (singleSwitch) singleSwitch.checked = singlesOff();
