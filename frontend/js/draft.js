// What was typed is not lost: a form with data-draft="<id>" is kept in this browser until it has been accepted.
// Accepted means: the next page carries a message tagged "draft-done:<id>", or it no longer shows that form.
// A draft belongs to one viewer, lives half a day, and all drafts go when somebody signs out.

const PREFIX = "sangyu.draft.";
const PHOTOS = "sangyu.photos";
const LIFE_MS = 12 * 3600 * 1000;
const SAVE_AFTER_MS = 400;
const viewer = document.documentElement.dataset.viewer ?? "";

function read(id) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + id));
  } catch {
    return null;
  }
}

function write(id, draft) {
  try {
    localStorage.setItem(PREFIX + id, JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}

const drop = (id) => localStorage.removeItem(PREFIX + id);
const allIds = () =>
  Object.keys(localStorage)
    .filter((key) => key.startsWith(PREFIX))
    .map((key) => key.slice(PREFIX.length));

const kept = (form) =>
  Array.from(form.elements).filter(
    (element) =>
      element.name &&
      !element.matches("button, fieldset, output, [type=hidden], [type=password], [type=file], [type=submit], [data-no-draft]"),
  );

function take(form) {
  const values = {};
  for (const element of kept(form)) {
    if (element.matches("[type=radio], [type=checkbox]")) {
      values[element.name] ??= [];
      if (element.checked) values[element.name].push(element.value);
    } else if (element.multiple) values[element.name] = Array.from(element.selectedOptions, (option) => option.value);
    else values[element.name] = [element.value];
  }
  return values;
}

function give(form, values) {
  for (const element of kept(form)) {
    const saved = values[element.name];
    if (!saved) continue;
    if (element.matches("[type=radio], [type=checkbox]")) element.checked = saved.includes(element.value);
    else if (element.multiple) for (const option of element.options) option.selected = saved.includes(option.value);
    else if (saved.length) element.value = saved[0];
    element.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

function tell(form, when, at) {
  for (const note of form.querySelectorAll("[data-draft-note]")) {
    note.hidden = note.dataset.draftNote !== when;
    const clock = note.querySelector("[data-draft-time]");
    if (clock) {
      clock.textContent = new Date(at).toLocaleTimeString("zh-CN", { timeZone: "Asia/Shanghai", hour12: false });
    }
  }
}

function watch(form) {
  if ("draftWatched" in form.dataset) return;
  form.dataset.draftWatched = "";
  const id = form.dataset.draft;
  const fromServer = form.querySelector("[aria-invalid=true]") !== null;
  const draft = read(id);
  if (draft && !fromServer) {
    give(form, draft.values);
    tell(form, "restored", draft.at);
  }
  let timer;
  const save = () => {
    clearTimeout(timer);
    timer = undefined;
    const at = Date.now();
    if (write(id, { viewer, at, sent: false, values: take(form) })) tell(form, "saved", at);
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(save, SAVE_AFTER_MS);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    timer = undefined;
    write(id, { viewer, at: Date.now(), sent: true, values: take(form) });
  });
  window.addEventListener("pagehide", () => timer !== undefined && save());
  form.addEventListener("click", (event) => {
    if (!event.target.closest("[data-draft-discard]")) return;
    clearTimeout(timer);
    timer = undefined;
    drop(id);
    form.reset();
    tell(form, "", 0);
  });
}

function settle(root) {
  const done = new Set();
  for (const message of root.querySelectorAll("[data-tags]")) {
    for (const tag of message.dataset.tags.split(/\s+/)) if (tag.startsWith("draft-done:")) done.add(tag.slice(11));
  }
  for (const id of done) drop(id);
  for (const form of root.querySelectorAll("form[data-draft]")) watch(form);
}

for (const id of allIds()) {
  const draft = read(id);
  const here = document.querySelector(`form[data-draft="${CSS.escape(id)}"]`);
  const stale = !draft || Date.now() - draft.at > LIFE_MS || draft.viewer !== viewer;
  if (stale || (draft.sent && !here)) drop(id);
}
settle(document);
document.addEventListener("htmx:load", (event) => settle(event.target));
// Ahead of every other listener: whoever stays has sent nothing yet.
document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (!form.matches("[data-sign-out]")) return;
    const photos = Number(localStorage.getItem(PHOTOS) ?? 0);
    if (photos > 0) {
      event.preventDefault();
      event.stopImmediatePropagation();
      askFirst(form, photos);
      return;
    }
    for (const id of allIds()) drop(id);
    forgetPages();
    forgetNames();
  },
  { capture: true },
);

// Photos that a tablet keeps without a line lie in a store of their own; "sangyu.photos" counts them.
function askFirst(form, photos) {
  const dialog = document.getElementById("sy-leaving");
  dialog.querySelector("b").textContent = String(photos);
  dialog.querySelector("[data-leaves]").onclick = async () => {
    await forgetPhotos();
    dialog.close();
    form.requestSubmit();
  };
  dialog.showModal();
}

function forgetPhotos() {
  return new Promise((resolve) => {
    const asked = indexedDB.deleteDatabase(PHOTOS);
    asked.onsuccess = asked.onerror = () => {
      localStorage.removeItem(PHOTOS);
      resolve();
    };
  });
}

// A sheet that was sealed without a line waits to be handed in; whoever signs out leaves no name of the family with it.
function forgetNames() {
  for (const key of Object.keys(localStorage)) {
    if (!key.startsWith("sangyu.sheet.") || !key.endsWith(".sealed")) continue;
    const { viewer: whose, at } = JSON.parse(localStorage.getItem(key));
    localStorage.setItem(key, JSON.stringify({ viewer: whose, at }));
  }
}

// Pages that a tablet took along to be read without a line belong to whoever is signed in.
async function forgetPages() {
  if (!("caches" in globalThis)) return;
  for (const name of await caches.keys()) if (name.startsWith("sangyu.")) caches.delete(name);
}
