// The sheet at the bedside: one item at a time, every choice kept in this browser at once and sent when the line is there.
// A draft carries its number and the number of the one it grew from: what arrives twice changes nothing, and where
// somebody went on elsewhere the server does not take it; it stays on this device until the person has decided. Without
// this module the whole sheet is one long form with a button.

import { album } from "./photos.js";

const PREFIX = "sangyu.sheet.";
const SEND_AFTER_MS = 500;
const AGAIN_MS = 10_000;
const AT_THE_DOOR = [401, 403];

const form = document.querySelector("form[data-sheet]");
if (form) begin(form);

function begin(form) {
  const key = PREFIX + form.dataset.sheet;
  const sealedKey = `${key}.sealed`; // filled in and closed without a line; handed in with the password afterwards
  const elsewhereKey = `${key}.elsewhere`; // apart, so that another window that is up to date does not clear it away
  const viewer = document.documentElement.dataset.viewer ?? "";
  const cards = Array.from(form.querySelectorAll("[data-card]"));
  const codes = cards.map((card) => card.dataset.card);
  let n = Number(form.dataset.n);
  let sentN = n;
  let pending = null; // what was sent and not answered: it is repeated to the letter, so that the server knows it again
  let aside = null; // what lies on this device and is not what the server has, until the person has decided
  let wentOnElsewhere = false;
  let told = "";
  let running = null;
  let timer;
  let at = 0;
  let byArrow = false;
  let lineGone = false;

  const labelOf = (card) => card?.querySelector("legend").lastChild.textContent.trim() ?? "";
  const radios = (card) => Array.from(card.querySelectorAll("input[type=radio]"));
  const chosen = (card) => radios(card).find((radio) => radio.checked);
  const answers = () =>
    Object.fromEntries(cards.filter(chosen).map((card) => [card.dataset.card, chosen(card).value]));

  const besides = Array.from(form.querySelectorAll("[data-beside] [name]"));
  const ticked = (field) => field.matches("[type=radio], [type=checkbox]");
  const taken = (field) => (ticked(field) ? field.checked : field.value.trim() !== "");

  const photos = album(document.querySelector("[data-evidence]"), {
    sheet: form.dataset.sheet,
    labelOf: (code) => labelOf(cards[codes.indexOf(code)]),
  });

  // What is asked beside the items, by the names of its fields; a list for each.
  const beside = () => {
    const said = {};
    for (const field of besides) if (taken(field)) (said[field.name] ??= []).push(field.value.trim());
    return said;
  };
  const sameBeside = (kept) => JSON.stringify(kept.beside ?? {}) === JSON.stringify(beside());

  function keep() {
    try {
      const copy = JSON.stringify({ viewer, n, base: sentN, answers: answers(), beside: beside() });
      localStorage.setItem(wentOnElsewhere ? elsewhereKey : key, copy);
    } catch {
      // A full or forbidden store keeps nothing; the line still does.
    }
  }

  function read(from) {
    try {
      const kept = JSON.parse(localStorage.getItem(from));
      return kept?.viewer === viewer && kept.answers ? kept : null;
    } catch {
      return null;
    }
  }

  function choose(kept) {
    n = kept.n;
    for (const card of cards) {
      for (const radio of radios(card)) radio.checked = kept.answers[card.dataset.card] === radio.value;
    }
    for (const field of besides) {
      const said = kept.beside?.[field.name] ?? [];
      if (ticked(field)) field.checked = said.includes(field.value);
      else field.value = said[0] ?? "";
    }
  }

  function restore() {
    const from = read(elsewhereKey) ? elsewhereKey : key;
    const kept = read(from);
    if (!kept) return;
    const other = cards.filter((card) => kept.answers[card.dataset.card] !== chosen(card)?.value);
    if (other.length === 0 && sameBeside(kept)) localStorage.removeItem(from);
    else if (from === key && kept.base === sentN && kept.n > sentN) choose(kept);
    else ask(kept, from, other);
  }

  // Two that differ: which of them counts is for the person to say, before anything else is chosen.
  function ask(kept, from, other) {
    aside = { kept, from };
    for (const card of cards) card.disabled = true;
    const box = form.querySelector("[data-aside]");
    const names = other.map(labelOf);
    if (!sameBeside(kept)) names.push(box.dataset.aside);
    box.querySelector("b").textContent = String(names.length);
    box.querySelector("[data-aside-items]").textContent = names.join("、");
    box.hidden = false;
  }

  function toBox() {
    const box = form.querySelector("[data-aside]");
    box.querySelector("h2").focus({ preventScroll: true });
    box.scrollIntoView({ block: "center" }); // below the bar that stays at the top
  }

  function decide(how) {
    const { kept, from } = aside;
    aside = null;
    for (const card of cards) card.disabled = false;
    form.querySelector("[data-aside]").hidden = true;
    if (how === "take") {
      choose({ ...kept, n: Math.max(n, kept.n) + 1 });
      keep();
    }
    if (how === "drop" || from !== key) localStorage.removeItem(from);
    if (how === "drop") restore(); // there may be a second one
    if (aside) {
      toBox();
      return;
    }
    show(firstOpen());
    send();
  }

  function tell(state) {
    told = state;
    for (const word of form.querySelectorAll("[data-sheet-when]")) word.hidden = word.dataset.sheetWhen !== state;
  }

  function sealed() {
    try {
      const said = JSON.parse(localStorage.getItem(sealedKey));
      return said?.viewer === viewer ? said : null;
    } catch {
      return null;
    }
  }

  function seal() {
    const box = form.querySelector("[data-seal]");
    const fields = Array.from(box.querySelectorAll("[data-sealing] input"));
    const empty = fields.find((field) => !field.value.trim());
    box.querySelector("[data-sealing-wrong]").hidden = !empty;
    if (empty) {
      empty.focus();
      return;
    }
    const said = Object.fromEntries(fields.map((field) => [field.dataset.field, field.value.trim()]));
    localStorage.setItem(sealedKey, JSON.stringify({ viewer, at: new Date().toISOString(), ...said }));
    showSeal();
    box.querySelector("[data-is-sealed]").focus();
  }

  // What is sealed is not changed by a slip of the finger.
  function showSeal() {
    const said = sealed();
    const complete = cards.every(chosen);
    const box = form.querySelector("[data-seal]");
    box.hidden = !said && !(lineGone && complete);
    box.querySelector("[data-sealing]").hidden = Boolean(said);
    box.querySelector("[data-is-sealed]").hidden = !said;
    if (said) box.querySelector("[data-sealed-at]").textContent = new Date(said.at).toLocaleString();
    for (const card of cards) card.disabled = Boolean(said) || Boolean(aside);
    for (const field of besides) field.disabled = Boolean(said) || Boolean(aside);
    photos?.close(Boolean(said));
  }

  function send() {
    clearTimeout(timer);
    running ??= sendAll().finally(() => {
      running = null;
    });
    return running;
  }

  function later() {
    tell("kept");
    lineGone = true;
    showSeal();
    timer = setTimeout(send, AGAIN_MS);
    return false;
  }

  function stop(state) {
    tell(state);
    return false;
  }

  async function sendAll() {
    if (aside) return false;
    while (sentN < n) {
      if (wentOnElsewhere) return stop("elsewhere");
      pending ??= { n, base: sentN, answers: answers(), beside: beside() };
      const body = new URLSearchParams({ n: String(pending.n), base: String(pending.base) });
      for (const [code, points] of Object.entries(pending.answers)) body.set(`a-${code}`, points);
      for (const [name, said] of Object.entries(pending.beside)) for (const value of said) body.append(name, value);
      let answer;
      let said;
      try {
        answer = await fetch(form.action, {
          method: "POST",
          body,
          headers: { Accept: "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
          redirect: "manual",
        });
        const isJson = (answer.headers.get("Content-Type") ?? "").startsWith("application/json");
        if (isJson) said = await answer.json();
      } catch {
        return later();
      }
      // Whoever is not signed in any more is led to the door, or told in a page of words.
      if (answer.type === "opaqueredirect" || AT_THE_DOOR.includes(answer.status)) return stop("door");
      if (!said && answer.status >= 500) return later();
      if (!said && answer.ok) return stop("door");
      if (!answer.ok) {
        const place = form.querySelector("[data-sheet-when=refused]");
        place.textContent = said?.refused ?? place.textContent;
        pending = null;
        return stop("refused");
      }
      if (!said.taken) {
        wentOnElsewhere = true;
        keep();
        localStorage.removeItem(key);
        return stop("elsewhere");
      }
      sentN = pending.n;
      pending = null;
    }
    localStorage.removeItem(key);
    lineGone = false;
    showSeal();
    tell("sent");
    return true;
  }

  function show(to, focus = true) {
    at = Math.min(Math.max(to, 0), cards.length);
    for (const [index, card] of cards.entries()) card.hidden = index !== at;
    form.querySelector("[data-end]").hidden = at < cards.length;
    showSeal();
    form.querySelector("[data-turn=back]").disabled = at === 0;
    form.querySelector("[data-turn=forward]").hidden = at === cards.length;
    const done = cards.filter(chosen).length;
    const bar = form.querySelector("progress");
    bar.max = cards.length;
    bar.value = done;
    form.querySelector("[data-done]").textContent = `${done}/${cards.length}`;
    const left = form.querySelector("[data-left]");
    left.hidden = done === cards.length;
    left.querySelector("b").textContent = String(cards.length - done);
    const code = codes[at] ?? "";
    for (const field of document.querySelectorAll("[data-evidence-item]")) field.value = code || codes[0];
    for (const box of document.querySelectorAll("[data-photo-form]")) box.hidden = !code;
    // While something is to be decided no card is named: the browser would go to it and leave the box out of sight.
    const here = aside ? location.pathname : `#${code || "end"}`;
    history.replaceState(null, "", here);
    if (focus) (cards[at]?.querySelector("legend") ?? form.querySelector("[data-end] h2")).focus();
  }

  const firstOpen = () => {
    const open = cards.findIndex((card) => !chosen(card));
    return open < 0 ? cards.length : open;
  };

  form.addEventListener("keydown", (event) => {
    byArrow = event.key.startsWith("Arrow");
  });
  form.addEventListener("pointerdown", () => {
    byArrow = false;
  });
  function changed() {
    n += 1;
    keep();
    tell(wentOnElsewhere ? "elsewhere" : "kept");
    clearTimeout(timer);
    timer = setTimeout(send, SEND_AFTER_MS);
  }

  form.addEventListener("input", (event) => {
    if (besides.includes(event.target)) changed();
  });
  form.addEventListener("change", (event) => {
    if (!event.target.matches("[data-card] input[type=radio]")) return;
    changed();
    show(at, false);
    if (!byArrow) show(at + 1); // whoever walks through the answers with the arrows has not chosen yet
    byArrow = false;
  });
  form.addEventListener("click", (event) => {
    const turn = event.target.closest("[data-turn]")?.dataset.turn;
    if (turn === "back") show(at - 1);
    if (turn === "forward") show(at + 1);
    if (turn === "open") show(firstOpen());
    const how = event.target.closest("[data-decides]")?.dataset.decides;
    if (how) decide(how);
    const sealing = event.target.closest("[data-seals]")?.dataset.seals;
    if (sealing === "close") seal();
    if (sealing === "open") {
      localStorage.removeItem(sealedKey);
      showSeal();
    }
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (aside) {
      toBox();
      return;
    }
    if (await send()) {
      const came = (await photos?.handIn()) ?? "done";
      if (came === "done") {
        location.assign(form.dataset.next);
        return;
      }
      tell(came === "kept" ? "photos" : came === "door" ? "door" : "photo-refused");
    }
    if (told === "kept") tell("offline");
    form.querySelector("[role=status]").scrollIntoView({ block: "center" });
  });
  window.addEventListener("online", send);

  for (const element of form.querySelectorAll("[data-scripted]")) element.hidden = false;
  restore();
  const asked = codes.indexOf(decodeURIComponent(location.hash.slice(1)));
  show(asked >= 0 ? asked : firstOpen(), false);
  if (aside) toBox();
  if (n > sentN) send();
}
