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

// On a narrow screen the desk's pages stand in a row that is pushed sideways: the open one is pushed into sight.
function showWhere() {
  for (const here of document.querySelectorAll(".sy-nav [aria-current], .sy-tabs [aria-current]")) {
    const row = here.closest(".sy-nav, .sy-tabs");
    row.scrollLeft = here.offsetLeft - row.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
  }
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submits]")) event.target.form?.requestSubmit();
});

function showConnection() {
  for (const strip of document.querySelectorAll("[data-offline]:not([data-always])")) strip.hidden = navigator.onLine;
}

// A stacked table shows no head on a phone, so every cell is given the name of its column.
function nameCells() {
  for (const table of document.querySelectorAll("[data-stack] > table")) {
    const names = [...(table.tHead?.rows[0]?.cells ?? [])].map((cell) => (cell.querySelector(".sy-sr") ? "" : cell.textContent.trim()));
    for (const row of table.tBodies[0].rows) {
      if (row.cells.length !== names.length) continue;
      for (const [index, cell] of [...row.cells].entries()) if (names[index]) cell.dataset.name = names[index];
    }
  }
}

window.addEventListener("resize", showWhere);
window.addEventListener("online", showConnection);
window.addEventListener("offline", showConnection);
document.addEventListener("htmx:load", (event) => {
  meetErrors(event.target);
  nameCells();
});
showConnection();
showWhere();
nameCells();
meetErrors(document);
