/** Draws received (bars) and resolved (line) over time as SVG, with gaps where nobody was watching. */

import { setText, svg } from "./dom.js";
import { t } from "./words.js";

const PAD = { top: 12, right: 8, bottom: 24, left: 44 };

/** A round number of at least `most`, and the step of its grid lines. */
function scale(most) {
  const steps = [1, 2, 5].flatMap((digit) => [0, 1, 2, 3, 4, 5, 6, 7].map((zeros) => digit * 10 ** zeros));
  const step = steps.sort((a, b) => a - b).find((size) => size * 4 >= most) || Math.ceil(most / 4);
  return { step, top: Math.max(step * Math.ceil(most / step), step) };
}

/** A chart in `host`: `read(point or null)` is told which point is under the pointer or the arrow keys. */
export class Chart {
  constructor(host, read) {
    Object.assign(this, { host, read, points: [], cursor: null });
    this.svg = svg("svg", { role: "img", tabindex: "0" });
    host.append(this.svg);
    host.addEventListener("pointermove", (event) => this.point(event));
    host.addEventListener("pointerleave", () => this.move(null));
    this.svg.addEventListener("keydown", (event) => this.key(event));
    this.svg.addEventListener("blur", () => this.move(null));
    new ResizeObserver(() => this.draw()).observe(host);
  }

  /** Shows points {label, received, resolved}, `gap` where nobody watched; a share has no bars, and may have no value. */
  show(points, name) {
    if (points.length !== this.points.length) this.cursor = null;
    this.points = points;
    this.name = name;
    this.draw();
  }

  draw() {
    const { width, height } = this.host.getBoundingClientRect();
    this.svg.replaceChildren();
    if (width < 80 || height < 60) return;
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.svg.setAttribute("aria-label", this.name || "");
    this.box = { width: width - PAD.left - PAD.right, height: height - PAD.top - PAD.bottom };
    if (!this.points.length) return;
    this.percent = this.points.some((point) => point.share !== undefined);
    const most = Math.max(1, ...this.points.map((p) => (p.gap ? 0 : Math.max(p.received, p.resolved))));
    this.scale = this.percent ? { step: 25, top: 100 } : scale(most);
    this.grid();
    this.bars();
    this.gaps();
    this.lines();
    this.labels();
    this.mark();
  }

  slot() {
    return this.box.width / this.points.length;
  }

  x(index) {
    return PAD.left + (index + 0.5) * this.slot();
  }

  y(value) {
    return PAD.top + this.box.height * (1 - value / this.scale.top);
  }

  grid() {
    const empty = this.points.every((point) => point.gap);
    for (let value = 0; value <= (empty ? 0 : this.scale.top); value += this.scale.step) {
      const y = Math.round(this.y(value)) + 0.5;
      const line = { x1: PAD.left, x2: PAD.left + this.box.width, y1: y, y2: y, class: value ? "grid" : "base" };
      this.svg.append(svg("line", line));
      const label = svg("text", { x: PAD.left - 8, y: y + 4, class: "tick end" });
      setText(label, value.toLocaleString("en-US") + (this.percent ? "%" : ""));
      this.svg.append(label);
    }
  }

  bars() {
    const slot = this.slot();
    const wide = Math.min(28, Math.max(1, slot * 0.66));
    this.points.forEach((point, index) => {
      if (point.gap || point.received <= 0) return;
      const y = this.y(point.received);
      const height = PAD.top + this.box.height - y;
      const kind = point.standing === "running" ? "received running" : "received";
      this.svg.append(svg("rect", { x: this.x(index) - wide / 2, y, width: wide, height, class: kind }));
    });
  }

  /** One grey band for each run of points nobody watched, named where there is room. */
  gaps() {
    let from = null;
    for (let index = 0; index <= this.points.length; index += 1) {
      const lost = index < this.points.length && this.points[index].gap === "lost";
      if (lost && from === null) from = index;
      if (lost || from === null) continue;
      const [x, width] = [PAD.left + from * this.slot(), (index - from) * this.slot()];
      from = null;
      this.svg.append(svg("rect", { x, y: PAD.top, width, height: this.box.height, class: "gap" }));
      if (width < 64) continue;
      const name = svg("text", { x: x + width / 2, y: PAD.top + this.box.height / 2, class: "tick mid" });
      setText(name, t("gap"));
      this.svg.append(name);
    }
  }

  lines() {
    let run = [];
    const end = () => {
      if (run.length > 1) this.svg.append(svg("polyline", { points: run.join(" "), class: "resolved" }));
      run = [];
    };
    this.points.forEach((point, index) => {
      if (point.gap || point.resolved === null) return end();
      const [x, y] = [this.x(index), this.y(point.resolved)];
      run.push(`${x.toFixed(1)},${y.toFixed(1)}`);
      const kind = this.percent && point.standing ? "resolved open" : "resolved";
      if (this.slot() > 16 || this.percent) this.svg.append(svg("circle", { cx: x, cy: y, r: 2.5, class: kind }));
      return undefined;
    });
    end();
  }

  labels() {
    const width = Math.max(...this.points.map((point) => (point.tick || point.label).length)) * 7 + 24;
    const every = Math.ceil(width / this.slot());
    for (let index = this.points.length - 1; index >= 0; index -= every) {
      const x = this.x(index);
      const edge = x + width / 2 > PAD.left + this.box.width + PAD.right;
      if (x - width / 2 < PAD.left - 20 && index !== this.points.length - 1) break;
      const at = { x: edge ? PAD.left + this.box.width : x, y: PAD.top + this.box.height + 18 };
      const text = svg("text", { ...at, class: edge ? "tick end" : "tick mid" });
      setText(text, this.points[index].tick || this.points[index].label);
      this.svg.append(text);
    }
  }

  mark() {
    if (this.cursor === null) return;
    const x = this.x(this.cursor);
    this.svg.append(svg("line", { x1: x, x2: x, y1: PAD.top, y2: PAD.top + this.box.height, class: "cursor" }));
  }

  point(event) {
    if (!this.points.length || !this.box) return;
    const from = event.clientX - this.host.getBoundingClientRect().left - PAD.left;
    const index = Math.floor(from / this.slot());
    this.move(index >= 0 && index < this.points.length ? index : null);
  }

  key(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step || !this.points.length) return;
    event.preventDefault();
    const from = this.cursor === null ? this.points.length - (step < 0 ? 0 : 1) : this.cursor;
    this.move(Math.min(this.points.length - 1, Math.max(0, from + step)));
  }

  move(index) {
    if (index === this.cursor) return;
    this.cursor = index;
    this.draw();
    this.read(index === null ? null : this.points[index]);
  }
}
