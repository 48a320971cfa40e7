// What a tablet takes along to a bedside without a line: the list of visits, their sheets, and what draws them. It is
// taken when the list is opened, belongs to one viewer, holds the visits on the list and no others, and goes when
// somebody signs out (draft.js). A sheet that was sealed without a line fills in the page of the signature afterwards.

import { dropAll, strays, waiting } from "./photos.js";

const NAME = "sangyu.bedside.";
const SHEET = "sangyu.sheet.";
const viewer = document.documentElement.dataset.viewer ?? "";

async function take(addresses) {
  const own = NAME + viewer;
  for (const name of await caches.keys()) if (name.startsWith(NAME) && name !== own) await caches.delete(name);
  const shelf = await caches.open(own);
  const drawn = performance.getEntriesByType("resource").map((entry) => entry.name);
  const wanted = [location.pathname, ...addresses, ...drawn.filter((name) => name.startsWith(`${location.origin}/static/`))];
  const full = new Set(wanted.map((address) => new URL(address, location.href).href));
  for (const old of await shelf.keys()) {
    if (!full.has(old.url) && old.url.includes("/visits/")) await shelf.delete(old);
  }
  let taken = 0;
  for (const address of full) {
    const answer = await fetch(address);
    if (!answer.ok || answer.redirected) continue;
    await shelf.put(address, answer);
    if (address.includes("/visits/")) taken += 1;
  }
  return taken;
}

// The seal of a sheet that is not on the list any more was handed in, or called off.
function forgetSeals(addresses) {
  for (const key of Object.keys(localStorage)) {
    if (!key.startsWith(SHEET) || !key.endsWith(".sealed")) continue;
    const sheet = key.slice(SHEET.length, -".sealed".length);
    if (!addresses.some((address) => address.includes(sheet))) localStorage.removeItem(key);
  }
}

// A photo of a visit that is not on the list any more is handed in nowhere; the person says when it goes.
async function tellStrays(addresses) {
  const lost = await strays(addresses);
  const box = document.querySelector("[data-strays]");
  box.querySelector("p b").textContent = String(lost.length);
  box.hidden = lost.length === 0;
  box.querySelector("button").addEventListener("click", async () => {
    await dropAll(lost);
    box.hidden = true;
  });
}

// Nothing is signed while photos of the sheet still lie on this tablet: afterwards they are not taken any more.
async function holdForPhotos(form) {
  if ((await waiting(form.dataset.signs)) === 0) return;
  const box = document.querySelector("[data-photos-left]");
  box.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    box.querySelector("a").focus();
  }, { capture: true });
}

async function begin(list) {
  const worker = list.dataset.takesAlong;
  if (!("serviceWorker" in navigator) || !("caches" in globalThis)) return;
  const addresses = Array.from(list.querySelectorAll("a[data-visit]"), (link) => link.getAttribute("href"));
  try {
    await navigator.serviceWorker.register(worker, { scope: new URL(".", new URL(worker, location.href)).pathname });
    const taken = await take([...addresses, ...list.dataset.alsoTakes.split(" ")]);
    forgetSeals(addresses);
    const told = document.querySelector("[data-taken]");
    told.querySelector("b").textContent = String(taken);
    told.hidden = taken === 0;
    await tellStrays(addresses);
  } catch {
    // No line, or a browser that keeps nothing: what was taken before stays.
  }
}

function fill(form) {
  try {
    const sealed = JSON.parse(localStorage.getItem(`${SHEET}${form.dataset.signs}.sealed`));
    if (sealed?.viewer !== viewer) return;
    for (const name of ["informant", "informant_relation"]) form.elements[name].value ||= sealed[name] ?? ""; // no name after a sign-out
    form.elements.sealed_at.value = sealed.at;
  } catch {
    // Nothing was sealed here.
  }
}

const list = document.querySelector("[data-takes-along]");
if (list) begin(list);
const signing = document.querySelector("form[data-signs]");
if (signing) {
  fill(signing);
  holdForPhotos(signing);
}
