// Small manners of every page: errors are met first, dialogs open and close, the offline strip tells the truth.

function meetErrors(root) {
  const summary = root.matches?.("[data-error-summary]") ? root : root.querySelector("[data-error-summary]");
  if (!summary) return;
  const prefix = summary.dataset.titlePrefix;
  if (prefix && !document.title.startsWith(prefix)) document.title = prefix + document.title;
  summary.focus();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-error-summary] a[href^='#']");
  if (link) {
    const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    const control = target?.matches("fieldset") ? target.querySelector("input, select, textarea") : target;
    if (control) {
      event.preventDefault();
      control.focus();
      (control.closest(".sy-field") ?? control).scrollIntoView({ block: "center" });
    }
    return;
  }
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    document.getElementById(opener.dataset.opens)?.showModal();
    return;
  }
  const closer = event.target.closest("[data-closes]");
  if (closer) {
    const dialog = closer.closest("dialog");
    if (dialog) dialog.close();
    else closer.closest("[data-closable]")?.remove();
    return;
  }
  if (event.target.closest("[data-print]")) window.print();
});

// What folds over the page folds away again when somebody turns to something else.
function foldAway(event) {
  for (const open of document.querySelectorAll("details[data-folds][open]")) {
    if (event.key === "Escape" && open.contains(document.activeElement)) open.querySelector("summary").focus();
    if (event.key === "Escape" || !open.contains(event.target)) open.open = false;
  }
}
document.addEventListener("click", foldAway);
document.addEventListener("focusin", foldAway);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") foldAway(event);
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submits]")) event.target.form?.requestSubmit();
});

function showConnection() {
  for (const strip of document.querySelectorAll("[data-offline]:not([data-always])")) strip.hidden = navigator.onLine;
}

window.addEventListener("online", showConnection);
window.addEventListener("offline", showConnection);
document.addEventListener("htmx:load", (event) => meetErrors(event.target));
showConnection();
meetErrors(document);
