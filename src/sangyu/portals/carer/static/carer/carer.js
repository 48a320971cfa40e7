// The worker's phone: a photo is made small before it leaves the phone and goes out by itself, beside the record of the
// visit; an address is copied with one tap. Without this module both still work: the form has a button of its own, and
// the address can be marked.

const SIDE_MAX = 1280;
const BYTES_MAX = 150_000;
const QUALITIES = [0.82, 0.7, 0.6, 0.5, 0.4];

async function shrunk(file) {
  let picture;
  try {
    picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return file; // a picture this browser cannot read: the server looks at it
  }
  const scale = Math.min(1, SIDE_MAX / Math.max(picture.width, picture.height));
  if (scale === 1 && file.size <= BYTES_MAX) return file;
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  let best = file;
  for (const quality of QUALITIES) {
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
    if (blob) best = new File([blob], "photo.jpg", { type: "image/jpeg", lastModified: file.lastModified });
    if (best.size <= BYTES_MAX) break;
  }
  return best;
}

function say(form, state) {
  for (const text of form.querySelectorAll("[data-photo-when]")) {
    const when = text.dataset.photoWhen;
    text.hidden = when === "" ? state === "sending" : when !== state;
  }
  const again = form.querySelector("[data-photo-send]");
  if (again) again.hidden = state !== "failed";
}

function prepare(root) {
  for (const form of root.querySelectorAll("form[data-photo]")) ready(form);
  if (root.matches?.("form[data-photo]")) ready(root);
  for (const button of root.querySelectorAll("[data-copies]")) button.hidden = !navigator.clipboard;
}

function ready(form) {
  form.querySelector("[data-shrink]")?.classList.add("sy-sr");
  say(form, "");
}

document.addEventListener("change", async (event) => {
  const input = event.target;
  if (!input.matches("[data-shrink]") || !input.files.length) return;
  const { form } = input;
  const file = input.files[0];
  say(form, "sending");
  if (form.elements.taken_at) form.elements.taken_at.value = new Date(file.lastModified).toISOString();
  const small = new DataTransfer();
  small.items.add(await shrunk(file));
  input.files = small.files;
  form.requestSubmit();
});
for (const failure of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(failure, (event) => {
    const form = event.target.closest?.("form[data-photo]");
    if (form && event.detail.xhr?.status !== 422) say(form, "failed");
  });
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copies]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copies);
  try {
    await navigator.clipboard.writeText(source.textContent.trim());
  } catch {
    getSelection().selectAllChildren(source); // not allowed to copy: marked, for the phone's own menu
    return;
  }
  for (const text of button.querySelectorAll("[data-copy-when]")) text.hidden = text.dataset.copyWhen !== "done";
});

document.addEventListener("htmx:load", (event) => prepare(event.target));
prepare(document);
