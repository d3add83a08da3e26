/** Keeps the live stream open and says honestly whether it is: live, or down since when. */

const WATCH_MS = 1000;
const QUIET_BROKEN_MS = 3000; // no event while the browser reports an error
const QUIET_OPEN_MS = 6500; // no event although open: three missed ticks
const HALF_OPEN_MS = 10000; // then the connection is taken for dead
const STUCK_MS = 20000; // the browser has been "connecting" for too long
const LONGEST_BACKOFF_MS = 15000;

/** One subscription to the stream, for as long as the page lives. */
export class Stream {
  /** `hear(kind, data, live)`: live is false while a reconnect is catching up. `tell(state)` on each change of state. */
  constructor(url, hear, tell) {
    Object.assign(this, { url, hear, tell });
    this.state = "connecting";
    this.failures = 0;
    this.startedAt = Date.now();
    this.lastAsOf = null;
  }

  /** Opens the stream and watches over it. */
  start() {
    this.open();
    setInterval(() => this.watch(), WATCH_MS);
    window.addEventListener("online", () => this.state === "live" || this.open());
  }

  /** Since when there has been nothing new: the last event's time, else when the page opened. */
  since() {
    return this.lastAsOf || this.startedAt;
  }

  open() {
    clearTimeout(this.retry);
    this.retry = null;
    if (this.source) this.source.close();
    this.catchingUp = true;
    this.heardAt = this.state === "live" ? this.heardAt : performance.now();
    this.openedAt = performance.now();
    const source = new EventSource(this.url);
    this.source = source;
    source.onopen = () => { this.catchingUp = true; };
    source.onerror = () => this.broken(source);
    for (const kind of ["snapshot", "change", "tick"]) {
      source.addEventListener(kind, (event) => this.receive(kind, event));
    }
  }

  receive(kind, event) {
    let data;
    try {
      data = JSON.parse(event.data);
    } catch (unreadable) {
      console.error("unreadable stream event, asking for a new snapshot", unreadable);
      this.source.close();
      this.reopenLater();
      return;
    }
    this.heardAt = performance.now();
    this.failures = 0;
    this.lastAsOf = data.as_of || this.lastAsOf;
    this.hear(kind, data, kind === "change" && !this.catchingUp);
    if (kind !== "change") this.catchingUp = false;
    this.become("live");
  }

  broken(source) {
    if (source !== this.source) return;
    if (source.readyState === EventSource.CLOSED) this.reopenLater();
  }

  reopenLater() {
    if (this.retry) return;
    const wait = Math.min(LONGEST_BACKOFF_MS, 1000 * 2 ** this.failures);
    this.failures += 1;
    this.retry = setTimeout(() => this.open(), wait * (0.75 + Math.random() / 2));
  }

  watch() {
    const now = performance.now();
    const quiet = now - this.heardAt;
    const open = this.source.readyState === EventSource.OPEN;
    if (quiet > (open ? QUIET_OPEN_MS : QUIET_BROKEN_MS)) this.become("down");
    if (this.retry) return;
    const stuck = !open && now - this.openedAt > STUCK_MS && quiet > STUCK_MS;
    const dead = open && quiet > HALF_OPEN_MS;
    if (stuck || dead) {
      this.source.close();
      this.reopenLater();
    }
  }

  become(state) {
    if (this.state === state) return;
    this.state = state;
    this.tell(state);
  }
}
