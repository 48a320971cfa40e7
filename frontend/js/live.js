// One live stream per page. The element with data-live-url is also the strip that says how the stream is doing.
// Every message becomes a DOM event on document: "sangyu:<type>" with detail {id, data}; "sangyu:live" tells the state.
// The last id seen survives a reconnect of ours as ?last_event_id=, because a new EventSource forgets the header.

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

class Live {
  constructor(strip) {
    this.strip = strip;
    this.url = strip.dataset.liveUrl;
    this.types = (strip.dataset.liveEvents ?? "").split(/\s+/).filter(Boolean);
    this.lastId = "";
    this.waitMs = FIRST_WAIT_MS;
    this.open();
  }

  open() {
    const url = new URL(this.url, location.href);
    if (this.lastId) url.searchParams.set("last_event_id", this.lastId);
    this.source = new EventSource(url);
    this.source.onopen = () => {
      this.waitMs = FIRST_WAIT_MS;
      this.say("open");
    };
    this.source.onmessage = (event) => this.hear(event, null);
    for (const type of this.types) this.source.addEventListener(type, (event) => this.hear(event, type));
    this.source.onerror = () => this.onError();
  }

  hear(event, type) {
    if (event.lastEventId) this.lastId = event.lastEventId;
    let data = event.data;
    try {
      data = JSON.parse(event.data);
    } catch {
      // A plain text message is passed on as it came.
    }
    const name = type ?? data?.type ?? "message";
    document.dispatchEvent(new CustomEvent(`sangyu:${name}`, { detail: { id: event.lastEventId, data } }));
  }

  onError() {
    if (this.source.readyState !== EventSource.CLOSED) {
      this.say("waiting");
      return;
    }
    this.say("closed");
    // Spread the return of many desks after one restart.
    const waitMs = this.waitMs * (0.5 + Math.random() / 2);
    this.waitMs = Math.min(this.waitMs * 2, LONGEST_WAIT_MS);
    this.timer = setTimeout(() => this.open(), waitMs);
  }

  say(state) {
    this.strip.dataset.state = state;
    for (const text of this.strip.querySelectorAll("[data-when]")) text.hidden = text.dataset.when !== state;
    document.dispatchEvent(new CustomEvent("sangyu:live", { detail: { state } }));
  }

  close() {
    clearTimeout(this.timer);
    this.source.close();
  }
}

const strip = document.querySelector("[data-live-url]");
if (strip) {
  let live = new Live(strip);
  window.addEventListener("pagehide", () => live.close());
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) live = new Live(strip);
  });
  window.addEventListener("online", () => {
    if (strip.dataset.state !== "closed") return;
    const { lastId } = live;
    live.close();
    live = new Live(strip);
    live.lastId = lastId;
  });
}
