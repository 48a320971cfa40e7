// Photos beside an item, kept on this tablet until they are handed in with the sheet: each with the hash of its bytes and
// when it was taken, at most as many as a sheet may have. What is handed in twice changes nothing. They belong to one
// viewer and go when somebody signs out (draft.js, which says first how many); "sangyu.photos" counts them for that.
// Where the browser keeps nothing, or names no bytes (plain http), the form sends one photo at a time as any form.

const NAME = "sangyu.photos";
const SHELF = "photos";
const ALL_BYTES_MAX = 200 * 1024 * 1024; // on one tablet, over all its sheets
const SMALL_SIDE = 160;
const WAITS_MS = 60_000;
const AT_THE_DOOR = [401, 403];
const viewer = document.documentElement.dataset.viewer ?? "";

export const canKeep = () => Boolean(globalThis.indexedDB && crypto.subtle && globalThis.createImageBitmap);

function opened() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(SHELF, { keyPath: "id" });
    asked.onsuccess = () => {
      asked.result.onversionchange = () => asked.result.close(); // somebody signs out in another window
      resolve(asked.result);
    };
    asked.onerror = () => reject(asked.error);
  });
}

async function onShelf(mode, act) {
  const base = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const work = base.transaction(SHELF, mode);
      const asked = act(work.objectStore(SHELF));
      work.oncomplete = () => resolve(asked.result);
      work.onabort = () => reject(work.error);
    });
  } finally {
    base.close();
  }
}

async function all() {
  const kept = canKeep() ? await onShelf("readonly", (shelf) => shelf.getAll()) : [];
  return kept.sort((one, other) => one.taken.localeCompare(other.taken));
}

const own = async () => (await all()).filter((photo) => photo.viewer === viewer);

async function count() {
  localStorage.setItem(NAME, String((await all()).length));
}

async function drop(photo) {
  await onShelf("readwrite", (shelf) => shelf.delete(photo.id));
  await count();
}

/** How many photos of a sheet wait on this tablet. */
export const waiting = async (sheet) => (await own()).filter((photo) => photo.sheet === sheet).length;

/** Those of visits that are not on the list any more: they can be handed in nowhere. */
export const strays = async (addresses) =>
  (await own()).filter((photo) => !addresses.some((address) => address.includes(photo.sheet)));

export async function dropAll(photos) {
  for (const photo of photos) await drop(photo);
}

async function hashOf(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function smallOf(file) {
  if (file.type === "application/pdf") return "";
  const picture = await createImageBitmap(file);
  const shrunk = Math.min(1, SMALL_SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * shrunk));
  canvas.height = Math.max(1, Math.round(picture.height * shrunk));
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/jpeg", 0.7);
}

/** The photos of one sheet, in its box: take, show, remove, and hand in. Null where nothing can be kept. */
export function album(box, { sheet, labelOf }) {
  if (!canKeep()) return null;
  const form = box.querySelector("form");
  const input = form.querySelector("input[type=file]");
  const list = box.querySelector("[data-photos]");
  const pattern = box.querySelector("template");
  let closed = false;
  let turn = Promise.resolve(); // one after the other, so that the limits hold

  function tell(state, words) {
    for (const word of box.querySelectorAll("[data-photo-when]")) {
      word.hidden = word.dataset.photoWhen !== state;
      if (words && !word.hidden) word.textContent = words;
    }
  }

  async function mine() {
    return (await own()).filter((photo) => photo.sheet === sheet);
  }

  async function draw() {
    const photos = await mine();
    list.replaceChildren(...photos.map(line));
    list.hidden = photos.length === 0;
    box.querySelector("[data-photos-wait]").hidden = photos.length === 0;
    box.querySelector("[data-photos-wait] b").textContent = String(photos.length);
    input.disabled = closed;
    for (const button of list.querySelectorAll("button")) button.hidden = closed;
  }

  function line(photo) {
    const item = pattern.content.firstElementChild.cloneNode(true);
    const picture = item.querySelector("img");
    if (photo.small) picture.src = photo.small;
    picture.hidden = !photo.small;
    const label = labelOf(photo.item);
    picture.alt = label;
    item.querySelector("[data-photo-label]").textContent = label;
    item.querySelector("[data-photo-taken]").textContent = new Date(photo.taken).toLocaleString();
    const button = item.querySelector("button");
    button.dataset.photo = photo.id;
    button.setAttribute("aria-label", `${button.textContent} ${label}`);
    return item;
  }

  async function take(file, item) {
    if (closed) return;
    if (file.size > Number(box.dataset.bytes)) return tell("large");
    const kept = await all();
    const here = kept.filter((photo) => photo.sheet === sheet && photo.viewer === viewer);
    if (here.length >= Number(box.dataset.left)) return tell("many");
    const weight = kept.reduce((sum, photo) => sum + photo.bytes.byteLength, 0);
    if (weight + file.size > ALL_BYTES_MAX) return tell("full");
    let small;
    try {
      small = await smallOf(file);
    } catch {
      return tell("unreadable");
    }
    const bytes = await file.arrayBuffer();
    const hash = await hashOf(bytes);
    const taken = new Date(Math.min(file.lastModified || Date.now(), Date.now())).toISOString();
    const photo = { id: [viewer, sheet, item, hash].join("/"), viewer, sheet, item, hash, taken, small, bytes, type: file.type };
    try {
      localStorage.setItem(NAME, String(kept.length + 1)); // before it is kept: signing out never overlooks one
      await onShelf("readwrite", (shelf) => shelf.put(photo));
    } catch {
      return tell("full");
    } finally {
      await count();
    }
    tell("kept");
  }

  input.addEventListener("change", () => {
    const files = Array.from(input.files);
    const item = form.querySelector("[name=item]").value; // `elements.item` is a method
    input.value = "";
    for (const file of files) turn = turn.then(() => take(file, item)).then(draw);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  list.addEventListener("click", async (event) => {
    const id = event.target.closest("button")?.dataset.photo;
    if (!id || closed) return;
    const photo = (await mine()).find((one) => one.id === id);
    if (photo) await drop(photo);
    await draw();
    tell("removed");
    input.focus();
  });

  async function send(photo) {
    const body = new FormData();
    body.set("item", photo.item);
    body.set("sha256", photo.hash);
    body.set("taken_at", photo.taken);
    body.set("content", new File([photo.bytes], "photo", { type: photo.type }));
    let answer;
    let said;
    try {
      answer = await fetch(form.action, {
        method: "POST",
        body,
        headers: { Accept: "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
        redirect: "manual",
        signal: AbortSignal.timeout(WAITS_MS),
      });
      const isJson = (answer.headers.get("Content-Type") ?? "").startsWith("application/json");
      if (isJson) said = await answer.json();
    } catch {
      return "kept";
    }
    if (answer.type === "opaqueredirect" || AT_THE_DOOR.includes(answer.status)) return "door";
    if (answer.ok && said?.kept === photo.hash) return "done";
    if (!said) return answer.ok ? "door" : "kept";
    tell("refused", `${labelOf(photo.item)}：${said.refused}`);
    return "refused";
  }

  /** Hand in what waits; "done", or what came between: "kept" without a line, "door", "refused". */
  async function handIn() {
    await turn;
    let came = "done";
    for (const photo of await mine()) {
      came = await send(photo);
      if (came !== "done") break;
      await drop(photo);
    }
    await draw();
    return came;
  }

  function close(is) {
    if (closed === is) return;
    closed = is;
    draw();
  }

  for (const element of box.querySelectorAll("[data-unscripted]")) element.hidden = true;
  input.required = false;
  input.multiple = true;
  draw();
  return { handIn, close };
}
