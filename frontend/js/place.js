// Asks where the phone is when a form with data-place is sent. It waits a few seconds, never longer, and never blocks:
// without a place the form goes out all the same, and says so in its field place_missing.

const WAIT_MS = 8_000;
const REASONS = { 1: "REFUSED", 2: "UNAVAILABLE", 3: "TIMEOUT" };

function locate() {
  return new Promise((resolve) => {
    if (!navigator.geolocation) {
      resolve({ missing: "UNSUPPORTED" });
      return;
    }
    // The browser's own time-out does not run while it asks for permission, so ours stands beside it.
    const timer = setTimeout(() => resolve({ missing: "TIMEOUT" }), WAIT_MS);
    const settle = (answer) => {
      clearTimeout(timer);
      resolve(answer);
    };
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => settle({ coords }),
      (error) => settle({ missing: REASONS[error.code] ?? "UNAVAILABLE" }),
      { enableHighAccuracy: true, timeout: WAIT_MS, maximumAge: 15_000 },
    );
  });
}

function fill(form, { coords, missing }) {
  const set = (name, value) => {
    const field = form.elements[name];
    if (field) field.value = value;
  };
  set("lng", coords ? coords.longitude.toFixed(6) : "");
  set("lat", coords ? coords.latitude.toFixed(6) : "");
  set("accuracy", coords ? String(Math.round(coords.accuracy)) : "");
  set("crs", coords ? "WGS84" : "");
  set("place_missing", missing ?? "");
}

function say(form, state, metres) {
  for (const text of form.querySelectorAll("[data-place-when]")) text.hidden = text.dataset.placeWhen !== state;
  for (const number of form.querySelectorAll("[data-place-metres]")) number.textContent = metres ?? "";
}

document.addEventListener(
  "submit",
  async (event) => {
    const form = event.target;
    if (!form.matches("form[data-place]") || form.dataset.placed === "yes") {
      delete form.dataset.placed;
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    if (form.dataset.placed === "asking") return;
    form.dataset.placed = "asking";
    say(form, "asking");
    const { submitter } = event;
    if (submitter) submitter.dataset.busy = "";
    const answer = await locate();
    fill(form, answer);
    say(form, answer.coords ? "found" : "missing", answer.coords && Math.round(answer.coords.accuracy));
    form.dataset.placed = "yes";
    // An answer that comes at once finds the first submit still under way, and a browser ignores a second inside it.
    setTimeout(() => form.requestSubmit(submitter));
  },
  { capture: true },
);
