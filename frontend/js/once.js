// A form is sent once: a second press does nothing, and a repeat over a bad network carries the same client key.
// Applies to every POST form; `data-many` on a form lifts the first half.

function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Plain http on an office network has no randomUUID, but it has random bytes.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function fillKeys(root) {
  for (const input of root.querySelectorAll("input[data-client-key]")) if (!input.value) input.value = newKey();
}

const guarded = (form) => form instanceof HTMLFormElement && form.method === "post" && !("many" in form.dataset);
const buttonsOf = (form) => Array.from(form.elements).filter((element) => element.type === "submit");

function hold(form, submitter) {
  form.dataset.sent = "";
  form.setAttribute("aria-busy", "true");
  if (submitter) submitter.dataset.busy = "";
  for (const button of buttonsOf(form)) button.setAttribute("aria-disabled", "true");
}

function release(form) {
  delete form.dataset.sent;
  form.removeAttribute("aria-busy");
  for (const button of buttonsOf(form)) {
    button.removeAttribute("aria-disabled");
    delete button.dataset.busy;
  }
}

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (!guarded(form) || !("sent" in form.dataset)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  { capture: true },
);
document.addEventListener("submit", (event) => {
  if (!event.defaultPrevented && guarded(event.target)) hold(event.target, event.submitter);
});
document.addEventListener("htmx:beforeRequest", (event) => {
  if (guarded(event.target)) hold(event.target, event.detail.requestConfig?.triggeringEvent?.submitter);
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target;
  if (!guarded(form)) return;
  release(form);
  if (event.detail.successful) {
    for (const input of form.querySelectorAll("input[data-client-key]")) input.value = newKey();
  }
});
// A page taken back from the browser's memory must be usable again; its key stays, so a repeat is known as one.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of document.querySelectorAll("form[data-sent]")) release(form);
});
document.addEventListener("htmx:load", (event) => fillKeys(event.target));
fillKeys(document);
