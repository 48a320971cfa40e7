// The five questions of a follow-up call: a digit answers the question whose turn it is and passes the turn on.
// Up goes back to the question before; an input method and text fields keep their keys.

const script = document.querySelector("[data-script]");
if (script) begin(script);

function begin(form) {
  const questions = Array.from(form.querySelectorAll("[data-question]"));
  const choices = (question) => Array.from(question.querySelectorAll("input[type=radio]"));
  const chosen = (question) => choices(question).find((choice) => choice.checked);
  const nobodyCame = () => chosen(questions[0])?.value === "no";
  const skipped = (question) => nobodyCame() && "ifCame" in question.dataset;
  let turn = 0;

  function passTo(next) {
    turn = next;
    questions.forEach((question, n) => {
      question.toggleAttribute("data-skipped", skipped(question));
      for (const choice of choices(question)) choice.disabled = skipped(question);
      if (n === turn) question.setAttribute("aria-current", "step");
      else question.removeAttribute("aria-current");
    });
  }

  const firstOpen = (from) => {
    const at = questions.findIndex((question, n) => n >= from && !skipped(question) && !chosen(question));
    return at < 0 ? questions.length : at;
  };

  function moveOn(answered) {
    const question = questions[answered];
    passTo(firstOpen(0));
    if ("opensWords" in question.dataset && chosen(question)?.value === "yes") form.elements.complaint.focus();
    else if (turn === questions.length) form.querySelector("[data-save]")?.focus();
  }

  form.addEventListener("change", (event) => {
    const answered = questions.findIndex((question) => question.contains(event.target));
    if (answered >= 0) moveOn(answered);
  });

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
    if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
    if (event.target.matches("textarea, select, input:not([type=radio])")) return;
    if (event.key === "ArrowUp" && !event.target.matches("input")) {
      let back = turn - 1;
      while (back > 0 && skipped(questions[back])) back -= 1;
      if (back >= 0) passTo(back);
      event.preventDefault();
      return;
    }
    if (!/^[1-5]$/.test(event.key) || turn >= questions.length) return;
    const choice = choices(questions[turn])[Number(event.key) - 1];
    if (!choice) return;
    event.preventDefault();
    if (choice.checked) moveOn(turn);
    else choice.click();
  });

  // A draft may be put back after the page has come.
  passTo(firstOpen(0));
  window.addEventListener("load", () => passTo(firstOpen(0)));
}
