// Photos at the bedside: sent at once, and kept on this device while the line is gone. The same bytes beside the same
// item are added once, so what was sent and not answered is simply sent again. Without this module the form has its
// own button.

const STORE = "photos";
const AGAIN_MS = 10_000;
const form = document.querySelector("form[data-photos]");
const viewer = document.documentElement.dataset.viewer ?? "";

if (form && "indexedDB" in globalThis) begin(form);

function opened() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open("sangyu.bedside", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "id", autoIncrement: true });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

function done(asked) {
  return new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

async function begin(form) {
  const base = await opened();
  const shelf = (mode) => base.transaction(STORE, mode).objectStore(STORE);
  const own = async () =>
    (await done(shelf("readonly").getAll())).filter((row) => row.viewer === viewer && row.address === form.action);
  let running = null;
  let timer;

  function say(state, count = 0) {
    for (const word of document.querySelectorAll("[data-photos-when]")) {
      word.hidden = word.dataset.photosWhen !== state;
      if (word.querySelector("b")) word.querySelector("b").textContent = String(count);
    }
  }

  async function send() {
    clearTimeout(timer);
    let sent = 0;
    for (const row of await own()) {
      const body = new FormData();
      body.set("item", row.item);
      body.set("content", row.content, row.name);
      let answer;
      try {
        answer = await fetch(row.address, {
          method: "POST",
          body,
          headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
          redirect: "manual",
        });
      } catch {
        say("kept", (await own()).length);
        timer = setTimeout(go, AGAIN_MS);
        return;
      }
      if ([401, 403].includes(answer.status) || answer.status >= 500) {
        say("kept", (await own()).length);
        return;
      }
      await done(shelf("readwrite").delete(row.id));
      if (answer.status >= 400) {
        say("refused");
        return;
      }
      sent += 1;
    }
    if (sent) say("sent", sent);
  }

  function go() {
    running ??= send().finally(() => {
      running = null;
    });
    return running;
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    const file = form.elements.content.files[0];
    if (!file) return;
    const row = { viewer, address: form.action, item: form.elements.item.value, content: file, name: file.name };
    await done(shelf("readwrite").add(row));
    form.elements.content.value = "";
    await running;
    go();
  });
  window.addEventListener("online", go);
  go();
}
