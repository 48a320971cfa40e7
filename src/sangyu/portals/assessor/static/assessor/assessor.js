// The sheet at the bedside: one item at a time, every choice kept in this browser at once and sent when the line is there.
// A draft carries a number that only grows, so that one that arrives twice or late changes nothing. Without this module
// the whole sheet is one long form with a button.

const PREFIX = "sangyu.sheet.";
const SEND_AFTER_MS = 500;
const AGAIN_MS = 10_000;

const form = document.querySelector("form[data-sheet]");
if (form) begin(form);

function begin(form) {
  const key = PREFIX + form.dataset.sheet;
  const viewer = document.documentElement.dataset.viewer ?? "";
  const cards = Array.from(form.querySelectorAll("[data-card]"));
  const codes = cards.map((card) => card.dataset.card);
  let n = Number(form.dataset.n);
  let sentN = n;
  let running = null;
  let timer;
  let at = 0;
  let byArrow = false;

  const radios = (card) => Array.from(card.querySelectorAll("input[type=radio]"));
  const chosen = (card) => radios(card).find((radio) => radio.checked);
  const answers = () =>
    Object.fromEntries(cards.filter(chosen).map((card) => [card.dataset.card, chosen(card).value]));

  function keep() {
    try {
      localStorage.setItem(key, JSON.stringify({ viewer, n, answers: answers() }));
    } catch {
      // A full or forbidden store keeps nothing; the line still does.
    }
  }

  function restore() {
    let kept;
    try {
      kept = JSON.parse(localStorage.getItem(key));
    } catch {
      kept = null;
    }
    if (!kept || kept.viewer !== viewer) return;
    if (kept.n <= n) {
      localStorage.removeItem(key);
      return;
    }
    n = kept.n;
    for (const card of cards) {
      for (const radio of radios(card)) radio.checked = kept.answers[card.dataset.card] === radio.value;
    }
  }

  function tell(state) {
    for (const word of form.querySelectorAll("[data-sheet-when]")) word.hidden = word.dataset.sheetWhen !== state;
  }

  function send() {
    clearTimeout(timer);
    running ??= sendAll().finally(() => {
      running = null;
    });
    return running;
  }

  async function sendAll() {
    while (sentN < n) {
      const now = n;
      const body = new URLSearchParams({ n: String(now) });
      for (const [code, points] of Object.entries(answers())) body.set(`a-${code}`, points);
      let answer;
      let said;
      try {
        answer = await fetch(form.action, {
          method: "POST",
          body,
          headers: { Accept: "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
          redirect: "error",
        });
        said = await answer.json();
      } catch {
        tell("kept");
        timer = setTimeout(send, AGAIN_MS);
        return false;
      }
      if (!answer.ok) {
        const place = form.querySelector("[data-sheet-when=refused]");
        place.textContent = said.refused ?? place.textContent;
        tell("refused");
        return false;
      }
      sentN = Math.max(now, said.n);
      if (said.n > n) n = said.n; // somebody went on elsewhere: what is chosen from now on is newer
    }
    localStorage.removeItem(key);
    tell("sent");
    return true;
  }

  function show(to, focus = true) {
    at = Math.min(Math.max(to, 0), cards.length);
    for (const [index, card] of cards.entries()) card.hidden = index !== at;
    form.querySelector("[data-end]").hidden = at < cards.length;
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
    for (const box of document.querySelectorAll("[data-evidence]")) box.hidden = !code;
    history.replaceState(null, "", code ? `#${code}` : "#end");
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
  form.addEventListener("change", (event) => {
    if (!event.target.matches("input[type=radio]")) return;
    n += 1;
    keep();
    tell("kept");
    clearTimeout(timer);
    timer = setTimeout(send, SEND_AFTER_MS);
    show(at, false);
    if (!byArrow) show(at + 1); // whoever walks through the answers with the arrows has not chosen yet
    byArrow = false;
  });
  form.addEventListener("click", (event) => {
    const turn = event.target.closest("[data-turn]")?.dataset.turn;
    if (turn === "back") show(at - 1);
    if (turn === "forward") show(at + 1);
    if (turn === "open") show(firstOpen());
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (await send()) location.assign(form.dataset.next);
  });
  window.addEventListener("online", send);

  for (const element of form.querySelectorAll("[data-scripted]")) element.hidden = false;
  restore();
  const asked = codes.indexOf(decodeURIComponent(location.hash.slice(1)));
  show(asked >= 0 ? asked : firstOpen(), false);
  if (n > sentN) send();
}
